// Finds events that the lake already has, by their ids.
import { type AsyncBuffer, parquetMetadata, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { Event } from "../../domain/events/event";
import { columnsIn } from "../../domain/lake/parquet";
import { MAX_AHEAD } from "../../domain/visits/imports/ids";
import { seenId } from "../../domain/visits/seen";
import { ObjectGone, readObject, withObjects } from "./reading";

const DAY = 86_400_000;
/** Bytes up to which an object is read whole: each part of a larger one costs a request. */
const WHOLE = 4_000_000;
/** Bytes from the end of a larger object, which mostly have all of its metadata. */
const TAIL = 65_536;

/** Times are ms. */
export type EventIdRow = Pick<Event, "event_id" | "anonymous" | "event_time" | "received_at">;

/**
 * The ids (`seenId`) of those events that the lake already has. Reads two columns of the objects that cover their times,
 * or those up to MAX_AHEAD before: an event from the future may have been stored with the time of its receipt.
 */
export const eventIdsAmong = (
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  events: readonly Pick<Event, "event_id" | "anonymous" | "event_time">[],
): Promise<Set<string>> => withObjects(() => idsAmong(env, siteId, events));

async function idsAmong(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  events: readonly Pick<Event, "event_id" | "anonymous" | "event_time">[],
): Promise<Set<string>> {
  const wanted = new Set(events.map(seenId));
  const known = new Set<string>();
  // An imported batch may span months, so read only objects that cover the time of an event.
  const { results } = await DB.prepare(
    `SELECT key FROM lake_files WHERE site_id = ?1 AND zone IN ('raw', 'events')
     AND EXISTS (SELECT 1 FROM json_each(?2) WHERE value BETWEEN min_time AND max_time + ?3) ORDER BY id`,
  )
    .bind(siteId, JSON.stringify([...new Set(events.map(({ event_time }) => event_time))]), MAX_AHEAD)
    .all<{ key: string }>();
  for (const { key } of results) {
    const file = await readObject(LAKE, key);
    const metadata = parquetMetadata(file);
    const columns = columnsIn(metadata, ["event_id", "anonymous"]);
    const rows = (await parquetReadObjects({ file, metadata, columns })) as Pick<Event, "event_id" | "anonymous">[];
    for (const id of rows.map(seenId)) if (wanted.has(id)) known.add(id);
  }
  return known;
}

/** Spans (ms, the end excluded) of UTC dates, neighbouring dates as one. */
function spansOf(dates: readonly string[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const date of [...dates].sort()) {
    const from = Date.parse(date);
    const last = spans.at(-1);
    if (last?.[1] === from) last[1] = from + DAY;
    else spans.push([from, from + DAY]);
  }
  return spans;
}

/** An object of which only the parts that are asked for are read. */
const partlyRead = (lake: R2Bucket, key: string, bytes: number): AsyncBuffer => ({
  byteLength: bytes,
  async slice(start, end = bytes) {
    const part = await lake.get(key, { range: { offset: start, length: end - start } });
    if (!part) throw new ObjectGone(key);
    return part.arrayBuffer();
  },
});

/**
 * The ids of a property's events on some UTC dates, in portions. They include events of other dates in the same objects,
 * and those of events from the future (`idDates`). Of large objects only these columns are read.
 */
export async function* eventIdsOfDays(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  dates: readonly string[],
  whole = WHOLE,
): AsyncGenerator<EventIdRow[]> {
  const { results } = await DB.prepare(
    `SELECT key, bytes FROM lake_files WHERE site_id = ?1 AND zone IN ('raw', 'events')
     AND EXISTS (SELECT 1 FROM json_each(?2) WHERE max_time >= (value ->> 0) - ?3 AND min_time < value ->> 1) ORDER BY id`,
  )
    .bind(siteId, JSON.stringify(spansOf(dates)), MAX_AHEAD)
    .all<{ key: string; bytes: number }>();
  for (const { key, bytes } of results) {
    const file = bytes <= whole ? await readObject(LAKE, key) : partlyRead(LAKE, key, bytes);
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: TAIL });
    const columns = columnsIn(metadata, ["event_id", "anonymous", "event_time", "received_at"]);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd });
      yield rows.map(({ event_id, anonymous, event_time, received_at }) => ({
        event_id: event_id as string,
        anonymous: anonymous === 1 ? 1 : null,
        event_time: Number(event_time),
        received_at: Number(received_at),
      }));
      rowStart = rowEnd;
    }
  }
}
