// Periods, their buckets and what they are compared with.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TIME_DIMENSIONS } from "../../../workers/domain/events/catalog";
import { bucketFor, toBuckets } from "../../../workers/domain/queries/bucket";
import {
  comparisonOf,
  type DateRange,
  isRunning,
  PERIOD_NAMES,
  toDateRange,
  toPeriod,
} from "../../../workers/domain/queries/period";
import { daysBetween, endOfMonth, startOfMonth, weekdayOf, wholeMonths } from "../../../workers/domain/time/calendar";
import { addDays, localDate, localHour, startOfDate, toLocalTime } from "../../../workers/domain/time/zone";

const ZONES = [
  "Europe/Zurich",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Apia",
  "Africa/Cairo",
  "Asia/Kathmandu",
  "America/Santiago",
];
const HOUR = 3_600_000;
const zone = fc.constantFrom(...ZONES);
const now = fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2030-01-01") });
const date = fc
  .integer({ min: 0, max: daysBetween("2020-01-01", "2030-01-01") })
  .map((days) => addDays("2020-01-01", days));
const dates = fc.tuple(date, fc.integer({ min: 0, max: 400 })).map(([first, length]) => ({
  first,
  last: addDays(first, length),
}));
const instants = fc
  .tuple(now, fc.integer({ min: 1, max: 20 * 24 * HOUR }))
  .map(([from, length]) => ({ from, to: from + length }));
const range: fc.Arbitrary<DateRange> = fc.oneof(fc.constantFrom(...PERIOD_NAMES), dates, instants);
const vantage = fc.record({ timezone: zone, now, firstDay: fc.option(date) });

const at = (time: string, timezone = "Europe/Zurich", firstDay: string | null = null) => ({
  timezone,
  now: Date.parse(time),
  firstDay,
});
const daysOf = (asked: DateRange, time = "2026-11-22T10:30:00Z", firstDay: string | null = null) =>
  toPeriod(asked, at(time, "Europe/Zurich", firstDay)).days;
const heldAgainst = (
  asked: DateRange,
  mode: "previous_period" | "year_over_year" = "previous_period",
  time = "2026-11-22T10:30:00Z",
  match = false,
) => comparisonOf(toPeriod(asked, at(time)), mode, match, at(time)).days;

