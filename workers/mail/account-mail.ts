// Sends a mail about an account to its owner, at once and once. It belongs to no property and cannot be unsubscribed.
import { toMail } from "../domain/mail/compose";
import type { Letter } from "../domain/mail/letter";

export async function sendAccountMail(
  { MAIL, MAIL_FROM }: Partial<Pick<Cloudflare.Env, "MAIL" | "MAIL_FROM">>,
  to: string,
  letter: Letter,
): Promise<void> {
  if (!MAIL || !MAIL_FROM) return;
  const { subject, html, text } = toMail(letter, { property: "TrackKit", url: null, optout_url: null });
  await MAIL.send({
    from: { name: "TrackKit", email: MAIL_FROM },
    to,
    subject,
    html,
    text,
    headers: { "Auto-Submitted": "auto-generated" },
  });
}
