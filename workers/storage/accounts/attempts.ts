// Failed sign-ins by account. Each attempt takes a place before the password is checked, so that attempts at the same time
// cannot exceed the limit; a correct password gives its place back.
import { toHex } from "../../domain/requests/hex";

export interface AttemptLimit {
  /** Attempts in a row. */
  burst: number;
  /** Time (ms) after which one more attempt is possible. */
  each: number;
}

/** About 100 passwords in the first hour, 90 in each later one. */
export const PASSWORD_LIMIT: AttemptLimit = { burst: 11, each: 40_000 };
/** Mails about wrong passwords. */
export const WARNING_LIMIT: AttemptLimit = { burst: 1, each: 86_400_000 };
/** Mails with a link that sets a new password. */
export const RESET_LIMIT: AttemptLimit = { burst: 3, each: 20 * 60_000 };
/** A code of an authenticator is valid for its 30 seconds and those before and after, and works once. */
export const CODE_LIMIT: AttemptLimit = { burst: 1, each: 90_000 };
/** After this many failures within a day the owner gets a mail. */
export const NOTIFIED_FAILURES = 10;
const DAY_MS = 86_400_000;

export interface Attempt {
  /** Seconds until the next attempt is possible; 0 if it is at once. */
  wait: number;
  /** Failures of the last day, if this one fails. */
  failures: number;
}

/** `address` counts the mails to new addresses, `code` the uses of one code. */
type AttemptKind = "stranger" | "known" | "reset" | "warning" | "address" | "code";

/**
 * The key of an account's attempts. Attempts from a browser that has signed in to the account before have a count of their
 * own: a stranger who uses up the other one does not lock the owner out.
 */
export async function attemptKey(account: string, kind: AttemptKind): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(account.trim().toLowerCase()));
  return `${toHex(new Uint8Array(digest)).slice(0, 32)}/${kind}`;
}

const waitOf = (fullAt: number, { burst, each }: AttemptLimit, now: number): number =>
  Math.max(0, Math.ceil((fullAt - (burst - 1) * each - now) / 1000));

/** Takes a place. @returns the state after this attempt, or `refused` with the seconds to wait. */
export async function takeAttempt(
  db: D1Database,
  key: string,
  limit: AttemptLimit,
  now: number,
): Promise<(Attempt & { refused: false }) | { refused: true; wait: number }> {
  const taken = await db
    .prepare(
      `INSERT INTO sign_in_attempts (key, full_at, failures, since) VALUES (?1, ?2 + ?3, 1, ?2)
       ON CONFLICT (key) DO UPDATE SET
         full_at = max(full_at, ?2) + ?3,
         failures = iif(since < ?2 - ${DAY_MS}, 1, failures + 1),
         since = iif(since < ?2 - ${DAY_MS}, ?2, since)
       WHERE full_at <= ?2 + ?4
       RETURNING full_at, failures`,
    )
    .bind(key, now, limit.each, (limit.burst - 1) * limit.each)
    .first<{ full_at: number; failures: number }>();
  if (taken) return { refused: false, wait: waitOf(taken.full_at, limit, now), failures: taken.failures };
  const fullAt = await db
    .prepare("SELECT full_at FROM sign_in_attempts WHERE key = ?")
    .bind(key)
    .first<number>("full_at");
  return { refused: true, wait: Math.max(1, waitOf(fullAt ?? now, limit, now)) };
}

/** The state after the last attempt that was taken. */
export async function lastAttempt(db: D1Database, key: string, limit: AttemptLimit, now: number): Promise<Attempt> {
  const row = await db
    .prepare("SELECT full_at, failures FROM sign_in_attempts WHERE key = ?")
    .bind(key)
    .first<{ full_at: number; failures: number }>();
  return row ? { wait: waitOf(row.full_at, limit, now), failures: row.failures } : { wait: 0, failures: 0 };
}

/** Gives a place back after a correct password. */
export async function returnAttempt(db: D1Database, key: string, { each }: AttemptLimit): Promise<void> {
  await db
    .prepare("UPDATE sign_in_attempts SET full_at = full_at - ?2, failures = max(failures - 1, 0) WHERE key = ?1")
    .bind(key, each)
    .run();
}

/** Gives all places back to an account whose owner has proved to be it. */
export async function clearAttempts(db: D1Database, email: string): Promise<void> {
  await db
    .prepare("DELETE FROM sign_in_attempts WHERE key IN (?1, ?2)")
    .bind(await attemptKey(email, "stranger"), await attemptKey(email, "known"))
    .run();
}

/** Housekeeping: deletes the attempts of accounts that have all of them again. */
export async function forgetAttempts(db: D1Database, now: number): Promise<void> {
  await db
    .prepare("DELETE FROM sign_in_attempts WHERE full_at < ? AND since < ?")
    .bind(now, now - DAY_MS)
    .run();
}
