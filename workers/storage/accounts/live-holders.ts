// Which properties a session or an API key watches live, so that its sockets are closed when it ends.
import type { Caller } from "../../domain/properties/caller";

/** `session:` or `key:`, and the id. A socket has it as its tag. */
export const holderOf = (caller: Pick<Caller, "kind" | "id" | "session_id">): string =>
  caller.kind === "key" ? keyHolder(caller.id) : sessionHolder(caller.session_id ?? "");
export const keyHolder = (id: string): string => `key:${id}`;
export const sessionHolder = (id: string): string => `session:${id}`;

/** @returns false if the session or key no longer exists: another isolate may still remember it. */
export async function noteHolder(db: D1Database, holder: string, siteId: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO live_holders (holder, property_id, opened_at) SELECT ?1, ?2, ?3
       WHERE EXISTS (SELECT 1 FROM api_keys WHERE 'key:' || id = ?1) OR EXISTS (SELECT 1 FROM session WHERE 'session:' || id = ?1)
       ON CONFLICT (holder, property_id) DO UPDATE SET opened_at = ?3`,
    )
    .bind(holder, siteId, now)
    .run();
  return meta.changes > 0;
}

/** The properties that these have watched, which are forgotten. */
export async function takeHolders(
  db: D1Database,
  holders: readonly string[],
): Promise<{ holder: string; site_id: string }[]> {
  const { results } = await db
    .prepare(
      "DELETE FROM live_holders WHERE holder IN (SELECT value FROM json_each(?)) RETURNING holder, property_id AS site_id",
    )
    .bind(JSON.stringify(holders))
    .all<{ holder: string; site_id: string }>();
  return results;
}

/** A socket lives for an hour, so a day is more than enough. */
export async function forgetHolders(db: D1Database, now: number): Promise<void> {
  await db
    .prepare("DELETE FROM live_holders WHERE opened_at < ?")
    .bind(now - 86_400_000)
    .run();
}
