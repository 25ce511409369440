// Panels that several screens use: the shades of the map, the hours of a week, the buckets of a histogram.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays } from "../../../dashboard/src/data/calendar";
import { toBuckets } from "../../../dashboard/src/panels/histogram/buckets";
import { HOURS, stepOf, toWeek, WEEKDAYS } from "../../../dashboard/src/panels/week-grid/week";
import { legendOf, shadeFor } from "../../../dashboard/src/panels/world-map/shade";
import { DURATION_BUCKETS } from "../../../workers/domain/analysis/ask/buckets";

const row = (label: string | null, ...metrics: (number | null)[]) => ({ dimensions: [label], metrics });
const hoursOf = (from: string, days: number): string[] =>
  Array.from({ length: days * 24 }, (_, hour) => {
    const date = addDays(from, Math.floor(hour / 24));
    return `${date} ${String(hour % 24).padStart(2, "0")}:00:00`;
  });

describe("the hours of a week", () => {
  test("add up by weekday, Monday first, and average over the hours of the period", () => {
    // Monday 16 November 2026 to Tuesday of the next week: two Mondays and Tuesdays, one of the others.
    const meta = { time_labels: hoursOf("2026-11-16", 9) };
    const results = [
      row("2026-11-16 09:00:00", 4),
      row("2026-11-23 09:00:00", 8),
      row("2026-11-17 23:00:00", 3),
      row("2026-11-22 00:00:00", 5),
    ];
    const sums = toWeek({ results, meta }, "sum");
    expect([sums.days[0]![9]!.value, sums.days[1]![23]!.value, sums.days[6]![0]!.value]).toEqual([12, 3, 5]);
    expect(sums.busiest).toEqual({ weekday: 0, hour: 9, value: 12 });
    const means = toWeek({ results, meta }, "mean");
    expect([means.days[0]![9]!.value, means.days[1]![23]!.value, means.days[6]![0]!.value]).toEqual([6, 1.5, 5]);
    expect(means.days[3]![4]!.value).toBe(0);
  });

  test("that the period does not have, or that lie ahead, are not zero but missing", () => {
    const meta = { time_labels: hoursOf("2026-11-16", 1), present_index: 9 };
    const { days } = toWeek({ results: [row("2026-11-16 09:00:00", 2)], meta }, "mean");
    expect([days[0]![8]!.value, days[0]![9]!.value, days[0]![10]!.value, days[1]![9]!.value]).toEqual([
      0,
      2,
      null,
      null,
    ]);
  });

  test("of zones with half hours and repeated hours belong to the hour of their clock", () => {
    const labels = ["2026-11-16 09:30:00", "2026-11-16 10:30:00", "2026-11-16 10:30:00+05:30"];
    const results = labels.map((label) => row(label, 2));
    const { days } = toWeek({ results, meta: { time_labels: labels } }, "sum");
    expect([days[0]![9]!.value, days[0]![10]!.value]).toEqual([2, 4]);
  });

  test("without anything have no busiest hour and no steps", () => {
    expect(toWeek({ results: [], meta: {} }, "mean")).toMatchObject({ steps: [], busiest: null });
  });

  test("keep every event in their sum, and every value in the step whose colour it has", () => {
    const events = fc.array(fc.record({ hour: fc.integer({ min: 0, max: 20 * 24 - 1 }), count: fc.nat(500) }));
    fc.assert(
      fc.property(events, (given) => {
        const labels = hoursOf("2026-10-20", 20);
        const results = given.map(({ hour, count }) => row(labels[hour]!, count));
        const { days, steps, busiest } = toWeek({ results, meta: { time_labels: labels } }, "sum");
        expect(days.map((day) => day.length)).toEqual(Array.from({ length: WEEKDAYS }, () => HOURS));
        const values = days.flat().map(({ value }) => value ?? 0);
        expect(values.reduce((a, b) => a + b)).toBe(given.reduce((sum, { count }) => sum + count, 0));
        const most = Math.max(...values);
        expect(busiest?.value ?? 0).toBe(most);
        for (const value of values.filter((one) => one > 0)) {
          const step = steps.find(({ from, to }) => value >= from && value <= to);
          expect(step && stepOf(step.to, most)).toBe(stepOf(value, most));
        }
      }),
    );
  });
});

describe("the shades of the map", () => {
  test("rise with the value and reach the whole accent, and nothing has none", () => {
    const shades = [1, 10, 100].map((value) => Number.parseInt(shadeFor(value, 100)!, 10));
    expect(shades).toEqual([...shades].sort((a, b) => a - b));
    expect([shadeFor(100, 100), shadeFor(0, 100), shadeFor(undefined, 100), shadeFor(1, 0)]).toEqual([
      "100%",
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each([
    [[], []],
    [[0], []],
    [[1, 1], [1]],
    [
      [2, 1],
      [1, 2],
    ],
    [
      [6, 3, 1, 0],
      [1, 2, 3, 6],
    ],
    [
      [7, 16],
      [7, 9, 16],
    ],
    [
      [5000, 12, 800],
      [12, 1250, 2813, 5000],
    ],
  ])("of %j have a legend from the smallest to the largest that names no value twice", (values, legend) => {
    expect(legendOf(values)).toEqual(legend);
  });
});

describe("the buckets of a histogram", () => {
  test("come in their own order, also those without a row, with shares of all of them", () => {
    const rows = [row("1–3 min", 30), row("0–10 s", 60), row("30+ min", 10), row("(none)", 99)];
    const buckets = toBuckets(rows, DURATION_BUCKETS);
    expect(buckets.map(({ label }) => label)).toEqual(DURATION_BUCKETS);
    expect(buckets.map(({ value }) => value)).toEqual([60, 0, 0, 30, 0, 0, 10]);
    expect(buckets.map(({ share }) => share)).toEqual([0.6, 0, 0, 0.3, 0, 0, 0.1]);
  });

  test("of nothing have no shares", () => {
    expect(toBuckets([], ["a"])).toEqual([{ label: "a", value: 0, share: 0 }]);
  });
});
