// Time zones: the local date and hour of an instant, over DST and half-hour zones. Instants are ms since 1970 (UTC).

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SLOT = 900_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/**
 * Offsets by zone and quarter of an hour. Nearly all shifts are at a quarter, so one look-up covers all its instants.
 */
const offsets = new Map<string, Map<number, number>>();
const MAX_SLOTS = 20_000;

function formatFor(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timezone, format);
  }
  return format;
}

/** The runtime's offset, for whole seconds. Expensive: some microseconds each. */
function askOffset(instant: number, timezone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatFor(timezone).formatToParts(instant)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - instant;
}

function offsetOfSlot(slot: number, timezone: string): number {
  let known = offsets.get(timezone);
  if (!known) {
    known = new Map();
    offsets.set(timezone, known);
  }
  let offset = known.get(slot);
  if (offset === undefined) {
    offset = askOffset(slot * SLOT, timezone);
    if (known.size >= MAX_SLOTS) known.clear();
    known.set(slot, offset);
  }
  return offset;
}

/** Milliseconds to add to an instant to read the zone's clock as if it were UTC. */
export function offsetAt(instant: number, timezone: string): number {
  const slot = Math.floor(instant / SLOT);
  const offset = offsetOfSlot(slot, timezone);
  // St John's shifted at one minute past midnight until 2011, Gaza until 2018: within a quarter of an hour.
  if (offset === offsetOfSlot(slot + 1, timezone)) return offset;
  return askOffset(Math.floor(instant / SECOND) * SECOND, timezone);
}

/** Dates by day of the calendar (days since 1970): one instant after the other asks for the same few. */
const dates = new Map<number, string>();
const MAX_DATES = 2_000;

/** `YYYY-MM-DD` on the zone's calendar. */
export function localDate(instant: number, timezone: string): string {
  const day = Math.floor((instant + offsetAt(instant, timezone)) / DAY);
  let date = dates.get(day);
  if (date === undefined) {
    date = new Date(day * DAY).toISOString().slice(0, 10);
    if (dates.size >= MAX_DATES) dates.clear();
    dates.set(day, date);
  }
  return date;
}

/** The first instant after `low` with the offset of `high`, if there is one shift between them. */
function shiftBetween(low: number, high: number, timezone: string): number {
  const offset = offsetAt(high, timezone);
  let before = Math.floor(low / SECOND);
  let after = Math.floor(high / SECOND);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * SECOND, timezone) === offset) after = middle;
    else before = middle;
  }
  return after * SECOND;
}

/** The start of an instant's local hour: on the half hour in half-hour zones. */
export function localHour(instant: number, timezone: string): number {
  const offset = offsetAt(instant, timezone);
  const start = Math.floor((instant + offset) / HOUR) * HOUR - offset;
  // A shift within the hour (Lord Howe shifts by 30 minutes) begins a new bucket.
  return offsetAt(start, timezone) === offset ? start : shiftBetween(start, instant, timezone);
}

/** The start of the local hour after the one that begins at `hour`. */
export function nextHour(hour: number, timezone: string): number {
  let next = localHour(hour + HOUR, timezone);
  for (let nearer = localHour(next - 1, timezone); nearer > hour; nearer = localHour(next - 1, timezone)) next = nearer;
  return next;
}

/**
 * The first instant of a local date. If midnight does not exist (some zones shift then), the first one that does. If
 * the whole date does not exist (Apia skipped one in 2011), the start of the next.
 */
export function startOfDate(date: string, timezone: string): number {
  const clock = Date.parse(`${date}T00:00:00Z`);
  // Two guesses, from before and after any shift; the earlier one on the date applies.
  const guesses = [clock - offsetAt(clock - 14 * HOUR, timezone), clock - offsetAt(clock + 14 * HOUR, timezone)];
  const onDate = guesses.filter((guess) => localDate(guess, timezone) === date).sort((a, b) => a - b);
  let start = onDate[0] ?? Math.max(...guesses);
  while (localDate(start - SLOT, timezone) === date) start -= SLOT;
  return start;
}

/** The date `days` after a date. Calendar arithmetic, so DST does not matter. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** `+05:30` */
export function formatOffset(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** ISO 8601 in local time, with the offset: `2026-11-22T00:00:00+01:00`. */
export function toLocalTime(instant: number, timezone: string): string {
  const offset = offsetAt(instant, timezone);
  return new Date(instant + offset).toISOString().slice(0, 19) + formatOffset(offset);
}
