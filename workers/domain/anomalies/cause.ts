// The cause of an anomaly: which dimensions to query, over which days, and what their counts show.
import { eventPageDimension, propDimension } from "../counts/details";
import { PROP } from "../counts/value";
import { dimensionFor, FACTS_OF_SCOPE, type Fact } from "../events/catalog";
import { addDays, startOfDate } from "../time/zone";
import type { AnomalyMetric } from "./anomaly";
import { dateOf } from "./calendar";
import { comparedDates, explain, type Part, toParts, type ValueDay } from "./explain";
import type { AnomalyRecord } from "./record";
import { ERROR_NAMES, isErrorMetric, type Series, type Window } from "./series";

const ASKED = [
  "event:page",
  "event:hostname",
  "visit:entry_page",
  "visit:source",
  "visit:utm_campaign",
  "visit:country",
  "visit:city",
  "visit:device",
  "visit:browser",
  "visit:os",
  "visit:network",
  "visit:network_type",
];
/** Props of errors that show their origin. */
const TOLD_PROPS: ReadonlySet<string> = new Set(["message", "file", "referrer"]);

/** A longer anomaly is explained by its last days. */
const MOST_DATES = 7;

export interface CauseQuestion {
  /** Local days of the anomaly. */
  dates: string[];
  /** These days and the days that they are compared with. */
  all: string[];
  fact: Fact;
  /** The denominator of a bounce rate. */
  of: Fact | null;
  /** Rollup keys and the names to show. Props have their own names. */
  dimensions: ReadonlyMap<string, string>;
}

function dimensionsOf(metric: AnomalyMetric, fact: Fact): Map<string, string> {
  if (isErrorMetric(metric)) {
    const name = ERROR_NAMES[metric];
    return new Map([
      [eventPageDimension(name), "event:page"],
      [propDimension(name), PROPS],
    ]);
  }
  const asked = metric === "events" ? [...ASKED, "event:name"] : ASKED;
  const known = asked.map((name) => dimensionFor(name)!).filter(({ scope }) => FACTS_OF_SCOPE[scope].includes(fact));
  return new Map(known.map(({ column, name }) => [column, name]));
}
/** Stands for all props, whose values begin with their names. */
const PROPS = "";

const factOf = (metric: AnomalyMetric): Fact => {
  if (isErrorMetric(metric)) return "events";
  return metric === "bounce_rate" ? "bounces" : metric;
};

/** Rollups have values by day only, so the explanation covers the days of an anomaly, not its hours. */
export function toCauseQuestion(record: AnomalyRecord, { timezone }: Pick<Window, "timezone">): CauseQuestion {
  const { metric, started_at, ended_at } = record;
  const last = dateOf((ended_at - 1) / 1000, timezone);
  const first = [dateOf(started_at / 1000, timezone), addDays(last, 1 - MOST_DATES)].sort()[1]!;
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) dates.push(date);
  const fact = factOf(metric);
  return {
    dates,
    all: [...comparedDates(dates), ...dates],
    fact,
    of: metric === "bounce_rate" ? "visits" : null,
    dimensions: dimensionsOf(metric, fact),
  };
}

/** The fraction of the dates that has passed, weighted by the usual counts of the last weekday until now. */
function portionOf({ dates, all, fact }: CauseQuestion, { hours }: Series, { timezone, until }: Window): number {
  const today = dateOf(until, timezone);
  if (dates.at(-1) !== today) return 1;
  const passed = until - startOfDate(today, timezone) / 1000;
  const by = fact === "visitors" || fact === "pageviews" ? fact : "events";
  let [before, whole] = [0, 0];
  for (const date of all) {
    const start = startOfDate(date, timezone) / 1000;
    const end = startOfDate(addDays(date, 1), timezone) / 1000;
    if (dates.includes(date) || new Date(date).getUTCDay() !== new Date(today).getUTCDay()) continue;
    for (const row of hours) {
      if (row.hour < start || row.hour >= end) continue;
      whole += row[by];
      if (row.hour - start < passed) before += row[by];
    }
  }
  const portion = whole > 0 ? before / whole : passed / 86_400;
  return (dates.length - 1 + portion) / dates.length;
}

/** A row of the answer: a value's count on a day, and the denominator of a rate. */
export interface CauseRow extends ValueDay {
  of: number;
}

function named(rows: readonly CauseRow[], { dimensions }: CauseQuestion): CauseRow[] {
  return rows.flatMap((row) => {
    const dimension = dimensions.get(row.dimension)!;
    if (dimension !== PROPS) return [{ ...row, dimension }];
    const [prop, value] = PROP.split(row.value);
    return TOLD_PROPS.has(prop) ? [{ ...row, dimension: `event:${prop}`, value }] : [];
  });
}

const TOTAL = "total";

function totalsOf({ metric }: AnomalyRecord, { all }: CauseQuestion, series: Series): CauseRow[] {
  const row = { dimension: TOTAL, value: "" };
  if (isErrorMetric(metric))
    return series.errors
      .filter(({ date, name }) => name === ERROR_NAMES[metric] && all.includes(date))
      .map(({ date, events }) => ({ ...row, date, count: events, of: 0 }));
  const fact = metric === "bounce_rate" ? "bounces" : metric;
  return series.days
    .filter(({ date }) => all.includes(date))
    .map((day) => ({ ...row, date: day.date, count: day[fact], of: day.visits }));
}

/** The expected bounces if the visits of each value had bounced at its usual rate. */
function rateParts(rows: readonly CauseRow[], dates: readonly string[]): (Part & { visits: number })[] {
  const visits = toParts(
    rows.map(({ of, ...row }) => ({ ...row, count: of })),
    dates,
  );
  const usual = visits.find(({ dimension }) => dimension === TOTAL);
  const bounces = toParts(rows, dates);
  const whole = bounces.find(({ dimension }) => dimension === TOTAL);
  const rate = usual && whole && usual.expected > 0 ? whole.expected / usual.expected : 0;
  return bounces.map((part, i) => {
    const visited = visits[i]!;
    // A new value has the overall rate.
    const own = visited.expected >= LEAST_USUAL ? Math.min(1, part.expected / visited.expected) : rate;
    return { ...part, expected: visited.observed * own, visits: visited.observed };
  });
}
/** A value has its own bounce rate from this number of visits per day. */
const LEAST_USUAL = 5;

/**
 * The value that explains most of an anomaly; null if none stands out, or if the counts of its whole days contradict
 * the anomaly.
 */
export function causeOf(
  record: AnomalyRecord,
  question: CauseQuestion,
  counted: readonly CauseRow[],
  series: Series,
  window: Window,
): AnomalyRecord["explanation"] {
  const { dates, of } = question;
  const rows = [...totalsOf(record, question, series), ...named(counted, question)];
  const parts: (Part & { visits?: number })[] = of
    ? rateParts(rows, dates)
    : toParts(rows, dates, portionOf(question, series, window));
  const whole = parts.find(({ dimension }) => dimension === TOTAL);
  if (!whole || whole.observed > whole.expected !== (record.direction === "spike")) return null;
  const [best] = explain(
    parts.filter(({ dimension }) => dimension !== TOTAL),
    whole,
  );
  if (!best) return null;
  const { dimension, value, observed, expected, share } = best;
  const visits = parts.find((part) => part.dimension === dimension && part.value === value)?.visits;
  const scale = visits === undefined ? 1 : 100 / Math.max(1, visits);
  return {
    dimension,
    value,
    observed: Math.round(observed * scale * 100) / 100,
    expected: Math.round(expected * scale * 100) / 100,
    share_percent: Math.round(share),
  };
}
