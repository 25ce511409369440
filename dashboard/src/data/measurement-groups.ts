// The measurements in groups, as an owner looks for them. Each belongs to one group. Pure.
import type { Measurement } from "../../../workers/domain/events/measurement";
import { words } from "../words/forms";

export const MEASUREMENT_GROUPS: readonly { title: string; measurements: readonly Measurement[] }[] = [
  { title: words.measurementGroups.pages, measurements: ["page_views", "first_visit", "scroll", "not_found"] },
  {
    title: words.measurementGroups.clicks,
    measurements: ["outbound_clicks", "file_downloads", "clicks", "attributes"],
  },
  { title: words.measurementGroups.forms, measurements: ["form_submissions", "form_fields"] },
  { title: words.measurementGroups.people, measurements: ["identify", "revenue"] },
  { title: words.measurementGroups.media, measurements: ["media", "images"] },
  { title: words.measurementGroups.attention, measurements: ["heatmaps", "scroll_steps", "hover", "copy", "idle"] },
  { title: words.measurementGroups.quality, measurements: ["web_vitals", "errors"] },
];
