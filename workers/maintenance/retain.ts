// Retention: events, addresses and counts that are older than an owner wants them kept are removed, property by property.
import { readColumns } from "../domain/lake/merge";
import type { LakeFile } from "../domain/lake/object";
import { type Cutoffs, cutoffsFor, planRetention } from "../domain/lake/retention";
import { tableFromParquet } from "../domain/lake/table-parquet";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { localDate, startOfDate } from "../domain/time/zone";
import { truncateAddress } from "../domain/visitors/address";
import type { Steps } from "../jobs/steps";
import { removeOldCounts } from "../storage/counts/old-counts";
import { loadAddressMark, moveAddressMark } from "../storage/lake/address-mark";
import { siteIds } from "../storage/lake/listing";
import { listFiles, readObject } from "../storage/lake/reading";
import { swapObjects } from "../storage/lake/swap";
import { loadProperty } from "../storage/properties/properties";
import { loadSettings } from "../storage/properties/settings";
import { noteUnit } from "../storage/runs/runs";
import { processedUntil } from "../storage/runs/watermarks";
import { type Changes, type LakeEnv, mergeUnit } from "./merge-unit";
import { sweepLake } from "./sweep";

/** Steps of a Workflow are at most 1,024: with more properties, several share a step. */
const MOST_STEPS = 500;
/** Rows rewritten for a property in a run. What is left, the next run does: each day's share is small. */
const MOST_ROWS = 120_000;
/** Objects taken off the list at once: D1 takes 2 MB a value, and a key may have 200 bytes. */
const GONE_AT_ONCE = 1_000;

export interface Retained {
  objects_deleted: number;
  objects_rewritten: number;
  rows_removed: number;
  addresses_truncated_in: number;
  counts_removed: number;
}

const nothing = (): Retained => ({
  objects_deleted: 0,
  objects_rewritten: 0,
  rows_removed: 0,
  addresses_truncated_in: 0,
  counts_removed: 0,
});

function add(into: Retained, more: Retained): void {
  for (const fact of Object.keys(more) as (keyof Retained)[]) into[fact] += more[fact];
}

const LISTED = ["raw", "events", "techstack", "ip_list", "ip_enrichment"] as const;

/** Removes what is too old of the lake: whole objects by their rows in the list, parts by rewriting. */
async function retainLake(env: LakeEnv, siteId: string, cutoffs: Cutoffs, today: string, now: number, done: Retained) {
  const settled = await processedUntil(env.DB, siteId);
  const files = await listFiles(env.DB, siteId, LISTED);
  const byId = new Map(files.map((file) => [file.id, file]));
  const { gone, mixed } = planRetention(files, cutoffs, settled);
  for (let from = 0; from < gone.length; from += GONE_AT_ONCE) {
    const old = gone.slice(from, from + GONE_AT_ONCE).map((id) => byId.get(id)!);
    // The next run: an enrichment comes after the raw objects that it holds for, and must not go before them.
    if (!(await swapObjects(env.DB, siteId, old, [], now))) break;
    done.objects_deleted += old.length;
    done.rows_removed += old.reduce((sum, { rows }) => sum + rows, 0);
  }
  const first = cutoffs.events ?? "";
  const changes: Changes = {
    rules: { keeps: ({ local_date }) => local_date >= first },
    addresses: { addressOf: (ip, day) => (day !== null && day < first ? null : ip) },
  };
  let rewritten = 0;
  for (const id of mixed) {
    const file = byId.get(id)!;
    if (rewritten >= MOST_ROWS) break;
    rewritten += file.rows;
    const merged = await rewrite(env, siteId, file, today, now, changes);
    if (!merged.done) continue;
    done.objects_rewritten += 1;
    done.rows_removed += file.rows - merged.rows;
  }
}

const rewrite = (env: LakeEnv, siteId: string, file: LakeFile, today: string, now: number, changes: Changes) =>
  mergeUnit(env, siteId, { zone: file.zone, level: Math.max(1, file.level), inputs: [file.id] }, today, now, changes);

const isWhole = (ip: string): boolean => truncateAddress(ip, "truncated") !== ip;

