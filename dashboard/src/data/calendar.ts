// Dates on the property's own calendar, as `YYYY-MM-DD` text, so that the viewer's time zone plays no part. Pure.

const DAY = 86_400_000;
const atNoon = (date: string): Date => new Date(`${date}T12:00:00Z`);
const toText = (date: Date): string => date.toISOString().slice(0, 10);

/** True for a date that exists: the 30th of February does not. */
export function isDate(text: string | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = atNoon(text);
  return !Number.isNaN(date.getTime()) && toText(date) === text;
}

/** The clock on the wall of a time zone: `YYYY-MM-DD HH:MM:SS`, the form of the labels of an hourly series. */
export function localClock(instant: number, timezone: string): string {
  // Swedish is written year first, which makes the text sortable.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" }).format(
    instant,
  );
}

export const addDays = (date: string, days: number): string => toText(new Date(atNoon(date).getTime() + days * DAY));

/** Days from one date to another; 1 when both are the same, since both ends count. */
export const daysIn = (from: string, to: string): number =>
  Math.round((atNoon(to).getTime() - atNoon(from).getTime()) / DAY) + 1;

/** The first of the month that lies `months` after the month of a date. */
export function monthStart(date: string, months = 0): string {
  const first = atNoon(`${date.slice(0, 7)}-01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return toText(first);
}

/** The last day of the month of a date. */
export const monthEnd = (date: string): string => addDays(monthStart(date, 1), -1);

/** The same date a year before; 28 February where there is no 29th. */
export function yearBefore(date: string): string {
  const same = `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
  const end = monthEnd(`${same.slice(0, 7)}-01`);
  return same > end ? end : same;
}
