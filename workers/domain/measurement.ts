// What a data stream may measure, and which kinds of event there are. Free of zod: the dashboard reads it too.

export const MEASUREMENTS = {
  page_views: { label: "Page views", hint: "Each page shown, single-page navigation included", standard: true },
  scroll: { label: "Scroll depth", hint: "How far down each page was read", standard: true },
  outbound_clicks: { label: "Outbound clicks", hint: "Clicks on links that leave the site", standard: true },
  first_visit: { label: "First visit", hint: "A visitor's first page view of the day", standard: true },
  form_submissions: { label: "Form submissions", hint: "Forms sent, by name; never what was typed", standard: true },
  file_downloads: { label: "File downloads", hint: "Clicks on links to documents, archives and media", standard: true },
} as const satisfies Record<string, { label: string; hint: string; standard: boolean }>;

export type Measurement = keyof typeof MEASUREMENTS;
export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as [Measurement, ...Measurement[]];
export type Measurements = Record<Measurement, boolean>;

/**
 * The kinds of event. `interactive` events show that a visitor did something on purpose and so rescue a visit from
 * being a bounce; `measurement` is the switch that turns them off. Whatever else a caller sends is `custom`, and its
 * own name is kept in `name`.
 */
export const EVENT_TYPES = {
  pageview: { interactive: false, measurement: "page_views" },
  engagement: { interactive: false, measurement: null },
  scroll: { interactive: false, measurement: "scroll" },
  click: { interactive: true, measurement: null },
  outbound: { interactive: false, measurement: "outbound_clicks" },
  download: { interactive: true, measurement: "file_downloads" },
  form_submit: { interactive: true, measurement: "form_submissions" },
  first_visit: { interactive: false, measurement: "first_visit" },
  session_start: { interactive: false, measurement: null },
  session_end: { interactive: false, measurement: null },
  custom: { interactive: true, measurement: null },
} as const satisfies Record<string, { interactive: boolean; measurement: Measurement | null }>;

export type EventType = keyof typeof EVENT_TYPES;

/** Names that other systems use for the same kinds. */
const ALIASES: Record<string, EventType> = {
  page_visited: "pageview",
  page_view: "pageview",
  button_clicked: "click",
  page_closed: "engagement",
  session_created: "session_start",
  session_ended: "session_end",
};

/** The kind and the name of an event that a caller calls `given`. */
export function toEventType(given: string): { event_type: EventType; name: string } {
  const alias = Object.hasOwn(ALIASES, given) ? ALIASES[given]! : given;
  if (Object.hasOwn(EVENT_TYPES, alias)) return { event_type: alias as EventType, name: alias };
  return { event_type: "custom", name: given };
}
