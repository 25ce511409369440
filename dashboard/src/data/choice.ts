// The currencies and time zones that the browser knows, and which the viewer most likely wants. Values for pickers.
import { LOCALE } from "./format";

const names = new Intl.DisplayNames(LOCALE, { type: "currency", fallback: "code" });

export interface Choice {
  value: string;
  label: string;
  hint: string;
}

export const currencies = (): Choice[] =>
  Intl.supportedValuesOf("currency").map((code) => ({ value: code, label: code, hint: names.of(code) ?? "" }));

/** "UTC+5:30" of a zone, now. */
export function offsetName(zone: string, now: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(now);
  return (parts.find((part) => part.type === "timeZoneName")?.value ?? "").replace("GMT", "UTC");
}

/** The hint of each, its offset, is worked out only for the few that are shown. */
export function timezones(now: number): Choice[] {
  const zones = Intl.supportedValuesOf("timeZone");
  return (zones.includes("UTC") ? zones : ["UTC", ...zones]).map((zone) => ({
    value: zone,
    label: zone.replaceAll("_", " "),
    get hint() {
      return offsetName(zone, now);
    },
  }));
}

export const browserTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Of the countries that share a currency the viewer's is not known to Intl: a guess for the common ones, else USD. */
export function browserCurrency(languages: readonly string[]): string {
  const country = languages.map((one) => new Intl.Locale(one).maximize().region).find(Boolean) ?? "";
  return BY_COUNTRY.find(([, countries]) => countries.split(" ").includes(country))?.[0] ?? "USD";
}

const BY_COUNTRY: readonly [string, string][] = [
  ["EUR", "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK BG"],
  ["GBP", "GB"],
  ["CHF", "CH LI"],
  ["JPY", "JP"],
  ["INR", "IN"],
  ["BRL", "BR"],
  ["CAD", "CA"],
  ["AUD", "AU"],
  ["SEK", "SE"],
  ["NOK", "NO"],
  ["DKK", "DK"],
  ["PLN", "PL"],
  ["CZK", "CZ"],
];
