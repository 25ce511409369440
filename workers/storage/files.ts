// Which days of which properties the lake has, by its list of objects in D1.

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
