// Networks, anomalies, forecasts and settings on the screen: who is shown, what is said, where a forecast has a place.
import fc from "fast-check";
import { expect, test } from "vitest";
import { daysOfAnomaly, deviationOf, formatValue, titleOf, toGauge, whenOf } from "../../../dashboard/src/data/anomaly";
import { addDays, localClock } from "../../../dashboard/src/data/calendar";
import { PANELS } from "../../../dashboard/src/data/panel";
import {
  panelQuestion,
  seriesQuestion,
  summaryQuestion,
  wholeDaysQuestion,
} from "../../../dashboard/src/data/question";
import type { Series } from "../../../dashboard/src/data/series";
import { readView } from "../../../dashboard/src/data/view";
import {
  ALL_NETWORKS,
  ORGANIZATIONS,
  signalName,
  toChoices,
  toShown,
} from "../../../dashboard/src/screens/networks/choice";
import { forecastAsk, withForecast, withMarks } from "../../../dashboard/src/screens/overview/forecast";
import { freshSecret, fromNumber, toLines, toList, toNumber } from "../../../dashboard/src/screens/settings/requests";
import { sent } from "../../../dashboard/src/words/settings";
import type { AnomaliesView, AnomalyView, ForecastView } from "../../../workers/domain/anomalies/record";
import type { NetworksInsight } from "../../../workers/domain/counts/insight";
import { STANDARD_SETTINGS } from "../../../workers/domain/properties/settings";
import { toQuery } from "../../../workers/domain/queries/query";

const aNetwork = (network: string, network_type: string): NetworksInsight["networks"][number] => ({
  network,
  network_type,
  asn: null,
  place: { country: null, region: null, city: null },
  visitors: 1,
  visits: 1,
  pageviews: 1,
  first_seen: null,
  last_seen: null,
  pages: [],
});
const TYPES = [
  ["isp", 90],
  ["hosting", 20],
  ["business", 7],
  ["education", 3],
  ["(unknown)", 1],
] as const;
const INSIGHT: NetworksInsight = {
  networks: TYPES.map(([type]) => aNetwork(`a ${type}`, type)),
  types: TYPES.map(([network_type, visitors]) => ({ network_type, visitors, visits: visitors, pageviews: visitors })),
  signals: [],
};
const shown = (show: string, withoutBots = false): string[] =>
  toShown(INSIGHT, { show, withoutBots }).map(({ network_type }) => network_type);

test("organizations are networks that say who reads; of the others everybody may be a customer", () => {
  expect(shown(ORGANIZATIONS)).toEqual(["business", "education"]);
  expect(shown(ALL_NETWORKS)).toHaveLength(TYPES.length);
  expect(shown("isp")).toEqual(["isp"]);
});

test("without suspected bots no hosting network is shown or counted", () => {
  expect(shown(ALL_NETWORKS, true)).not.toContain("hosting");
  expect(shown("hosting", true)).toEqual([]);
  expect(toChoices(INSIGHT, true).map(({ show, visitors }) => `${show} ${visitors}`)).toEqual([
    "organizations 10",
    "all 101",
    "isp 90",
    "business 7",
    "education 3",
    "(unknown) 1",
  ]);
  expect(toChoices(INSIGHT, false)[1]).toMatchObject({ show: ALL_NETWORKS, visitors: 121 });
  expect(signalName("hosting_network")).toBe("Hosting network");
});

const scene = (params: Record<string, string>) => ({ siteId: "shop", today: "2026-11-25", view: readView(params) });

test("without suspected bots every question of the overview says so, and only then", () => {
  const questions = (params: Record<string, string>) => {
    const now = scene(params);
    return [
      summaryQuestion(now),
      seriesQuestion(now),
      wholeDaysQuestion(now)!,
      panelQuestion(now, PANELS.pages, "event:page", 10),
    ].map((question) => toQuery(question).suspected_bots);
  };
  expect(questions({ bots: "without" })).toEqual([false, false, false, false]);
  expect(questions({})).toEqual([true, true, true, true]);
});

