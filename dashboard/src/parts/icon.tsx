// The icons: strokes on a 16 px grid in the text colour. Decorative only; the text has the meaning.
import type { JSX } from "solid-js";

const PATHS = {
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  check: "M3 8.5l3.2 3.2L13 5",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  rise: "M8 13V3.5M4 7.5l4-4 4 4",
  fall: "M8 3v9.5M4 8.5l4 4 4-4",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  search: "M7 12A5 5 0 107 2a5 5 0 000 10zM10.6 10.6L14 14",
  copy: "M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z",
  sliders:
    "M2.5 5h5.3M11.2 5h2.3M2.5 11h2.3M8.2 11h5.3M9.5 6.7a1.7 1.7 0 100-3.4 1.7 1.7 0 000 3.4zM6.5 12.7a1.7 1.7 0 100-3.4 1.7 1.7 0 000 3.4z",
  sun: "M8 10.8a2.8 2.8 0 100-5.6 2.8 2.8 0 000 5.6zM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8",
  moon: "M13.2 9.6A5.6 5.6 0 016.4 2.8a5.6 5.6 0 106.8 6.8z",
  person: "M8 8a2.6 2.6 0 100-5.2A2.6 2.6 0 008 8zM3 13.4c.6-2.3 2.6-3.4 5-3.4s4.4 1.1 5 3.4",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6",
  line: "M2 12l3.5-4.5 3 2.5L14 4",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.2V5M10.5 2.2V5",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  flag: "M4 14V2.5M4 3h8.5l-2 3 2 3H4",
  play: "M5 3.2l7.5 4.8L5 12.8z",
  alert: "M8 5.5v3.2M8 11.2v.1M8 1.9l6.4 11.3H1.6z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon(props: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  );
}
