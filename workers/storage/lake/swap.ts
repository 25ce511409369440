// Swaps: new objects of the lake replace old ones in one D1 batch. Readers that have listed the old objects can read
// them for GRACE_MS; readers that list after the batch see the new ones. Every reader sees each row exactly once.
import type { NewObject } from "../../domain/lake/object";
import { discardStatement, GRACE_MS, keepStatement } from "./garbage";
import { listStatements, requireListed } from "./listing";

interface Input {
  id: number;
  key: string;
}

/**
 * Replaces inputs by announced and written outputs, together with other statements of the batch. Ids are never reused,
 * so only one of two swaps of the same input succeeds.
 * @returns false if an input is gone, because another swap or an earlier attempt of this one has replaced it.
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
      requireListed(db, siteId, ids),
      db.prepare("DELETE FROM lake_files WHERE id IN (SELECT value FROM json_each(?))").bind(ids),
      ...listStatements(
        db,
        outputs.map((output) => [siteId, output]),
        now,
      ),
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
    // If the batch succeeded and only its reply was lost, the outputs are listed already.
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