const anAnomaly = (change: Partial<AnomalyView>): AnomalyView => ({
  id: "a",
  metric: "visitors",
  metrics: ["visitors"],
  grain: "hour",
  direction: "spike",
  severity: "warning",
  started_at: "2026-11-24T13:00:00.000Z",
  ended_at: "2026-11-24T16:00:00.000Z",
  observed: 412,
  expected: 120,
  low: 84,
  high: 171,
  score: 9,
  explanation: null,
  threshold: null,
  dismissed: false,
  ...change,
});
const inZurich = (instant: number): string => localClock(instant, "Europe/Zurich");

test("an anomaly has its size in its title: a multiple, a percentage, or points of a rate", () => {
  expect(titleOf(anAnomaly({}))).toBe("Visitors: far above usual");
  expect(titleOf(anAnomaly({ metric: "not_found", direction: "outage" }))).toBe("Pages not found: no data");
  expect(deviationOf(anAnomaly({}))).toBe("3.4×");
  expect(deviationOf(anAnomaly({ observed: 30 }))).toBe("−75%");
  expect(deviationOf(anAnomaly({ observed: 0 }))).toBe("−100%");
  expect(deviationOf(anAnomaly({ metric: "bounce_rate", observed: 22.4, expected: 41 }))).toBe("−19 pts");
  expect(deviationOf(anAnomaly({ expected: 0 }))).toBeNull();
  expect(formatValue("bounce_rate", 22.4)).toBe("22%");
});

test("when it was is told on the property's clock, days as days", () => {
  expect(whenOf(anAnomaly({}), inZurich)).toMatch(/(14:00|2:00.PM), for 3h 00m$/);
  const day = anAnomaly({ grain: "day", started_at: "2026-11-23T23:00:00Z", ended_at: "2026-11-24T23:00:00Z" });
  expect(whenOf(day, inZurich)).toMatch(/^Tue.+24.+2026, all day$/);
  expect(daysOfAnomaly(day, inZurich)).toEqual({ from: "2026-11-24", to: "2026-11-24" });
  // The day on which clocks go back has 25 hours.
  const long = anAnomaly({ grain: "day", started_at: "2026-10-24T22:00:00Z", ended_at: "2026-10-25T23:00:00Z" });
  expect(whenOf(long, inZurich)).toMatch(/all day$/);
});

test("the gauge keeps its order and stays within its length", () => {
  const gauge = toGauge(anAnomaly({}));
  expect(gauge.low).toBeLessThan(gauge.expected);
  expect(gauge.expected).toBeLessThan(gauge.high);
  expect(gauge.high).toBeLessThan(gauge.observed);
  expect(gauge.observed).toBeLessThanOrEqual(100);
  expect(toGauge(anAnomaly({ observed: 0, expected: 0, low: 0, high: 0 }))).toEqual({
    low: 0,
    high: 0,
    expected: 0,
    observed: 0,
  });
});

test("a forecast is asked for where days run until today, of metrics that have one, and of all visits", () => {
  expect(forecastAsk(scene({}))).toEqual({ siteId: "shop", metric: "visitors" });
  expect(forecastAsk(scene({ metric: "pageviews", period: "30d" }))).toEqual({ siteId: "shop", metric: "pageviews" });
  expect(forecastAsk(scene({ period: "custom", from: "2026-11-01", to: "2026-11-25" }))).not.toBeNull();
  for (const params of [
    { metric: "bounce_rate" },
    { period: "day" },
    { period: "yesterday" },
    { period: "12mo" },
    { period: "last_month" },
    { period: "custom", from: "2026-11-01", to: "2026-11-20" },
    { bots: "without" },
  ])
    expect(forecastAsk(scene(params as unknown as Record<string, string>))).toBeNull();
});

const aDay = (date: string, value: number) => ({
  date,
  value,
  low80: value - 5,
  high80: value + 5,
  low95: 0,
  high95: 99,
});
const FORECAST: ForecastView = {
  metric: "visitors",
  days: [aDay("2026-11-25", 9), aDay("2026-11-26", 10), aDay("2026-11-27", 11)],
};
const point = (label: string, value: number | null) => ({ label, value, beforeLabel: null, before: null });
const SERIES: Series = {
  interval: "day",
  running: 1,
  points: [point("2026-11-24", 8), point("2026-11-25", 3), point("2026-11-26", null)],
};

