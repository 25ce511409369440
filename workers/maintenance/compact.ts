// Compaction: many objects become few. Hourly for properties that are busy, daily for all, or when an owner says so.
import { planEvents, planTables, UNIT, type Unit } from "../domain/lake/compaction";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { localDate } from "../domain/time/zone";
import type { Steps } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { compactableProperties } from "../storage/lake/compactable";
import { listFiles, oldestRaw } from "../storage/lake/reading";
import { loadProperty } from "../storage/properties/properties";
import { noteUnit } from "../storage/runs/runs";
import { processedUntil } from "../storage/runs/watermarks";
import { type LakeEnv, mergeUnit } from "./merge-unit";
import { sweepLake } from "./sweep";

/** A unit of a property. */
export interface Job {
  site_id: string;
  /** The property's local date when it was planned. */
  today: string;
  unit: Unit;
}

/** Days are merged after what comes out of raw has been listed, months after days: the next round takes it up. */
const MOST_ROUNDS = 4;
/** A Workflow has 1,024 steps, and the plan is a step's result: at most 1 MiB. What is left, the next run does. */
const MOST_PORTIONS = 200;
const MOST_INPUTS = 50_000;
/** What a unit takes of the plan besides its inputs, in inputs: some 200 bytes. */
const UNIT_OVERHEAD = 25;
/** Raw objects of a property that are looked at in a round: as a plan takes no more. */
const MOST_RAW = 20_000;

/** What there is to do for a property now. Whose zone has no watermark yet has nothing to compact. */
export async function planProperty(
  { DB }: Pick<LakeEnv, "DB">,
  siteId: string,
  daily: boolean,
  now: number,
): Promise<Job[]> {
  const property = await loadProperty(DB, siteId);
  if (!property) return [];
  // The watermark first: what is listed later has larger ids.
  const settled = await processedUntil(DB, siteId);
  const raw = await oldestRaw(DB, siteId, MOST_RAW);
  const files = [...raw, ...(await listFiles(DB, siteId, ["events", "techstack", "ip_list", "ip_enrichment"]))];
  const today = localDate(now, property.timezone);
  const units = [...planEvents(files, { today, daily, settled }), ...(daily ? planTables(files, { today }) : [])];
  return units.map((unit) => ({ site_id: siteId, today, unit }));
}

/** Jobs that are done in one step: as many as together are no more than the largest unit. */
export function toPortions(jobs: readonly Job[]): Job[][] {
  const portions: Job[][] = [];
  let sum = { files: Number.POSITIVE_INFINITY, rows: 0 };
  for (const job of jobs) {
    const { inputs, rows } = job.unit;
    const more = { files: sum.files + inputs.length, rows: sum.rows + rows };
    const fits = more.files <= UNIT.files && more.rows <= UNIT.rows;
    if (fits) portions.at(-1)!.push(job);
    else portions.push([job]);
    sum = fits ? more : { files: inputs.length, rows };
  }
  return portions;
}

interface Done {
  units: number;
  objects_before: number;
  objects_after: number;
  rows: number;
}

/** Carries a job out and notes it for the property, in the batch of the swap. */
async function carryOut(env: LakeEnv, runId: string, { site_id, today, unit }: Job, now: number): Promise<Done> {
  const objects_before = unit.inputs.length;
  const { done, objects, rows } = await mergeUnit(env, site_id, unit, today, now, {
    more: (outputs) => {
      const report = { objects_before, objects_after: outputs.length, rows: unit.rows };
      return [noteUnit(env.DB, runId, { site_id, files: objects_before, rows: unit.rows, report }, now)];
    },
  });
  return done
    ? { units: 1, objects_before, objects_after: objects, rows }
    : { units: 0, objects_before: 0, objects_after: 0, rows: 0 };
}

function add(into: Done, more: Done): void {
  for (const fact of ["units", "objects_before", "objects_after", "rows"] as const) into[fact] += more[fact];
}

const nothing = (): Done => ({ units: 0, objects_before: 0, objects_after: 0, rows: 0 });

/** Which properties, and what of them: a property by name is compacted whole. */
export async function compact(
  env: LakeEnv,
  steps: Steps,
  { site_id, daily }: Pick<TaskParams, "site_id" | "daily">,
  runId: string,
): Promise<RunReport> {
  const total = nothing();
  const whole = site_id !== null || daily === true;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const portions = await steps.do(round === 1 ? "plan" : `plan (${round})`, async (note) => {
      const now = Date.now();
      const siteIds = site_id === null ? await compactableProperties(env.DB, whole) : [site_id];
      const jobs: Job[] = [];
      let inputs = 0;
      for await (const siteId of inTurns(siteIds)) {
        for (const job of await planProperty(env, siteId, whole, now)) {
          inputs += job.unit.inputs.length + UNIT_OVERHEAD;
          if (inputs <= MOST_INPUTS) jobs.push(job);
        }
        if (inputs > MOST_INPUTS) break;
      }
      const planned = toPortions(jobs).slice(0, MOST_PORTIONS);
      note(`${jobs.length} merges, of ${siteIds.length} ${siteIds.length === 1 ? "property" : "properties"}`);
      return planned;
    });
    if (portions.length === 0) break;
    for (const [i, portion] of portions.entries()) {
      const done = await steps.do(`compact ${round}.${i + 1}`, async (note) => {
        const sum = nothing();
        for await (const job of inTurns(portion)) add(sum, await carryOut(env, runId, job, Date.now()));
        note(`${sum.objects_before} objects → ${sum.objects_after}, ${sum.rows} rows`);
        return sum;
      });
      add(total, done);
    }
  }
  const { orphans, swept } = await steps.do("sweep", async (note) => {
    const siteIds = !whole ? [] : site_id === null ? await compactableProperties(env.DB, true) : [site_id];
    const done = await sweepLake(env, siteIds, Date.now());
    note(`${done.swept} objects deleted`);
    return done;
  });
  return { ...total, orphans, swept };
}
