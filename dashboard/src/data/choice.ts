// Values for pickers: the browser's currencies, and the viewer's most likely choice.
import { isCurrency } from "../../../workers/domain/events/currency";
import { LOCALE } from "./format";

const names = new Intl.DisplayNames(LOCALE, { type: "currency", fallback: "code" });

export interface Choice {
  value: string;
  label: string;
  hint: string;
  /** A second line, in the list only. */
  detail?: string;
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[_/]/g, " ");

/** The choices whose value and label contain all typed words. */
export function searchChoices<T extends Choice>(choices: readonly T[], typed: string): T[] {
  const words = plain(typed).split(" ").filter(Boolean);
  return choices.filter(({ value, label }) => words.every((word) => plain(`${value} ${label}`).includes(word)));
}

export const currencies = (): Choice[] =>
  Intl.supportedValuesOf("currency")
    .filter(isCurrency)
    .map((code) => ({ value: code, label: code, hint: names.of(code) ?? "" }));

/** Browsers still report former names: Asia/Calcutta. */
export const browserTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Intl does not know the viewer's currency by country, so this guesses common ones, otherwise USD. */
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
