// TrackKit's logo: a line that ends in a point.
import type { JSX } from "solid-js";

export const Mark = (): JSX.Element => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M8 21.5l5-6 4.5 3.5L24 10.5" />
    <circle cx="24" cy="10.5" r="2.8" />
  </svg>
);
