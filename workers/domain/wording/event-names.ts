// Names of event types. A custom event has its sender's name.
import type { EventType } from "../events/measurement";

const EVENT_NAMES = {
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
  form_abandon: "Form abandoned",
  field_focus: "Field focus",
  field_blur: "Field blur",
  media_play: "Media play",
  media_pause: "Media pause",
  media_25: "Media 25%",
  media_50: "Media 50%",
  media_75: "Media 75%",
  media_complete: "Media complete",
  image_view: "Image view",
  copy: "Copy",
  idle: "Idle",
  js_error: "JavaScript error",
  not_found: "Page not found",
  web_vital: "Web vital",
  heatmap: "Heatmap summary",
  rule: "Rule",
  rule_view: "Rule in view",
  rule_seen: "Rule impression",
  identify: "Identify",
  first_visit: "First visit",
  session_start: "Session start",
  session_end: "Session end",
} as const satisfies Record<Exclude<EventType, "custom">, string>;

export const eventName = (name: string): string =>
  Object.hasOwn(EVENT_NAMES, name) ? EVENT_NAMES[name as keyof typeof EVENT_NAMES] : name;
