// Writes the mails about one topic: a letter for each recipient with their own unsubscribe link, and the same data for the
// webhook.
import { toMail } from "../domain/mail/compose";
import { type Frame, type Letter, toSubject } from "../domain/mail/letter";
import type { MailKind, NewMail } from "../domain/mail/mail";
import type { MailedProperty } from "../storage/mail/recipients";
import { optoutUrl } from "./optout";

export type WriteEnv = Pick<Cloudflare.Env, "DB" | "AUTH_SECRET" | "WORKER_URL" | "DASHBOARD_URL">;

export interface Topic<Data> {
  kind: MailKind;
  /** Identifies the topic. A recipient gets one mail per topic. */
  subject_id: string;
  data: Data;
  toLetter: (data: Data, frame: Frame) => Letter;
}

export const frameFor = (
  { DASHBOARD_URL }: Pick<Cloudflare.Env, "DASHBOARD_URL">,
  { site_id, name }: Pick<MailedProperty, "site_id" | "name">,
  optout_url: string | null,
): Frame => ({
  property: name,
  url: DASHBOARD_URL === "" ? null : `${DASHBOARD_URL}/p/${encodeURIComponent(site_id)}`,
  optout_url,
});

export async function mailsAbout<Data>(
  env: WriteEnv,
  property: MailedProperty,
  topic: Topic<Data>,
): Promise<NewMail[]> {
  const { kind, subject_id, data, toLetter } = topic;
  const { site_id, reports } = property;
  const about = { site_id, kind, subject_id };
  const mails = reports.recipients.map(async (recipient): Promise<NewMail> => {
    const frame = frameFor(env, property, await optoutUrl(env, { site_id, kind, recipient }));
    return { ...about, channel: "mail", recipient, content: toMail(toLetter(data, frame), frame) };
  });
  if (!reports.webhook) return Promise.all(mails);
  const subject = toSubject(toLetter(data, frameFor(env, property, null)).subject);
  const post: NewMail = {
    ...about,
    channel: "webhook",
    recipient: reports.webhook.url,
    content: { subject, html: "", text: "", json: data },
  };
  return [...(await Promise.all(mails)), post];
}
