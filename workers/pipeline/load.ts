// Load: writes a unit's results to D1 and moves its watermark in one batch. The watermark prevents loading a unit
// twice.
import { addCorrection, effective, emptyCorrection } from "../domain/counts/correction";
import type { Rollup } from "../domain/counts/rollup";
import { TECHSTACK_COLUMNS, type TechstackRow, toCube } from "../domain/counts/techstack";
import type { NewObject } from "../domain/lake/object";
import { tableFromParquet } from "../domain/lake/table-parquet";
import type { Found } from "../domain/networks/enrichment";
import { suspectsId } from "../domain/networks/network";
import { addNetworkVisit, emptyNetworkVisits } from "../domain/networks/network-visits";
import type { RunReport } from "../domain/runs/run";
import { localDate } from "../domain/time/zone";
import { reopenStatements } from "../storage/analysis/day-list";
import { countStatements } from "../storage/counts/counts";
import { cubeStatements } from "../storage/counts/techstack";
import { loadEnrichment } from "../storage/lake/enrichment";
import { keepStatement } from "../storage/lake/garbage";
import { listStatements } from "../storage/lake/listing";
import { networkStatements } from "../storage/networks/networks";
import { loadProperty } from "../storage/properties/properties";
import { noteUnit } from "../storage/runs/runs";
import { moveWatermarks, processedUntil } from "../storage/runs/watermarks";
import type { Extracted } from "./extract";
import { rawEvents } from "./raw-events";

type LoadEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** The networks of a unit's visitors: their facts, and the corrections from the provider. Also the unit's days. */
async function networksOf(env: LoadEnv, { unit, enrichment }: Extracted) {
  // If the child failed or there was no list, only the facts from the edge are known.
  const provided = await loadEnrichment(env.LAKE, enrichment);
  const found: ReadonlyMap<string, Found> = provided?.found ?? new Map();
  const visits = emptyNetworkVisits();
  const correction = emptyCorrection();
  const days = new Set<string>();
  for await (const events of rawEvents(env, unit))
    for (const event of events) {
      days.add(event.local_date).add(event.visit_date);
      const corrected = effective(event, event.ip === null ? undefined : found.get(event.ip));
      addNetworkVisit(visits, corrected);
      if (corrected !== event) addCorrection(correction, event, corrected);
    }
  const rollups = new Map<string, Rollup>([[unit.site_id, correction.rollup]]);
  for (const [signal, rollup] of correction.suspects) rollups.set(suspectsId(unit.site_id, signal), rollup);
  return { visits, rollups, provided, days };
}

export interface Loaded {
  site_id: string;
  files: number;
  rows: number;
  report: RunReport;
  /** Local days among its events that have been over for a while; absent in what earlier versions stored. */
  past_days?: number;
}

/** Days that began this long ago are over in every time zone, and no visit goes on in them. */
const PAST_MS = 3 * 24 * 3_600_000;

/** The date before which days have been over for a while. */
export const pastDate = (now: number): string => localDate(now - PAST_MS, "UTC");

/**
 * Loads a unit, all or nothing.
 * @returns null if it was loaded before (by an earlier attempt whose reply was lost, or by another run), or if its
 * property has been deleted.
 */
export async function load(env: LoadEnv, runId: string, extracted: Extracted, now: number): Promise<Loaded | null> {
  try {
    return await loadOnce(env, runId, extracted, now);
  } catch (error) {
    const { site_id, last_id } = extracted.unit;
    if ((await processedUntil(env.DB, site_id)) >= last_id || !(await loadProperty(env.DB, site_id))) return null;
    throw error;
  }
}

async function loadOnce(env: LoadEnv, runId: string, extracted: Extracted, now: number): Promise<Loaded> {
  const { unit, techstack, ip_list } = extracted;
  const { DB, LAKE } = env;
  const cube = techstack ? toCube(await readTechstack(LAKE, techstack.key)) : [];
  const { visits, rollups, provided, days } = await networksOf(env, extracted);
  const times = ip_list ?? techstack;
  const enrichment: NewObject | null = provided &&
    times && { ...times, zone: "ip_enrichment", key: extracted.enrichment, rows: provided.rows, bytes: provided.bytes };
  // The number of addresses by status, without zeros.
  const fared = Object.entries(provided?.counts ?? {}).filter(([, count]) => count > 0);
  const { site_id, first_id, last_id } = unit;
  const objects = [techstack, ip_list, enrichment].flatMap((object) =>
    object ? [{ ...object, first_id, last_id }] : [],
  );
  const loaded: Loaded = {
    site_id: unit.site_id,
    files: unit.files,
    rows: unit.rows,
    past_days: [...days].filter((day) => day < pastDate(now)).length,
    report: {
      techstack_rows: techstack?.rows ?? 0,
      cube_rows: cube.length,
      addresses: ip_list?.rows ?? 0,
      ...Object.fromEntries(fared.map(([status, count]) => [`addresses_${status}`, count])),
    },
  };
  await DB.batch([
    ...moveWatermarks(DB, unit.site_id, unit.position, unit.last_id, now),
    ...listStatements(
      DB,
      objects.map((object) => [site_id, object]),
      now,
    ),
    keepStatement(
      DB,
      objects.map(({ key }) => key),
    ),
    ...cubeStatements(DB, unit.site_id, cube),
    ...networkStatements(DB, unit.site_id, visits),
    ...countStatements(DB, rollups, now),
    // What came late for a day that has its tables already.
    ...reopenStatements(DB, site_id, days, now),
    noteUnit(DB, runId, loaded, now),
  ]);
  return loaded;
}

async function readTechstack(lake: R2Bucket, key: string): Promise<TechstackRow[]> {
  const object = await lake.get(key);
  if (!object) throw new Error(`lake lacks object ${key}`);
  return tableFromParquet(TECHSTACK_COLUMNS, await object.arrayBuffer()) as Promise<TechstackRow[]>;
}
