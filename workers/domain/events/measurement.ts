// The measurements of a data stream, and the kinds of event. Free of zod: the dashboard reads it too.

interface MeasurementAbout {
  label: string;
  hint: string;
  /** On by default. */
  standard: boolean;
  /**
   * True if the tracker has a chunk of this name, which it loads only if the measurement is on. The others are in the
   * core.
   */
  chunk: boolean;
}

export const MEASUREMENTS = {
  page_views: {
    label: "Page views",
    hint: "Every page view, including navigation within single-page apps",
    standard: true,
    chunk: false,
  },
  scroll: { label: "Scroll depth", hint: "How far visitors scroll on each page", standard: true, chunk: false },
  outbound_clicks: {
    label: "Outbound clicks",
    hint: "Clicks on links to other sites",
    standard: true,
    chunk: false,
  },
  first_visit: {
    label: "First visit",
    hint: "A visitor's first page view of the day, or ever if an ID is stored",
    standard: true,
    chunk: false,
  },
  form_submissions: {
    label: "Form submissions",
    hint: "Submitted forms by name, never their input",
    standard: true,
    chunk: false,
  },
  identify: {
    label: "User IDs",
    hint: "The user that a page names with trackkit.identify(). Servers with an API key always may",
    standard: true,
    chunk: false,
  },
  revenue: {
    label: "Revenue",
    hint: "Amounts that a page sends with its events. Servers with an API key always may",
    standard: true,
    chunk: false,
  },
  file_downloads: {
    label: "File downloads",
    hint: "Clicks on links to documents, archives and media",
    standard: true,
    chunk: true,
  },
  clicks: {
    label: "Clicks",
    hint: "Clicked elements, rage clicks and dead clicks",
    standard: false,
    chunk: true,
  },
  attributes: {
    label: "Marked elements",
    hint: 'Clicks and submissions of elements with data-tk-event="Name"',
    standard: false,
    chunk: true,
  },
  hover: {
    label: "Hover",
    hint: "Elements with data-tk-hover that the pointer rests on",
    standard: false,
    chunk: true,
  },
  scroll_steps: {
    label: "Scroll steps",
    hint: "An event at 25, 50, 75, 90 and 100% of the page",
    standard: false,
    chunk: true,
  },
  form_fields: {
    label: "Form fields",
    hint: "Fields that visitors enter and leave, and where they abandon a form; names only",
    standard: false,
    chunk: true,
  },
  media: {
    label: "Video and audio",
    hint: "Play, pause, 25, 50 and 75%, and completion",
    standard: false,
    chunk: true,
  },
  images: { label: "Image views", hint: "Images at least half visible for one second", standard: false, chunk: true },
  copy: {
    label: "Copied text",
    hint: "The length of copied text, never the text itself",
    standard: false,
    chunk: true,
  },
  idle: { label: "Idle time", hint: "One minute or longer without input", standard: false, chunk: true },
  errors: {
    label: "JavaScript errors",
    hint: "Message, file and line of each error",
    standard: false,
    chunk: true,
  },
  not_found: {
    label: "Pages not found",
    hint: "Pages that return 404",
    standard: false,
    chunk: true,
  },
  web_vitals: {
    label: "Web vitals",
    hint: "LCP, INP, CLS, FCP and TTFB of real page views",
    standard: false,
    chunk: true,
  },
  heatmaps: {
    label: "Heatmaps",
    hint: "Where visitors click, move and scroll, in a coarse grid; no individual recordings",
    standard: false,
    chunk: true,
  },
} as const satisfies Record<string, MeasurementAbout>;

export type Measurement = keyof typeof MEASUREMENTS;
export const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as [Measurement, ...Measurement[]];
export type Measurements = Record<Measurement, boolean>;

interface EventTypeAbout {
  /**
   * Whether it shows that a visitor did something on purpose, so that the visit is not a bounce. An event may override
   * it.
   */
  interactive: boolean;
  /** The setting that disables it. */
  measurement: Measurement | null;
  measuring?: true;
}

