// Cloudflare's prices in dollars for the use of events: the paid plan, beyond its included usage.
// Read in November 2026 at developers.cloudflare.com: /workers/platform/pricing, /durable-objects/platform/pricing,
// /queues/platform/pricing, /workflows/reference/pricing, /d1/platform/pricing, /r2/pricing. Monthly storage is left out.

export interface Price {
  label: string;
  /** Dollars per million units. */
  perMillion: number;
}

export const PRICES = {
  worker_requests: { label: "Worker requests", perMillion: 0.3 },
  worker_cpu_ms: { label: "Worker CPU, ms (estimate)", perMillion: 0.02 },
  /** Calls by RPC and alarms. */
  hub_requests: { label: "Durable Object requests", perMillion: 0.15 },
  analyst_requests: { label: "Durable Object requests (Analysts)", perMillion: 0.15 },
  hub_gb_seconds: { label: "Durable Object duration, GB-s", perMillion: 12.5 },
  /** Setting an alarm counts as a row, and so does a deletion. */
  hub_rows_written: { label: "Durable Object rows written", perMillion: 1 },
  hub_rows_read: { label: "Durable Object rows read", perMillion: 0.001 },
  /** Each 64 KB of a message, written, read and deleted. */
  queue_operations: { label: "Queue operations", perMillion: 0.4 },
  d1_rows_written: { label: "D1 rows written", perMillion: 1 },
  d1_rows_read: { label: "D1 rows read", perMillion: 0.001 },
  workflow_steps: { label: "Workflow steps", perMillion: 8 },
  /** Writes and lists of objects. */
  r2_class_a: { label: "R2 class A operations", perMillion: 4.5 },
  r2_class_b: { label: "R2 class B operations", perMillion: 0.36 },
} as const satisfies Record<string, Price>;

export type Unit = keyof typeof PRICES;
export const UNITS = Object.keys(PRICES) as Unit[];

/** Memory billed for a Durable Object while it is awake. */
export const HUB_GB = 0.128;
