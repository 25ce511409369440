// The list of background work: the kinds of runs, and when the cron starts them. Parameters, the schedule, the
// functions (workers/tasks.ts), mail and the dashboard derive from it. Zod-free.

/** The interval of the cron in wrangler.toml. */
export const CRON_MINUTES = 5;

/** When a task is due. */
export interface Slot {
  /** Part of the instance's id if a kind has several slots. */
  name?: string;
  every: "hour" | "day";
  /** Minutes after the start of its hour or UTC day. */
  after: number;
  /** The slot of `compaction` that also merges whole days, not only busy properties. */
  daily?: true;
}

interface Kind {
  /** For the list of runs. */
  label: string;
  /** For a mail about the run. */
  title: string;
  slots: readonly Slot[];
}

/**
 * `run` is the watermark pipeline, which the cron starts every PIPELINE_MINUTES. The others are maintenance tasks.
 * Alerts run after the hour's last events have been counted; heavy tasks run while Europe and America sleep.
 */
export const RUNS = {
  run: { label: "Run", title: "Pipeline run", slots: [] },
  /** Merges objects. */
  compaction: {
    label: "Compaction",
    title: "Compaction",
    slots: [
      { every: "hour", after: 20 },
      { name: "daily-compaction", every: "day", after: 4 * 60, daily: true },
    ],
  },
  /** Removes old data. */
  retention: { label: "Retention", title: "Retention", slots: [{ every: "day", after: 5 * 60 }] },
  /** Removes the data of one user. */
  erasure: { label: "Erasure", title: "Erasure", slots: [] },
  /** Stamps days again whose events arrived out of order. */
  restamp: { label: "Restamping", title: "Restamping", slots: [{ every: "hour", after: 40 }] },
  /** Makes the tables of days that are over, after what restamping has changed. */
  analysis: { label: "Analysis tables", title: "Analysis tables", slots: [{ every: "hour", after: 50 }] },
  /** Recounts days. */
  rebuild: { label: "Rebuild", title: "Rebuild", slots: [] },
  /** Compares counts with the lake. */
  check: { label: "Check", title: "Rollup check", slots: [{ every: "day", after: 6 * 60 }] },
  /** Detects anomalies. */
  alerts: { label: "Alerts", title: "Anomaly detection", slots: [{ every: "hour", after: 10 }] },
  /** Writes the weekly and monthly mail. */
  reports: { label: "Reports", title: "Report email", slots: [{ every: "hour", after: 30 }] },
  /** Counts dead letters again. */
  replay: { label: "Replay", title: "Dead letter replay", slots: [] },
} as const satisfies Record<string, Kind>;

export type RunKind = keyof typeof RUNS;
export const RUN_KINDS = Object.keys(RUNS) as RunKind[];
/** A task of maintenance. */
export type TaskKind = Exclude<RunKind, "run">;
export const TASK_KINDS = RUN_KINDS.filter((kind) => kind !== "run");
