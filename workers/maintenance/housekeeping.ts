// Housekeeping of the cron: each run folds counts that have waited long enough, one run a day deletes what has expired.
import { and, inArray, lt, notInArray, or } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { CRON_MINUTES } from "../domain/runs/tasks";
import { forgetAttempts } from "../storage/accounts/attempts";
import { forgetAudit } from "../storage/accounts/audit";
import { forgetHolders } from "../storage/accounts/live-holders";
import { rateLimits, sessions } from "../storage/accounts/tables";
import { forgetAnomalies } from "../storage/anomalies/anomalies";
import { forgetRowsWritten } from "../storage/counts/caps/budget";
import { foldWhenDue } from "../storage/counts/pending";
import { receipts } from "../storage/counts/tables";
import { deadLetters } from "../storage/lake/tables";
import { forgetMails } from "../storage/mail/outbox";
import { forgetNetworks } from "../storage/networks/answers";
import { deleteOldNotes } from "../storage/runs/erasure-notes";
import { forgetRuns } from "../storage/runs/runs";
import { destroySecrets } from "../storage/visitors/secrets";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A queue keeps a message for at most 14 days, and a hub sends one again for at most 8. */
export const RECEIPTS_MS = 30 * DAY_MS;
/** How long the log of runs and tasks goes back. */
const RUNS_MS = 90 * DAY_MS;
/** An erasure takes an hour or two, and deletes its notes itself unless it cannot. */
const NOTES_MS = 3 * DAY_MS;
/** An owner may look at a year of anomalies. */
const ANOMALIES_MS = 400 * DAY_MS;
/** Rows deleted by one statement, and statements in one run, so that a backlog does not hold up D1's one writer. */
const ROWS = 10_000;
const STATEMENTS = 100;

/** @param now when the run was due (`scheduledTime`), so that exactly one run a day is the first. */
export async function keepHouse(env: Pick<Cloudflare.Env, "DB" | "LAKE">, now: number): Promise<void> {
  await destroySecrets(env.DB, now);
  await foldWhenDue(env.DB, now);
  // Once a day, because receipts have no index by time: it would double the rows written per message.
  if (now % DAY_MS >= CRON_MINUTES * MINUTE_MS) return;
  await pruneReceipts(env.DB, now);
  await forgetRowsWritten(env.DB, now);
  await pruneSessions(env.DB, now);
  await pruneRateLimits(env.DB, now);
  await forgetAttempts(env.DB, now);
  await forgetHolders(env.DB, now);
  await forgetAudit(env.DB, now);
  await forgetNetworks(env.DB, now);
  await forgetMails(env.DB, now);
  await forgetRuns(env.DB, now - RUNS_MS);
  await deleteOldNotes(env.LAKE, now - NOTES_MS);
  await forgetAnomalies(env.DB, now - ANOMALIES_MS);
}

/**
 * Receipts are proof against redelivery: needed for as long as a message may come again, and no longer. A dead letter may
 * be replayed at any time.
 */
export async function pruneReceipts(db: D1Database, now: number): Promise<void> {
  const orm = drizzle(db);
  for (let statement = 0; statement < STATEMENTS; statement++) {
    const old = orm
      .select({ message_id: receipts.message_id })
      .from(receipts)
      .where(
        and(
          lt(receipts.counted_at, now - RECEIPTS_MS),
          notInArray(receipts.message_id, orm.select({ id: deadLetters.id }).from(deadLetters)),
        ),
      )
      .limit(ROWS);
    const { meta } = await orm.delete(receipts).where(inArray(receipts.message_id, old)).run();
    if (meta.changes < ROWS) return;
  }
}

/** The longest life of a session, as in accounts/sessions/session-life.ts. */
const SESSION_DAYS = 90;

/** Sessions that ended without a sign-out. They hold the owner's address and browser. */
export async function pruneSessions(db: D1Database, now: number): Promise<void> {
  await drizzle(db)
    .delete(sessions)
    .where(
      or(
        lt(sessions.expiresAt, new Date(now).toISOString()),
        lt(sessions.createdAt, new Date(now - SESSION_DAYS * DAY_MS).toISOString()),
      ),
    );
}

/** How often an address tried to sign in matters for minutes. */
export async function pruneRateLimits(db: D1Database, now: number): Promise<void> {
  await drizzle(db)
    .delete(rateLimits)
    .where(lt(rateLimits.lastRequest, now - DAY_MS));
}
