// Signs and verifies unsubscribe links: at the foot of a mail, and in its List-Unsubscribe header.
import { sign, verify } from "hono/jwt";
import { MAIL_KINDS, type MailKind } from "../domain/mail/mail";

export interface Optout {
  site_id: string;
  kind: MailKind;
  recipient: string;
}

/** A separate key, so that no other token of the installation is a valid unsubscribe token. */
const keyOf = (env: Pick<Cloudflare.Env, "AUTH_SECRET">): string => `mail/${env.AUTH_SECRET}`;

/** The token never expires: someone may unsubscribe from a mail that is years old. */
export const signOptout = (
  env: Pick<Cloudflare.Env, "AUTH_SECRET">,
  { site_id, kind, recipient }: Optout,
): Promise<string> => sign({ site_id, kind, recipient }, keyOf(env), "HS256");

/** Null for a forged token. */
export async function proveOptout(env: Pick<Cloudflare.Env, "AUTH_SECRET">, token: string): Promise<Optout | null> {
  try {
    const optout = (await verify(token, keyOf(env), "HS256")) as unknown as Optout;
    return MAIL_KINDS.includes(optout.kind) ? optout : null;
  } catch {
    return null;
  }
}

/** Null without WORKER_URL, the Worker's public address. */
export async function optoutUrl(
  env: Pick<Cloudflare.Env, "AUTH_SECRET" | "WORKER_URL">,
  optout: Optout,
): Promise<string | null> {
  return env.WORKER_URL === "" ? null : `${env.WORKER_URL}/mail/optout?t=${await signOptout(env, optout)}`;
}
