// A mail as it waits in the outbox, and the owner's settings for mail.
import { z } from "zod";
import { isPlain } from "../requests/plain";

export const MAIL_KINDS = ["run_summary", "failure", "anomaly", "capacity", "weekly_report", "monthly_report"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export interface MailContent {
  subject: string;
  html: string;
  text: string;
  /** Of webhooks: the JSON that is posted, instead. */
  json?: unknown;
}

/** A mail, or a post to a webhook, that is to be sent once. */
export interface NewMail {
  site_id: string;
  kind: MailKind;
  /** What it is about, by a name that stays the same when it is told again: a run, a period, an anomaly. */
  subject_id: string;
  channel: "mail" | "webhook";
  /** An address, or the webhook's URL. */
  recipient: string;
  content: MailContent;
}

/** The same thing told to the same recipient has the same id. A property has one webhook, whose URL may be a secret. */
export const mailId = ({ kind, site_id, subject_id, channel, recipient }: Omit<NewMail, "content">): string =>
  [kind, site_id, subject_id, channel, ...(channel === "mail" ? [recipient.toLowerCase()] : [])].join("/");

/** GET /api/v1/properties/{site_id}/reports: the newest first, at most 100. Times are ISO 8601. */
export interface MailView {
  id: string;
  kind: MailKind;
  channel: "mail" | "webhook";
  /** Of webhooks the host only: their URLs may be secrets. */
  recipient: string;
  subject: string;
  status: "queued" | "sending" | "sent" | "failed";
  attempts: number;
  created_at: string;
  sent_at: string | null;
  error: string | null;
}
export interface MailsView {
  mails: MailView[];
  /** Who does not want which kind. */
  unsubscribed: { kind: MailKind; recipient: string }[];
}

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

export type Reports = z.infer<typeof reportsInput>;
