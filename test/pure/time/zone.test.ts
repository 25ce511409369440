// Time zones: laws that hold over DST, half-hour zones, midnights that do not exist and dates that were skipped.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  localDate,
  localHour,
  nextHour,
  offsetAt,
  startOfDate,
  toLocalTime,
} from "../../../workers/domain/time/zone";

const HOUR = 3_600_000;
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
  "Atlantic/Azores",
  "America/Havana",
  "Antarctica/Troll",
];
const zone = fc.constantFrom(...ZONES);

/** Shifts of the zones above, so that the days around them are tried often. */
const SHIFTS = [
  "2026-03-29T01:00:00Z", // Zurich, Azores, Troll
  "2026-10-25T01:00:00Z",
  "2026-03-08T07:00:00Z", // New York
  "2026-11-01T06:00:00Z",
  "2026-04-04T15:00:00Z", // Lord Howe
  "2026-10-03T15:30:00Z",
  "2026-03-08T05:00:00Z", // Havana
  "2026-11-01T05:00:00Z",
  "2026-04-23T22:00:00Z", // Cairo
  "2026-10-29T21:00:00Z",
  "2026-04-05T03:00:00Z", // Santiago
  "2026-09-06T04:00:00Z",
  "2011-12-30T10:00:00Z", // Apia skips a day
].map((text) => Date.parse(text));
const instant = fc.oneof(
  fc.integer({ min: Date.parse("2012-01-01"), max: Date.parse("2037-12-31") }),
  fc
    .tuple(fc.constantFrom(...SHIFTS), fc.integer({ min: -36 * HOUR, max: 36 * HOUR }))
    .map(([shift, distance]) => shift + distance),
);

describe("zones", () => {
  it("offsets are what the runtime says, to the second", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const clock = new Date(Math.floor(at / 1000) * 1000 + offsetAt(at, timezone)).toISOString().slice(0, 19);
        const said = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
        expect(clock).toBe(said.format(at).replace(" ", "T"));
      }),
      { numRuns: 500 },
    );
  });

  it("a shift at one minute past midnight is seen at that minute", () => {
    const shift = Date.parse("2010-11-07T02:31:00Z");
    expect(toLocalTime(shift - 1, "America/St_Johns")).toBe("2010-11-07T00:00:59-02:30");
    expect(toLocalTime(shift, "America/St_Johns")).toBe("2010-11-06T23:01:00-03:30");
  });

  it("every instant is on exactly one local date", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const date = localDate(at, timezone);
        expect(startOfDate(date, timezone)).toBeLessThanOrEqual(at);
        expect(startOfDate(addDays(date, 1), timezone)).toBeGreaterThan(at);
      }),
      { numRuns: 1000 },
    );
  });

  it("a date begins at its first instant, and dates begin in order", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const date = localDate(at, timezone);
        const start = startOfDate(date, timezone);
        expect(localDate(start, timezone)).toBe(date);
        expect(localDate(start - 1, timezone) < date).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("every instant is in exactly one local hour, of an hour at most", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const hour = localHour(at, timezone);
        const next = nextHour(hour, timezone);
        expect(hour).toBeLessThanOrEqual(at);
        expect(next).toBeGreaterThan(at);
        expect(next - hour).toBeLessThanOrEqual(HOUR);
        expect(localHour(hour, timezone)).toBe(hour);
        expect(localHour(next - 1, timezone)).toBe(hour);
        expect(localHour(next, timezone)).toBe(next);
      }),
      { numRuns: 1000 },
    );
  });

  it("all of a local hour has one offset and one date", () => {
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const hour = localHour(at, timezone);
        expect(offsetAt(hour, timezone)).toBe(offsetAt(at, timezone));
        expect(localDate(hour, timezone)).toBe(localDate(at, timezone));
      }),
      { numRuns: 1000 },
    );
  });

  it("midnight that does not exist gives way to the first instant of the date", () => {
    expect(toLocalTime(startOfDate("2026-09-06", "America/Santiago"), "America/Santiago")).toBe(
      "2026-09-06T01:00:00-03:00",
    );
  });

  it("of two midnights the first begins the date", () => {
    expect(toLocalTime(startOfDate("2026-11-01", "America/Havana"), "America/Havana")).toBe(
      "2026-11-01T00:00:00-04:00",
    );
  });

  it("a date that was skipped has no length", () => {
    const skipped = startOfDate("2011-12-30", "Pacific/Apia");
    expect(skipped).toBe(startOfDate("2011-12-31", "Pacific/Apia"));
    expect(localDate(skipped - 1, "Pacific/Apia")).toBe("2011-12-29");
  });
});
