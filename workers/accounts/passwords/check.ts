// Checks the password of a signed-in user outside of better-auth's routes. Wrong ones count as wrong passwords of sign-in do.
import type { Context } from "hono";
import { Problem } from "../../domain/requests/problem";
import type { AppEnv } from "../../http/app";
import { attemptKey, lastAttempt, PASSWORD_LIMIT, returnAttempt, takeAttempt } from "../../storage/accounts/attempts";
import { passwordOf, type User } from "../../storage/accounts/users";
import { authFor } from "../auth-for";
import { warnOfFailures } from "../sign-in/warning";

const tooMany = (wait: number): Problem =>
  new Problem("too_many", `account had too many wrong passwords; wait ${wait} seconds`, { retry_after: wait });

/**
 * @param field of the body that has the password.
 * @throws Problem invalid for a wrong password, too_many after eleven of them.
 */
export async function requirePassword(
  c: Context<AppEnv>,
  user: User,
  password: string,
  field: "password" | "current_password",
): Promise<void> {
  const { DB } = c.env;
  const key = await attemptKey(user.email, "known");
  const attempt = await takeAttempt(DB, key, PASSWORD_LIMIT, Date.now());
  if (attempt.refused) throw tooMany(attempt.wait);
  const hash = await passwordOf(DB, user.id);
  const context = await (await authFor(c.env, c.req.raw)).$context;
  if (hash !== null && (await context.password.verify({ hash, password }))) {
    await returnAttempt(DB, key, PASSWORD_LIMIT);
    return;
  }
  const { wait, failures } = await lastAttempt(DB, key, PASSWORD_LIMIT, Date.now());
  await warnOfFailures(c.env, user.email, failures);
  if (wait > 0) throw tooMany(wait);
  throw new Problem("invalid", `${field.replace("_", " ")} is wrong`, [{ path: field, message: "password is wrong" }]);
}
