// What the dashboard makes of answers: lines without holes, changes with the right sign, numbers a person can read.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localClock, monthEnd, yearBefore } from "../../../dashboard/src/data/calendar";
import { formatMoney } from "../../../dashboard/src/data/detail/money";
import { formatDuration, formatMetric, formatShare, NOTHING, toChange } from "../../../dashboard/src/data/format";
import { flagOf, valueName } from "../../../dashboard/src/data/naming";
import { columnsFor, PANEL_NAMES, PANELS } from "../../../dashboard/src/data/panel";
import { isComparable } from "../../../dashboard/src/data/question";
import { formatCharted, toChartChange } from "../../../dashboard/src/data/saved/charted";
import { intervalOf, since, toSeries } from "../../../dashboard/src/data/series";
import { nextWait, reconnectWait } from "../../../dashboard/src/data/wait";
import { DIMENSIONS, FACTS_OF_SCOPE, METRIC_NAMES, METRICS } from "../../../workers/domain/events/catalog";
import type { Answer } from "../../../workers/domain/queries/answer";
import { toBuckets } from "../../../workers/domain/queries/bucket";
import { toPeriod } from "../../../workers/domain/queries/period";

const anAnswer = (results: Answer["results"], meta: Answer["meta"]): Answer => ({
  results,
  meta,
  query: {
    site_id: "s",
    metrics: ["visitors"],
    date_range: ["", ""],
    filters: [],
    dimensions: [],
    order_by: [],
    include: {},
    pagination: { limit: 1, offset: 0 },
  },
});

const DAYS = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"];

test("a bucket without a row is zero for a count and nothing for a rate", () => {
  const answer = anAnswer([{ dimensions: ["2026-11-21"], metrics: [7] }], { time_labels: DAYS.slice(0, 2) });
  const values = (metric: "visitors" | "bounce_rate") =>
    toSeries(answer, metric, "2026-11-30 00:00:00").points.map((point) => point.value);
  expect(values("visitors")).toEqual([0, 7]);
  expect(values("bounce_rate")).toEqual([null, 7]);
});

test("money is exact in tables, short in cards, and round on an axis, with the decimals of its currency", () => {
  const text = (value: number, currency = "EUR") =>
    (["exact", "short", "round"] as const).map((length) => formatMoney({ value, currency }, length));
  expect(text(20)).toEqual(["€20.00", "€20.00", "€20"]);
  expect(text(1240.5)).toEqual(["€1,240.50", "€1,240.50", "€1,240.50"]);
  expect(text(12_840.55)).toEqual(["€12,840.55", "€12.8k", "€12.8k"]);
  expect(text(-3_400_000)).toEqual(["-€3,400,000.00", "-€3.4M", "-€3.4M"]);
  expect(text(124_050, "JPY").map((one) => one.replace("JP", ""))).toEqual(["¥124,050", "¥124.1k", "¥124.1k"]);
  expect(formatMoney({ value: 1.5, currency: "BHD" })).toMatch(/1\.500$/);
});

test("revenue and the conversion rate are lines like any other, in the currency of the answer", () => {
  const money = (value: number) => ({ value, currency: "CHF" }) as unknown as number;
  const answer = anAnswer(
    [
      {
        dimensions: ["2026-11-21"],
        metrics: [money(40), 12.5],
        comparison: { dimensions: ["2026-11-19"], metrics: [money(50), 10], change: [-20, 2.5] },
      },
    ],
    { time_labels: DAYS.slice(0, 3), comparison_time_labels: ["2026-11-18", "2026-11-19", "2026-11-20"] },
  );
  const series = toSeries(answer, "total_revenue", "2026-11-21 12:00:00", undefined, "conversion_rate");
  expect(series.currency).toBe("CHF");
  // Nobody came on the first day, so nothing was earned and nobody could convert; the last one lies ahead.
  expect(series.points.map(({ value, second, before }) => [value, second, before])).toEqual([
    [0, null, 0],
    [40, 12.5, 50],
    [null, null, null],
  ]);
  const rates = toSeries(answer, "conversion_rate", "2026-11-21 12:00:00").points;
  expect(rates[0]).toMatchObject({ value: null, before: null });
  expect(formatCharted("conversion_rate", rates[0]!.value, null)).toBe(NOTHING);
  const averages = toSeries(answer, "average_revenue", "2026-11-21 12:00:00").points;
  expect(averages.map(({ value }) => value)).toEqual([null, 40, null]);
  expect(formatCharted("total_revenue", 40, "CHF", "exact")).toBe("CHF\u00a040.00");
  expect(formatCharted("total_revenue", 0, null)).toBe("0");
  expect(formatCharted("conversion_rate", 12.5, null)).toBe("12.5%");
});