describe("periods", () => {
  it.each([
    ["day", "2026-11-22", "2026-11-22"],
    ["7d", "2026-11-15", "2026-11-21"],
    ["28d", "2026-10-25", "2026-11-21"],
    ["30d", "2026-10-23", "2026-11-21"],
    ["91d", "2026-08-23", "2026-11-21"],
    ["month", "2026-11-01", "2026-11-30"],
    ["6mo", "2026-05-01", "2026-10-31"],
    ["12mo", "2025-11-01", "2026-10-31"],
    ["year", "2026-01-01", "2026-12-31"],
  ] as const)("%s is from %s to %s", (name, first, last) => {
    expect(daysOf(name)).toEqual({ first, last });
  });

  it("all begins at the first day with data and ends today", () => {
    expect(daysOf("all", undefined, "2020-02-29")).toEqual({ first: "2020-02-29", last: "2026-11-22" });
    expect(daysOf("all")).toEqual({ first: "2026-11-22", last: "2026-11-22" });
  });

  it("today is the property's today", () => {
    expect(daysOf("day", "2026-11-22T23:30:00Z")).toEqual({ first: "2026-11-23", last: "2026-11-23" });
  });

  it("24h is the running hour and the 23 before it", () => {
    const period = toPeriod("24h", at("2026-11-22T10:30:00Z", "Asia/Kolkata"));
    expect(toLocalTime(period.from, "Asia/Kolkata")).toBe("2026-11-21T17:00:00+05:30");
    expect(toLocalTime(period.to, "Asia/Kolkata")).toBe("2026-11-22T17:00:00+05:30");
    expect(period.days).toBeNull();
  });

  it("times are widened to the local hours that they touch", () => {
    const asked = toDateRange(["2026-11-22T10:15:00Z", "2026-11-22T12:00:00Z"], "date_range");
    const period = toPeriod(asked, at("2026-11-22T14:00:00Z", "Asia/Kathmandu"));
    expect(toLocalTime(period.from, "Asia/Kathmandu")).toBe("2026-11-22T16:00:00+05:45");
    expect(toLocalTime(period.to, "Asia/Kathmandu")).toBe("2026-11-22T18:00:00+05:45");
  });

  it("by minute, times are widened to the minutes that they touch, and so are the times before them", () => {
    const where = at("2026-11-22T14:00:00Z", "Asia/Kathmandu");
    const period = toPeriod(toDateRange(["2026-11-22T10:15:20Z", "2026-11-22T11:02:00Z"], "date_range"), where, true);
    const told = [
      period,
      ...(["previous_period", "year_over_year"] as const).map((mode) => comparisonOf(period, mode, false, where, true)),
    ].map(({ from, to }) => [from, to].map((end) => toLocalTime(end, "Asia/Kathmandu").slice(0, 16)));
    expect(told).toEqual([
      ["2026-11-22T16:00", "2026-11-22T16:47"],
      ["2026-11-22T15:13", "2026-11-22T16:00"],
      ["2025-11-22T16:00", "2025-11-22T16:47"],
    ]);
  });

  it("times that make whole local days are those days, so an answer's own date_range asks the same again", () => {
    fc.assert(
      fc.property(vantage, dates, (where, days) => {
        const period = toPeriod(days, where);
        const ends = [toLocalTime(period.from, where.timezone), toLocalTime(period.to - 1000, where.timezone)];
        expect(toPeriod(toDateRange(ends, "date_range"), where)).toEqual(period);
      }),
    );
  });

  it("whatever is asked ends after it starts, on local hours, and days begin and end it where it has days", () => {
    fc.assert(
      fc.property(range, vantage, (asked, where) => {
        const period = toPeriod(asked, where);
        expect(period.to).toBeGreaterThan(period.from);
        expect(localHour(period.from, where.timezone)).toBe(period.from);
        expect(localHour(period.to, where.timezone)).toBe(period.to);
        if (!period.days) return;
        expect(startOfDate(period.days.first, where.timezone)).toBe(period.from);
        expect(localDate(period.to - 1, where.timezone)).toBe(period.days.last);
      }),
    );
  });
});

