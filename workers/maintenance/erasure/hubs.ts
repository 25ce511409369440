// The hubs of a property in an erasure: they send what they hold, and forget the person once all of it is counted.
import type { Property } from "../../domain/properties/property";
import { type Forgotten, type HubPerson, importName, shardName, singleImportName } from "../../domain/visits/hub";
import type { BrowserNames } from "../../domain/visits/names";
import { hubCount } from "../../domain/visits/shard";
import { importIds } from "../../storage/properties/imports";
import type { Erasure, ErasureEnv } from "./task";

/** Hubs that are asked at once. */
const AT_ONCE = 16;
/** How often it is looked whether messages have been counted, five minutes apart. */
const MOST_LOOKS = 12;

/** Names of all hubs of a property, those of its imports too. */
export async function hubsOf(db: D1Database, property: Pick<Property, "site_id" | "shards" | "shard_changes">) {
  const { site_id } = property;
  const shards = Array.from({ length: hubCount(property) }, (_, shard) => shardName(site_id, shard));
  const ofBefore = (await importIds(db, site_id)).map((id) => singleImportName(site_id, id));
  return [...shards, importName(site_id), ...ofBefore];
}

async function eachHub<T>(hubs: readonly string[], call: (hub: string) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0; at < hubs.length; at += AT_ONCE)
    all.push(...(await Promise.all(hubs.slice(at, at + AT_ONCE).map(call))));
  return all;
}

/** Hubs forget which browsers the user was seen with. @returns who else was seen there, and when, as they knew it. */
export async function forgetNames(
  { HUB }: Pick<ErasureEnv, "HUB">,
  hubs: readonly string[],
  person: string,
): Promise<BrowserNames[]> {
  // The type of a call's result has lost its tuples.
  const forget = (hub: string) => HUB.getByName(hub).forgetNames(person) as Promise<unknown>;
  return ((await eachHub(hubs, forget)) as BrowserNames[][]).flat();
}

/** Hubs send all that they hold. @returns ids of the messages that have no receipt yet. */
export async function sendFromHubs({ HUB }: Pick<ErasureEnv, "HUB">, hubs: readonly string[]): Promise<string[]> {
  const send = async (name: string): Promise<string[]> => {
    const hub = HUB.getByName(name);
    await hub.flush();
    const { uncounted } = await hub.backlog();
    return (uncounted as [string, number][]).map(([message]) => message);
  };
  return (await eachHub(hubs, send)).flat();
}

const sumOf = (all: readonly Forgotten[], fact: "waiting" | "journal_rows" | "visitors" | "feed"): number =>
  all.reduce((sum, one) => sum + one[fact], 0);

/**
 * Hubs forget the person. What they had accepted by then is counted first, since they might have to send it again.
 * @throws when it is not counted after an hour.
 */
export async function forgetInHubs(erasure: Erasure, hubs: readonly string[]): Promise<Record<string, number>> {
  const { env, steps } = erasure;
  for (let look = 1; ; look++) {
    const all = await erasure.read(`forget in hubs (${look})`, async ({ found, ids, person_id, asked_at }, note) => {
      const person: HubPerson = {
        visitors: [...new Set([...found.visitors, ...ids.visitors, ...ids.alone, person_id])],
        visits: [...new Set([...found.visits, ...ids.visits])],
        before: asked_at,
      };
      const text = JSON.stringify(person);
      const forgotten = await eachHub(hubs, (hub) => env.HUB.getByName(hub).forget(text));
      note(`${sumOf(forgotten, "waiting")} messages are not counted yet`);
      return forgotten;
    });
    const waiting = sumOf(all, "waiting");
    if (waiting === 0)
      return {
        hubs: hubs.length,
        hub_rows_deleted: sumOf(all, "journal_rows"),
        hub_visitors_removed: sumOf(all, "visitors"),
        feed_events_removed: sumOf(all, "feed"),
        hubs_too_large_to_overwrite: all.filter(({ is_clean }) => !is_clean).length,
      };
    if (look === MOST_LOOKS) throw new Error(`${waiting} messages of hubs are not counted: erasure must be repeated`);
    await steps.waitFor(`let messages be counted (${look})`, "never", "5 minutes");
  }
}