/** A line of days until 25 November, and some days of the future that the period has already. */
const lineOf = (days: number, future: number): Series => ({
  interval: "day",
  running: days - 1,
  points: Array.from({ length: days + future }, (_, index) =>
    point(addDays("2026-11-25", index + 1 - days), index < days ? 8 : null),
  ),
});

test("the forecast joins the line from today on, which is not over, also where the period has those days already", () => {
  const joined = withForecast(lineOf(8, 1), FORECAST, "2026-11-25").points;
  expect(joined.slice(6).map(({ label, value, forecast }) => [label, value, forecast?.value ?? null])).toEqual([
    ["2026-11-24", 8, null],
    ["2026-11-25", 8, 9],
    ["2026-11-26", null, 10],
    ["2026-11-27", null, 11],
  ]);
  expect(withForecast(SERIES, { metric: "visitors", days: null }, "2026-11-25")).toEqual(SERIES);
  expect(withForecast({ ...SERIES, interval: "week" }, FORECAST, "2026-11-25").points).toHaveLength(3);
});

test("the forecast never takes more than a quarter of the chart's width", () => {
  const days = Array.from({ length: 30 }, (_, index) => aDay(addDays("2026-11-25", index), index));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 30 }), (past, future) => {
      const { points } = withForecast(lineOf(past, future), { metric: "visitors", days }, "2026-11-25");
      const ahead = points.findLastIndex(({ forecast }) => forecast) - (past - 1);
      expect(points.length).toBeGreaterThanOrEqual(past + future);
      expect(ahead).toBeGreaterThanOrEqual(0);
      expect(4 * ahead).toBeLessThanOrEqual(points.length - 1);
      // One more day would be too many, or there is none.
      const next = Math.max(points.length, past + ahead + 1) - 1;
      expect(ahead === days.length - 1 || 4 * (ahead + 1) > next).toBe(true);
    }),
  );
});

test("days with an anomaly are marked, but for those that were dismissed or lie ahead", () => {
  const view = (dismissed: boolean): AnomaliesView => ({ anomalies: [anAnomaly({ dismissed })] });
  const dateOf = (instant: number): string => inZurich(instant).slice(0, 10);
  const marked = (anomalies: AnomaliesView) =>
    withMarks(SERIES, anomalies, dateOf).points.flatMap(({ label, marked }) => (marked ? [label] : []));
  expect(marked(view(false))).toEqual(["2026-11-24"]);
  expect(marked(view(true))).toEqual([]);
  const ahead = anAnomaly({ started_at: "2026-11-26T10:00:00Z", ended_at: "2026-11-26T11:00:00Z" });
  expect(marked({ anomalies: [ahead] })).toEqual([]);
});

test("an empty field is no number, and lists are read line by line", () => {
  expect([toNumber(""), toNumber(" "), toNumber("0"), toNumber("30")]).toEqual([null, null, 0, 30]);
  expect([fromNumber(null), fromNumber(0), fromNumber(undefined)]).toEqual(["", "0", ""]);
  expect(toList(" a@b.example\n\nc@d.example , e@f.example")).toEqual(["a@b.example", "c@d.example", "e@f.example"]);
  expect(toList(toLines(["a", "b"]))).toEqual(["a", "b"]);
});

test("the result of a test message says how many were sent and how many failed", () => {
  expect(sent.tested(2, 0)).toBe("Sent to 2.");
  expect(sent.tested(1, 1)).toBe("Sent to 1. 1 could not be sent. See the list for details.");
  expect(sent.tested(0, 0)).toBe("Not sent: all recipients have unsubscribed.");
});

test("a secret is shown only in the reply that made it", () => {
  const withSecret = (secret: string) => ({
    ...STANDARD_SETTINGS,
    reports: { ...STANDARD_SETTINGS.reports, webhook: { url: "https://example.com", secret } },
  });
  expect(freshSecret(STANDARD_SETTINGS)).toBeNull();
  expect(freshSecret(withSecret("set"))).toBeNull();
  expect(freshSecret(withSecret("tkwh_0123456789abcdef"))).toBe("tkwh_0123456789abcdef");
});
