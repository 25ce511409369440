// Retention: events, addresses, counts and dead letters that are older than an owner wants them kept are removed, property by property.
import { readColumns } from "../domain/lake/merge";
import type { LakeFile } from "../domain/lake/object";
import {
  ADDRESS_ZONES,
  type Cutoffs,
  cutoffsFor,
  letterDays,
  planRetention,
  planTruncation,
  UNREADABLE_DAYS,
} from "../domain/lake/retention";
import { tableFromParquet } from "../domain/lake/table-parquet";
import { LAKE_ZONES } from "../domain/lake/zones";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { localDate, startOfDate } from "../domain/time/zone";
import { truncateAddress } from "../domain/visitors/address";
import { inPortions, stepSize } from "../jobs/portions";
import type { Steps } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { reopenStatements } from "../storage/analysis/day-list";
import { removeOldCounts } from "../storage/counts/old-counts";
import { loadAddressMark, moveAddressMark } from "../storage/lake/address-mark";
import { expireDeadLetters } from "../storage/lake/dead-letters";
import { siteIds } from "../storage/lake/listing";
import { listFiles, readObject } from "../storage/lake/reading";
import { swapObjects } from "../storage/lake/swap";
import { loadProperty } from "../storage/properties/properties";
import { loadSettings } from "../storage/properties/settings";
import { noteUnit } from "../storage/runs/runs";
import { processedUntil } from "../storage/runs/watermarks";
import { type Changes, type LakeEnv, mergeUnit } from "./merge-unit";
import { sweepLake } from "./sweep";

/** Rows rewritten for a property in a run. What is left, the next run does: each day's share is small. */
const MOST_ROWS = 120_000;
const DAY_MS = 86_400_000;
/** Objects taken off the list at once: D1 takes 2 MB a value, and a key may have 200 bytes. */
const GONE_AT_ONCE = 1_000;

export interface Retained {
  objects_deleted: number;
  objects_rewritten: number;
  rows_removed: number;
  addresses_truncated_in: number;
  counts_removed: number;
  letters_deleted: number;
}

const nothing = (): Retained => ({
  objects_deleted: 0,
  objects_rewritten: 0,
  rows_removed: 0,
  addresses_truncated_in: 0,
  counts_removed: 0,
  letters_deleted: 0,
});

function add(into: Retained, more: Partial<Retained>): void {
  for (const fact of Object.keys(more) as (keyof Retained)[]) into[fact] += more[fact] ?? 0;
}

/** A property whose lake is retained, at a time. */
interface Target {
  env: LakeEnv;
  siteId: string;
  /** Its local date. */
  today: string;
  now: number;
}

/** Deletes objects by their rows in the list. */
async function deleteFiles({ env, siteId, now }: Target, files: readonly LakeFile[]): Promise<Partial<Retained>> {
  const done = { objects_deleted: 0, rows_removed: 0 };
  for (const { items } of inPortions(files, GONE_AT_ONCE)) {
    // The rest must not go before these: the next run takes it.
    if (!(await swapObjects(env.DB, siteId, items, [], now))) break;
    done.objects_deleted += items.length;
    done.rows_removed += items.reduce((sum, { rows }) => sum + rows, 0);
  }
  return done;
}

const rewrite = ({ env, siteId, today, now }: Target, { id, zone, level }: LakeFile, changes: Changes) =>
  mergeUnit(env, siteId, { zone, level: Math.max(1, level), inputs: [id] }, today, now, changes);

/** Rewrites objects without their days before a date. */
async function cutFiles(target: Target, files: readonly LakeFile[], before: string): Promise<Partial<Retained>> {
  const changes: Changes = {
    rules: { keeps: ({ local_date }) => local_date >= before },
    addresses: { addressOf: (ip, day) => (day !== null && day < before ? null : ip) },
  };
  const done = { objects_rewritten: 0, rows_removed: 0 };
  for (const file of files) {
    const merged = await rewrite(target, file, changes);
    if (!merged.done) continue;
    done.objects_rewritten += 1;
    done.rows_removed += file.rows - merged.rows;
  }
  return done;
}

