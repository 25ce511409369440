// Texts of bars over time.
export const words = {
  time: "Time",
  most: (value: string, metric: string): string => `Most: ${value} ${metric}`,
  at: (when: string): string => ` · ${when}`,
  none: "No data in this period.",
} as const;
