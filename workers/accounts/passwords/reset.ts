// The mail with the link that sets a new password.
import { toResetLetter } from "../../domain/mail/account-letter";
import { type AccountEnv, mailLater } from "../sign-in/warning";

/** Where mail is set up: it needs a sender, and the address that the link leads to. */
export const canSendReset = ({ MAIL_FROM, DASHBOARD_URL }: AccountEnv): boolean =>
  Boolean(MAIL_FROM) && Boolean(DASHBOARD_URL);

/** The token is in the fragment, which browsers send to no server. */
export async function sendPasswordReset(env: AccountEnv, { email }: { email: string }, token: string): Promise<void> {
  if (!canSendReset(env)) return;
  const url = `${env.DASHBOARD_URL}/reset#token=${encodeURIComponent(token)}`;
  mailLater(env, async () => ({ to: email, letter: toResetLetter(url) }));
}