/** The kinds of event. Every other event is `custom`, with the sender's own name in `name`. */
export const EVENT_TYPES = {
  pageview: { interactive: false, measurement: "page_views" },
  engagement: { interactive: false, measurement: null, measuring: true },
  scroll: { interactive: false, measurement: "scroll_steps" },
  click: { interactive: true, measurement: "clicks" },
  rage_click: { interactive: false, measurement: "clicks" },
  dead_click: { interactive: false, measurement: "clicks" },
  hover: { interactive: false, measurement: "hover" },
  outbound: { interactive: true, measurement: "outbound_clicks" },
  download: { interactive: true, measurement: "file_downloads" },
  form_submit: { interactive: true, measurement: "form_submissions" },
  form_start: { interactive: true, measurement: "form_fields" },
  field_focus: { interactive: false, measurement: "form_fields" },
  field_blur: { interactive: false, measurement: "form_fields" },
  form_abandon: { interactive: false, measurement: "form_fields" },
  media_play: { interactive: false, measurement: "media" },
  media_pause: { interactive: false, measurement: "media" },
  media_25: { interactive: false, measurement: "media" },
  media_50: { interactive: false, measurement: "media" },
  media_75: { interactive: false, measurement: "media" },
  media_complete: { interactive: false, measurement: "media" },
  image_view: { interactive: false, measurement: "images" },
  copy: { interactive: true, measurement: "copy" },
  idle: { interactive: false, measurement: "idle" },
  js_error: { interactive: false, measurement: "errors" },
  not_found: { interactive: false, measurement: "not_found" },
  web_vital: { interactive: false, measurement: "web_vitals", measuring: true },
  heatmap: { interactive: false, measurement: "heatmaps", measuring: true },
  /** An element of a rule was clicked or submitted. */
  rule: { interactive: true, measurement: null },
  /** An element of a rule was hovered or became visible, if that is the rule's trigger. */
  rule_view: { interactive: false, measurement: null },
  /** An element of a rule came into sight, once per rule and page view. The base of click rates. */
  rule_seen: { interactive: false, measurement: null, measuring: true },
  identify: { interactive: false, measurement: null },
  first_visit: { interactive: false, measurement: "first_visit", measuring: true },
  session_start: { interactive: false, measurement: null },
  session_end: { interactive: false, measurement: null },
  custom: { interactive: true, measurement: null },
} as const satisfies Record<string, EventTypeAbout>;

export type EventType = keyof typeof EVENT_TYPES;

/**
 * True for an event that only measures or that the hub creates. It does not count in the metric `events`, begins no
 * visit and makes no visitor. It belongs to the visit of its page view.
 */
export const isMeasuring = (type: EventType): boolean => "measuring" in EVENT_TYPES[type];

/** Names of the measuring events with a row of their own. Engagement has none: it is part of its page view. */
export const MEASURING_NAMES: readonly EventType[] = (Object.keys(EVENT_TYPES) as EventType[]).filter(
  (type) => isMeasuring(type) && type !== "engagement",
);

/** Frequent events that come with reading a page or filling in a form, and say little by themselves. */
const COMPANIONS: readonly EventType[] = [
  ...([
    "scroll",
    "image_view",
    "idle",
    "field_focus",
    "field_blur",
    "identify",
    "session_start",
    "session_end",
  ] as const),
];

/**
 * True for events that come by themselves: those that only measure, and companions of what a visitor does. Lists of events
 * never begin with them. Unlike measuring events, companions count as events.
 */
export const isAutomatic = (type: EventType): boolean => isMeasuring(type) || COMPANIONS.includes(type);

/** Measurements in the tracker's core that can be disabled, with the kind of hit that a reply names for each. */
export const CORE_SWITCHES = {
  page_views: "pageview",
  scroll: "scroll",
  outbound_clicks: "outbound",
  form_submissions: "form_submit",
} as const satisfies Partial<Record<Measurement, string>>;

/** Other systems' names for the same kinds. */
const ALIASES: Record<string, EventType> = {
  page_visited: "pageview",
  page_view: "pageview",
  button_clicked: "click",
  page_closed: "engagement",
  session_created: "session_start",
  session_ended: "session_end",
};

/** The kind and the name of an event by the caller's name for it. */
export function toEventType(given: string): { event_type: EventType; name: string } {
  const alias = Object.hasOwn(ALIASES, given) ? ALIASES[given]! : given;
  if (Object.hasOwn(EVENT_TYPES, alias)) return { event_type: alias as EventType, name: alias };
  return { event_type: "custom", name: given };
}
