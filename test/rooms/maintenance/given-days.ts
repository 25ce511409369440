// Days of traffic whose counts may be spoilt: for the tests of rebuild and check.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import { emptyRollup, type Rollup } from "../../../workers/domain/counts/rollup";
import { countedIdsOf, rollUpWithSuspects } from "../../../workers/domain/counts/suspects";
import { addToTechstack, emptyTechstack, techstackRows, toCube } from "../../../workers/domain/counts/techstack";
import type { Sighting, StampedEvent } from "../../../workers/domain/events/event";
import { fromParquet } from "../../../workers/domain/lake/parquet";
import { addNetworkVisit, emptyNetworkVisits } from "../../../workers/domain/networks/network-visits";
import type { Property } from "../../../workers/domain/properties/property";
import { checkAll } from "../../../workers/maintenance/rebuild";
import { foldPending } from "../../../workers/storage/counts/pending";
import { cubeStatements } from "../../../workers/storage/counts/techstack";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { networkStatements } from "../../../workers/storage/networks/networks";
import { chance } from "../chance";
import { deliverLetters, type HeldQueue, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenProperty } from "../given";
import { asKept } from "../given-caps";
import { eventsOf } from "../given-lake";

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const ZONE = "Asia/Kolkata";
/** 20:30 in Kolkata. */
export const START = Date.UTC(2026, 9, 3, 15);
export const FIRST = "2026-10-03";

/** Has the hub stamp some events. */
export async function accept({ site_id, timezone }: Property, arrivals: Sighting[]): Promise<void> {
  await env.HUB.getByName(mainHub(site_id)).accept({
    property: { site_id, timezone, address: "full" },
    arrivals,
  } as never);
}

/** Traffic of some days, as letters of a few events that wait in the held queue: visits go over midnight. */
export async function givenTraffic(
  property: Property,
  held: HeldQueue,
  random: () => number,
  events = 200,
): Promise<void> {
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const hub = env.HUB.getByName(mainHub(property.site_id));
  let time = START;
  for (let n = 0; n < events; ) {
    const arrivals: Sighting[] = [];
    for (let i = 0; i < 8; i += 1, n += 1) {
      time += Math.floor((random() * 3 * DAY) / events) + 1;
      arrivals.push(nextEvent(world, Math.floor(random() * 6), time, n).arrival);
    }
    const taken = accept(property, arrivals);
    const before = held.letters.length;
    const sent = async () => {
      while (held.letters.length === before) await hub.flush();
    };
    await Promise.all([taken, sent()]);
  }
}

export const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

/** Makes everything that is kept of a day wrong: too much, too little, not there, not of this world. */
export async function spoil(siteId: string, day: string): Promise<void> {
  await foldPending(env.DB, countedIdsOf(siteId));
  await run("DELETE FROM rollup_days WHERE site_id = ? AND day = ? AND dimension IN ('page', 'browser')", siteId, day);
  await run(
    "UPDATE rollup_days SET visitors = visitors + 3 WHERE site_id LIKE ? || '%' AND day = ? AND dimension = 'total'",
    siteId,
    day,
  );
  await run(
    "INSERT OR REPLACE INTO rollup_days VALUES (?, 'country', ?, 'XX', 1, 2, 3, 4, 5, 6, 7, 8, 9)",
    siteId,
    day,
  );
  await run("DELETE FROM packed_days WHERE site_id = ? AND day = ? AND dimension = 'heat/click'", siteId, day);
  await run(
    "UPDATE packed_days SET counts = jsonb_set(counts, '$.phantom', 4) WHERE site_id = ? AND day = ?",
    siteId,
    day,
  );
  await run(
    "UPDATE rollup_hours SET pageviews = pageviews + 1 WHERE site_id = ? AND (hour + 19800) / 86400 = ?",
    siteId,
    Date.parse(day) / DAY,
  );
  await run("UPDATE techstack_days SET events = events - 1 WHERE site_id = ? AND day = ?", siteId, day);
  await run(
    "INSERT OR REPLACE INTO packed_days VALUES (?, 'network/page', 'Nobody', ?, jsonb('{\"/\":2}'))",
    siteId,
    day,
  );
}

export const flatAll = async (siteId: string) =>
  Object.fromEntries(
    await Promise.all(
      countedIdsOf(siteId).map(async (id) => [
        id,
        Object.fromEntries([...flatten(await readRollup(env.DB, id))].sort()),
      ]),
    ),
  );

/** What the rollups must be, counted from all rows of the lake. */
export async function expectTrue(siteId: string): Promise<void> {
  // What is listed: a rebuild replaces objects whose events came out of order, and the old ones stay for a while.
  const rows = await eventsOf(siteId);
  const counted = rollUpWithSuspects(siteId, rows);
  for (const id of countedIdsOf(siteId)) {
    const flat = async (rollup: Rollup) => Object.fromEntries([...flatten(await asKept(siteId, id, rollup))].sort());
    expect([id, await flat(await readRollup(env.DB, id))]).toEqual([id, await flat(counted.get(id) ?? emptyRollup())]);
  }
  expect(await checkAll(env, siteId)).toEqual([]);
}

/** What a run of the pipeline does: processes raw objects up to an id, and moves the watermarks with it. */
export async function processRaw(siteId: string, upTo: number): Promise<void> {
  const marks = await env.DB.prepare("SELECT max(position) AS position FROM watermarks WHERE site_id = ?")
    .bind(siteId)
    .first<{ position: number | null }>();
  const from = marks?.position ?? 0;
  const techstack = emptyTechstack();
  const visits = emptyNetworkVisits();
  for (const event of await rawRows(siteId, from, upTo)) {
    addToTechstack(techstack, event);
    addNetworkVisit(visits, event);
  }
  await env.DB.batch([
    ...["techstack", "ip_list", "ip_enrichment"].map((dataset) =>
      env.DB.prepare("INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)").bind(siteId, dataset, upTo, Date.now()),
    ),
    ...cubeStatements(env.DB, siteId, toCube(techstackRows(techstack))),
    ...networkStatements(env.DB, siteId, visits),
  ]);
}

export async function rawRows(siteId: string, after: number, upTo: number): Promise<StampedEvent[]> {
  const { results } = await env.DB.prepare(
    "SELECT key FROM lake_files WHERE site_id = ? AND zone = 'raw' AND id > ? AND id <= ?",
  )
    .bind(siteId, after, upTo)
    .all<{ key: string }>();
  const rows: StampedEvent[] = [];
  for (const { key } of results) rows.push(...(await fromParquet(await (await env.LAKE.get(key))!.arrayBuffer())));
  return rows;
}

export const lastFile = async (): Promise<number> =>
  (await env.DB.prepare("SELECT max(id) AS id FROM lake_files").first<number>("id")) ?? 0;

export async function givenCounted(queue: HeldQueue, random = chance(7), events = 200): Promise<Property> {
  const property = await givenProperty("organization", { timezone: ZONE });
  await givenTraffic(property, queue, random, events);
  while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 10));
  return property;
}
