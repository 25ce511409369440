// Time zones: the local date and hour of an instant, over DST and half-hour zones. Instants are ms since 1970 (UTC).

const HOUR = 3_600_000;
const SLOT = 900_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** Offsets by zone and quarter of an hour: every transition since 1972 falls on one, so one look-up serves them all. */
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

/** Milliseconds to add to an instant to read the zone's clock as if it were UTC. */
export function offsetAt(instant: number, timezone: string): number {
  const slot = Math.floor(instant / SLOT);
  let known = offsets.get(timezone);
  if (!known) {
    known = new Map();
    offsets.set(timezone, known);
  }
  let offset = known.get(slot);
  if (offset === undefined) {
    const part: Record<string, number> = {};
    for (const { type, value } of formatFor(timezone).formatToParts(slot * SLOT)) part[type] = Number(value);
    const clock = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    offset = clock - slot * SLOT;
    if (known.size >= MAX_SLOTS) known.clear();
    known.set(slot, offset);
  }
  return offset;
}

/** `YYYY-MM-DD` on the zone's calendar. */
export function localDate(instant: number, timezone: string): string {
  return new Date(instant + offsetAt(instant, timezone)).toISOString().slice(0, 10);
}

/** The instant at which the local hour of an instant began: on the half hour in half-hour zones. */
export function localHour(instant: number, timezone: string): number {
  const offset = offsetAt(instant, timezone);
  const start = Math.floor((instant + offset) / HOUR) * HOUR - offset;
  // A shift inside the hour (Lord Howe moves by 30 minutes) begins a new bucket.
  const before = offsetAt(start, timezone);
  if (before === offset) return start;
  let slot = Math.floor(instant / SLOT) * SLOT;
  while (offsetAt(slot - SLOT, timezone) === offset) slot -= SLOT;
  return slot;
}

/** The first instant of a local date. Where midnight does not exist (some zones shift then), the first that does. */
export function startOfDate(date: string, timezone: string): number {
  const clock = Date.parse(`${date}T00:00:00Z`);
  // Two guesses from either side of any shift; the earlier one that is on the date wins.
  const guesses = [clock - offsetAt(clock - 14 * HOUR, timezone), clock - offsetAt(clock + 14 * HOUR, timezone)];
  const onDate = guesses.filter((guess) => localDate(guess, timezone) === date).sort((a, b) => a - b);
  let start = onDate[0] ?? Math.max(...guesses);
  while (localDate(start - SLOT, timezone) === date) start -= SLOT;
  return start;
}

/** The date `days` after a date; both on the calendar, so DST plays no part. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