test("a change of revenue is in percent of one currency, one of the conversion rate in points", () => {
  const euro = (value: number) => ({ value, currency: "EUR" });
  expect(toChartChange("total_revenue", euro(30), euro(40))).toMatchObject({ text: "−25%", better: false });
  expect(toChartChange("total_revenue", euro(30), { value: 40, currency: "USD" })).toBe(null);
  expect(toChartChange("total_revenue", euro(30), euro(0))).toBe(null);
  expect(toChartChange("conversion_rate", 2.9, 2.4)).toEqual({ text: "+0.5 pts", direction: "up", better: true });
  expect(toChartChange("conversion_rate", 2, 3)).toMatchObject({ text: "−1 pt", better: false });
  expect(toChartChange("conversion_rate", 2, 2)).toEqual({ text: "0 pts", direction: "flat", better: null });
  expect(toChartChange("bounce_rate", 40, 50)).toMatchObject({ text: "−10 pts", better: true });
});

describe("hours of days on which clocks change", () => {
  /** The hours of a day as the API names them: the second of two equal ones has its offset. */
  const hoursOf = (date: string): string[] =>
    toBuckets(
      toPeriod({ first: date, last: date }, { timezone: BERLIN, now: 0, firstDay: null }),
      "time:hour",
      BERLIN,
      0,
    ).map(({ label }) => label);
  const BERLIN = "Europe/Berlin";
  const answerOf = (date: string): Answer => {
    const labels = hoursOf(date);
    // Each hour has its own number, so that a wrong neighbour shows.
    const results = labels.map((label, index) => ({ dimensions: [label], metrics: [100 + index] }));
    return anAnswer(results, { time_labels: labels });
  };
  const pairs = (today: string, yesterday: string): [string, string | null, number | null][] => {
    const before = answerOf(yesterday);
    const { points } = toSeries(answerOf(today), "visitors", "2030-01-01 00:00:00", before);
    return points.map((point) => [point.label.slice(11, 16), point.beforeLabel?.slice(11, 16) ?? null, point.before]);
  };

  test("stand over the same local hour of yesterday, also without the skipped hour", () => {
    expect(hoursOf("2026-03-29")).toHaveLength(23);
    const today = pairs("2026-03-29", "2026-03-28");
    expect(today.filter(([hour, before]) => hour !== before)).toEqual([]);
    expect(today.at(-1)).toEqual(["23:00", "23:00", 123]);
    const tomorrow = pairs("2026-03-30", "2026-03-29");
    expect(tomorrow.filter(([hour, before]) => hour !== before)).toEqual([["02:00", null, null]]);
    expect(tomorrow.at(-1)).toEqual(["23:00", "23:00", 122]);
  });

  test("and with the repeated hour, which has nothing to stand over", () => {
    expect(hoursOf("2026-10-25")).toHaveLength(25);
    const today = pairs("2026-10-25", "2026-10-24");
    expect(today.filter(([hour, before]) => hour !== before)).toEqual([["02:00", null, null]]);
    expect(today.slice(1, 5).map(([hour, , before]) => [hour, before])).toEqual([
      ["01:00", 101],
      ["02:00", 102],
      ["02:00", null],
      ["03:00", 103],
    ]);
    const tomorrow = pairs("2026-10-26", "2026-10-25");
    expect(tomorrow.filter(([hour, before]) => hour !== before)).toEqual([]);
    expect(tomorrow[3]).toEqual(["03:00", "03:00", 104]);
    expect(tomorrow.at(-1)).toEqual(["23:00", "23:00", 124]);
  });

  test("of a comparison within the answer belong together in the same way, as far as it has them", () => {
    const [today, before] = [hoursOf("2026-03-30"), hoursOf("2026-03-29")];
    const results = today.map((label, index) => ({
      dimensions: [label],
      metrics: [1],
      comparison: {
        dimensions: [before[index] ?? null],
        metrics: [before[index] ? 100 + index : null],
        change: [null],
      },
    }));
    const { points } = toSeries(
      anAnswer(results, { time_labels: today, comparison_time_labels: before }),
      "visitors",
      "2030-01-01 00:00:00",
    );
    expect(points.slice(1, 4).map(({ before }) => before)).toEqual([101, null, 102]);
    expect(points.at(-1)?.before).toBe(122);
  });

  test("of a comparison within the answer are unknown, not zero, where the compared day goes on after its last hour", () => {
    // An answer has one compared hour beside each of its own: the last hour of a longer day is beside none.
    const within = (day: string, other: string): [string, number | null][] => {
      const [labels, before] = [hoursOf(day), hoursOf(other)];
      const results = labels.map((label, index) => ({
        dimensions: [label],
        metrics: [1],
        comparison: {
          dimensions: [before[index] ?? null],
          metrics: [before[index] ? 100 + index : null],
          change: [null],
        },
      }));
      const answer = anAnswer(results, { time_labels: labels, comparison_time_labels: before });
      const { points } = toSeries(answer, "visitors", "2030-01-01 00:00:00");
      return points.map(({ beforeLabel, before: value }) => [beforeLabel?.slice(11, 16) ?? "none", value]);
    };
    const unknown = (day: string, other: string) => within(day, other).filter(([, value]) => value === null);
    expect(within("2026-03-29", "2026-03-28").slice(-2)).toEqual([
      ["22:00", 122],
      ["23:00", null],
    ]);
    expect(within("2026-10-26", "2026-10-25").slice(-2)).toEqual([
      ["22:00", 123],
      ["23:00", null],
    ]);
    // Mirrored, and on 27 October, only an hour that the compared day does not have has no value.
    expect(unknown("2026-03-30", "2026-03-29")).toEqual([["none", null]]);
    expect(unknown("2026-10-25", "2026-10-24")).toEqual([["none", null]]);
    expect(unknown("2026-10-27", "2026-10-26")).toEqual([]);
  });
});

