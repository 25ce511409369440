// The other channel: JSON posted to the owner's URL, signed as Stripe does (https://docs.stripe.com/webhooks#verify-manually):
// TrackKit-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "t.body">.
import type { Claimed } from "../storage/mail/outbox";

/** A receiver that takes longer should answer first and work later. */
const TIMEOUT_MS = 10_000;

async function hmacHex(secret: string, text: string): Promise<string> {
  const encode = (value: string) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, encode(text));
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function signatureOf(secret: string, body: string, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${await hmacHex(secret, `${seconds}.${body}`)}`;
}

/** What is posted. The id is the same in each try, so that a receiver can tell a second one. */
export const webhookBody = ({ id, kind, site_id, created_at, content }: Claimed): string =>
  JSON.stringify({ id, kind, site_id, created_at: new Date(created_at).toISOString(), data: content.json ?? null });

/** @throws Error when the receiver does not answer 2xx in time. */
export async function postWebhook(mail: Claimed, secret: string, now: number): Promise<void> {
  const body = webhookBody(mail);
  const reply = await fetch(mail.recipient, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "TrackKit",
      "trackkit-signature": await signatureOf(secret, body, now),
    },
    body,
    // A redirect would send signed data to an address that the owner did not set.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await reply.body?.cancel();
  if (reply.status < 200 || reply.status > 299) throw new Error(`webhook answered ${reply.status}`);
}
