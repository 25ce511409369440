// Webhooks: JSON posted to the owner's URL, signed as Stripe does (https://docs.stripe.com/webhooks#verify-manually):
// TrackKit-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "t.body">.
import { toHex } from "../domain/requests/hex";
import type { Claimed } from "../storage/mail/outbox";

/** A receiver that needs longer should answer first and process the event afterwards. */
const TIMEOUT_MS = 10_000;

async function hmacHex(secret: string, text: string): Promise<string> {
  const encode = (value: string) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, encode(text));
  return toHex(new Uint8Array(signature));
}

export async function signatureOf(secret: string, body: string, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${await hmacHex(secret, `${seconds}.${body}`)}`;
}

/** The body. The id is the same for every attempt, so that a receiver can recognize duplicates. */
export const webhookBody = ({ id, kind, site_id, created_at, content }: Claimed): string =>
  JSON.stringify({ id, kind, site_id, created_at: new Date(created_at).toISOString(), data: content.json ?? null });

/** @throws Error unless the receiver answers 2xx in time. */
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
    // Following a redirect would send signed data to an address that the owner did not set.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await reply.body?.cancel();
  if (reply.status < 200 || reply.status > 299) throw new Error(`webhook answered ${reply.status}`);
}
