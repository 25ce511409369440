// What the values of a dimension are called on the screen: countries, languages and kinds of event have names.
import { dimensionFor } from "../../../workers/domain/events/catalog";
import type { EventType } from "../../../workers/domain/events/measurement";
import type { NetworkType } from "../../../workers/domain/networks/network";
import { LOCALE } from "./format";

const kinds = new Map<"region" | "language", Intl.DisplayNames>();

/** Made when the first name is asked for: their tables are large, and many pages show none. */
function namesOf(type: "region" | "language"): Intl.DisplayNames {
  let names = kinds.get(type);
  if (!names) {
    names = new Intl.DisplayNames(LOCALE, { type, fallback: "code" });
    kinds.set(type, names);
  }
  return names;
}

const EVENTS = {
  pageview: "Page view",
  engagement: "Engagement",
  scroll: "Scroll",
  click: "Click",
  rage_click: "Rage click",
  dead_click: "Dead click",
  hover: "Hover",
  outbound: "Outbound click",
  download: "File download",
  form_submit: "Form submission",
  form_start: "Form start",
  field_focus: "Field entered",
  field_blur: "Field left",
  form_abandon: "Form given up",
  media_play: "Media play",
  media_pause: "Media pause",
  media_25: "Media 25 %",
  media_50: "Media 50 %",
  media_75: "Media 75 %",
  media_complete: "Media complete",
  image_view: "Image view",
  copy: "Copy",
  idle: "Idle",
  js_error: "JavaScript error",
  not_found: "Page not found",
  web_vital: "Web vital",
  heatmap: "Heatmap summary",
  rule: "Rule",
  rule_view: "Rule, in view",
  rule_seen: "Rule, element seen",
  identify: "Identify",
  first_visit: "First visit",
  session_start: "Session start",
  session_end: "Session end",
} as const satisfies Record<Exclude<EventType, "custom">, string>;

/** A custom event is called what its sender calls it. */
export const eventName = (name: string): string =>
  Object.hasOwn(EVENTS, name) ? EVENTS[name as keyof typeof EVENTS] : name;

const NETWORK_TYPES: Record<NetworkType, string> = {
  business: "Business",
  isp: "Internet provider",
  hosting: "Hosting",
  education: "Education",
  government: "Government",
};

/** Words for a value that stands for "there was none". */
const ABSENT: Record<string, string> = { "(direct)": "Direct", "(none)": "None", "(unknown)": "Unknown" };

/** Intl throws at what is no code at all, and such values may come in with an import. */
function named(type: "region" | "language", code: string): string {
  try {
    return namesOf(type).of(code) ?? code;
  } catch {
    return code;
  }
}

export const countryName = (code: string): string => named("region", code);

/** The name of a dimension's value, as its rows show it. */
export function valueName(dimension: string, value: string | null): string {
  const known = dimensionFor(dimension);
  const text = value ?? known?.absent ?? "";
  if (text === known?.absent) return ABSENT[text] ?? text;
  if (dimension === "visit:country") return countryName(text);
  if (dimension === "visit:language") return named("language", text);
  if (dimension === "event:name") return eventName(text);
  if (dimension === "visit:network_type" && Object.hasOwn(NETWORK_TYPES, text))
    return NETWORK_TYPES[text as NetworkType];
  if (dimension === "visit:device") return text.charAt(0).toUpperCase() + text.slice(1);
  return text;
}

/** True where the value stands for "there was none". */
export const isAbsent = (dimension: string, value: string | null): boolean =>
  value === null || value === dimensionFor(dimension)?.absent;

/** The flag of a country, made of the two letters of its code; null for what is no country. */
export function flagOf(code: string | null): string | null {
  if (!code || !/^[A-Z]{2}$/.test(code)) return null;
  return String.fromCodePoint(...[...code].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
}
