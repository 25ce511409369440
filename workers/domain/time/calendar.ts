// The calendar: arithmetic on dates (`YYYY-MM-DD`) alone. Time zones are in zone.ts.
import { addDays } from "./zone";

const toTime = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const toDate = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** True for an existing date: false for 30 February. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(toTime(text)) && toDate(toTime(text)) === text;

/** The number of days between two dates: 0 for the same date. */
export const daysBetween = (first: string, last: string): number =>
  Math.round((toTime(last) - toTime(first)) / 86_400_000);

/** 0 is Monday, as in ISO 8601. */
export const weekdayOf = (date: string): number => (new Date(toTime(date)).getUTCDay() + 6) % 7;

export const startOfWeek = (date: string): string => addDays(date, -weekdayOf(date));
export const startOfMonth = (date: string): string => `${date.slice(0, 7)}-01`;
export const endOfMonth = (date: string): string => addDays(addMonths(startOfMonth(date), 1), -1);
export const startOfYear = (date: string): string => `${date.slice(0, 4)}-01-01`;
export const endOfYear = (date: string): string => `${date.slice(0, 4)}-12-31`;

/** The same day of another month, or its last day if that day does not exist (31 March − 1 month = 28 February). */
export function addMonths(date: string, months: number): string {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  const first = Date.UTC(year, month - 1 + months, 1);
  const days = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return addDays(toDate(first), Math.min(day, days) - 1);
}

/** The number of whole months that two dates span; null unless they are the first and the last day of months. */
export function wholeMonths(first: string, last: string): number | null {
  if (startOfMonth(first) !== first || endOfMonth(last) !== last) return null;
  const index = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  return index(last) - index(first) + 1;
}
