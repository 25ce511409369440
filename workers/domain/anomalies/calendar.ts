// The local days and hours that anomaly detection covers, as columns. Handles DST and half-hour zones.
import { addDays, localDate, nextHour, startOfDate, toLocalTime } from "../time/zone";

const DAY = 86_400;

/** Days and hours by position. Times are epoch seconds. */
export interface Calendar {
  dates: string[];
  dayStart: number[];
  dayEnd: number[];
  /** Position of the first hour of each day; one more entry than days. */
  firstHour: number[];
  hourStart: number[];
  hourEnd: number[];
  /** 0–23, as the clock shows it. An hour occurs twice on the day when clocks go back. */
  hourOfDay: number[];
  dayOfHour: number[];
}

/** Every local hour from the start of `first` to the end of `last`. */
export function calendarFor(timezone: string, first: string, last: string): Calendar {
  const calendar: Calendar = {
    dates: [],
    dayStart: [],
    dayEnd: [],
    firstHour: [0],
    hourStart: [],
    hourEnd: [],
    hourOfDay: [],
    dayOfHour: [],
  };
  let start = startOfDate(first, timezone) / 1000;
  for (let date = first; date <= last; date = addDays(date, 1)) {
    const end = startOfDate(addDays(date, 1), timezone) / 1000;
    const plain = end - start === DAY;
    for (let hour = start, label = 0; hour < end; label++) {
      // A day of 24 hours has no shift, since no zone has shifts that cancel out on one day. Looking up each hour is
      // expensive.
      const next = plain ? hour + 3600 : nextHour(hour * 1000, timezone) / 1000;
      calendar.hourStart.push(hour);
      calendar.hourEnd.push(next);
      calendar.hourOfDay.push(plain ? label : Number(toLocalTime(hour * 1000, timezone).slice(11, 13)));
      calendar.dayOfHour.push(calendar.dates.length);
      hour = next;
    }
    calendar.dates.push(date);
    calendar.dayStart.push(start);
    calendar.dayEnd.push(end);
    calendar.firstHour.push(calendar.hourStart.length);
    start = end;
  }
  return calendar;
}

/** The local date of an instant in epoch seconds. */
export const dateOf = (seconds: number, timezone: string): string => localDate(seconds * 1000, timezone);