describe("buckets", () => {
  it("tile the period: every instant is in exactly one, and no two share a label", () => {
    const moment = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    const time = fc.constantFrom(...TIME_DIMENSIONS);
    fc.assert(
      fc.property(fc.oneof(dates, instants), vantage, time, moment, (asked, where, by, part) => {
        const period = toPeriod(asked, where, by === "time:minute");
        if (by === "time:hour" && period.to - period.from > 40 * 24 * HOUR) return;
        if (by === "time:minute" && period.to - period.from > 2 * 24 * HOUR) return;
        const instant = Math.floor(period.from + part * (period.to - period.from));
        const buckets = toBuckets(period, by, where.timezone, instant);
        const present = buckets.filter((bucket) => bucket.present);
        expect(present).toHaveLength(1);
        expect(new Set(buckets.map((bucket) => bucket.label)).size).toBe(buckets.length);
        expect(new Set(buckets.map((bucket) => bucket.key)).size).toBe(buckets.length);
        const begun = buckets.filter((bucket) => bucket.begun);
        expect(begun.at(-1)).toBe(present[0]);
        if (by === "time:minute") expect(present[0]?.key).toBe(Math.floor(instant / 60_000) * 60);
        if (by === "time:hour") expect(present[0]?.key).toBe(localHour(instant, where.timezone) / 1000);
        if (by === "time:day") expect(present[0]?.key).toBe(localDate(instant, where.timezone));
        if (by === "time:month") expect(present[0]?.key).toBe(startOfMonth(localDate(instant, where.timezone)));
      }),
    );
  });

  const labels = (asked: DateRange, by: (typeof TIME_DIMENSIONS)[number], where = at("2026-12-31T00:00:00Z")) =>
    toBuckets(toPeriod(asked, where), by, where.timezone, where.now).map((bucket) => bucket.label);
  const on = (first: string) => ({ first, last: first });

  it("a day has 24 hours, 23 when DST begins and 25 when it ends", () => {
    expect(labels(on("2026-11-22"), "time:hour")).toHaveLength(24);
    expect(labels(on("2026-03-29"), "time:hour")).toHaveLength(23);
    expect(labels(on("2026-10-25"), "time:hour")).toHaveLength(25);
  });

  it("the hour that DST repeats carries its offset the second time", () => {
    expect(labels(on("2026-10-25"), "time:hour").slice(1, 5)).toEqual([
      "2026-10-25 01:00:00",
      "2026-10-25 02:00:00",
      "2026-10-25 02:00:00+01:00",
      "2026-10-25 03:00:00",
    ]);
  });

  it("the minutes that DST repeats carry their offset the second time", () => {
    const minutes = labels(on("2026-10-25"), "time:minute");
    expect(minutes).toHaveLength(25 * 60);
    expect(minutes.slice(179, 182)).toEqual([
      "2026-10-25 02:59:00",
      "2026-10-25 02:00:00+01:00",
      "2026-10-25 02:01:00+01:00",
    ]);
  });

  it("a shift of half an hour makes one shorter bucket", () => {
    const where = at("2026-12-31T00:00:00Z", "Australia/Lord_Howe");
    expect(labels(on("2026-10-04"), "time:hour", where).slice(0, 4)).toEqual([
      "2026-10-04 00:00:00",
      "2026-10-04 01:00:00",
      "2026-10-04 02:30:00",
      "2026-10-04 03:00:00",
    ]);
  });

  it("weeks begin on Monday, the first is labelled by the period's first day", () => {
    expect(labels({ first: "2026-11-04", last: "2026-11-17" }, "time:week")).toEqual([
      "2026-11-04",
      "2026-11-09",
      "2026-11-16",
    ]);
  });

  it("months are labelled by their first day", () => {
    expect(labels({ first: "2025-12-15", last: "2026-02-01" }, "time:month")).toEqual([
      "2025-12-01",
      "2026-01-01",
      "2026-02-01",
    ]);
  });

  it("buckets that the period or the present cuts short are partial, and what lies ahead has not begun", () => {
    const where = at("2026-11-12T10:00:00Z");
    const weeks = toBuckets(
      toPeriod({ first: "2026-11-04", last: "2026-11-25" }, where),
      "time:week",
      where.timezone,
      where.now,
    );
    expect(weeks.map(({ partial, present, begun }) => [partial, present, begun])).toEqual([
      [true, false, true],
      [true, true, true],
      [false, false, false],
      [true, false, false],
    ]);
  });

  it.each([
    ["day", "time:hour"],
    [{ first: "2026-11-01", last: "2026-11-02" }, "time:hour"],
    [{ first: "2026-11-01", last: "2026-11-03" }, "time:day"],
    ["30d", "time:day"],
    ["91d", "time:week"],
    ["12mo", "time:week"],
    [{ first: "2024-01-01", last: "2026-01-01" }, "time:month"],
  ] as const)("time of %j is %s", (asked, time) => {
    expect(bucketFor(toPeriod(asked, at("2026-11-22T10:30:00Z")))).toBe(time);
  });
});