test("a bucket that lies ahead has no value, so that no line falls to zero in the future", () => {
  const answer = anAnswer([], { time_labels: DAYS, present_index: 2 });
  const { points, running } = toSeries(answer, "visitors", "2026-11-22 09:30:00");
  expect(points.map((point) => point.value)).toEqual([0, 0, 0, null]);
  expect(running).toBe(2);
});

test("each bucket stands over the bucket at its place in the compared period", () => {
  const answer = anAnswer(
    [
      {
        dimensions: ["2026-11-21"],
        metrics: [7],
        comparison: { dimensions: ["2026-11-19"], metrics: [5], change: [40] },
      },
    ],
    { time_labels: DAYS.slice(0, 2), comparison_time_labels: ["2026-11-18", "2026-11-19"] },
  );
  const { points } = toSeries(answer, "visitors", "2026-11-30 00:00:00");
  expect(points.map(({ beforeLabel, before }) => [beforeLabel, before])).toEqual([
    ["2026-11-18", 0],
    ["2026-11-19", 5],
  ]);
});

test("a second metric has its own value in each bucket: zero for a count, nothing for a rate, none in the future", () => {
  const answer = anAnswer([{ dimensions: ["2026-11-21"], metrics: [7, 40] }], { time_labels: DAYS });
  const second = (metric: "pageviews" | "bounce_rate") =>
    toSeries(answer, "visitors", "2026-11-22 09:30:00", undefined, metric).points.map((point) => point.second);
  expect(second("pageviews")).toEqual([0, 40, 0, null]);
  expect(second("bounce_rate")).toEqual([null, 40, null, null]);
});

