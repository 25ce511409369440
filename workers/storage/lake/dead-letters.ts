// Dead letters: R2 has the message, D1 its id and reason.
import { and, count, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { rawKey } from "../../domain/lake/keys";
import { type EventMessage, readMessage } from "../../domain/visits/message";
import { GRACE_MS, keepStatement } from "./garbage";
import { deadLetters } from "./tables";

export type DeadLetterRow = typeof deadLetters.$inferSelect;
export type DeadLetter = Pick<DeadLetterRow, "id" | "site_id" | "key" | "reason" | "failed_at" | "events"> & {
  body: unknown;
};

/** Letters whose messages are in memory at once: each has up to 128 KB. */
const LETTERS_AT_ONCE = 50;

type LetterEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** One JSON parameter instead of many: D1 binds at most 100. */
const jsonList = (ids: readonly string[]): SQL => sql`(select value from json_each(${JSON.stringify(ids)}))`;

/** Stores a message that could not be counted. Storing it again adds a failure and replaces the reason. */
export async function keepDeadLetter(env: LetterEnv, { body, ...row }: DeadLetter): Promise<void> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  await env.LAKE.put(row.key, JSON.stringify({ ...row, message: text }));
  const { id, site_id, key, reason, failed_at, events } = row;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO dead_letters (id, site_id, key, reason, failed_at, first_failed_at, events)
       VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, failed_at = excluded.failed_at, events = excluded.events,
         count = count + 1`,
    ).bind(id, site_id, key, reason, failed_at, events),
    // If the letter had been deleted before, its object was scheduled for deletion.
    keepStatement(env.DB, [key]),
  ]);
}

/** Records another failure of a letter. A letter discarded in the meantime is not stored again. */
export async function noteFailure(db: D1Database, id: string, reason: string, now: number): Promise<void> {
  await drizzle(db)
    .update(deadLetters)
    .set({ reason: reason.slice(0, 1000), failed_at: now, count: sql`${deadLetters.count} + 1` })
    .where(eq(deadLetters.id, id));
}

/** The letters of a property, the most recent failure first, and their number. */
export async function listDeadLetters(
  db: D1Database,
  siteId: string,
  limit: number,
): Promise<{ letters: DeadLetterRow[]; total: number }> {
  const orm = drizzle(db);
  const [letters, [counted]] = await orm.batch([
    orm
      .select()
      .from(deadLetters)
      .where(eq(deadLetters.site_id, siteId))
      .orderBy(desc(deadLetters.failed_at), desc(deadLetters.id))
      .limit(limit),
    orm.select({ total: count() }).from(deadLetters).where(eq(deadLetters.site_id, siteId)),
  ]);
  return { letters, total: counted?.total ?? 0 };
}

/** The existing letters of a property, of the given ids or all, the oldest failure first. */
export async function deadLetterIds(
  db: D1Database,
  siteId: string,
  ids: readonly string[] | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await drizzle(db)
    .select({ id: deadLetters.id })
    .from(deadLetters)
    .where(and(eq(deadLetters.site_id, siteId), ids ? inArray(deadLetters.id, jsonList(ids)) : undefined))
    .orderBy(deadLetters.first_failed_at, deadLetters.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/**
 * Ids of the letters that failed first before a time, the oldest first. Letters of an earlier version do not know when.
 * @param siteId null for those that belong to no property.
 */
async function oldLetters(
  db: D1Database,
  siteId: string | null,
  before: number,
  limit: number,
): Promise<DeadLetterRow[]> {
  const first = sql`coalesce(nullif(${deadLetters.first_failed_at}, 0), ${deadLetters.failed_at})`;
  return drizzle(db)
    .select()
    .from(deadLetters)
    .where(
      and(siteId === null ? isNull(deadLetters.site_id) : eq(deadLetters.site_id, siteId), sql`${first} < ${before}`),
    )
    .orderBy(first)
    .limit(limit);
}

/** Deletes letters that failed first before a time, up to a limit. @returns how many. */
export async function expireDeadLetters(
  env: LetterEnv,
  siteId: string | null,
  before: number,
  now: number,
  limit = 1_000,
): Promise<number> {
  const old = await oldLetters(env.DB, siteId, before, limit);
  const ids = old.map(({ id }) => id);
  // Nobody can read, and so nobody can count, a letter without a property.
  if (siteId === null) await forgetDeadLetters(env, old, now);
  else
    for (let at = 0; at < ids.length; at += LETTERS_AT_ONCE)
      await discardDeadLetters(env, siteId, ids.slice(at, at + LETTERS_AT_ONCE), now);
  return old.length;
}

/** A letter with its message; null if it no longer exists. */
export async function loadDeadLetter(
  { DB, LAKE }: LetterEnv,
  siteId: string,
  id: string,
): Promise<{ row: DeadLetterRow; message: string } | null> {
  const find = () =>
    drizzle(DB)
      .select()
      .from(deadLetters)
      .where(and(eq(deadLetters.site_id, siteId), eq(deadLetters.id, id)));
  const [row] = await find();
  if (!row) return null;
  const object = await LAKE.get(row.key);
  if (object) return { row, message: (await object.json<{ message: string }>()).message };
  // The row of a letter is deleted before its object.
  if ((await find()).length === 0) return null;
  throw new Error(`lake lacks object ${row.key}`);
}

/** Deletes counted letters: rows, then objects. The sweep removes objects that a crash leaves behind. */
export async function forgetDeadLetters(
  { DB, LAKE }: LetterEnv,
  rows: readonly DeadLetterRow[],
  now: number,
): Promise<void> {
  if (rows.length === 0) return;
  await DB.batch(forgetStatements(DB, rows, now));
  await LAKE.delete(rows.map(({ key }) => key));
}

/**
 * Discards letters, so that they are never counted. A hub's message gets a receipt as if it had been counted, because
 * the queue may deliver it again. The sweep removes its unlisted object from the lake.
 */
export async function discardDeadLetters(
  env: LetterEnv,
  siteId: string,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const letters = await Promise.all(ids.map((id) => loadDeadLetter(env, siteId, id)));
  const known = letters.filter((letter) => letter !== null);
  const stamped = known.map(({ message }) => rawObjectOf(message)).filter((object) => object !== null);
  const { DB, LAKE } = env;
  await DB.batch([
    DB.prepare(
      `INSERT INTO lake_garbage (key, site_id, delete_at) SELECT value ->> 1, ?1, ?2 FROM json_each(?3)
       WHERE value ->> 1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipts WHERE message_id = value ->> 0)
       ON CONFLICT (key) DO UPDATE SET delete_at = excluded.delete_at`,
      // Not at once: another process may be writing it right now, and will find the receipt.
    ).bind(siteId, now + GRACE_MS, JSON.stringify(stamped)),
    DB.prepare(
      "INSERT OR IGNORE INTO receipts (message_id, counted_at) SELECT value ->> 0, ?1 FROM json_each(?2)",
    ).bind(now, JSON.stringify(stamped)),
    ...forgetStatements(
      DB,
      known.map(({ row }) => row),
      now,
    ),
  ]);
  await LAKE.delete(known.map(({ row }) => row.key));
}

function forgetStatements(db: D1Database, rows: readonly DeadLetterRow[], now: number): D1PreparedStatement[] {
  return [
    db
      .prepare("DELETE FROM dead_letters WHERE id IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(rows.map(({ id }) => id))),
    db
      .prepare(
        `INSERT INTO lake_garbage (key, site_id, delete_at) SELECT value ->> 0, value ->> 1, ?1 FROM json_each(?2) WHERE true
         ON CONFLICT (key) DO UPDATE SET delete_at = excluded.delete_at`,
      )
      .bind(now + GRACE_MS, JSON.stringify(rows.map(({ key, site_id }) => [key, site_id ?? ""]))),
  ];
}

/** The id of a hub's message and the key that its object would have; null for other messages. */
function rawObjectOf(text: string): [id: string, key: string | null] | null {
  let message: EventMessage;
  try {
    message = readMessage(text);
  } catch {
    // A letter that cannot be read is never counted.
    return null;
  }
  if (message.kind !== "stamped") return null;
  const [first] = message.events;
  return [message.id, first ? rawKey(message.site_id, first.local_date, message.id) : null];
}

/** The number of dead letters of a property. */
export async function countDeadLetters(db: D1Database, siteId: string): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS letters FROM dead_letters WHERE site_id = ?")
    .bind(siteId)
    .first<{ letters: number }>();
  return row?.letters ?? 0;
}
