// Sends what waits in the outbox. A mail is claimed, sent, and marked; each of the three may be the last thing that
// happens, so what was claimed and not marked is sent again after a while.
import { type Claimed, claimMail, dueMails, giveUpCutOff, markFailed, markSent } from "../storage/mail/outbox";
import { loadSettings } from "../storage/properties/settings";
import { optoutUrl } from "./optout";
import { postWebhook } from "./webhook";

export type SendEnv = Pick<Cloudflare.Env, "DB" | "MAIL" | "MAIL_FROM" | "AUTH_SECRET" | "WORKER_URL">;

/** At most so many at once, so that a step ends in time whatever receivers do; the next call takes the rest. */
const PORTION = 40;
/** A Worker has six connections at once; some are for the database. */
const AT_ONCE = 4;

/** What will not go better by trying again. */
class Final extends Error {}

export interface Sent {
  sent: number;
  /** Those that are tried again later, and those that are given up. */
  failed: number;
}

/** The same mail has the same mark in each try. */
async function markOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return Array.from(new Uint8Array(digest).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The platform makes Message-ID itself and takes none from us, nor has it a key by which it would know a mail again
 * (https://developers.cloudflare.com/email-service/reference/headers/). So a copy after a crash between sending and marking
 * is told from a new mail by X-TrackKit-Mail, and References puts both into one conversation.
 */
async function headersOf(env: SendEnv, { id, site_id, kind, recipient }: Claimed): Promise<Record<string, string>> {
  const mark = await markOf(id);
  const url = await optoutUrl(env, { site_id, kind, recipient });
  return {
    "X-TrackKit-Mail": mark,
    References: `<${mark}@trackkit>`,
    "Auto-Submitted": "auto-generated",
    // RFC 8058; the platform refuses a List-Unsubscribe without TLS, which only the local system has.
    ...(url?.startsWith("https://")
      ? { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
      : {}),
  };
}

async function sendMail(env: SendEnv, mail: Claimed): Promise<void> {
  if (env.MAIL_FROM === "") throw new Final("MAIL_FROM is not set, so no mail is sent");
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

/** @returns false when it failed. The error is kept with the mail, where its owner sees it. */
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

/** Sends what is due, up to a bound. Mails that fail are no error of the caller's; that D1 fails is. */
export async function sendOutbox(env: SendEnv, now: number): Promise<Sent> {
  await giveUpCutOff(env.DB, now);
  return sendAll(env, await dueMails(env.DB, now, PORTION), now);
}

/** Sends these, without waiting for those that are due before them. */
export const sendNow = (env: SendEnv, ids: readonly string[], now: number): Promise<Sent> =>
  sendAll(env, [...ids], now);
