// The outbox in D1: mails and webhook posts, from queueing until long after they were sent. Queueing is idempotent by
// id. Claiming is a compare-and-set, so that two senders never send the same mail.
import { type MailContent, type MailKind, mailId, type NewMail } from "../../domain/mail/mail";

/** Attempts per mail, and the minutes to wait after each failed one. */
export const MAX_ATTEMPTS = 5;
const BACK_OFF_MINUTES = [1, 5, 30, 120];
/** A sender without a result after this time was interrupted. Longer than a step and its retries. */
export const CUT_OFF_MS = 15 * 60_000;
/** Sent mails are stored for this time. After it, the same topic could be sent again. */
export const KEEP_MAILS_DAYS = 90;

const MINUTE = 60_000;

/**
 * For a batch: queues mails, except those queued before and those to recipients who have unsubscribed.
 * One parameter has all of them: keep it below D1's 2 MB.
 */
export function outboxStatement(db: D1Database, mails: readonly NewMail[], now: number): D1PreparedStatement {
  const rows = mails.map((mail) => ({ ...mail, id: mailId(mail) }));
  return db
    .prepare(
      `INSERT OR IGNORE INTO mails (id, site_id, channel, kind, recipient, content, status, created_at)
       SELECT value ->> 'id', value ->> 'site_id', value ->> 'channel', value ->> 'kind', value ->> 'recipient',
         value -> 'content', 'queued', ?1
       FROM json_each(?2) WHERE NOT EXISTS (SELECT 1 FROM mail_optouts o WHERE o.site_id = value ->> 'site_id'
         AND o.kind = value ->> 'kind' AND o.recipient = lower(value ->> 'recipient'))`,
    )
    .bind(now, JSON.stringify(rows));
}

/** @returns how many of them are new. */
export async function queueMails(db: D1Database, mails: readonly NewMail[], now: number): Promise<number> {
  if (mails.length === 0) return 0;
  return (await outboxStatement(db, mails, now).run()).meta.changes;
}

/** A mail that only this sender may send. */
export interface Claimed {
  id: string;
  site_id: string;
  kind: MailKind;
  channel: "mail" | "webhook";
  recipient: string;
  content: MailContent;
  attempts: number;
  created_at: number;
}

const backOffSql = `CASE attempts ${BACK_OFF_MINUTES.map((minutes, i) => `WHEN ${i + 1} THEN ${minutes * MINUTE}`).join(" ")} ELSE 0 END`;
const DUE = `(status = 'queued' AND (tried_at IS NULL OR tried_at + ${backOffSql} <= ?1)
  OR status = 'sending' AND tried_at <= ?1 - ${CUT_OFF_MS})`;

/** Ids of due mails, oldest first. */
export async function dueMails(db: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare(`SELECT id FROM mails WHERE status IN ('queued', 'sending') AND ${DUE} ORDER BY created_at, id LIMIT ?2`)
    .bind(now, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Claims a mail. @returns null if another sender was faster, or if sending was interrupted too often. */
export async function claimMail(db: D1Database, id: string, now: number): Promise<Claimed | null> {
  const row = await db
    .prepare(
      `UPDATE mails SET status = 'sending', tried_at = ?1, attempts = attempts + 1
       WHERE id = ?2 AND attempts < ${MAX_ATTEMPTS} AND ${DUE}
       RETURNING id, site_id, kind, channel, recipient, content, attempts, created_at`,
    )
    .bind(now, id)
    .first<Omit<Claimed, "content"> & { content: string }>();
  return row && { ...row, content: JSON.parse(row.content) as MailContent };
}

export async function markSent(db: D1Database, id: string, now: number): Promise<void> {
  await db.prepare("UPDATE mails SET status = 'sent', sent_at = ?, error = NULL WHERE id = ?").bind(now, id).run();
}

/** Stores the error, and queues the mail again while attempts are left. */
export async function markFailed(db: D1Database, id: string, error: string, final: boolean): Promise<void> {
  await db
    .prepare(
      `UPDATE mails SET status = iif(?1 OR attempts >= ${MAX_ATTEMPTS}, 'failed', 'queued'), error = ?2
       WHERE id = ?3 AND status = 'sending'`,
    )
    .bind(final ? 1 : 0, error.slice(0, 500), id)
    .run();
}

/** Gives up on mails whose last attempt was interrupted: it is unknown whether they were sent. */
export async function giveUpCutOff(db: D1Database, now: number): Promise<void> {
  await db
    .prepare(
      `UPDATE mails SET status = 'failed', error = 'sender was cut off in each try; it may have been sent'
       WHERE status = 'sending' AND attempts >= ${MAX_ATTEMPTS} AND tried_at <= ?`,
    )
    .bind(now - CUT_OFF_MS)
    .run();
}

export interface MailRow extends Omit<Claimed, "content"> {
  subject: string;
  status: "queued" | "sending" | "sent" | "failed";
  sent_at: number | null;
  error: string | null;
}

/** The newest mails of a property. */
export async function listMails(db: D1Database, siteId: string, limit: number): Promise<MailRow[]> {
  const { results } = await db
    .prepare(
      `SELECT id, site_id, kind, channel, recipient, content ->> 'subject' AS subject, status, attempts, created_at,
         sent_at, error FROM mails WHERE site_id = ? ORDER BY created_at DESC, id LIMIT ?`,
    )
    .bind(siteId, limit)
    .all<MailRow>();
  return results;
}

/** Unsubscribes a recipient. Doing it twice changes nothing. */
export async function addOptout(
  db: D1Database,
  { site_id, kind, recipient }: { site_id: string; kind: string; recipient: string },
  now: number,
): Promise<void> {
  await db.batch([
    db
      .prepare("INSERT OR IGNORE INTO mail_optouts (site_id, kind, recipient, created_at) VALUES (?, ?, lower(?), ?)")
      .bind(site_id, kind, recipient, now),
    // Mails waiting for a retry, or in an attempt that may fail, are unwanted now too.
    db
      .prepare(
        `UPDATE mails SET status = 'failed', error = 'recipient has unsubscribed'
         WHERE site_id = ? AND kind = ? AND channel = 'mail' AND lower(recipient) = lower(?)
           AND status IN ('queued', 'sending')`,
      )
      .bind(site_id, kind, recipient),
  ]);
}

/** Subscribes a recipient again. */
export async function removeOptout(
  db: D1Database,
  { site_id, kind, recipient }: { site_id: string; kind: string; recipient: string },
): Promise<void> {
  await db
    .prepare("DELETE FROM mail_optouts WHERE site_id = ? AND kind = ? AND recipient = lower(?)")
    .bind(site_id, kind, recipient)
    .run();
}

/** The recipients who have unsubscribed, by kind of mail of a property. */
export async function listOptouts(db: D1Database, siteId: string): Promise<{ kind: MailKind; recipient: string }[]> {
  const { results } = await db
    .prepare("SELECT kind, recipient FROM mail_optouts WHERE site_id = ? ORDER BY recipient, kind")
    .bind(siteId)
    .all<{ kind: MailKind; recipient: string }>();
  return results;
}

/** Housekeeping: deletes mails that were queued long ago. */
export async function forgetMails(db: D1Database, now: number): Promise<void> {
  await db
    .prepare("DELETE FROM mails WHERE status IN ('sent', 'failed') AND created_at < ?")
    .bind(now - KEEP_MAILS_DAYS * 86_400_000)
    .run();
}
