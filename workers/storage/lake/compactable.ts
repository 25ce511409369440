// Finds the properties that compaction should look at.
import { BUSY } from "../../domain/lake/compaction";

/**
 * Properties with raw objects behind their watermarks: those with enough of them to be busy, or with `all` every
 * property that has a watermark. Without properties being deleted.
 */
export async function compactableProperties(db: D1Database, all: boolean): Promise<string[]> {
  const sql = all
    ? `SELECT DISTINCT w.site_id FROM watermarks w JOIN properties p ON p.site_id = w.site_id AND p.deleted_at IS NULL
       ORDER BY w.site_id`
    : `SELECT f.site_id FROM lake_files f
       JOIN watermarks w ON w.site_id = f.site_id AND w.dataset = 'techstack' AND f.id <= w.position
       JOIN properties p ON p.site_id = f.site_id AND p.deleted_at IS NULL
       WHERE f.zone = 'raw' GROUP BY f.site_id
       HAVING count(*) >= ${BUSY.files} OR sum(f.rows) >= ${BUSY.rows} OR sum(f.bytes) >= ${BUSY.bytes} ORDER BY f.site_id`;
  const { results } = await db.prepare(sql).all<{ site_id: string }>();
  return results.map(({ site_id }) => site_id);
}
