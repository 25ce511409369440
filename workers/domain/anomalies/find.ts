// Finding the anomalies of a property in its hourly and daily counts.
import { addDays } from "../time/zone";
import { ANOMALY_METRICS, type Anomaly, type AnomalyQuestion, FOLLOWED_DAYS, HISTORY_DAYS } from "./anomaly";
import { type Calendar, calendarFor, dateOf } from "./calendar";
import { groupVerdicts } from "./incident";
import { judgeMetric } from "./judge";

/** Of two dates the one that comes later. */
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

/** First day whose hours are judged, as a position in the calendar. */
const judgedFrom = (calendar: Calendar, date: string): number => {
  const found = calendar.dates.findIndex((each) => each >= date);
  return found < 0 ? calendar.dates.length : found;
};

/**
 * The anomalies of a property that reach into [from, until), by beginning. Every hour and day is judged by what lies before
 * it only, so a verdict does not change when more data arrive; an hour late in being counted can change it, which is why
 * whoever keeps anomalies passes what they found through `keepIds`.
 */
export function findAnomalies(question: AnomalyQuestion): Anomaly[] {
  const { timezone, from, until, settings } = question;
  const first = firstDate(question);
  if (!settings.enabled || first === null || until <= from) return [];
  const start = dateOf(from, timezone);
  const earliest = addDays(start, -HISTORY_DAYS);
  const begin = later(first, earliest);
  const calendar = calendarFor(timezone, begin, dateOf(until - 1, timezone));
  const judged = { firstDay: judgedFrom(calendar, addDays(start, -FOLLOWED_DAYS)), until };
  const watched = ANOMALY_METRICS.filter((metric) => !settings.ignore.includes(metric));
  const judgements = watched.map((metric) => {
    const since = question.since?.[metric] ?? begin;
    return judgeMetric(metric, calendar, judged, {
      hours: question.hours[metric],
      days: question.days[metric],
      // The day of the first data is rarely whole: it is no baseline.
      baselineFrom: judgedFrom(calendar, addDays(later(since, begin), 1)),
      settings,
    });
  });
  return groupVerdicts(judgements, JOINED_HOURS * 3600, from);
}

/** Hours between anomalies of a group and side under which they are one. Nights, in which little can be seen, are bridged. */
export const JOINED_HOURS = 12;

/** What tells an anomaly that is kept from others. */
export type Known = Pick<Anomaly, "id" | "group" | "direction" | "start" | "end">;

/**
 * Gives anomalies that were found again the ids under which they are known already: hours that were counted late may have
 * moved their beginning. The first known one of the same group and side that overlaps or adjoins lends its id, once.
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
