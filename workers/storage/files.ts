// The list of the lake's objects, kept in D1.

/** Keys of a property's objects that hold events of the local days from `from` to `to`, both included, oldest first. */
export async function filesOfDays(db: D1Database, siteId: string, from: string, to: string): Promise<string[]> {
  const { results } = await db
    .prepare(`SELECT key FROM lake_files WHERE site_id = ? AND zone IN ('raw', 'events') AND min_date <= ? AND max_date >= ?
       ORDER BY id`)
    .bind(siteId, to, from)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}
