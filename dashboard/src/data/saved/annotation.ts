// Annotations on a series: which bucket each belongs to, and moments in the property's time zone. Pure.
import { addDays, localClock, monthStart } from "../calendar";
import { HOUR, instantOf } from "../periods/moment";
import type { Series } from "../series";
import type { Annotation } from "./requests";

/** The local moment of an annotation, comparable with labels: `2026-11-22`, or `2026-11-22 10:00:00`. */
export const momentOf = ({ date, time }: Annotation, timezone: string): string =>
  date ?? (time === null ? "" : localClock(Date.parse(time), timezone));

/** Buckets that have a time are minutes or hours. */
const lengthOf = (interval: Series["interval"]): number => (interval === "minute" ? 60_000 : HOUR);

/** The annotations of each bucket, by its index. Those outside the series are left out. */
export function placeAnnotations(
  series: Series,
  annotations: readonly Annotation[],
  timezone: string,
): ReadonlyMap<number, readonly Annotation[]> {
  const labels = series.points.map(({ label }) => label);
  const isClock = (labels[0]?.length ?? 0) > 10;
  /** Hours are compared as instants: on the day on which clocks go back, two have the same time. */
  const toOrder = (moment: string): string | number => (isClock ? instantOf(moment, timezone) : moment.slice(0, 10));
  const starts = labels.map(toOrder);
  const last = labels.at(-1);
  // Without a later bucket, the last one may have ended before the annotation.
  const end =
    last === undefined
      ? ""
      : isClock
        ? instantOf(last, timezone) + lengthOf(series.interval)
        : endOf(last, series.interval);
  const places = new Map<number, Annotation[]>();
  for (const annotation of annotations) {
    const { date, time } = annotation;
    const at =
      isClock && time !== null
        ? Date.parse(time)
        : toOrder(date && isClock ? `${date} 00:00:00` : momentOf(annotation, timezone));
    const index = starts.findLastIndex((start) => start <= at);
    if (index < 0 || at >= end) continue;
    places.set(index, [...(places.get(index) ?? []), annotation]);
  }
  return places;
}

/** The first day after a bucket of days. */
function endOf(label: string, interval: Series["interval"]): string {
  return interval === "month" ? monthStart(label, 1) : addDays(label, interval === "week" ? 7 : 1);
}

/** The instant of a local date and time, `HH:MM`. A time that a change of clocks skips becomes the one after it. */
export function toInstant(date: string, time: string, timezone: string): string {
  const wanted = `${date} ${time}:00`;
  const utc = Date.parse(`${date}T${time}:00Z`);
  const offsetAt = (instant: number): number =>
    Date.parse(`${localClock(instant, timezone).replace(" ", "T")}Z`) - Math.floor(instant / 1000) * 1000;
  const candidates = [utc - offsetAt(utc - 86_400_000), utc - offsetAt(utc + 86_400_000)];
  const instant = candidates.find((one) => localClock(one, timezone) === wanted) ?? Math.max(...candidates);
  return new Date(instant).toISOString();
}
