// What becomes of an anomaly: the owner's settings as the judge takes them, and the record that is kept and told.
import { describe, expect, it } from "vitest";
import type { Anomaly, AnomalyQuestion } from "../../../workers/domain/anomalies/anomaly";
import { isUnchanged, rarity, toAnomalySettings, toKnown, toRecord } from "../../../workers/domain/anomalies/outcome";
import { alertsInput } from "../../../workers/domain/anomalies/record";
import { judgeSeries, toQuestion, windowAt } from "../../../workers/domain/anomalies/series";
import { addDays } from "../../../workers/domain/time/zone";

describe("rarity", () => {
  it("is −log10 of the chance to lie so far apart, on either side, and at most 6 % less rare", () => {
    // Two-sided tails of the normal, from tables.
    for (const [deviations, chance] of [
      [0, 1],
      [0.5, 0.6171],
      [1, 0.3173],
      [2, 0.0455],
      [3, 0.0026998],
      [4.5, 6.795e-6],
      [6, 1.973e-9],
    ] as const) {
      expect(10 ** -rarity(deviations) / chance).toBeGreaterThan(0.999);
      expect(10 ** -rarity(deviations) / chance).toBeLessThan(1.06);
    }
    expect(rarity(60)).toBeGreaterThan(700);
  });
});

describe("settings", () => {
  it("have limits by hour", () => {
    const limits = { visitors: { upper: 100, lower: 5 }, errors: { upper: 0, lower: null } };
    const told = toAnomalySettings(alertsInput.parse({ sensitivity: "high", limits }));
    expect(told).toEqual({
      enabled: true,
      sensitivity: "high",
      least_change: 30,
      ignore: [],
      limits: [
        { metric: "visitors", grain: "hour", above: 100, below: 5 },
        { metric: "errors", grain: "hour", above: 0 },
      ],
    });
  });
});

/** What a new property has. */
const SETTINGS = toAnomalySettings(alertsInput.parse({}));

const START = Date.parse("2026-04-08T08:00:00Z") / 1000;
const anAnomaly = (given: Partial<Anomaly> = {}): Anomaly => ({
  id: `traffic-up-${START}`,
  group: "traffic",
  metric: "visitors",
  metrics: ["visitors", "pageviews"],
  grains: ["hour", "day"],
  direction: "spike",
  severity: "warning",
  reason: "baseline",
  start: START,
  end: START + 7200,
  observed: 500,
  expected: 100.004,
  low: 80,
  high: 120,
  change: 400,
  score: 6,
  ...given,
});
const aQuestion = (given: Partial<AnomalyQuestion> = {}): AnomalyQuestion => ({
  timezone: "UTC",
  hours: {
    visitors: [
      { hour: START, value: 90 },
      { hour: START + 3600, value: 410 },
    ],
  },
  days: {},
  from: START,
  until: START + 7200,
  settings: SETTINGS,
  ...given,
});
const limited = (limit: object) => ({
  settings: { ...SETTINGS, limits: [{ metric: "visitors", grain: "hour", ...limit }] } as never,
});
const NOW = (START + 7800) * 1000;

describe("a record", () => {
  it("has the numbers of the anomaly and the metrics beside its own", () => {
    expect(toRecord(anAnomaly(), aQuestion(), NOW)).toMatchObject({
      metric: "visitors",
      metrics: ["pageviews"],
      grain: "hour",
      started_at: START * 1000,
      ended_at: (START + 7200) * 1000,
      expected: 100,
      threshold: null,
      explanation: null,
    });
  });

  it("says which limit was crossed in an hour of it", () => {
    const told = (limit: object, given: Partial<Anomaly> = {}) =>
      toRecord(anAnomaly(given), aQuestion(limited(limit)), NOW).threshold;
    expect(told({ above: 400 })).toEqual({ limit: 400, of: "upper" });
    expect(told({ above: 450 })).toBeNull();
    expect(told({ below: 100 })).toBeNull();
    expect(told({ below: 100 }, { direction: "drop" })).toEqual({ limit: 100, of: "lower" });
    expect(told({ above: 450 }, { reason: "limit" })).toEqual({ limit: 450, of: "upper" });
  });

  it("ends now where its day is not over", () => {
    expect(toRecord(anAnomaly({ end: START + 86_400 }), aQuestion(), NOW).ended_at).toBe(NOW);
  });

  it("is the same but for its explanation when the same is found again", () => {
    const record = toRecord(anAnomaly(), aQuestion(), NOW);
    const explanation = { dimension: "visit:source", value: "X", observed: 1, expected: 0, share_percent: 90 };
    expect(isUnchanged({ ...record, explanation }, toRecord(anAnomaly(), aQuestion(), NOW + 3_600_000))).toBe(true);
    expect(isUnchanged(record, { ...record, observed: 501 })).toBe(false);
    const { id, group, direction, start, end } = anAnomaly();
    expect(toKnown(id, record)).toEqual({ id, group, direction, start, end });
  });
});

describe("the window", () => {
  it("ends ten minutes before now and begins 59 days before its day, on the property's calendar", () => {
    const window = windowAt(Date.parse("2026-04-08T18:40:00Z"), "Asia/Kolkata");
    expect(window.until).toBe(Date.parse("2026-04-08T18:30:00Z") / 1000);
    // Midnight in Kolkata: the day that has just begun is there, and empty.
    expect([window.dates[0], window.dates.at(-1), window.dates.length]).toEqual(["2026-02-09", "2026-04-09", 60]);
  });
});

describe("errors of a day that is not over", () => {
  const TODAY = "2026-04-08";
  const found = (errors: number, clock: string) => {
    const dates = Array.from({ length: 59 }, (_, ago) => addDays(TODAY, -ago));
    const totals = { visitors: 100, pageviews: 300, events: 300, visits: 100, bounces: 50 };
    const series = {
      hours: [],
      errorHours: [],
      days: dates.map((date) => ({ date, ...totals })),
      errors: dates.map((date, ago) => ({ date, name: "js_error", events: ago === 0 ? errors : 6 + (ago % 4) })),
    };
    const window = windowAt(Date.parse(`2026-04-${clock}:00Z`), "UTC");
    const settings = { ...SETTINGS, limits: [{ metric: "errors", grain: "day", below: 3 } as const] };
    return judgeSeries(toQuestion(series, window, settings)).map(({ id, metric, direction, observed }) => ({
      id,
      metric,
      direction,
      observed,
    }));
  };

  it("are an anomaly as soon as they are too many, and the same one when it is over", () => {
    expect(found(12, "08T09:10")).toEqual([]);
    const id = `errors-up-${Date.parse(TODAY) / 1000}`;
    expect(found(80, "08T09:10")).toEqual([{ id, metric: "errors", direction: "spike", observed: 80 }]);
    expect(found(120, "09T00:10")).toEqual([{ id, metric: "errors", direction: "spike", observed: 120 }]);
  });

  it("are not too few before it is over", () => {
    expect(found(1, "08T09:10")).toEqual([]);
    expect(found(1, "09T00:10")).toMatchObject([{ metric: "errors", direction: "drop" }]);
  });
});
