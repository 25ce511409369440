// Counting in D1: one batch holds the receipts, the files and the counts of some messages, so that all of it happens once.
import { FACTS, type Facts } from "../domain/catalog";
import type { Rollup } from "../domain/rollup";

/** What one message adds, besides its counts. Times are ms, dates local. */
export interface CountedMessage {
  id: string;
  site_id: string;
  /** Null for a message that holds refusals and no events. */
  file: {
    key: string;
    rows: number;
    bytes: number;
    min_time: number;
    max_time: number;
    min_date: string;
    max_date: string;
  } | null;
}

export interface Count {
  messages: CountedMessage[];
  rollups: Map<string, Rollup>;
  /** By property, local date and reason. */
  refusals: [site_id: string, day: string, reason: string, count: number][];
}

/** D1 takes 2 MB per bound value; UTF-8 may be three bytes a character. */
const PARAMETER_CHARS = 500_000;

type Row = (string | number)[];

/** JSON arrays of rows, each short enough to be one bound parameter. */
export function toParameters(rows: readonly Row[]): string[] {
  const parameters: string[] = [];
  let texts: string[] = [];
  let length = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (length + text.length > PARAMETER_CHARS && texts.length > 0) {
      parameters.push(`[${texts.join(",")}]`);
      texts = [];
      length = 0;
    }
    texts.push(text);
    length += text.length + 1;
  }
  if (texts.length > 0) parameters.push(`[${texts.join(",")}]`);
  return parameters;
}

/** An insert of JSON rows; columns after the key are added up where the key exists. */
function upsert(table: string, keys: readonly string[], sums: readonly string[]): string {
  const columns = [...keys, ...sums];
  const values = columns.map((_, i) => `value ->> ${i}`).join(", ");
  const added = sums.map((column) => `${column} = ${column} + excluded.${column}`).join(", ");
  // WHERE true: without it SQLite reads ON CONFLICT as part of the SELECT's join.
  return `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values} FROM json_each(?) WHERE true
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${added}`;
}

const HOURS = upsert("rollup_hours", ["site_id", "hour"], FACTS);
const DAYS = upsert("rollup_days", ["site_id", "dimension", "day", "value"], FACTS);
const REFUSALS = upsert("refusals", ["site_id", "day", "reason"], ["count"]);
const RECEIPTS = "INSERT INTO receipts (message_id, counted_at) SELECT value ->> 0, value ->> 1 FROM json_each(?)";
const FILE_COLUMNS = ["key", "rows", "bytes", "min_time", "max_time", "min_date", "max_date"] as const;
const FILES = `INSERT INTO lake_files (site_id, zone, ${FILE_COLUMNS.join(", ")}, created_at)
  SELECT ${Array.from({ length: FILE_COLUMNS.length + 3 }, (_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?)`;

const factsRow = (facts: Facts): number[] => FACTS.map((fact) => facts[fact]);

function rollupRows(rollups: Map<string, Rollup>): { hours: Row[]; days: Row[] } {
  const hours: Row[] = [];
  const days: Row[] = [];
  for (const [siteId, rollup] of rollups) {
    for (const [hour, facts] of rollup.hours) hours.push([siteId, hour, ...factsRow(facts)]);
    for (const [dimension, dates] of rollup.days)
      for (const [date, values] of dates)
        for (const [value, facts] of values) days.push([siteId, dimension, date, value, ...factsRow(facts)]);
  }
  return { hours, days };
}

/** Counts, all or nothing. Throws when a message of it was counted before; see `countedAmong`. */
export async function writeCount(db: D1Database, count: Count, now: number): Promise<void> {
  const { hours, days } = rollupRows(count.rollups);
  const files = count.messages.flatMap(({ site_id, file }) =>
    file ? [[site_id, "raw", ...FILE_COLUMNS.map((column) => file[column]), now]] : [],
  );
  const statements: [string, Row[]][] = [
    [RECEIPTS, count.messages.map(({ id }) => [id, now])],
    [FILES, files],
    [HOURS, hours],
    [DAYS, days],
    [REFUSALS, count.refusals],
  ];
  await db.batch(
    statements.flatMap(([sql, rows]) => toParameters(rows).map((parameter) => db.prepare(sql).bind(parameter))),
  );
}

/** Which of these messages have their receipt. */
export async function countedAmong(db: D1Database, ids: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare("SELECT message_id FROM receipts WHERE message_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .all<{ message_id: string }>();
  return new Set(results.map((row) => row.message_id));
}

/** Which of these properties exist, those that are being deleted not among them. */
export async function knownAmong(db: D1Database, siteIds: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare("SELECT site_id FROM properties WHERE deleted_at IS NULL AND site_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(siteIds))
    .all<{ site_id: string }>();
  return new Set(results.map((row) => row.site_id));
}
