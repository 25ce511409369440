// Counting in D1: one batch has the receipts, the files and the counts of some messages, so that each is counted once.
import { toParcels } from "../../domain/counts/pending";
import type { Rollup } from "../../domain/counts/rollup";
import { FACTS } from "../../domain/events/catalog";
import type { NewObject } from "../../domain/lake/object";
import { listStatements } from "../lake/listing";
import { markStatements, type Origins } from "../lake/restamp-marks";
import { type Row, toParameters } from "../parameters";

/** What a message writes besides its counts. */
export interface CountedMessage {
  id: string;
  site_id: string;
  /** Null for a message with refusals and no events. */
  file: NewObject | null;
}

export interface Count {
  messages: CountedMessage[];
  /** By the id of the property or of its suspects. */
  rollups: Map<string, Rollup>;
  /** By property, local date and reason. */
  refusals: [site_id: string, day: string, reason: string, count: number][];
  origins: Origins;
}

/** An insert of JSON rows; columns after the key are added up where the key exists. */
export function upsert(table: string, keys: readonly string[], sums: readonly string[]): string {
  const columns = [...keys, ...sums];
  const values = columns.map((_, i) => `value ->> ${i}`).join(", ");
  const added = sums.map((column) => `${column} = ${column} + excluded.${column}`).join(", ");
  // WHERE true: without it SQLite reads ON CONFLICT as part of the SELECT's join.
  return `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values} FROM json_each(?) WHERE true
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${added}`;
}

const HOURS = upsert("rollup_hours", ["site_id", "hour"], FACTS);
const PENDING = `INSERT INTO rollup_pending (site_id, dimension, parcel, increments, created_at, body)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, jsonb(value ->> 5) FROM json_each(?)`;
const REFUSALS = upsert("refusals", ["site_id", "day", "reason"], ["count"]);
const RECEIPTS = "INSERT INTO receipts (message_id, counted_at) SELECT value ->> 0, value ->> 1 FROM json_each(?)";

/** Hours without a change are omitted: the parts of a correction may cancel out. */
const hourRows = (siteId: string, { hours }: Rollup): Row[] =>
  [...hours]
    .filter(([, facts]) => FACTS.some((fact) => facts[fact] !== 0))
    .map(([hour, facts]) => [siteId, hour, ...FACTS.map((fact) => facts[fact])]);

/** Days have many rows, so they are folded in later (pending.ts). */
const pendingRows = (siteId: string, { days }: Rollup, now: number): Row[] =>
  toParcels(days).map(({ dimension, increments, body }) => [
    siteId,
    dimension,
    crypto.randomUUID(),
    increments,
    now,
    body,
  ]);

const statementsOf = (db: D1Database, statements: readonly [sql: string, rows: readonly Row[]][]) =>
  statements.flatMap(([sql, rows]) => toParameters(rows).map((parameter) => db.prepare(sql).bind(parameter)));

const rollupRows = (rollups: ReadonlyMap<string, Rollup>, now: number): [string, Row[]][] => [
  [HOURS, [...rollups].flatMap(([id, rollup]) => hourRows(id, rollup))],
  [PENDING, [...rollups].flatMap(([id, rollup]) => pendingRows(id, rollup, now))],
];

/** For a batch: adds counts to those of properties and their suspects, by id. Empty if there is nothing to add. */
export const countStatements = (
  db: D1Database,
  rollups: ReadonlyMap<string, Rollup>,
  now: number,
): D1PreparedStatement[] => statementsOf(db, rollupRows(rollups, now));

/** Counts, all or nothing. Throws if one of the messages has been counted already; see `countedAmong`. */
export async function writeCount(db: D1Database, count: Count, now: number): Promise<void> {
  const objects = count.messages.flatMap(({ site_id, file }) => (file ? [[site_id, file] as const] : []));
  await db.batch([
    // First, so that an already counted message fails the batch at once.
    ...statementsOf(db, [[RECEIPTS, count.messages.map(({ id }) => [id, now])]]),
    ...listStatements(db, objects, now),
    ...statementsOf(db, [...rollupRows(count.rollups, now), [REFUSALS, count.refusals]]),
    ...markStatements(db, count.origins, now),
  ]);
}

/** The messages that have a receipt. */
export async function countedAmong(db: D1Database, ids: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare("SELECT message_id FROM receipts WHERE message_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .all<{ message_id: string }>();
  return new Set(results.map((row) => row.message_id));
}

/** Since when (ms) those of some messages that have no receipt have been waiting; null when all have theirs. */
export async function uncountedSince(
  db: D1Database,
  sent: readonly (readonly [id: string, since: number])[],
): Promise<number | null> {
  if (sent.length === 0) return null;
  return db
    .prepare(
      `SELECT min(value ->> 1) AS since FROM json_each(?)
       WHERE NOT EXISTS (SELECT 1 FROM receipts WHERE message_id = value ->> 0)`,
    )
    .bind(JSON.stringify(sent))
    .first<number | null>("since");
}

/**
 * The messages of a property that need not be sent again: they were counted, are stored as dead letters, or can never
 * be counted because the property has been deleted.
 */
export async function settledAmong(db: D1Database, siteId: string, ids: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare(
      `SELECT value AS id FROM json_each(?1)
       WHERE EXISTS (SELECT 1 FROM receipts WHERE message_id = value)
         OR EXISTS (SELECT 1 FROM dead_letters WHERE id = value)
         OR NOT EXISTS (SELECT 1 FROM properties WHERE site_id = ?2 AND deleted_at IS NULL)`,
    )
    .bind(JSON.stringify(ids), siteId)
    .all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** The properties among these that exist, without those being deleted. */
export async function knownAmong(db: D1Database, siteIds: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare("SELECT site_id FROM properties WHERE deleted_at IS NULL AND site_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(siteIds))
    .all<{ site_id: string }>();
  return new Set(results.map((row) => row.site_id));
}
