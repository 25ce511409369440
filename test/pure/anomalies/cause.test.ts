// What explains an anomaly: the right days are asked of the right dimensions, and a day at noon is held against noons.
import { describe, expect, it } from "vitest";
import { type CauseRow, causeOf, toCauseQuestion } from "../../../workers/domain/anomalies/cause";
import type { AnomalyRecord } from "../../../workers/domain/anomalies/record";
import type { Series, Window } from "../../../workers/domain/anomalies/series";
import { addDays } from "../../../workers/domain/time/zone";

const TODAY = "2026-04-08";
const at = (clock: string) => Date.parse(`${TODAY}T${clock}:00Z`);
const weeks = (least: number) =>
  [1, 2, 3, 4, 5, 6].filter((week) => week >= least).map((week) => addDays(TODAY, -7 * week));

const aRecord = (given: Partial<AnomalyRecord> = {}): AnomalyRecord => ({
  metric: "visitors",
  metrics: [],
  grain: "hour",
  direction: "drop",
  severity: "warning",
  started_at: at("10:00"),
  ended_at: at("12:00"),
  observed: 1,
  expected: 2,
  low: 1,
  high: 3,
  score: 9,
  explanation: null,
  threshold: null,
  ...given,
});
const window: Window = { timezone: "UTC", from: 0, until: at("12:00") / 1000, dates: [] };
const totals = (visitors: number) => ({
  visitors,
  pageviews: 3 * visitors,
  events: 3 * visitors,
  visits: visitors,
  bounces: visitors / 2,
});
/** 100 visitors an hour on each of the weeks before; `today` until noon. */
const aSeries = (today: number): Series => ({
  hours: weeks(1).flatMap((date) =>
    Array.from({ length: 24 }, (_, hour) => ({ hour: Date.parse(date) / 1000 + hour * 3600, ...totals(100) })),
  ),
  days: [{ date: TODAY, ...totals(today) }, ...weeks(1).map((date) => ({ date, ...totals(2400) }))],
  errors: [],
  errorHours: [],
});
const rows = (dimension: string, value: string, today: number, usual: number, of = 0, usualOf = 0): CauseRow[] => [
  { dimension, value, date: TODAY, count: today, of },
  ...weeks(1).map((date) => ({ dimension, value, date, count: usual, of: usualOf })),
];

describe("the question", () => {
  it("is about the days of an anomaly and their weekdays before, of a long one about its last week", () => {
    expect(toCauseQuestion(aRecord(), window)).toMatchObject({ dates: [TODAY], fact: "visitors", of: null });
    expect(toCauseQuestion(aRecord(), window).all).toEqual([...weeks(1).toReversed(), TODAY]);
    const long = toCauseQuestion(aRecord({ started_at: at("10:00") - 12 * 86_400_000 }), window);
    expect([long.dates.length, long.dates.at(-1)]).toEqual([7, TODAY]);
    expect(
      toCauseQuestion(aRecord({ ended_at: Date.parse(TODAY), started_at: Date.parse(TODAY) - 1 }), window).dates,
    ).toEqual([addDays(TODAY, -1)]);
  });

  it("asks dimensions that count the metric", () => {
    const keys = (metric: AnomalyRecord["metric"]) => [
      ...toCauseQuestion(aRecord({ metric }), window).dimensions.keys(),
    ];
    expect(keys("visitors")).toContain("page");
    expect(keys("bounce_rate")).toContain("entry_page");
    expect(keys("bounce_rate")).not.toContain("page");
    expect(keys("events")).toContain("name");
    expect(keys("errors")).toEqual(["event_page/js_error", "prop/js_error"]);
    expect(keys("not_found")).toEqual(["event_page/not_found", "prop/not_found"]);
  });
});

describe("the cause", () => {
  const causeFor = (record: AnomalyRecord, series: Series, counted: CauseRow[]) =>
    causeOf(record, toCauseQuestion(record, window), counted, series, window);

  it("of a drop is the source that is missing, held against what is usual until noon", () => {
    const counted = [...rows("source", "Google", 100, 1600), ...rows("source", "Bing", 395, 800)];
    expect(causeFor(aRecord(), aSeries(495), counted)).toEqual({
      dimension: "visit:source",
      value: "Google",
      observed: 100,
      expected: 800,
      share_percent: 99,
    });
  });

  it("is nothing where the day as a whole went the other way", () => {
    expect(causeFor(aRecord(), aSeries(1500), rows("source", "Google", 100, 1600))).toBeNull();
  });

  it("of a bounce rate is the value whose visits bounce more, in percent, whether it is known or new", () => {
    const record = aRecord({ metric: "bounce_rate", direction: "spike" });
    const series = aSeries(1000);
    const days = series.days.map((day) => (day.date === TODAY ? { ...day, bounces: 700 } : day));
    const known = [...rows("source", "Google", 450, 800, 500, 1600), ...rows("source", "Bing", 250, 400, 500, 800)];
    expect(causeFor(record, { ...series, days }, known)).toEqual({
      dimension: "visit:source",
      value: "Google",
      observed: 90,
      expected: 50,
      share_percent: 100,
    });
    const fresh = [...rows("source", "Google", 250, 800, 500, 1600), { ...rows("source", "Spam", 450, 0, 500)[0]! }];
    expect(causeFor(record, { ...series, days }, fresh)).toMatchObject({ value: "Spam", observed: 90, expected: 50 });
  });

  it("of errors is their page or message, by the names of the props", () => {
    const record = aRecord({ metric: "errors", direction: "spike", grain: "day" });
    const errors = rows("total", "", 60, 4).map(({ date, count }) => ({ date, name: "js_error", events: count }));
    const counted = [
      ...rows("prop/js_error", "message\nx is not defined", 55, 0),
      ...rows("prop/js_error", "line\n12", 55, 0),
      ...rows("event_page/js_error", "/", 30, 2),
    ];
    expect(causeFor(record, { ...aSeries(1200), errors }, counted)).toMatchObject({
      dimension: "event:message",
      value: "x is not defined",
    });
  });
});
