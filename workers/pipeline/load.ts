// Load: what a unit has become goes into D1, and the watermark moves, in one batch. Twice is refused by the watermark.
import { addCorrection, effective, emptyCorrection } from "../domain/counts/correction";
import type { Rollup } from "../domain/counts/rollup";
import { TECHSTACK_COLUMNS, type TechstackRow, toCube } from "../domain/counts/techstack";
import { tableFromParquet } from "../domain/lake/table-parquet";
import type { Found } from "../domain/networks/enrichment";
import { suspectsId } from "../domain/networks/network";
import { addNetworkVisit, emptyNetworkVisits } from "../domain/networks/network-visits";
import type { RunReport } from "../domain/runs/run";
import { countStatements } from "../storage/counts/counts";
import { cubeStatements } from "../storage/counts/techstack";
import { loadEnrichment } from "../storage/lake/enrichment";
import { keepStatement } from "../storage/lake/garbage";
import { networkStatements } from "../storage/networks/networks";
import { loadProperty } from "../storage/properties/properties";
import { noteUnit } from "../storage/runs/runs";
import { moveWatermarks, processedUntil } from "../storage/runs/watermarks";
import type { Extracted, Made } from "./extract";
import { rawEvents } from "./raw-events";

type LoadEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** What the networks of a unit's visitors add: who they are, and what the provider corrects. */
async function networksOf(env: LoadEnv, { unit, enrichment }: Extracted) {
  // The child may have failed, or there was no list: then nothing is known beyond what the edge said.
  const told = await loadEnrichment(env.LAKE, enrichment);
  const found: ReadonlyMap<string, Found> = told?.found ?? new Map();
  const visits = emptyNetworkVisits();
  const correction = emptyCorrection();
  for await (const events of rawEvents(env, unit))
    for (const event of events) {
      const corrected = effective(event, event.ip === null ? undefined : found.get(event.ip));
      addNetworkVisit(visits, corrected);
      if (corrected !== event) addCorrection(correction, event, corrected);
    }
  const rollups = new Map<string, Rollup>([[unit.site_id, correction.rollup]]);
  for (const [signal, rollup] of correction.suspects) rollups.set(suspectsId(unit.site_id, signal), rollup);
  return { visits, rollups, told };
}

const FILE_COLUMNS = ["key", "rows", "bytes", "min_time", "max_time", "min_date", "max_date"] as const;

function listStatement(db: D1Database, { unit }: Extracted, zone: string, made: Omit<Made, "zone">, now: number) {
  return db
    .prepare(
      `INSERT INTO lake_files (site_id, zone, ${FILE_COLUMNS.join(", ")}, created_at, first_id, last_id)
       VALUES (${Array.from({ length: FILE_COLUMNS.length + 5 }, () => "?").join(", ")})`,
    )
    .bind(unit.site_id, zone, ...FILE_COLUMNS.map((column) => made[column]), now, unit.first_id, unit.last_id);
}

export interface Loaded {
  site_id: string;
  files: number;
  rows: number;
  report: RunReport;
}

/**
 * Loads a unit, all or nothing.
 * @returns null when it was loaded before, by an earlier try whose reply was lost or by another run; or when its property
 * has been deleted.
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
  const { visits, rollups, told } = await networksOf(env, extracted);
  const times = ip_list ?? techstack;
  const enrichment = told && times && { ...times, key: extracted.enrichment, rows: told.rows, bytes: told.bytes };
  // How the addresses fared, those ways that none went left out.
  const fared = Object.entries(told?.counts ?? {}).filter(([, count]) => count > 0);
  const objects = [
    ...(techstack ? [{ zone: "techstack", made: techstack }] : []),
    ...(ip_list ? [{ zone: "ip_list", made: ip_list }] : []),
    ...(enrichment ? [{ zone: "ip_enrichment", made: enrichment }] : []),
  ];
  const loaded: Loaded = {
    site_id: unit.site_id,
    files: unit.files,
    rows: unit.rows,
    report: {
      techstack_rows: techstack?.rows ?? 0,
      cube_rows: cube.length,
      addresses: ip_list?.rows ?? 0,
      ...Object.fromEntries(fared.map(([status, count]) => [`addresses_${status}`, count])),
    },
  };
  await DB.batch([
    ...moveWatermarks(DB, unit.site_id, unit.position, unit.last_id, now),
    ...objects.map(({ zone, made }) => listStatement(DB, extracted, zone, made, now)),
    keepStatement(
      DB,
      objects.map(({ made }) => made.key),
    ),
    ...cubeStatements(DB, unit.site_id, cube),
    ...networkStatements(DB, unit.site_id, visits),
    ...countStatements(DB, rollups, now),
    noteUnit(DB, runId, loaded, now),
  ]);
  return loaded;
}

async function readTechstack(lake: R2Bucket, key: string): Promise<TechstackRow[]> {
  const object = await lake.get(key);
  if (!object) throw new Error(`lake lacks object ${key}`);
  return tableFromParquet(TECHSTACK_COLUMNS, await object.arrayBuffer()) as Promise<TechstackRow[]>;
}
