// Times on the property's clock: from the label of an hour to an instant, and from an instant to the text of a URL. Pure.
import { localClock } from "../calendar";
import { hasOpenHour, type Period } from "../period";

/** The present, as a property sees it. */
export interface Now {
  /** Epoch milliseconds. */
  at: number;
  /** Date on the property's calendar. */
  today: string;
  timezone: string;
}

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const nowIn = (timezone: string, at: number): Now => ({
  at,
  today: localClock(at, timezone).slice(0, 10),
  timezone,
});

/** How much the local clock is ahead of UTC, in milliseconds. */
function offsetAt(instant: number, timezone: string): number {
  const second = Math.floor(instant / 1000) * 1000;
  return Date.parse(`${localClock(second, timezone).replace(" ", "T")}Z`) - second;
}

/** `2026-11-22T10:00+01:00`, which the API reads, and whose first part people read. */
export function toTimeText(instant: number, timezone: string): string {
  const minutes = Math.round(offsetAt(instant, timezone) / 60_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${localClock(instant, timezone).slice(0, 16).replace(" ", "T")}${offset}`;
}

/** The instant of a label such as `2026-11-22 10:00:00`. The second of two equal hours has its offset at the end. */
export function instantOf(label: string, timezone: string): number {
  const text = label.slice(0, 19).replace(" ", "T");
  if (label.length > 19) return Date.parse(text + label.slice(19));
  const utc = Date.parse(`${text}Z`);
  // Clocks do not change twice within two days. The earlier of two equal hours has the offset of before.
  const found = [utc - DAY, utc + DAY]
    .map((around) => utc - offsetAt(around, timezone))
    .find((instant) => localClock(instant, timezone) === label.slice(0, 19));
  return found ?? utc - offsetAt(utc - DAY, timezone);
}

/** The start of the local hour. */
export function hourStart(instant: number, timezone: string): number {
  const clock = localClock(instant, timezone);
  const [minutes, seconds] = [Number(clock.slice(14, 16)), Number(clock.slice(17, 19))];
  return Math.floor(instant / 1000) * 1000 - (minutes * 60 + seconds) * 1000;
}

/** The start of the current hour in UTC, for the scene of a period of hours that has not ended; nothing for others. */
export function openHour(period: Period, timezone: string, at: number): { hour?: string } {
  const hour = new Date(hourStart(at, timezone)).toISOString();
  return hasOpenHour(period, hour) ? { hour } : {};
}