test("the interval is the answer's own, whatever the labels look like", () => {
  const answer = anAnswer([], { time_labels: ["2026-11-20", "2026-11-23"] });
  answer.query.dimensions = ["time:week"];
  expect(toSeries(answer, "visitors", "2026-11-30 00:00:00").interval).toBe("week");
});

test("today stands over the whole of yesterday, also over the hours that lie ahead", () => {
  const hours = (day: string) => [`${day} 00:00:00`, `${day} 01:00:00`];
  const today = anAnswer([{ dimensions: ["2026-11-22 00:00:00"], metrics: [3] }], { time_labels: hours("2026-11-22") });
  const yesterday = anAnswer([{ dimensions: ["2026-11-21 01:00:00"], metrics: [9] }], {
    time_labels: hours("2026-11-21"),
  });
  const { points } = toSeries(today, "visitors", "2026-11-22 00:30:00", yesterday);
  expect(points.map(({ value, before }) => [value, before])).toEqual([
    [3, 0],
    [null, 9],
  ]);
});

test("a comparison is drawn only if there is data for all of it", () => {
  const answer = anAnswer([], { time_labels: DAYS.slice(2), comparison_time_labels: DAYS.slice(0, 2) });
  const before = (firstDay: string) =>
    since(toSeries(answer, "visitors", "2026-11-30 00:00:00"), firstDay).points.map(({ before, beforeLabel }) => [
      beforeLabel,
      before,
    ]);
  expect(before("2026-11-20")).toEqual([
    ["2026-11-20", 0],
    ["2026-11-21", 0],
  ]);
  expect(before("2026-11-21")).toEqual([
    [null, null],
    [null, null],
  ]);

  const summary = (from: string): Answer => anAnswer([], { comparison_date_range: [from, from] });
  const beginning = anAnswer([], { data_from: "2026-10-22" });
  expect(isComparable(summary("2026-10-22T00:00:00+02:00"), beginning)).toBe(true);
  expect(isComparable(summary("2026-10-21T00:00:00+02:00"), beginning)).toBe(false);
  expect(isComparable(anAnswer([], {}), beginning)).toBe(false);
});

test("without a record nothing is compared; while it is not known where it begins, the line stays", () => {
  const answer = anAnswer([], { time_labels: DAYS.slice(2), comparison_time_labels: DAYS.slice(0, 2) });
  const before = (firstDay: string | null | undefined) =>
    since(toSeries(answer, "visitors", "2026-11-30 00:00:00"), firstDay).points.map((point) => point.before);
  expect(before(null)).toEqual([null, null]);
  expect(before(undefined)).toEqual([0, 0]);
  const summary = anAnswer([], { comparison_date_range: ["2026-10-22T00:00:00+02:00", "2026-10-22T23:59:59+02:00"] });
  expect(isComparable(summary, anAnswer([], { data_from: null }))).toBe(false);
});

test("a year before the leap day is the end of that February", () => {
  expect(yearBefore("2028-02-29")).toBe("2027-02-28");
  expect(yearBefore("2026-11-22")).toBe("2025-11-22");
});

test("the labels tell the bucket, also where the period cuts the first", () => {
  expect(intervalOf(["2026-11-22 00:00:00", "2026-11-22 01:00:00"])).toBe("hour");
  expect(intervalOf(DAYS)).toBe("day");
  expect(intervalOf(["2026-11-05", "2026-11-09", "2026-11-16"])).toBe("week");
  expect(intervalOf(["2026-01-01", "2026-02-01", "2026-03-01"])).toBe("month");
  expect(intervalOf([])).toBe("day");
});

test("a change and its reverse point in opposite directions, and a fall is good news only where less is better", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...METRIC_NAMES),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      (metric, a, b) => {
        const there = toChange(metric, a, b);
        const back = toChange(metric, b, a);
        if (there?.direction === "up" && back?.direction !== "flat") expect(back?.direction).toBe("down");
        if (there?.direction === "up") expect(there.better).toBe(!("lowerIsBetter" in METRICS[metric]));
        if (a === b) expect(there?.direction).toBe("flat");
      },
    ),
  );
});