/** Removes what is too old of the lake: whole objects by their rows in the list, parts by rewriting. */
async function retainLake(target: Target, cutoffs: Cutoffs): Promise<Partial<Retained>[]> {
  const { env, siteId } = target;
  const settled = await processedUntil(env.DB, siteId);
  const files = await listFiles(env.DB, siteId, LAKE_ZONES);
  const { deletions, rewrites } = planRetention(files, cutoffs, settled, MOST_ROWS);
  const done = [await deleteFiles(target, deletions), await cutFiles(target, rewrites, cutoffs.events ?? "")];
  // A visit of the last day that went may have gone on to the first that stays, whose tables have what was done before.
  const isCut =
    cutoffs.events !== null && [...deletions, ...rewrites].some(({ zone }) => zone === "events" || zone === "raw");
  if (isCut)
    await env.DB.batch(reopenStatements(env.DB, siteId, { from: cutoffs.events!, to: cutoffs.events! }, target.now));
  return done;
}

const isWhole = (ip: string): boolean => truncateAddress(ip, "truncated") !== ip;

/** Whether an object has whole addresses of days before a date. Of an enrichment all are as old as it is. */
async function hasWhole(lake: R2Bucket, { zone, key }: LakeFile, before: string): Promise<boolean> {
  const file = await readObject(lake, key);
  if (zone === "raw" || zone === "events") {
    const { ip, local_date } = await readColumns(file, ["ip", "local_date"]);
    return ip.some(
      (address, row) => address !== null && (local_date[row] as string) < before && isWhole(address as string),
    );
  }
  const rows = await tableFromParquet<{ ip: string; day: string | null }>({ ip: "text", day: "text" }, file);
  return rows.some(({ ip, day }) => (day ?? "") < before && isWhole(ip));
}

/** Truncates whole addresses of days before a date. Looks only at what the last time has not. */
async function truncateAddresses(target: Target, before: string): Promise<Partial<Retained>> {
  const { env, siteId, now } = target;
  const settled = await processedUntil(env.DB, siteId);
  const mark = await loadAddressMark(env.DB, siteId);
  const files = await listFiles(env.DB, siteId, ADDRESS_ZONES);
  const plan = planTruncation(files, before, mark, settled, MOST_ROWS);
  const truncated = (ip: string, day: string | null) =>
    day !== null && day >= before ? ip : truncateAddress(ip, "truncated");
  const changes: Changes = { rules: { addressOf: truncated }, addresses: { addressOf: truncated } };
  const done = { addresses_truncated_in: 0 };
  for (const file of plan.files)
    if ((await hasWhole(env.LAKE, file, before)) && (await rewrite(target, file, changes)).done)
      done.addresses_truncated_in += 1;
  if (plan.isComplete) await moveAddressMark(env.DB, siteId, before, now);
  return done;
}

/** Removes of one property what is too old. Done again it finds nothing to do. */
export async function retainProperty(env: LakeEnv, siteId: string, now: number): Promise<Retained> {
  const done = nothing();
  const property = await loadProperty(env.DB, siteId);
  if (!property) return done;
  const { retention } = await loadSettings(env.DB, siteId);
  const target: Target = { env, siteId, today: localDate(now, property.timezone), now };
  const cutoffs = cutoffsFor(retention, target.today);
  const { events, rollups, addresses } = cutoffs;
  if (events !== null || rollups !== null) for (const part of await retainLake(target, cutoffs)) add(done, part);
  if (addresses !== null) add(done, await truncateAddresses(target, addresses));
  if (rollups !== null)
    done.counts_removed += await removeOldCounts(env.DB, siteId, rollups, startOfDate(rollups, property.timezone));
  const days = letterDays(retention, property.privacy.address === "full");
  if (days !== null) done.letters_deleted += await expireDeadLetters(env, siteId, now - days * DAY_MS, now);
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
  const total = nothing();
  for (const { items, from, to } of inPortions(sites, stepSize(sites.length))) {
    const done = await steps.do(`retain ${from}–${to}`, async (note) => {
      const sum = nothing();
      for await (const siteId of inTurns(items)) {
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
  const unreadable = () => expireDeadLetters(env, null, Date.now() - UNREADABLE_DAYS * DAY_MS, Date.now());
  if (site_id === null) total.letters_deleted += await steps.do("delete unreadable dead letters", unreadable);
  const { swept } = await steps.do("sweep", () => sweepLake(env, [], Date.now()));
  return { properties: sites.length, ...total, swept };
}
