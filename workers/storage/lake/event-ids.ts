// Finds events that the lake already has, by their ids.
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { Event } from "../../domain/events/event";
import { columnsIn } from "../../domain/lake/parquet";
import { seenId } from "../../domain/visits/seen";

/**
 * The ids (`seenId`) of those events that the lake already has. Reads two columns of the objects that cover their
 * times.
 */
export async function eventIdsAmong(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  events: readonly Pick<Event, "event_id" | "anonymous" | "event_time">[],
): Promise<Set<string>> {
  const wanted = new Set(events.map(seenId));
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
    const file = await object.arrayBuffer();
    const metadata = parquetMetadata(file);
    const columns = columnsIn(metadata, ["event_id", "anonymous"]);
    const rows = (await parquetReadObjects({ file, metadata, columns })) as Pick<Event, "event_id" | "anonymous">[];
    for (const id of rows.map(seenId)) if (wanted.has(id)) known.add(id);
  }
  return known;
}
