// What an owner sets beside the property itself: how long things are kept, what to be told of, and how.
import { z } from "zod";
import { ANOMALY_METRICS } from "../anomalies/record";
import { isPlain } from "../requests/plain";

const days = (least: number) => z.int().min(least).max(3650).nullable();

export const retentionInput = z.strictObject({
  /** Days that events stay in the lake; null: for ever. */
  events_days: days(1).default(null),
  /** Days that counts stay in D1. */
  rollups_days: days(1).default(null),
  /** Days that full addresses stay in the lake; they are then truncated. */
  addresses_days: days(1).default(30),
});

const limits = z
  .strictObject({
    upper: z.number().min(0).max(1e12).nullable().default(null),
    lower: z.number().min(0).max(1e12).nullable().default(null),
  })
  .refine(({ upper, lower }) => upper === null || lower === null || lower < upper, {
    error: "limits must have lower below upper",
  });

export const alertsInput = z.strictObject({
  enabled: z.boolean().default(true),
  sensitivity: z.enum(["low", "standard", "high"]).default("standard"),
  /** Changes smaller than this, in percent, are nobody's business. */
  least_change_percent: z.int().min(0).max(1000).default(30),
  /** The owner's own limits by metric, per hour; bounce rates in percent. */
  limits: z.partialRecord(z.enum(ANOMALY_METRICS), limits).default({}),
});

const address = z.email().max(254);

export const reportsInput = z.strictObject({
  /** Who gets mail; Cloudflare sends to addresses that the account has verified. */
  recipients: z.array(address).max(10).default([]),
  /** When a run is told of: every run with data, once a day, or only when it fails. */
  run_summary: z.enum(["every", "daily", "failures"]).default("failures"),
  anomalies: z.boolean().default(true),
  weekly: z.boolean().default(true),
  monthly: z.boolean().default(true),
  webhook: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: "webhook.url must be an http or https address" })
        .max(500)
        // D1's JSON would cut or change them, and nothing would ever be posted.
        .refine(isPlain, "webhook.url must hold neither control characters nor lone surrogates"),
      /** Signs what is posted: HMAC-SHA-256. Shown once when made. */
      secret: z
        .string()
        .min(16)
        .max(200)
        .refine(isPlain, "webhook.secret must hold neither control characters nor lone surrogates"),
    })
    .nullable()
    .default(null),
});

export const settingsInput = z.strictObject({
  retention: retentionInput.prefault({}),
  alerts: alertsInput.prefault({}),
  reports: reportsInput.prefault({}),
});

export type Retention = z.infer<typeof retentionInput>;
export type Alerts = z.infer<typeof alertsInput>;
export type Reports = z.infer<typeof reportsInput>;
export type PropertySettings = z.infer<typeof settingsInput>;

/** What holds where the owner set nothing. */
export const STANDARD_SETTINGS: PropertySettings = settingsInput.parse({});
