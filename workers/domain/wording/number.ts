// Numbers as text: counts, percentages and decimals. Every function takes a locale (BCP 47).

/** Stands for a value that does not exist, such as the bounce rate of no visits. */
export const NOTHING = "–";

const formats = new Map<string, Intl.NumberFormat>();

/** Cached by locale: creating a format takes far longer than using it, and a screen formats hundreds of numbers. */
function formatFor(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

const WHOLE = { maximumFractionDigits: 0 };
const DECIMAL = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const COMPACT = { notation: "compact", maximumFractionDigits: 1 } as const;

/** `3,400` */
export const formatCount = (value: number, locale: string): string => formatFor(locale, WHOLE).format(value);

/** `1,284`; from ten thousand, three digits: `12.8k`, `3.4M`. */
export const formatShort = (value: number, locale: string): string =>
  value < 10_000
    ? formatCount(value, locale)
    : formatFor(locale, COMPACT).format(value).toLowerCase().replace("m", "M");

/** `2.40` */
export const formatDecimal = (value: number, locale: string): string => formatFor(locale, DECIMAL).format(value);

/** `41%`, for a value between 0 and 100. */
export const formatPercent = (value: number, locale: string): string => `${formatCount(value, locale)}%`;

/** `+12`, `−3`, `0`. The typographic minus has the same width as the plus. */
export const signed = (value: number, text: string): string => (value === 0 ? text : `${value > 0 ? "+" : "−"}${text}`);

/** The share of a part in percent. A share above zero that rounds to zero is `<1%`. */
export function formatShare(part: number, whole: number, locale: string): string {
  if (whole <= 0) return NOTHING;
  const percent = (part / whole) * 100;
  return percent > 0 && percent < 0.5 ? "<1%" : formatPercent(Math.min(percent, 100), locale);
}

/** `1 row`, `3,400 rows`. */
export const counted = (value: number, locale: string, one: string, many = `${one}s`): string =>
  `${formatCount(value, locale)} ${value === 1 ? one : many}`;
