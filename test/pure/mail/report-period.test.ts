// Which week or month a report is about, and when it is due on the property's own calendar.
import { describe, expect, it } from "vitest";
import { dueReport, lastWhole, periodBefore } from "../../../workers/domain/mail/report-period";

describe("the last whole period", () => {
  it("is the week from Monday to Sunday before this one, or the month before this one", () => {
    expect(lastWhole("week", "2026-11-23")).toEqual({ first: "2026-11-16", last: "2026-11-22" });
    expect(lastWhole("week", "2026-11-29")).toEqual({ first: "2026-11-16", last: "2026-11-22" });
    expect(lastWhole("month", "2026-03-01")).toEqual({ first: "2026-02-01", last: "2026-02-28" });
  });

  it("is compared with the one before it", () => {
    expect(periodBefore("week", { first: "2026-11-16", last: "2026-11-22" })).toEqual({
      first: "2026-11-09",
      last: "2026-11-15",
    });
    expect(periodBefore("month", { first: "2026-03-01", last: "2026-03-31" })).toEqual({
      first: "2026-02-01",
      last: "2026-02-28",
    });
  });
});

describe("a report", () => {
  const at = (iso: string) => Date.parse(iso);
  const week = { first: "2026-11-16", last: "2026-11-22" };

  it("is due from Monday morning, where the property is", () => {
    expect(dueReport("week", at("2026-11-23T05:59:00+01:00"), "Europe/Zurich")).toBeNull();
    expect(dueReport("week", at("2026-11-23T06:00:00+01:00"), "Europe/Zurich")).toEqual(week);
    // The same moment is Sunday evening in Los Angeles, and its week has not ended.
    expect(dueReport("week", at("2026-11-23T06:00:00+01:00"), "America/Los_Angeles")).toBeNull();
    expect(dueReport("week", at("2026-11-23T06:00:00-08:00"), "America/Los_Angeles")).toEqual(week);
  });

  it("is still due when Monday was missed, and no more when the week is half over", () => {
    expect(dueReport("week", at("2026-11-25T23:59:00Z"), "UTC")).toEqual(week);
    expect(dueReport("week", at("2026-11-26T00:00:00Z"), "UTC")).toBeNull();
  });

  it("of a month is due on the morning of the first", () => {
    expect(dueReport("month", at("2026-12-01T06:00:00Z"), "UTC")).toEqual({ first: "2026-11-01", last: "2026-11-30" });
    expect(dueReport("month", at("2026-11-30T23:00:00Z"), "UTC")).toBeNull();
  });
});
