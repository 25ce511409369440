// The measurements as an owner looks for them: in groups. Each belongs to one. Pure.
import type { Measurement } from "../../../workers/domain/events/measurement";

export const MEASUREMENT_GROUPS: readonly { title: string; measurements: readonly Measurement[] }[] = [
  { title: "Pages", measurements: ["page_views", "first_visit", "scroll", "not_found"] },
  { title: "Clicks and links", measurements: ["outbound_clicks", "file_downloads", "clicks", "attributes"] },
  { title: "Forms", measurements: ["form_submissions", "form_fields"] },
  { title: "Media", measurements: ["media", "images"] },
  { title: "Attention", measurements: ["heatmaps", "scroll_steps", "hover", "copy", "idle"] },
  { title: "Quality", measurements: ["web_vitals", "errors"] },
];
