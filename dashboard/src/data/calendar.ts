// Dates on the property's calendar, as `YYYY-MM-DD` text, independent of the viewer's time zone. Pure.

const DAY = 86_400_000;
const atNoon = (date: string): Date => new Date(`${date}T12:00:00Z`);
const toText = (date: Date): string => date.toISOString().slice(0, 10);

/** True for an existing date: false for 30 February. */
export function isDate(text: string | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = atNoon(text);
  return !Number.isNaN(date.getTime()) && toText(date) === text;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The local time in a zone: `YYYY-MM-DD HH:MM:SS`, the format of the labels of an hourly series. */
export function localClock(instant: number, timezone: string): string {
  let clock = clocks.get(timezone);
  if (!clock) {
    // Swedish dates begin with the year, so the text is sortable.
    clock = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(timezone, clock);
  }
  return clock.format(instant);
}

export const addDays = (date: string, days: number): string => toText(new Date(atNoon(date).getTime() + days * DAY));

/** The number of days from one date to another, both included: 1 for the same date. */
export const daysIn = (from: string, to: string): number =>
  Math.round((atNoon(to).getTime() - atNoon(from).getTime()) / DAY) + 1;

/** The first day of the month that is `months` after a date's month. */
export function monthStart(date: string, months = 0): string {
  const first = atNoon(`${date.slice(0, 7)}-01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return toText(first);
}

/** The last day of a date's month. */
export const monthEnd = (date: string): string => addDays(monthStart(date, 1), -1);

/** The number of whole calendar months from one date to another, both included, or null. */
export function monthsIn({ from, to }: { from: string; to: string }): number | null {
  if (from !== monthStart(from) || to !== monthEnd(to)) return null;
  return (
    (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1
  );
}

/** The same day of another month, or that month's last. */
export function moveMonths(date: string, months: number): string {
  const first = monthStart(date, months);
  const same = `${first.slice(0, 8)}${date.slice(8)}`;
  const last = monthEnd(first);
  return same > last ? last : same;
}

/** The same date a year before, or 28 February for 29 February. */
export function yearBefore(date: string): string {
  const same = `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
  const end = monthEnd(`${same.slice(0, 7)}-01`);
  return same > end ? end : same;
}

/** The Monday of a date's week. */
export const weekStart = (date: string): string => addDays(date, -((atNoon(date).getUTCDay() + 6) % 7));
