// Swaps: objects of the lake take the place of others, in one D1 batch. Who has listed the old ones goes on reading them
// for GRACE_MS; who lists after the batch sees the new ones; nobody sees a row twice or not at all.
import type { LakeZone } from "../../domain/lake/zones";
import { discardStatement, GRACE_MS, keepStatement } from "./garbage";

/** An object that has been announced and written, to be listed. Times are ms, dates local. */
export interface NewObject {
  zone: LakeZone;
  key: string;
  rows: number;
  bytes: number;
  min_time: number;
  max_time: number;
  min_date: string;
  max_date: string;
  level: number;
  event_type: string | null;
  first_id: number | null;
  last_id: number | null;
}

const COLUMNS = [
  "zone",
  "key",
  "rows",
  "bytes",
  "min_time",
  "max_time",
  "min_date",
  "max_date",
  "level",
  "event_type",
  "first_id",
  "last_id",
] as const satisfies readonly (keyof NewObject)[];

/** Writes NULL where none is allowed, and so fails the batch, unless all inputs are listed. */
const REQUIRE = `INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at)
  SELECT NULL, '', '', 0, 0, 0, 0, '', '', 0
  WHERE (SELECT count(*) FROM lake_files WHERE site_id = ?1 AND id IN (SELECT value FROM json_each(?2))) <> json_array_length(?2)`;
const INSERT = `INSERT INTO lake_files (site_id, created_at, ${COLUMNS.join(", ")})
  SELECT ?1, ?2, ${COLUMNS.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?3)`;

interface Input {
  id: number;
  key: string;
}

/**
 * Puts outputs in the place of inputs, with whatever else belongs into the batch. Ids are never used again, so of two who
 * swap the same input only one comes through.
 * @returns false when an input is gone: somebody else has swapped it, or this was done by an earlier try.
 */
export async function swapObjects(
  db: D1Database,
  siteId: string,
  inputs: readonly Input[],
  outputs: readonly NewObject[],
  now: number,
  more: readonly D1PreparedStatement[] = [],
): Promise<boolean> {
  const ids = JSON.stringify(inputs.map(({ id }) => id));
  const keys = outputs.map(({ key }) => key);
  try {
    await db.batch([
      db.prepare(REQUIRE).bind(siteId, ids),
      db.prepare("DELETE FROM lake_files WHERE id IN (SELECT value FROM json_each(?))").bind(ids),
      db
        .prepare(INSERT)
        .bind(siteId, now, JSON.stringify(outputs.map((output) => COLUMNS.map((column) => output[column])))),
      keepStatement(db, keys),
      discardStatement(
        db,
        siteId,
        inputs.map(({ key }) => key),
        now + GRACE_MS,
      ),
      ...more,
    ]);
    return true;
  } catch (error) {
    const left = await countListed(db, siteId, "id", ids);
    if (left === inputs.length) throw error;
    // Where the batch went through and only its reply was lost, the outputs are listed.
    if (keys.length > 0 && (await countListed(db, siteId, "key", JSON.stringify(keys))) === keys.length) return true;
    return false;
  }
}

async function countListed(db: D1Database, siteId: string, column: "id" | "key", values: string): Promise<number> {
  const count = await db
    .prepare(`SELECT count(*) AS n FROM lake_files WHERE site_id = ? AND ${column} IN (SELECT value FROM json_each(?))`)
    .bind(siteId, values)
    .first<number>("n");
  return count ?? 0;
}
