// Sends the outbox. Each mail is claimed, sent and marked as sent. A crash may follow any of the three, so a mail that was
// claimed but not marked is sent again later.
import { toHex } from "../domain/requests/hex";
import { type Claimed, claimMail, dueMails, giveUpCutOff, markFailed, markSent } from "../storage/mail/outbox";
import { loadSettings } from "../storage/properties/settings";
import { optoutUrl } from "./optout";
import { postWebhook } from "./webhook";

export type SendEnv = Pick<Cloudflare.Env, "DB" | "MAIL" | "MAIL_FROM" | "AUTH_SECRET" | "WORKER_URL">;

/** Mails per call, so that a step ends in time even if receivers are slow. The next call sends the rest. */
const PORTION = 40;
/** Parallel requests: a Worker has six connections, and the database needs some of them. */
const AT_ONCE = 4;

/** Errors that a retry cannot fix. */
class Final extends Error {}

export interface Sent {
  sent: number;
  /** Mails to retry later, and mails that were given up. */
  failed: number;
}

/** The same for every attempt to send a mail. */
async function markOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return toHex(new Uint8Array(digest).slice(0, 16));
}

/**
 * The platform sets Message-ID itself and has no idempotency key
 * (https://developers.cloudflare.com/email-service/reference/headers/), so a crash between sending and marking sends a second
 * copy. It has the same X-TrackKit-Mail, and References puts both copies into one conversation.
 */
async function headersOf(env: SendEnv, { id, site_id, kind, recipient }: Claimed): Promise<Record<string, string>> {
  const mark = await markOf(id);
  const url = await optoutUrl(env, { site_id, kind, recipient });
  return {
    "X-TrackKit-Mail": mark,
    References: `<${mark}@trackkit>`,
    "Auto-Submitted": "auto-generated",
    // RFC 8058. The platform refuses a List-Unsubscribe URL without TLS, which only a local system has.
    ...(url?.startsWith("https://")
      ? { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
      : {}),
  };
}

async function sendMail(env: SendEnv, mail: Claimed): Promise<void> {
  if (env.MAIL_FROM === "") throw new Final("MAIL_FROM is not set, so no email is sent");
  const { subject, html, text } = mail.content;
  await env.MAIL.send({
    from: { name: "TrackKit", email: env.MAIL_FROM },
    to: mail.recipient,
    subject,
    html,
    text,
    headers: await headersOf(env, mail),
  });
}

async function sendWebhook(env: SendEnv, mail: Claimed, now: number): Promise<void> {
  const { webhook } = (await loadSettings(env.DB, mail.site_id)).reports;
  if (webhook?.url !== mail.recipient) throw new Final("webhook was changed or removed before this could be sent");
  await postWebhook(mail, webhook.secret, now);
}

/** @returns false for a failure. The error is stored with the mail and listed in the settings. */
async function sendOne(env: SendEnv, mail: Claimed, now: number): Promise<boolean> {
  try {
    await (mail.channel === "mail" ? sendMail(env, mail) : sendWebhook(env, mail, now));
  } catch (error) {
    await markFailed(env.DB, mail.id, String((error as Error).message ?? error), error instanceof Final);
    return false;
  }
  await markSent(env.DB, mail.id, now);
  return true;
}

async function sendAll(env: SendEnv, ids: string[], now: number): Promise<Sent> {
  const done: Sent = { sent: 0, failed: 0 };
  const work = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const mail = await claimMail(env.DB, id, now);
      if (!mail) continue;
      if (await sendOne(env, mail, now)) done.sent += 1;
      else done.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

/** Sends due mails, up to a limit. Failed mails are counted; only an error of D1 is thrown. */
export async function sendOutbox(env: SendEnv, now: number): Promise<Sent> {
  await giveUpCutOff(env.DB, now);
  return sendAll(env, await dueMails(env.DB, now, PORTION), now);
}

/** Sends these mails now, ahead of the queue. */
export const sendNow = (env: SendEnv, ids: readonly string[], now: number): Promise<Sent> =>
  sendAll(env, [...ids], now);
