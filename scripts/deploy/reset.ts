// The link that sets a new password, for who owns the installation and cannot sign in. The database gets the hash of the
// link's token in the form of better-auth, as a link by mail would leave it.
import { createHash, randomBytes } from "node:crypto";

const HOUR_MS = 3_600_000;

export interface Reset {
  /** Writes the token's hash, and nothing if no account has the address. */
  sql: string;
  /** Path and fragment of the link in the dashboard. */
  path: string;
}

/** The link works once, for an hour. @throws Error for a text that is no email address. */
export function toReset(email: string, now: number, token = randomBytes(24).toString("base64url")): Reset {
  // The address becomes a part of the statement: wrangler has no parameters.
  if (!/^[\w.+-]+@[\w.-]+$/.test(email)) throw new Error(`${email} must be an email address`);
  const identifier = createHash("sha256").update(`reset-password:${token}`).digest("base64url");
  const [time, end] = [new Date(now).toISOString(), new Date(now + HOUR_MS).toISOString()];
  return {
    sql: `insert into verification (id, identifier, value, expiresAt, createdAt, updatedAt)
 select '${randomBytes(16).toString("hex")}', '${identifier}', id, '${end}', '${time}', '${time}'
 from user where email = '${email.toLowerCase()}' returning value`,
    path: `/reset#token=${token}`,
  };
}