test("rates move by points, the rest by percent, and nothing is compared with nothing", () => {
  expect(toChange("bounce_rate", 40, 43)).toEqual({ text: "−3 pts", direction: "down", better: true });
  expect(toChange("visitors", 112, 100)?.text).toBe("+12%");
  expect(toChange("visitors", 5, 0)).toBeNull();
  expect(toChange("visit_duration", null, 10)).toBeNull();
});

test("numbers are as short as they may be", () => {
  expect(formatMetric("visitors", 9999)).toBe("9,999");
  expect(formatMetric("visitors", 12_840)).toBe("12.8k");
  expect(formatMetric("visitors", 12_840, true)).toBe("12,840");
  expect(formatMetric("pageviews", 3_400_000)).toBe("3.4M");
  expect(formatMetric("bounce_rate", 43.6)).toBe("44%");
  expect(formatMetric("views_per_visit", 2)).toBe("2.00");
  expect(formatMetric("time_on_page", null)).toBe(NOTHING);
  expect([8, 65, 3600, 4321].map(formatDuration)).toEqual(["8s", "1m 05s", "1h 00m", "1h 12m"]);
});

test("a share lies between nothing and all, however the visitors overlap", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e6), (part, of) => {
      const text = formatShare(part, of);
      if (of === 0) expect(text).toBe(NOTHING);
      else expect(text === "<1%" || Number.parseInt(text, 10) <= 100).toBe(true);
    }),
  );
});

test("every panel asks only for what the rollups of its dimensions carry", () => {
  for (const name of PANEL_NAMES)
    for (const tab of PANELS[name].tabs) {
      const known = DIMENSIONS.find((one) => one.name === tab.dimension);
      const facts = FACTS_OF_SCOPE[known?.scope ?? "event"];
      const asked = [...columnsFor(tab.dimension), PANELS[name].metric];
      for (const metric of asked)
        expect(
          METRICS[metric].needs.every((fact) => facts.includes(fact)),
          `${metric} by ${tab.dimension}`,
        ).toBe(true);
      expect(columnsFor(tab.dimension)).toContain(PANELS[name].metric);
    }
});

test("every dimension of the catalogue has its place in a panel, but for those that a screen of their own names", () => {
  const shown = PANEL_NAMES.flatMap((name) => PANELS[name].tabs.map((tab) => tab.dimension));
  expect(new Set(shown)).toEqual(new Set(DIMENSIONS.filter((one) => !one.sparse).map((one) => one.name)));
});

test("codes have names, and what is no code stays as it came", () => {
  expect(valueName("visit:country", "CH")).toBe("Switzerland");
  expect(valueName("visit:country", "not a code")).toBe("not a code");
  expect(valueName("visit:language", "de")).toBe("German");
  expect(valueName("visit:source", "(direct)")).toBe("Direct");
  expect(valueName("event:name", "form_submit")).toBe("Form submission");
  expect(flagOf("CH")).toBe("🇨🇭");
  for (const code of ["(unknown)", "ch", "C", null]) expect(flagOf(code)).toBeNull();
});

test("a day begins at the property's midnight", () => {
  const instant = Date.parse("2026-11-22T20:00:00Z");
  expect(localClock(instant, "Asia/Kolkata")).toBe("2026-11-23 01:30:00");
  expect(localClock(instant, "America/Los_Angeles")).toBe("2026-11-22 12:00:00");
  expect(monthEnd("2028-02-03")).toBe("2028-02-29");
});

test("the wait for the first event grows, and never grows long", () => {
  fc.assert(
    fc.property(fc.nat(100_000), (waited) => {
      expect(nextWait(waited)).toBeGreaterThanOrEqual(2);
      expect(nextWait(waited)).toBeLessThanOrEqual(15);
      expect(nextWait(waited + 1)).toBeGreaterThanOrEqual(nextWait(waited));
    }),
  );
});

test("the wait before connecting again doubles, is never two dashboards' same, and never longer than a minute", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const wait = reconnectWait(failures, chance);
      const longest = reconnectWait(failures, 1);
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(longest).toBe(Math.min(60_000, 2 * reconnectWait(failures, 0)));
      expect(reconnectWait(failures + 1, 1)).toBe(Math.min(60_000, 2 * longest));
    }),
  );
});
