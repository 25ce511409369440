// Objects to be deleted from the lake. Writers announce objects here before they write them, and remove the
// announcement in the batch that lists the objects, so that objects left behind by a crash are found. A swap adds the
// objects it replaces.

/** Time until announced objects must be listed: longer than any step and its retries. */
export const ANNOUNCED_MS = 86_400_000;
/** Time that replaced objects stay for readers that have listed them before. */
export const GRACE_MS = 15 * 60_000;
/** R2 deletes at most this many objects at once. */
const OBJECTS = 1000;

/** Announces objects before they are written. Announcing them again postpones their deletion. */
export async function announceObjects(
  db: D1Database,
  siteId: string,
  keys: readonly string[],
  now: number,
): Promise<void> {
  if (keys.length > 0) await discardStatement(db, siteId, keys, now + ANNOUNCED_MS).run();
}

/** For a batch: schedules these objects for deletion. */
export const discardStatement = (
  db: D1Database,
  siteId: string,
  keys: readonly string[],
  deleteAt: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO lake_garbage (key, site_id, delete_at) SELECT value, ?1, ?2 FROM json_each(?3) WHERE true
       ON CONFLICT (key) DO UPDATE SET delete_at = max(delete_at, excluded.delete_at)`,
    )
    .bind(siteId, deleteAt, JSON.stringify(keys));

/** For the batch that lists these objects: keeps them. */
export const keepStatement = (db: D1Database, keys: readonly string[]): D1PreparedStatement =>
  db.prepare("DELETE FROM lake_garbage WHERE key IN (SELECT value FROM json_each(?))").bind(JSON.stringify(keys));

/** All that is to be deleted of a property. */
export async function garbageOf(db: D1Database, siteId: string): Promise<{ key: string; delete_at: number }[]> {
  const { results } = await db
    .prepare("SELECT key, delete_at FROM lake_garbage WHERE site_id = ?")
    .bind(siteId)
    .all<{ key: string; delete_at: number }>();
  return results;
}

/** Deletes objects of a property now, but none that is listed. @returns how many. */
export async function deleteGarbage(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  keys: readonly string[],
): Promise<number> {
  let deleted = 0;
  for (let at = 0; at < keys.length; at += OBJECTS) {
    const { results } = await DB.prepare(
      `SELECT value AS key FROM json_each(?2) WHERE value NOT IN (SELECT key FROM lake_files WHERE site_id = ?1)`,
    )
      .bind(siteId, JSON.stringify(keys.slice(at, at + OBJECTS)))
      .all<{ key: string }>();
    const unlisted = results.map(({ key }) => key);
    if (unlisted.length === 0) continue;
    await LAKE.delete(unlisted);
    await keepStatement(DB, unlisted).run();
    deleted += unlisted.length;
  }
  return deleted;
}

/** Keys of the properties that have something due: read once, because objects have no index by key. */
const LISTED = `SELECT key FROM lake_files
  WHERE site_id IN (SELECT site_id FROM lake_garbage WHERE delete_at <= ?1)`;
/** A listed object is never swept, even if it was announced as garbage again afterwards. */
const DUE = `SELECT key FROM lake_garbage WHERE delete_at <= ?1 AND key NOT IN (${LISTED}) LIMIT ?2`;

/** Deletes due objects, up to a limit of thousands. @returns how many. */
export async function sweepGarbage(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  now: number,
  portions = 50,
): Promise<number> {
  // A retried step announced it again after it had been listed. It is not garbage.
  await DB.prepare(`DELETE FROM lake_garbage WHERE delete_at <= ?1 AND key IN (${LISTED})`).bind(now).run();
  let swept = 0;
  for (let portion = 0; portion < portions; portion++) {
    const { results } = await DB.prepare(DUE).bind(now, OBJECTS).all<{ key: string }>();
    if (results.length === 0) break;
    const keys = results.map(({ key }) => key);
    // Objects before rows: after a crash in between, the next sweep deletes them again, which is harmless.
    await LAKE.delete(keys);
    await keepStatement(DB, keys).run();
    swept += keys.length;
  }
  return swept;
}
