// Durations for people.
import { formatCount } from "./number";

/** `8s`, `2m 05s`, `1h 12m`. Hours are the largest unit: `1,200h 00m`. */
export function formatDuration(seconds: number, locale: string): string {
  const total = Math.round(seconds);
  if (total < 60) return `${total}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}m ${String(total % 60).padStart(2, "0")}s`;
  return `${formatCount(Math.floor(minutes / 60), locale)}h ${String(minutes % 60).padStart(2, "0")}m`;
}
