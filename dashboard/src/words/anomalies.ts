// Texts of the anomalies screen.
import { inSentence } from "../../../workers/domain/wording/label";

export const words = {
  title: "Anomalies",
  lead: "Unusual changes compared with the same hours of past weeks.",
  incidents: "Anomalies",
  alertSettings: "Alert settings",
  hideDismissed: "Hide dismissed",
  showDismissed: (count: string): string => `Show ${count} dismissed`,
  none: "No anomalies in this period",
  noneHint:
    "Every hour and day is compared with the same hours of the past six weeks. New properties need a few weeks of data first.",
  watched: "Monitored metrics",

  incident: (metric: string, direction: string): string => `${metric}: ${direction}`,
  directions: { spike: "far above usual", drop: "far below usual", outage: "no data" },
  allDay: (day: string): string => `${day}, all day`,
  lastedDays: (day: string, days: number): string => `${day}, for ${days} days`,
  lasted: (start: string, duration: string): string => `${start}, for ${duration}`,
  severities: { notice: "Notice", warning: "Warning", critical: "Critical" },
  errorDimensions: { "event:message": "Message", "event:file": "File", "event:referrer": "Referrer" },
  alsoAffected: (metrics: readonly string[]): string => ` · also affected: ${metrics.join(", ")}`,
  /** "97% of the change: source Hacker News, 287 (expected 3)", with the value in bold. */
  explanation: {
    before: (percent: number, dimension: string): string => `${percent}% of the change: ${inSentence(dimension)} `,
    after: (observed: string, expected: string): string => `, ${observed} (expected ${expected})`,
  },
  aboveThreshold: (limit: string): string => `Above your threshold of ${limit} per hour`,
  belowThreshold: (limit: string): string => `Below your threshold of ${limit} per hour`,
  /** Follows the observed value. */
  expected: (value: string): string => ` (expected ${value})`,
  usual: (low: string, high: string): string => `Usual range: ${low} to ${high}`,
  dismiss: "Dismiss",
  dismissed: "Dismissed",
  dismissLabel: (title: string, when: string): string => `Dismiss ${title}, ${when}`,
} as const;
