// The list of the lake's objects in D1: which days of which properties it has, and how much lies where.
import { LAKE_ZONES, type LakeZone } from "../../domain/lake/zones";

/** Properties that are not being deleted, in a steady order. */
export async function siteIds(db: D1Database): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT site_id FROM properties WHERE deleted_at IS NULL ORDER BY site_id")
    .all<{ site_id: string }>();
  return results.map(({ site_id }) => site_id);
}

/** The first and last local day with events of a property; null when there are none. */
export async function daysOfLake(db: D1Database, siteId: string): Promise<{ from: string; to: string } | null> {
  const row = await db
    .prepare(
      "SELECT min(min_date) AS \"from\", max(max_date) AS \"to\" FROM lake_files WHERE site_id = ? AND zone IN ('raw', 'events')",
    )
    .bind(siteId)
    .first<{ from: string | null; to: string | null }>();
  return row?.from && row.to ? { from: row.from, to: row.to } : null;
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
