// Reads the lake: first the list of objects from D1 in one statement, then the objects. Objects that a swap removes
// from the list in the meantime stay in the bucket for GRACE_MS, so a reader sees each row exactly once. Only an erasure
// deletes them earlier: a reader that misses one reads the list again.
import { effective } from "../../domain/counts/correction";
import type { StampedEvent } from "../../domain/events/event";
import type { LakeFile } from "../../domain/lake/object";
import { portionsOf } from "../../domain/lake/parquet";
import type { LakeZone } from "../../domain/lake/zones";
import type { Found } from "../../domain/networks/enrichment";
import { readEnrichment } from "./enrichment";

/** The sources of a reader: the objects with the events, and the enrichments of the addresses in raw objects. */
export interface LakeSnapshot {
  events: LakeFile[];
  enrichments: LakeFile[];
}

/** Local dates, both included; null: no bound. */
export interface DateBounds {
  from: string | null;
  to: string | null;
}

export const ALL_DAYS: DateBounds = { from: null, to: null };

/** A property's objects of some zones, oldest first. */
export async function listFiles(
  db: D1Database,
  siteId: string,
  zones: readonly LakeZone[],
  { from, to }: DateBounds = ALL_DAYS,
): Promise<LakeFile[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM lake_files WHERE site_id = ?1 AND zone IN (SELECT value FROM json_each(?2))
       AND (?3 IS NULL OR max_date >= ?3) AND (?4 IS NULL OR min_date <= ?4) ORDER BY id`,
    )
    .bind(siteId, JSON.stringify(zones), from, to)
    .all<LakeFile>();
  return results;
}

/** Some objects of a property, oldest first, without those that are no longer listed. */
export async function filesById(db: D1Database, siteId: string, ids: readonly number[]): Promise<LakeFile[]> {
  const { results } = await db
    .prepare("SELECT * FROM lake_files WHERE site_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id")
    .bind(siteId, JSON.stringify(ids))
    .all<LakeFile>();
  return results;
}

/** The oldest raw objects of a property, up to a limit, because a backlog of months does not fit into memory. */
export async function oldestRaw(db: D1Database, siteId: string, limit: number): Promise<LakeFile[]> {
  const { results } = await db
    .prepare("SELECT * FROM lake_files WHERE zone = 'raw' AND site_id = ? ORDER BY id LIMIT ?")
    .bind(siteId, limit)
    .all<LakeFile>();
  return results;
}

/** The keys of the raw zone that are listed. */
export async function rawAmong(db: D1Database, siteId: string, keys: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare(
      "SELECT key FROM lake_files WHERE zone = 'raw' AND site_id = ? AND key IN (SELECT value FROM json_each(?))",
    )
    .bind(siteId, JSON.stringify(keys))
    .all<{ key: string }>();
  return new Set(results.map(({ key }) => key));
}

/** The objects with events of these days, and enrichments of all days, because the date in a key may differ. */
export async function takeSnapshot(
  db: D1Database,
  siteId: string,
  { from, to }: DateBounds = ALL_DAYS,
): Promise<LakeSnapshot> {
  const { results } = await db
    .prepare(
      `SELECT * FROM lake_files WHERE site_id = ?1 AND (zone = 'ip_enrichment' OR zone IN ('raw', 'events')
       AND (?2 IS NULL OR max_date >= ?2) AND (?3 IS NULL OR min_date <= ?3)) ORDER BY id`,
    )
    .bind(siteId, from, to)
    .all<LakeFile>();
  return {
    events: results.filter(({ zone }) => zone !== "ip_enrichment"),
    enrichments: results.filter(({ zone }) => zone === "ip_enrichment"),
  };
}

/** An object of a list is gone: the list must be read again. */
export class ObjectGone extends Error {
  constructor(key: string) {
    super(`lake lacks object ${key}`);
    this.name = "ObjectGone";
  }
}

/** So often is a list read again: erasures delete objects at once, and there are few of them. */
const MOST_READINGS = 3;

/** Does something with a list of objects, again if one of them was deleted meanwhile. */
export async function withObjects<T>(act: () => Promise<T>): Promise<T> {
  for (let reading = 1; ; reading++)
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ObjectGone) || reading === MOST_READINGS) throw error;
    }
}

/** The bytes of an object. @throws ObjectGone if the list is older than GRACE_MS, or than the end of an erasure. */
export async function readObject(lake: R2Bucket, key: string): Promise<ArrayBuffer> {
  const object = await lake.get(key);
  if (!object) throw new ObjectGone(key);
  return object.arrayBuffer();
}

/** The enrichment of addresses in raw objects, one object in memory at a time. Compacted rows have it already. */
export function enrichmentReader(
  lake: R2Bucket,
  enrichments: readonly LakeFile[],
): (file: LakeFile) => Promise<ReadonlyMap<string, Found>> {
  let last: { key: string; found: Map<string, Found> } | null = null;
  return async ({ id, zone }) => {
    const covering =
      zone === "raw"
        ? enrichments.find(
            ({ first_id, last_id }) => first_id !== null && last_id !== null && first_id <= id && id <= last_id,
          )
        : undefined;
    if (!covering) return new Map();
    if (last?.key !== covering.key) last = { key: covering.key, found: await readEnrichment(lake, covering.key) };
    return last.found;
  };
}

/**
 * The effective events of a snapshot, object by object, in portions of a few thousand. They include events of all days
 * in the objects.
 */
export async function* eventsIn(lake: R2Bucket, snapshot: LakeSnapshot): AsyncGenerator<StampedEvent[]> {
  for await (const { events } of eventsByFile(lake, snapshot)) yield events;
}

/** The same, with the object of each portion. */
export async function* eventsByFile(
  lake: R2Bucket,
  { events, enrichments }: LakeSnapshot,
): AsyncGenerator<{ file: LakeFile; events: StampedEvent[] }> {
  const foundFor = enrichmentReader(lake, enrichments);
  for (const file of events) {
    const found = await foundFor(file);
    for await (const portion of portionsOf(await readObject(lake, file.key)))
      yield {
        file,
        events:
          found.size === 0
            ? portion
            : portion.map((event) => effective(event, event.ip === null ? undefined : found.get(event.ip))),
      };
  }
}

/**
 * A property's effective events in portions, from all objects with events of these local days. The objects also contain
 * events of other days, so a caller that wants only some days must check `local_date`.
 */
export async function* readEvents(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  days: DateBounds = ALL_DAYS,
): AsyncGenerator<StampedEvent[]> {
  yield* eventsIn(LAKE, await takeSnapshot(DB, siteId, days));
}
