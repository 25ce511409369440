// Names of the values of dimensions: countries, languages, types of network and of event.
import { dimensionFor } from "../events/catalog";
import type { NetworkType } from "../networks/network";
import { eventName } from "./event-names";

type CodeKind = "region" | "language";
const displayNames = new Map<string, Intl.DisplayNames>();

/** Created on first use: the tables are large, and many pages show no country or language. */
function displayNamesFor(kind: CodeKind, locale: string): Intl.DisplayNames {
  const key = `${kind} ${locale}`;
  let names = displayNames.get(key);
  if (!names) {
    names = new Intl.DisplayNames(locale, { type: kind, fallback: "code" });
    displayNames.set(key, names);
  }
  return names;
}

/** Intl throws for invalid codes, which an import may contain. */
function codeName(kind: CodeKind, code: string, locale: string): string {
  try {
    return displayNamesFor(kind, locale).of(code) ?? code;
  } catch {
    return code;
  }
}

const UNKNOWN = "Unknown";
/** Codes that address look-ups and imports use for what is no country. `Intl` has a name for some of them. */
const NO_COUNTRY: ReadonlySet<string> = new Set(["XX", "ZZ", "T1", "AP", "A1", "A2", "O1"]);

/** False for a code that stands for no country. */
export const isCountry = (code: string): boolean => !NO_COUNTRY.has(code.toUpperCase());

export const countryName = (code: string, locale: string): string =>
  isCountry(code) ? codeName("region", code, locale) : UNKNOWN;

const NETWORK_TYPE_NAMES: Record<NetworkType, string> = {
  business: "Business",
  isp: "Internet provider",
  hosting: "Hosting",
  education: "Education",
  government: "Government",
};

const ABSENT_NAMES: Record<string, string> = { "(direct)": "Direct", "(none)": "None", "(unknown)": UNKNOWN };

/** The name of a dimension's value. Null stands for events without a value. */
export function valueName(dimension: string, value: string | null, locale: string): string {
  const known = dimensionFor(dimension);
  const text = value ?? known?.absent ?? "";
  if (text === known?.absent) return ABSENT_NAMES[text] ?? text;
  switch (dimension) {
    case "visit:country":
      return countryName(text, locale);
    case "visit:language":
      return codeName("language", text, locale);
    case "event:name":
      return eventName(text);
    case "visit:network_type":
      return Object.hasOwn(NETWORK_TYPE_NAMES, text) ? NETWORK_TYPE_NAMES[text as NetworkType] : text;
    case "visit:device":
      return text.charAt(0).toUpperCase() + text.slice(1);
    default:
      return text;
  }
}