describe("comparisons", () => {
  it.each([
    ["7d", "previous_period", "2026-11-08", "2026-11-14"],
    ["day", "previous_period", "2026-11-21", "2026-11-21"],
    ["30d", "year_over_year", "2025-10-23", "2025-11-21"],
    // Calendar months step back by calendar months, a running one by the days that have begun.
    ["month", "previous_period", "2026-10-01", "2026-10-22"],
    ["month", "year_over_year", "2025-11-01", "2025-11-22"],
    ["6mo", "previous_period", "2025-11-01", "2026-04-30"],
    ["year", "previous_period", "2025-01-01", "2025-11-22"],
  ] as const)("%s by %s is held against %s … %s", (asked, mode, first, last) => {
    expect(heldAgainst(asked, mode)).toEqual({ first, last });
  });

  it.each([
    [{ first: "2028-02-29", last: "2028-02-29" }, "year_over_year", "2027-02-28", "2027-02-28"],
    [{ first: "2028-02-01", last: "2028-02-29" }, "year_over_year", "2027-02-01", "2027-02-28"],
    [{ first: "2028-03-01", last: "2028-03-31" }, "previous_period", "2028-02-01", "2028-02-29"],
    [{ first: "2027-02-20", last: "2027-03-05" }, "year_over_year", "2026-02-20", "2026-03-05"],
  ] as const)("%j by %s is held against %s … %s", (asked, mode, first, last) => {
    expect(heldAgainst(asked, mode, "2030-01-01T00:00:00Z")).toEqual({ first, last });
  });

  it("on the 31st a month is held against the whole of a shorter one", () => {
    expect(heldAgainst("month", "previous_period", "2026-03-31T10:00:00Z")).toEqual({
      first: "2026-02-01",
      last: "2026-02-28",
    });
  });

  it("has as many days as the period, or as have begun of it, unless the period is of whole months", () => {
    const mode = fc.constantFrom("previous_period" as const, "year_over_year" as const);
    fc.assert(
      fc.property(dates, mode, fc.boolean(), vantage, (days, by, match, where) => {
        const period = toPeriod(days, where);
        const other = comparisonOf(period, by, match, where).days!;
        const today = localDate(where.now, where.timezone);
        const last = isRunning(period, where.now) && today < days.last ? today : days.last;
        if (wholeMonths(days.first, days.last) === null)
          expect(daysBetween(other.first, other.last)).toBe(daysBetween(days.first, last));
        expect(other.first <= other.last).toBe(true);
        if (daysBetween(days.first, days.last) < 300 || by === "previous_period")
          expect(other.last < days.first).toBe(true);
        if (match) expect(weekdayOf(other.first)).toBe(weekdayOf(days.first));
      }),
    );
  });

  it("of whole months is whole months when they are over", () => {
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 500 }), (start, length) => {
        const days = { first: startOfMonth(start), last: endOfMonth(addDays(start, length)) };
        const other = heldAgainst(days, "previous_period", "2040-01-01T00:00:00Z")!;
        expect(wholeMonths(other.first, other.last)).toBe(wholeMonths(days.first, days.last));
        expect(addDays(other.last, 1)).toBe(days.first);
      }),
    );
  });

  it("of hours is the same number of hours", () => {
    fc.assert(
      fc.property(instants, vantage, (asked, where) => {
        const period = toPeriod(asked, where);
        if (period.days) return;
        const other = comparisonOf(period, "previous_period", false, where);
        expect(other.to).toBe(period.from);
        // Half an hour more where a zone shifts by half an hour.
        expect(Math.abs(other.to - other.from - (period.to - period.from))).toBeLessThanOrEqual(HOUR / 2);
      }),
    );
  });

  it("of hours a year ago is at the same time on the wall", () => {
    const where = at("2026-04-01T12:00:00Z");
    const period = toPeriod("24h", where);
    const other = comparisonOf(period, "year_over_year", false, where);
    expect(toLocalTime(other.from, where.timezone)).toBe("2025-03-31T15:00:00+02:00");
    expect(other.to - other.from).toBe(24 * HOUR);
  });
});
