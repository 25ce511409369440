// A mail as it waits in the outbox. Zod-free.

export const MAIL_KINDS = ["run_summary", "failure", "anomaly", "weekly_report", "monthly_report"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export interface MailContent {
  subject: string;
  html: string;
  text: string;
  /** Of webhooks: the JSON that is posted, instead. */
  json?: unknown;
}
