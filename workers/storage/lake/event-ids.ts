// Finds events that the lake already has, by their ids.
import { parquetReadObjects } from "hyparquet";
import type { Event } from "../../domain/events/event";

/** The ids of these events that are in the lake. Reads one column of the objects of their times. */
export async function eventIdsAmong(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  events: readonly Pick<Event, "event_id" | "event_time">[],
): Promise<Set<string>> {
  const wanted = new Set(events.map(({ event_id }) => event_id));
  const known = new Set<string>();
  // An imported batch may span months, so read only objects that cover the time of an event.
  const { results } = await DB.prepare(
    `SELECT key FROM lake_files WHERE site_id = ?1 AND zone IN ('raw', 'events')
     AND EXISTS (SELECT 1 FROM json_each(?2) WHERE value BETWEEN min_time AND max_time) ORDER BY id`,
  )
    .bind(siteId, JSON.stringify([...new Set(events.map(({ event_time }) => event_time))]))
    .all<{ key: string }>();
  for (const { key } of results) {
    const object = await LAKE.get(key);
    if (!object) throw new Error(`lake lacks object ${key}`);
    const rows = await parquetReadObjects({ file: await object.arrayBuffer(), columns: ["event_id"] });
    for (const { event_id } of rows) if (wanted.has(event_id)) known.add(event_id);
  }
  return known;
}
