// Dates and times as text. A property's dates and hours are local already, so they are read as UTC: no zone may shift
// them again.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

/** A local label as an instant in UTC. An hour that a clock change repeats has its offset after the 19 characters. */
const instantOf = (label: string): Date =>
  new Date(label.length > 10 ? `${label.slice(0, 19).replace(" ", "T")}Z` : `${label}T12:00:00Z`);

/** A local date (`2026-11-16`) or hour (`2026-11-16 14:00:00`). */
export const formatDate = (label: string, options: Intl.DateTimeFormatOptions, locale: string): string =>
  formatFor(locale, { ...options, timeZone: "UTC" }).format(instantOf(label));

export const DAY = { day: "numeric", month: "short" } as const;
export const DAY_OF_YEAR = { ...DAY, year: "numeric" } as const;
const MONTH = { month: "long", year: "numeric" } as const;

/** `16 Nov 2026` */
export const longDate = (date: string, locale: string): string => formatDate(date, DAY_OF_YEAR, locale);

/** `Week of 16 Nov 2026`, from the week's first day. */
export const weekOf = (date: string, locale: string): string => `Week of ${longDate(date, locale)}`;

/** `Mon 16 Nov`; in en-GB some platforms add a comma after the weekday. */
export const weekday = (date: string, locale: string): string => formatDate(date, { ...DAY, weekday: "short" }, locale);

/** Does not use time/calendar.ts, which would add the table of zones to the dashboard's bundle. */
const isWholeMonth = (from: string, to: string): boolean =>
  from.endsWith("-01") &&
  from.slice(0, 7) === to.slice(0, 7) &&
  new Date(instantOf(to).getTime() + 86_400_000).toISOString().slice(8, 10) === "01";

/** Two local dates, both included: `1–28 Nov 2026`, `30 Oct – 2 Nov 2026`; a whole month as `November 2026`. */
export function formatRange(from: string, to: string, locale: string): string {
  if (from === to) return longDate(from, locale);
  if (isWholeMonth(from, to)) return formatDate(from, MONTH, locale);
  const range = formatFor(locale, { ...DAY_OF_YEAR, timeZone: "UTC" }).formatRange(instantOf(from), instantOf(to));
  // Intl adds thin spaces around the dash, which some mail programs draw as boxes. Two days of one month have no
  // spaces.
  return range.replaceAll("\u2009", " ").replace(/^(\d+) – (\d+ )/, "$1–$2");
}

/** `24 Nov 2026, 12:00`, in the local time of a zone. */
export const formatTime = (instant: number, timezone: string, locale: string): string =>
  formatFor(locale, { ...DAY_OF_YEAR, hour: "2-digit", minute: "2-digit", timeZone: timezone }).format(instant);
