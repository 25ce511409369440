// Mails about the account itself. They are sent at once and are not stored: a stored reset link would open the account.

import { waitUntil } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type AccountChange, toChangedLetter, toWarningLetter } from "../../domain/mail/account-letter";
import type { Letter } from "../../domain/mail/letter";
import { describeError } from "../../domain/requests/describe-error";
import { sendAccountMail } from "../../mail/account-mail";
import { attemptKey, NOTIFIED_FAILURES, takeAttempt, WARNING_LIMIT } from "../../storage/accounts/attempts";
import { users } from "../../storage/accounts/tables";

/** Mail is optional: without MAIL_FROM none is sent. */
export type AccountEnv = Pick<Cloudflare.Env, "DB" | "AUTH_SECRET"> &
  Partial<Pick<Cloudflare.Env, "HUB" | "MAIL" | "MAIL_FROM" | "DASHBOARD_URL">>;

export const accountUrl = ({ DASHBOARD_URL }: AccountEnv): string | null =>
  DASHBOARD_URL ? `${DASHBOARD_URL}/account` : null;

/** Sends a mail after the reply, so that the time of the reply does not say whether the account exists. */
export function mailLater(env: AccountEnv, write: () => Promise<{ to: string; letter: Letter } | null>): void {
  waitUntil(
    (async () => {
      const mail = await write();
      if (mail) await sendAccountMail(env, mail.to, mail.letter);
    })().catch((error) => console.error("mail about an account could not be sent", describeError(error))),
  );
}

/**
 * Tells the owner of an account about wrong passwords, once a day. Nobody is told if there is no such account.
 * @param failures of the last day.
 */
export async function warnOfFailures(env: AccountEnv, email: string, failures: number): Promise<void> {
  if (failures < NOTIFIED_FAILURES) return;
  const warning = await takeAttempt(env.DB, await attemptKey(email, "warning"), WARNING_LIMIT, Date.now());
  if (warning.refused) return;
  mailLater(env, async () => {
    const address = email.trim().toLowerCase();
    const [user] = await drizzle(env.DB).select({ email: users.email }).from(users).where(eq(users.email, address));
    return user ? { to: user.email, letter: toWarningLetter(accountUrl(env)) } : null;
  });
}

/** Tells the owner what was changed. */
export function tellOfChange(env: AccountEnv, email: string, changed: AccountChange): void {
  mailLater(env, async () => ({ to: email, letter: toChangedLetter(changed, accountUrl(env)) }));
}
