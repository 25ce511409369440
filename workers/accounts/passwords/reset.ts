// The mail with the link that sets a new password.
import { toResetLetter } from "../../domain/mail/account-letter";
import { type AccountEnv, mailLater } from "../sign-in/warning";
import { createToken, LINK_MS } from "./link";

/** Where mail is set up: it needs a sender, and the address that the link leads to. */
export const canSendReset = ({ MAIL_FROM, DASHBOARD_URL }: AccountEnv): boolean =>
  Boolean(MAIL_FROM) && Boolean(DASHBOARD_URL);

interface Adapter {
  findUserByEmail(email: string): Promise<{ user: { id: string; email: string } } | null>;
  createVerificationValue(row: { value: string; identifier: string; expiresAt: Date }): Promise<unknown>;
}

/**
 * Looks for the account and sends it a link, after the reply. The link is one of better-auth's `/reset-password`.
 * The token is in the fragment, which browsers send to no server.
 */
export function sendResetLater(env: AccountEnv, adapter: Adapter, email: string): void {
  if (!canSendReset(env)) return;
  mailLater(env, async () => {
    const found = await adapter.findUserByEmail(email.toLowerCase());
    if (!found) return null;
    const token = createToken();
    await adapter.createVerificationValue({
      value: found.user.id,
      identifier: `reset-password:${token}`,
      expiresAt: new Date(Date.now() + LINK_MS),
    });
    return { to: found.user.email, letter: toResetLetter(`${env.DASHBOARD_URL}/reset#token=${token}`) };
  });
}
