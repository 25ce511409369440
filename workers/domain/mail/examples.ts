// Examples of mails about rare events, so that an owner can preview them.
import { toCapacity } from "../visits/capacity";
import { toAnomalyLetter } from "./anomaly-letter";
import { toCapacityLetter } from "./capacity-letter";
import type { Frame, Letter } from "./letter";
import { toFailureLetter, toRunSummaryLetter } from "./run-letter";
import { FAILURE_SENTENCES } from "./sentences/run";

const HOUR = 3_600_000;

export const EXAMPLES: Record<
  "run_summary" | "failure" | "anomaly" | "capacity",
  (frame: Frame, timezone: string, now: number) => Letter
> = {
  run_summary: (frame, timezone, now) =>
    toRunSummaryLetter(
      {
        of: { kind: "run", run_id: "example", started_at: now },
        files: 12,
        rows: 3400,
        seconds: 14,
        report: { techstack_rows: 120, addresses: 80 },
        timezone,
      },
      frame,
    ),
  failure: (frame, timezone, now) =>
    toFailureLetter(
      {
        run_id: "example",
        kind: "run",
        started_at: now - HOUR / 10,
        failed_at: now,
        error: FAILURE_SENTENCES.example,
        timezone,
      },
      frame,
    ),
  anomaly: (frame, timezone, now) =>
    toAnomalyLetter(
      {
        id: "example",
        metric: "visitors",
        metrics: ["visitors", "pageviews"],
        grain: "hour",
        direction: "spike",
        severity: "warning",
        started_at: now - 2 * HOUR,
        ended_at: now,
        observed: 1284,
        expected: 310,
        low: 240,
        high: 390,
        score: 12,
        explanation: { dimension: "visit:source", value: "example.com", observed: 940, expected: 3, share_percent: 96 },
        threshold: null,
        timezone,
      },
      frame,
    ),
  capacity: (frame, _, now) =>
    toCapacityLetter(toCapacity({ date: new Date(now).toISOString().slice(0, 10), visitors: 240_000 }, 1), frame),
};
