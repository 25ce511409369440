// Signs and proves who wants no more mail of a kind: the link at the foot of a mail, and its List-Unsubscribe header.
import { sign, verify } from "hono/jwt";
import { MAIL_KINDS, type MailKind } from "../domain/mail/mail";

export interface Optout {
  site_id: string;
  kind: MailKind;
  recipient: string;
}

/** A key of its own, so that no other token of the installation can stand for one. */
const keyOf = (env: Pick<Cloudflare.Env, "AUTH_SECRET">): string => `mail/${env.AUTH_SECRET}`;

/** It never expires: a mail may be read, and its sender be tired of, years later. */
export const signOptout = (
  env: Pick<Cloudflare.Env, "AUTH_SECRET">,
  { site_id, kind, recipient }: Optout,
): Promise<string> => sign({ site_id, kind, recipient }, keyOf(env), "HS256");

/** Null when it is forged. */
export async function proveOptout(env: Pick<Cloudflare.Env, "AUTH_SECRET">, token: string): Promise<Optout | null> {
  try {
    const optout = (await verify(token, keyOf(env), "HS256")) as unknown as Optout;
    return MAIL_KINDS.includes(optout.kind) ? optout : null;
  } catch {
    return null;
  }
}

/** Null where nobody has said at which address the Worker is reached. */
export async function optoutUrl(
  env: Pick<Cloudflare.Env, "AUTH_SECRET" | "WORKER_URL">,
  optout: Optout,
): Promise<string | null> {
  return env.WORKER_URL === "" ? null : `${env.WORKER_URL}/mail/optout?t=${await signOptout(env, optout)}`;
}
