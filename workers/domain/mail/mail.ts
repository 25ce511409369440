// A mail as it waits in the outbox. Zod-free.

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
