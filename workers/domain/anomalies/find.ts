// Finds the anomalies of a property in its hourly and daily counts. This is the entry point; read the folder in this
// order:
//
// 1. `calendar.ts` lays out the property's local days and hours as columns. All other steps refer to a time by its
//    position in these columns, so days of 23 or 25 hours and half-hour zones need no further care.
//
// 2. `baseline/` computes the expected count of an hour or a day from the six weeks before it. `level.ts` scales
//    earlier weeks to today's level, for growth and for a step in the last week. `typical.ts` takes the median of the
//    same hour of the same weekday, and includes neighbouring hours if counts are low. `noise.ts` measures how far
//    normal counts lie from these medians, for a single hour and for sums of up to twelve. `hours.ts` and `days.ts`
//    combine the three into an expectation. `rate.ts` does the same for the bounce rate, which is a share and not a
//    count.
//
// 3. `deviation.ts` turns a count and its expectation into a score, in standard deviations. Counts follow a negative
//    binomial, so two visitors instead of none at night are no surprise. Rates follow a beta-binomial.
//
// 4. `judge/` compares. A *track* (`track.ts`) is one metric along a row of hours or days: observed, expected, and the
//    noise. *Weighing* a part of a track gives its sums and their score. A *verdict* (`verdict.ts`) states that a part
//    is anomalous. It requires a score beyond the limit of the owner's sensitivity, a difference large enough to matter
//    (`sensitivity.ts`), a direction that is bad news for the metric, and fewer than four similar days in the baseline.
//    The owner's own limits (`owner-limits.ts`) lead to separate verdicts. `hours.ts` weighs the 1 to 12 hours that end
//    with each hour, `days.ts` weighs each day.
//
// 5. `incident.ts` combines verdicts that belong together into one anomaly: neighbouring hours, their day, related
//    metrics.
//
// 6. `outcome.ts` turns an anomaly into the record that is stored and sent. `cause.ts` and `explain.ts` find the page,
//    source or country that accounts for most of it.
//
// A verdict uses only data from before its time, so it does not change when more data arrive. The numbers in these
// files were tuned on simulated properties; test/pure/anomalies/measured.test.ts prints how many anomalies they find
// and miss.
import { addDays } from "../time/zone";
import { ANOMALY_METRICS, type Anomaly, type AnomalyQuestion, FOLLOWED_DAYS, HISTORY_DAYS } from "./anomaly";
import { type Calendar, calendarFor, dateOf } from "./calendar";
import { groupVerdicts } from "./incident";
import { judgeMetric } from "./judge/judge";

/** The later of two dates. */
const later = (a: string, b: string): string => (a > b ? a : b);

function firstDate({ hours, days, timezone }: AnomalyQuestion): string | null {
  let first: string | null = null;
  const seen = (date: string) => {
    if (first === null || date < first) first = date;
  };
  let earliest = Number.POSITIVE_INFINITY;
  for (const points of Object.values(hours))
    for (const { hour, value, of } of points) if (value > 0 || (of ?? 0) > 0) earliest = Math.min(earliest, hour);
  if (earliest < Number.POSITIVE_INFINITY) seen(dateOf(earliest, timezone));
  for (const points of Object.values(days))
    for (const { date, value, of } of points) if (value > 0 || (of ?? 0) > 0) seen(date);
  return first;
}

/** The first day whose hours are judged, as a position in the calendar. */
const judgedFrom = (calendar: Calendar, date: string): number => {
  const found = calendar.dates.findIndex((each) => each >= date);
  return found < 0 ? calendar.dates.length : found;
};

/**
 * The anomalies of a property that overlap [from, until), by start. Each hour and day is judged by earlier data only,
 * so a verdict does not change when more data arrive. Counts that arrive late can change it, so callers that store
 * anomalies pass the results through `keepIds`.
 */
export function findAnomalies(question: AnomalyQuestion): Anomaly[] {
  const { timezone, from, until, settings } = question;
  const first = firstDate(question);
  if (!settings.enabled || first === null || until <= from) return [];
  const start = dateOf(from, timezone);
  const earliest = addDays(start, -HISTORY_DAYS);
  const begin = later(first, earliest);
  const calendar = calendarFor(timezone, begin, dateOf(until - 1, timezone));
  const time = { firstDay: judgedFrom(calendar, addDays(start, -FOLLOWED_DAYS)), until };
  const watched = ANOMALY_METRICS.filter((metric) => !settings.ignore.includes(metric));
  const judgements = watched.map((metric) => {
    const since = question.since?.[metric] ?? begin;
    return judgeMetric(metric, calendar, time, {
      hours: question.hours[metric],
      days: question.days[metric],
      // The day of the first data is rarely complete, so it is not part of the baseline.
      baselineFrom: judgedFrom(calendar, addDays(later(since, begin), 1)),
      settings,
    });
  });
  return groupVerdicts(judgements, JOINED_HOURS * 3600, from);
}

/**
 * Anomalies of a group and side less than this many hours apart are one. This bridges nights, when counts are too low
 * to judge.
 */
export const JOINED_HOURS = 12;

/** The fields that identify a stored anomaly. */
export type Known = Pick<Anomaly, "id" | "group" | "direction" | "start" | "end">;

/**
 * Gives anomalies that were found again the ids of their stored records: counts that arrived late may have moved their
 * start. An anomaly takes the id of the first stored one of the same group and side that overlaps or adjoins it. Each
 * id is used once.
 */
export function keepIds(found: readonly Anomaly[], known: readonly Known[]): Anomaly[] {
  const reach = JOINED_HOURS * 3600;
  const up = ({ direction }: Known): boolean => direction === "spike";
  const ids = new Set(found.map(({ id }) => id));
  const free = known.filter(({ id }) => !ids.has(id)).sort((a, b) => a.start - b.start);
  const same = new Set(known.map(({ id }) => id));
  return found.map((anomaly) => {
    if (same.has(anomaly.id)) return anomaly;
    const match = free.findIndex(
      (each) =>
        each.group === anomaly.group &&
        up(each) === up(anomaly) &&
        each.start <= anomaly.end + reach &&
        anomaly.start <= each.end + reach,
    );
    return match < 0 ? anomaly : { ...anomaly, id: free.splice(match, 1)[0]!.id };
  });
}