/** Whether an object has whole addresses of days before a date. Of an enrichment all are as old as it is. */
async function hasWhole(lake: R2Bucket, { zone, key }: LakeFile, before: string): Promise<boolean> {
  const file = await readObject(lake, key);
  if (zone === "raw" || zone === "events") {
    const { ip, local_date } = await readColumns(file, ["ip", "local_date"]);
    return ip.some((one, row) => one !== null && (local_date[row] as string) < before && isWhole(one as string));
  }
  const rows = await tableFromParquet<{ ip: string; day: string | null }>({ ip: "text", day: "text" }, file);
  return rows.some(({ ip, day }) => (day ?? "") < before && isWhole(ip));
}

/** Truncates whole addresses of days before a date. Looks only at what the last time has not. */
async function truncateAddresses(
  env: LakeEnv,
  siteId: string,
  before: string,
  today: string,
  now: number,
  done: Retained,
): Promise<void> {
  const settled = await processedUntil(env.DB, siteId);
  const mark = await loadAddressMark(env.DB, siteId);
  const files = await listFiles(env.DB, siteId, ["raw", "events", "ip_list", "ip_enrichment"]);
  const firstRaw = Math.min(...files.filter(({ zone }) => zone === "raw").map(({ id }) => id));
  const truncated = (ip: string, day: string | null) =>
    day !== null && day >= before ? ip : truncateAddress(ip, "truncated");
  const changes: Changes = { rules: { addressOf: truncated }, addresses: { addressOf: truncated } };
  let looked = 0;
  let isComplete = true;
  for (const file of files) {
    const { zone, id, min_date, max_date, created_at, last_id } = file;
    if (min_date >= before || (mark && max_date < mark.date && created_at < mark.at)) continue;
    // Raw events are found by whole addresses in their enrichment; neither is old where the pipeline runs.
    const isInUse =
      zone === "raw" ? id > settled : zone === "ip_enrichment" && ((last_id ?? 0) >= firstRaw || max_date >= before);
    if (isInUse || looked >= MOST_ROWS) {
      isComplete = false;
      continue;
    }
    looked += file.rows;
    if (!(await hasWhole(env.LAKE, file, before))) continue;
    if ((await rewrite(env, siteId, file, today, now, changes)).done) done.addresses_truncated_in += 1;
  }
  if (isComplete) await moveAddressMark(env.DB, siteId, before, now);
}

/** Removes of one property what is too old. Done again it finds nothing to do. */
export async function retainProperty(env: LakeEnv, siteId: string, now: number): Promise<Retained> {
  const done = nothing();
  const property = await loadProperty(env.DB, siteId);
  if (!property) return done;
  const { retention } = await loadSettings(env.DB, siteId);
  const today = localDate(now, property.timezone);
  const cutoffs = cutoffsFor(retention, today);
  if (cutoffs.events !== null || cutoffs.rollups !== null) await retainLake(env, siteId, cutoffs, today, now, done);
  if (cutoffs.addresses !== null) await truncateAddresses(env, siteId, cutoffs.addresses, today, now, done);
  if (cutoffs.rollups !== null)
    done.counts_removed += await removeOldCounts(
      env.DB,
      siteId,
      cutoffs.rollups,
      startOfDate(cutoffs.rollups, property.timezone),
    );
  return done;
}

/** One property, or all. */
export async function retain(
  env: LakeEnv,
  steps: Steps,
  { site_id }: Pick<TaskParams, "site_id">,
  runId: string,
): Promise<RunReport> {
  const sites = site_id === null ? await steps.do("list properties", () => siteIds(env.DB)) : [site_id];
  const share = Math.max(1, Math.ceil(sites.length / MOST_STEPS));
  const total = nothing();
  for (let from = 0; from < sites.length; from += share) {
    const portion = sites.slice(from, from + share);
    const done = await steps.do(`retain ${from + 1}–${from + portion.length}`, async (note) => {
      const sum = nothing();
      for (const siteId of portion) {
        const now = Date.now();
        const retained = await retainProperty(env, siteId, now);
        add(sum, retained);
        if (Object.values(retained).every((count) => count === 0)) continue;
        const files = retained.objects_deleted + retained.objects_rewritten + retained.addresses_truncated_in;
        const report: RunReport = { ...retained };
        await noteUnit(env.DB, runId, { site_id: siteId, files, rows: retained.rows_removed, report }, now).run();
      }
      note(
        `${sum.objects_deleted} objects deleted, ${sum.objects_rewritten} rewritten, ${sum.rows_removed} rows removed`,
      );
      return sum;
    });
    add(total, done);
  }
  const { swept } = await steps.do("sweep", () => sweepLake(env, [], Date.now()));
  return { properties: sites.length, ...total, swept };
}
