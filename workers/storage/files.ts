// The list of the lake's objects, kept in D1.
import { LAKE_ZONES, type LakeZone } from "../domain/pipeline";

/** Keys of a property's objects that hold events of the local days from `from` to `to`, both included, oldest first. */
export async function filesOfDays(db: D1Database, siteId: string, from: string, to: string): Promise<string[]> {
  const { results } = await db
    .prepare(`SELECT key FROM lake_files WHERE site_id = ? AND zone IN ('raw', 'events') AND min_date <= ? AND max_date >= ?
       ORDER BY id`)
    .bind(siteId, to, from)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}

/** How much of a property lies in each zone of the lake. */
export async function zonesOf(
  db: D1Database,
  siteId: string,
): Promise<{ zone: LakeZone; files: number; rows: number; bytes: number }[]> {
  const { results } = await db
    .prepare(
      "SELECT zone, count(*) AS files, sum(rows) AS rows, sum(bytes) AS bytes FROM lake_files WHERE site_id = ? GROUP BY zone",
    )
    .bind(siteId)
    .all<{ zone: LakeZone; files: number; rows: number; bytes: number }>();
  return LAKE_ZONES.map((zone) => results.find((row) => row.zone === zone) ?? { zone, files: 0, rows: 0, bytes: 0 });
}
