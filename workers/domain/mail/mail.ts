// A mail in the outbox, and the owner's mail settings.
import { z } from "zod";
import { isPlain } from "../requests/plain";

export const MAIL_KINDS = ["run_summary", "failure", "anomaly", "capacity", "weekly_report", "monthly_report"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export interface MailContent {
  subject: string;
  html: string;
  text: string;
  /** The body of a webhook, instead of the mail's parts. */
  json?: unknown;
}

/** A mail or a webhook request to send once. */
export interface NewMail {
  site_id: string;
  kind: MailKind;
  /** A stable name for the topic: the id of a run, a period, an anomaly. */
  subject_id: string;
  channel: "mail" | "webhook";
  /** An address, or the webhook's URL. */
  recipient: string;
  content: MailContent;
}

/** One id per topic and recipient. A property has one webhook, so its URL, which may be secret, is not part of the id. */
export const mailId = ({ kind, site_id, subject_id, channel, recipient }: Omit<NewMail, "content">): string =>
  [kind, site_id, subject_id, channel, ...(channel === "mail" ? [recipient.toLowerCase()] : [])].join("/");

/** GET /api/v1/properties/{site_id}/reports: the newest first, at most 100. Times are ISO 8601. */
export interface MailView {
  id: string;
  kind: MailKind;
  channel: "mail" | "webhook";
  /** Only the host of a webhook: its URL may be secret. */
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
  /** Recipients who unsubscribed, by kind. */
  unsubscribed: { kind: MailKind; recipient: string }[];
}

const address = z.email().max(254);

export const reportsInput = z.strictObject({
  /** Cloudflare sends only to addresses that the account has verified. */
  recipients: z.array(address).max(10).default([]),
  /** A mail for every run with data, one a day, or only for failures. */
  run_summary: z.enum(["every", "daily", "failures"]).default("failures"),
  anomalies: z.boolean().default(true),
  weekly: z.boolean().default(true),
  monthly: z.boolean().default(true),
  webhook: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: "webhook.url must be an http or https address" })
        .max(500)
        // D1's JSON would truncate or change such characters, and every request would fail.
        .refine(isPlain, "webhook.url must not contain control characters or lone surrogates"),
      /** Key of the signature, HMAC-SHA-256. The dashboard shows it once, when it is created. */
      secret: z
        .string()
        .min(16)
        .max(200)
        .refine(isPlain, "webhook.secret must not contain control characters or lone surrogates"),
    })
    .nullable()
    .default(null),
});

export type Reports = z.infer<typeof reportsInput>;
