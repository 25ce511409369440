// Asks the new address of an account whether it is the owner's.
import type { Context } from "hono";
import { toAddressAskedLetter, toNewAddressLetter } from "../../domain/mail/account-letter";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { attemptKey, RESET_LIMIT, takeAttempt } from "../../storage/accounts/attempts";
import type { User } from "../../storage/accounts/users";
import { isAddressTaken } from "../../storage/accounts/users";
import { deleteAddressChanges } from "../../storage/accounts/verifications";
import { authFor } from "../auth-for";
import { createToken, LINK_MS } from "../passwords/link";
import { canSendReset } from "../passwords/reset";
import { accountUrl, mailLater } from "../sign-in/warning";

export const identifierOf = (token: string): string => `address:${token}`;

const taken = (): Problem => new Problem("conflict", "email belongs to another account");

/**
 * Sends a link to the new address and a notice to the present one. Where no mail is set up, nobody could open a link, and
 * the address changes at once.
 * @returns whether the address has changed.
 * @throws Problem conflict, or too_many.
 */
export async function changeAddress(c: Context<AppEnv>, user: User, email: string): Promise<boolean> {
  if (await isAddressTaken(c.env.DB, user.id, email)) throw taken();
  const isByMail = canSendReset(c.env);
  if (isByMail) {
    const attempt = await takeAttempt(c.env.DB, await attemptKey(user.email, "address"), RESET_LIMIT, Date.now());
    if (attempt.refused)
      throw new Problem("too_many", `account asked for too many mails; wait ${attempt.wait} seconds`, {
        retry_after: attempt.wait,
      });
  }
  await deleteAddressChanges(c.env.DB, user.id);
  const auth = await authFor(c.env, c.req.raw);
  const token = createToken();
  await (await auth.$context).internalAdapter.createVerificationValue({
    value: `${user.id} ${email}`,
    identifier: identifierOf(token),
    expiresAt: new Date(Date.now() + LINK_MS),
  });
  if (!isByMail) {
    const { headers } = await auth.api
      .confirmAddress({ body: { token }, headers: c.req.raw.headers, returnHeaders: true })
      .catch((error: { statusCode?: number }) => {
        throw error.statusCode === 409 ? taken() : error;
      });
    for (const cookie of headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
    return true;
  }
  const url = `${c.env.DASHBOARD_URL}/confirm-address#token=${token}`;
  mailLater(c.env, async () => ({ to: email, letter: toNewAddressLetter(url) }));
  mailLater(c.env, async () => ({ to: user.email, letter: toAddressAskedLetter(accountUrl(c.env)) }));
  return false;
}
