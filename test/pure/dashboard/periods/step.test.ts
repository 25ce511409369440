// Steps through periods: each is as long as the one before it, next to it, and never after today.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, daysIn, monthsIn } from "../../../../dashboard/src/data/calendar";
import { hoursIn, isOfHours, PERIOD_NAMES, type Period, spanOf } from "../../../../dashboard/src/data/period";
import { hourStart, type Now, nowIn, toTimeText } from "../../../../dashboard/src/data/periods/moment";
import { stepPeriod } from "../../../../dashboard/src/data/periods/step";

const HOUR = 3_600_000;
const now: fc.Arbitrary<Now> = fc
  .tuple(
    fc.constantFrom("UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"),
    fc.date({ min: new Date("2015-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
  )
  .map(([timezone, at]) => nowIn(timezone, at.getTime()));
const named = fc.constantFrom(...PERIOD_NAMES).map((name): Period => ({ name }));

/** Days that end at most today. */
const daysUntil = ({ today }: Now): fc.Arbitrary<Period> =>
  fc
    .tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 0, max: 400 }))
    .map(([back, length]) => ({ name: "custom", from: addDays(today, -back - length), to: addDays(today, -back) }));

/** Hours that end at most with the current one. */
const hoursUntil = ({ at, timezone }: Now): fc.Arbitrary<Period> =>
  fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 200 })).map(([back, length]) => {
    const end = hourStart(at, timezone) + HOUR - back * HOUR;
    return { name: "custom", from: toTimeText(end - length * HOUR, timezone), to: toTimeText(end, timezone) };
  });

const given = now.chain((one) =>
  fc.tuple(
    fc.constant(one),
    fc.oneof(named, daysUntil(one), hoursUntil(one)).filter(({ name }) => name !== "all"),
  ),
);

/** First and last day, or the instants, whatever the period is called. */
function endsOf(period: Period, { at, today, timezone }: Now): [string, string] {
  if (!isOfHours(period)) {
    const { from, to } = spanOf(period, today)!;
    return [from, to];
  }
  const end = hourStart(at, timezone) + HOUR;
  return period.name === "custom"
    ? [new Date(period.from).toISOString(), new Date(period.to).toISOString()]
    : [new Date(end - 24 * HOUR).toISOString(), new Date(end).toISOString()];
}

describe("a step", () => {
  test("back ends where the period begins", () => {
    fc.assert(
      fc.property(given, ([moment, period]) => {
        const back = stepPeriod(period, -1, moment)!;
        const [from] = endsOf(period, moment);
        const [, to] = endsOf(back, moment);
        expect(isOfHours(period) ? to : addDays(to, 1)).toBe(from);
      }),
    );
  });

  test("back and ahead again is the same period", () => {
    fc.assert(
      fc.property(given, ([moment, period]) => {
        const back = stepPeriod(period, -1, moment)!;
        // Days before may happen to be June, or a quarter, and June steps to July.
        const isMonths = (one: Period): boolean => {
          const [from, to] = endsOf(one, moment);
          return !isOfHours(one) && monthsIn({ from, to }) !== null;
        };
        const isOfDays = ["30d", "90d"].includes(period.name) || !isMonths(period);
        fc.pre(!isOfDays || !isMonths(back));
        const again = stepPeriod(back, 1, moment);
        expect(again && endsOf(again, moment)).toEqual(endsOf(period, moment));
        if (period.name !== "custom" && period.name !== "12mo") expect(again).toEqual(period);
      }),
    );
  });

  test("keeps the length: days keep their number, months stay whole months", () => {
    fc.assert(
      fc.property(given, fc.constantFrom(-1 as const, 1 as const), ([moment, period], direction) => {
        const next = stepPeriod(period, direction, moment);
        if (!next) return;
        const [[from, to], [nextFrom, nextTo]] = [endsOf(period, moment), endsOf(next, moment)];
        if (isOfHours(period)) {
          expect(hoursIn({ from: nextFrom, to: nextTo })).toBe(hoursIn({ from, to }));
          return;
        }
        const isMonths = from.endsWith("-01") && addDays(to, 1).endsWith("-01");
        if (isMonths) expect([nextFrom.slice(8), addDays(nextTo, 1).slice(8)]).toContain("01");
        else expect(daysIn(nextFrom, nextTo)).toBe(daysIn(from, to));
      }),
    );
  });

  test("ahead never begins after today, and only a week or months in progress end after it", () => {
    fc.assert(
      fc.property(given, ([moment, period]) => {
        const next = stepPeriod(period, 1, moment);
        if (!next || isOfHours(next)) return;
        const [from, to] = endsOf(next, moment);
        expect(from <= moment.today).toBe(true);
        const isWhole = addDays(to, 1).endsWith("-01") || daysIn(from, to) % 7 === 0;
        if (!isWhole) expect(to <= moment.today).toBe(true);
      }),
    );
  });

  const at = (time: string): Now => nowIn("Europe/Zurich", Date.parse(time));
  test.each([
    [{ name: "day" }, -1, { name: "yesterday" }],
    [{ name: "day" }, 1, null],
    [{ name: "yesterday" }, 1, { name: "day" }],
    [{ name: "yesterday" }, -1, { name: "custom", from: "2026-11-23", to: "2026-11-23" }],
    [{ name: "7d" }, -1, { name: "custom", from: "2026-11-12", to: "2026-11-18" }],
    [{ name: "month" }, -1, { name: "last_month" }],
    [{ name: "month" }, 1, null],
    [{ name: "last_month" }, -1, { name: "custom", from: "2026-09-01", to: "2026-09-30" }],
    [{ name: "last_week" }, -1, { name: "custom", from: "2026-11-09", to: "2026-11-15" }],
    [{ name: "last_week" }, 1, { name: "custom", from: "2026-11-23", to: "2026-11-29" }],
    [{ name: "year" }, -1, { name: "last_year" }],
    [{ name: "last_year" }, 1, { name: "year" }],
    [{ name: "12mo" }, -1, { name: "custom", from: "2024-12-01", to: "2025-11-30" }],
    [{ name: "24h" }, -1, { name: "custom", from: "2026-11-23T13:00+01:00", to: "2026-11-24T13:00+01:00" }],
    [{ name: "custom", from: "2026-11-23T13:00+01:00", to: "2026-11-24T13:00+01:00" }, 1, { name: "24h" }],
    [{ name: "24h" }, 1, null],
    [{ name: "all" }, -1, null],
    // Ten days that would end in the future end today.
    [
      { name: "custom", from: "2026-11-11", to: "2026-11-20" },
      1,
      { name: "custom", from: "2026-11-16", to: "2026-11-25" },
    ],
  ] as [Period, 1 | -1, Period | null][])("from %o by %i", (period, direction, expected) => {
    expect(stepPeriod(period, direction, at("2026-11-25T11:20:00Z"))).toEqual(expected);
  });
});
