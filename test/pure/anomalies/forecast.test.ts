// The forecast: laws that hold for any days, and how many days fell into its ranges, measured and printed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomFor } from "../../../scripts/simulate/random";
import type { DayPoint } from "../../../workers/domain/anomalies/anomaly";
import { forecast } from "../../../workers/domain/anomalies/forecast";
import { addDays } from "../../../workers/domain/time/zone";

const FIRST = "2026-01-05";
const daysOf = (values: readonly number[]): DayPoint[] =>
  values.map((value, day) => ({ date: addDays(FIRST, day), value }));
const forecastOf = (values: readonly number[]) => forecast(daysOf(values), addDays(FIRST, values.length));
const counts = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 16, maxLength: 120 });

describe("a forecast", () => {
  it("is never negative, and its ranges hold its middle and one another", () => {
    fc.assert(
      fc.property(counts, (values) => {
        for (const day of forecastOf(values)?.days ?? []) {
          const { low95, low80, expected, high80, high95 } = day;
          const order = [0, low95, low80, expected, high80, high95];
          expect(order.every(Number.isFinite)).toBe(true);
          expect([...order].sort((a, b) => a - b)).toEqual(order);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("does not depend on the order of the days, nor on when it is asked", () => {
    fc.assert(
      fc.property(counts, (values) => {
        const points = daysOf(values);
        const next = addDays(FIRST, values.length);
        const later = { date: next, value: 99_999 };
        expect(forecast([later, ...points].reverse(), next)).toEqual(forecast(points, next));
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  it("is null of less than 14 whole days, and names the next seven of more", () => {
    expect(forecast([], "2026-03-01")).toBeNull();
    expect(forecastOf(new Array(14).fill(50))).toBeNull();
    const found = forecastOf(new Array(15).fill(50));
    expect(found?.basis).toBe(14);
    expect(found?.days.map(({ date }) => date)).toEqual(
      Array.from({ length: 7 }, (_, day) => addDays(FIRST, 15 + day)),
    );
  });

  it("of the same number every day is that number", () => {
    for (const same of [1, 20, 5000])
      for (const day of forecastOf(new Array(60).fill(same))!.days) expect(day.expected).toBeCloseTo(same, 3);
  });

  it("repeats a week exactly, also where weeks grow evenly", () => {
    const week = [600, 1000, 1100, 1150, 1050, 900, 500];
    const steady = forecastOf(Array.from({ length: 70 }, (_, day) => week[day % 7]!))!;
    for (const [day, { expected }] of steady.days.entries()) expect(expected / week[day]!).toBeCloseTo(1, 2);
    const growing = forecastOf(Array.from({ length: 140 }, (_, day) => week[day % 7]! * 1.005 ** day))!;
    for (const [day, { expected }] of growing.days.entries())
      expect(Math.abs(expected / (week[day]! * 1.005 ** (140 + day)) - 1)).toBeLessThan(0.05);
  });

  it("counts days without a point as nothing, and hardly notices one day of an outage", () => {
    const values = Array.from({ length: 60 }, (_, day) => 1000 + 100 * (day % 7));
    const without = daysOf(values).filter((_, day) => day !== 57);
    const next = addDays(FIRST, 60);
    const [whole, holed] = [forecast(daysOf(values), next)!, forecast(without, next)!];
    for (const [day, { expected }] of holed.days.entries())
      expect(Math.abs(expected / whole.days[day]!.expected - 1)).toBeLessThan(0.1);
  });

  it("of a site with hardly a visitor is the average with a range", () => {
    const found = forecastOf(Array.from({ length: 40 }, (_, day) => (day % 4 === 0 ? 2 : 0)))!;
    expect(found.method).toBe("average");
    expect(found.days[0]!.expected).toBeCloseTo(0.5, 1);
    expect(found.days[0]!.low95).toBe(0);
    expect(found.days[0]!.high95).toBeGreaterThan(1);
  });
});

describe("ranges of forecasts on simulated days", () => {
  const WEEK = [0.6, 1.05, 1.15, 1.15, 1.1, 1, 0.65];
  const normal = (unit: () => number) => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());

  /** Days with a week's season, growth, a mood that drifts, and clumped counts. */
  function simulate(seed: number, visitors: number, length: number): number[] {
    const random = randomFor(seed, 7);
    const growth = [1, 1.1, 0.93, 1.2][seed % 4]!;
    let drift = 0;
    return Array.from({ length }, (_, day) => {
      drift = 0.5 * drift + 0.06 * normal(random.unit);
      const mean = visitors * WEEK[day % 7]! * growth ** (day / 30) * Math.exp(drift + 0.08 * normal(random.unit));
      return Math.max(0, Math.round(mean + Math.sqrt(1.3 * mean) * normal(random.unit)));
    });
  }

  it("hold as many as they say, by seven in a hundred", () => {
    const lines = ["visitors a day  days of data  in 80 %   in 95 %   median error"];
    for (const visitors of [2, 15, 120, 1500, 30_000])
      for (const length of [20, 45, 120]) {
        let [in80, in95, all] = [0, 0, 0];
        const errors: number[] = [];
        for (let seed = 1; seed <= 40; seed++) {
          const values = simulate(seed, visitors, length + 7);
          const found = forecastOf(values.slice(0, length));
          for (const [step, day] of (found?.days ?? []).entries()) {
            const value = values[length + step]!;
            // A count lies in a range where it touches it by rounding.
            if (value >= Math.floor(day.low80) && value <= Math.ceil(day.high80)) in80++;
            if (value >= Math.floor(day.low95) && value <= Math.ceil(day.high95)) in95++;
            errors.push(Math.abs(value - day.expected) / Math.max(1, value));
            all++;
          }
        }
        const percent = (part: number) => `${((100 * part) / all).toFixed(1)} %`;
        const error = [...errors].sort((a, b) => a - b)[errors.length >> 1]!;
        lines.push(
          `${String(visitors).padEnd(14)}  ${String(length).padEnd(12)}  ${percent(in80)}    ${percent(in95)}    ${(100 * error).toFixed(0)} %`,
        );
        if (visitors >= 120) {
          expect.soft(Math.abs((100 * in80) / all - 80)).toBeLessThanOrEqual(7);
          expect.soft(Math.abs((100 * in95) / all - 95)).toBeLessThanOrEqual(5);
        } else {
          // Whole numbers: a range of few counts holds more than it says.
          expect.soft((100 * in80) / all).toBeGreaterThanOrEqual(75);
          expect.soft((100 * in95) / all).toBeGreaterThanOrEqual(90);
        }
      }
    console.log(lines.join("\n"));
  });
});
