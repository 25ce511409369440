// Caps of a property that tests can reach. Counts are compared in the form in which D1 keeps them.
import { env } from "cloudflare:workers";
import { type Admitted, asCapped, type CappedDays } from "../../workers/domain/counts/capped";
import { ALL_TIME } from "../../workers/domain/counts/day-counts";
import { flatten } from "../../workers/domain/counts/difference";
import { emptyRollup, noFacts, type Rollup } from "../../workers/domain/counts/rollup";
import type { Facts } from "../../workers/domain/events/catalog";
import type { Caps } from "../../workers/domain/properties/caps";
import { cappedStatements, toCappedDays } from "../../workers/storage/counts/caps/capped-days";
import { rollupStatements, toAdmitted } from "../../workers/storage/counts/whole-rollup";

export async function givenCaps(siteId: string, caps: Partial<Caps>): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO property_settings (site_id, settings) VALUES (?, ?)")
    .bind(siteId, JSON.stringify({ caps }))
    .run();
}

/** None, caps that most dimensions reach, or these with a budget that is soon used up. */
export async function givenCapsOfSeed(siteId: string, seed: number): Promise<void> {
  const caps = { values: 5, names: 4, keys: 2, values_per_key: 4 };
  if (seed % 3 === 1) await givenCaps(siteId, caps);
  if (seed % 3 === 2) await givenCaps(siteId, { ...caps, rows_per_day: 3_000 });
}

/** The counts of an id under the values that have rows. */
export async function asKept(siteId: string, id: string, rollup: Rollup): Promise<Rollup> {
  const [closed, shed, , days] = await env.DB.batch([
    ...cappedStatements(env.DB, siteId, ALL_TIME),
    ...rollupStatements(env.DB, id, ALL_TIME),
  ]);
  const capped: CappedDays = toCappedDays(closed!, shed!);
  const admitted = new Map<string, Admitted>([[id, toAdmitted(days!)]]);
  return asCapped(new Map([[id, rollup]]), capped, admitted).get(id)!;
}

const DAY_COUNT = /^(.+?) (\d{4}-\d\d-\d\d) ([\s\S]*)$/;

/** The same of counts by their place (`page 2026-11-22 /pricing`), sorted. */
export async function flatAsKept(
  siteId: string,
  id: string,
  flat: ReadonlyMap<string, Partial<Facts>>,
): Promise<Record<string, Facts>> {
  const rollup = emptyRollup();
  for (const [where, facts] of flat) {
    const [, dimension, day, value] = DAY_COUNT.exec(where) ?? [];
    const whole = { ...noFacts(), ...facts };
    if (dimension === undefined) {
      rollup.hours.set(Number(where.slice("hour ".length)), whole);
      continue;
    }
    const dates = rollup.days.get(dimension) ?? new Map<string, Map<string, Facts>>();
    const values = dates.get(day!) ?? new Map<string, Facts>();
    rollup.days.set(dimension, dates.set(day!, values.set(value!, whole)));
  }
  return Object.fromEntries([...flatten(await asKept(siteId, id, rollup))].sort());
}
