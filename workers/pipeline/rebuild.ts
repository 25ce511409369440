// Rebuild: recounts a property's days from the lake. In check mode it only says where rollups and record differ.
import { FACTS, type Fact, type Facts } from "../domain/catalog";
import type { StampedEvent } from "../domain/event";
import { fromParquet } from "../domain/parquet";
import { noFacts, type Rollup, rollUp } from "../domain/rollup";
import { addDays } from "../domain/zone";
import { filesOfDays } from "../storage/files";
import { readRollup } from "../storage/rollups-all";

export interface Difference {
  /** `hour 1700000000` or `page 2026-11-22 /pricing`. */
  where: string;
  fact: Fact;
  lake: number;
  rollup: number;
}

/** Counts by their place, places where nothing is left out. */
export function flatten(rollup: Rollup): Map<string, Facts> {
  const flat = new Map<string, Facts>();
  const put = (where: string, facts: Facts) => {
    if (FACTS.some((fact) => facts[fact] !== 0)) flat.set(where, facts);
  };
  for (const [hour, facts] of rollup.hours) put(`hour ${hour}`, facts);
  for (const [dimension, dates] of rollup.days)
    for (const [date, values] of dates)
      for (const [value, facts] of values) put(`${dimension} ${date} ${value}`, facts);
  return flat;
}

/** Where two rollups differ, fact by fact. */
export function differencesOf(lake: Rollup, rollup: Rollup): Difference[] {
  const counted = flatten(lake);
  const kept = flatten(rollup);
  const differences: Difference[] = [];
  for (const where of new Set([...counted.keys(), ...kept.keys()]))
    for (const fact of FACTS) {
      const difference = {
        where,
        fact,
        lake: (counted.get(where) ?? noFacts())[fact],
        rollup: (kept.get(where) ?? noFacts())[fact],
      };
      if (difference.lake !== difference.rollup) differences.push(difference);
    }
  return differences;
}

/** Only what the rollup says of days from `from` to `to`, both included; hours have no part in it. */
function daysOnly(rollup: Rollup, from: string, to: string): Rollup {
  const days: Rollup["days"] = new Map();
  for (const [dimension, dates] of rollup.days)
    days.set(dimension, new Map([...dates].filter(([date]) => date >= from && date <= to)));
  return { hours: new Map(), days };
}

/** The events that count for these days: their own, and those of visits that began there and went over midnight. */
async function eventsOf(
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  from: string,
  to: string,
): Promise<StampedEvent[]> {
  const events: StampedEvent[] = [];
  for (const key of await filesOfDays(env.DB, siteId, from, addDays(to, 1))) {
    const object = await env.LAKE.get(key);
    if (!object) throw new Error(`lake lacks object ${key}`);
    events.push(...(await fromParquet(await object.arrayBuffer())));
  }
  return events;
}

/**
 * Check mode: differences between lake and rollups for the local days from `from` to `to`, both included. Empty when the
 * view is true to the record.
 */
export async function checkDays(
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  from: string,
  to: string,
): Promise<Difference[]> {
  const lake = rollUp(await eventsOf(env, siteId, from, to));
  return differencesOf(daysOnly(lake, from, to), daysOnly(await readRollup(env.DB, siteId), from, to));
}

/** Check mode for all that a property has, hours included. */
export async function checkAll(env: Pick<Cloudflare.Env, "DB" | "LAKE">, siteId: string): Promise<Difference[]> {
  const lake = rollUp(await eventsOf(env, siteId, "0000-01-01", "9998-12-31"));
  return differencesOf(lake, await readRollup(env.DB, siteId));
}
