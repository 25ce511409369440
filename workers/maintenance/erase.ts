// Erasure: a user's events leave the record, and the counts follow it. Done twice, half an hour apart: what was under way
// when it was asked for (in a hub, in the queue, before the pipeline) has arrived by then.
import { ALL_TIME } from "../domain/counts/day-counts";
import { countedIdsOf } from "../domain/counts/suspects";
import type { LakeFile } from "../domain/lake/object";
import { cutoffsFor } from "../domain/lake/retention";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { localDate, startOfDate } from "../domain/time/zone";
import { shardName } from "../domain/visits/hub";
import type { BrowserNames } from "../domain/visits/names";
import { hubCount } from "../domain/visits/shard";
import { inPortions } from "../jobs/portions";
import type { Steps } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { removeEmptyCounts } from "../storage/counts/old-counts";
import { foldPending } from "../storage/counts/pending";
import { filesById, listFiles } from "../storage/lake/reading";
import { loadProperty } from "../storage/properties/properties";
import { loadSettings } from "../storage/properties/settings";
import { processedUntil } from "../storage/runs/watermarks";
import { personOfUser } from "../storage/visitors/person";
import { planProperty, toPortions } from "./compact";
import { eraseAddresses, eraseFromObject, type Ids, idsIn, type Person, type Trace, traceIn } from "./erase-events";
import { eraseFromLetters, namesInLetters } from "./erase-letters";
import { KnownNames } from "./erase-names";
import { type LakeEnv, mergeUnit } from "./merge-unit";

/** Objects that a step reads two columns of, and rewrites where it must. */
const OBJECTS = 40;
/** Compaction is a daily matter: it takes objects from under one pass, hardly from under two. */
const MOST_PASSES = 6;

type ErasureEnv = LakeEnv & Pick<Cloudflare.Env, "HUB">;

interface Task {
  env: ErasureEnv;
  steps: Steps;
  site_id: string;
  user_id: string;
  person_id: string;
  /** Names of the property's hubs. */
  hubs: string[];
  names: KnownNames;
}

type Found = { [Name in keyof Ids]: Set<string> };

interface Bounds {
  today: string;
  firstDay: string;
  firstHour: number;
}

interface Tally {
  objects_looked_at: number;
  objects_rewritten: number;
  rows_removed: number;
  /** Local days whose counts changed. */
  days: number;
  address_lists_rewritten: number;
  letter_events_removed: number;
}

/** Raw objects become compacted ones first: the swap knows those, and whatever the pipeline has processed is in them. */
async function compactRaw({ env, steps, site_id }: Task, round: number): Promise<void> {
  const portions = await steps.do(`plan (${round})`, async () =>
    toPortions((await planProperty(env, site_id, true, Date.now())).filter(({ unit }) => unit.zone === "raw")),
  );
  for (const [i, portion] of portions.entries())
    await steps.do(`compact ${round}.${i + 1}`, async () => {
      for await (const { unit, today } of inTurns(portion)) await mergeUnit(env, site_id, unit, today, Date.now());
    });
}

/** Ids of objects as step results have them: a list a portion. */
const idPortions = (files: readonly { id: number }[]): number[][] =>
  inPortions(files, OBJECTS).map(({ items }) => items.map(({ id }) => id));

/** Ids of the objects as they are now, in portions: between two steps they may be swapped. */
async function listPortions({ env, site_id }: Task): Promise<number[][]> {
  return idPortions(await listFiles(env.DB, site_id, ["events"]));
}

/** Does something with every object of some portions, a step a portion. */
async function eachPortion<T>(
  task: Task,
  name: string,
  portions: readonly number[][],
  work: (file: LakeFile) => Promise<T | null>,
): Promise<T[]> {
  const all: T[] = [];
  for (const [i, ids] of portions.entries())
    all.push(
      ...(await task.steps.do(`${name}.${i + 1}`, async (note) => {
        const found: T[] = [];
        for (const file of await filesById(task.env.DB, task.site_id, ids)) {
          const one = await work(file);
          if (one !== null) found.push(one);
        }
        note(`${found.length} of ${ids.length} objects`);
        return found;
      })),
    );
  return all;
}

/** What is beside the events: lists of addresses, and dead letters. */
async function eraseBeside(
  { env, steps, site_id, names }: Task,
  pass: string,
  person: Person,
  traces: readonly Trace[],
  today: string,
  tally: Tally,
): Promise<void> {
  const addresses = [...new Set(traces.flatMap((trace) => trace.addresses))];
  tally.address_lists_rewritten += await steps.do(`address lists ${pass}`, () =>
    eraseAddresses(env, site_id, addresses, today, Date.now()),
  );
  tally.letter_events_removed += await steps.do(`dead letters ${pass}`, () =>
    eraseFromLetters(env, site_id, person, names, Date.now()),
  );
}

/**
 * One pass over the lake. What there is of the person is kept as a step's result before anything is changed: a crash in
 * the middle of rewriting forgets neither days nor addresses.
 * @returns what was found; nothing when the lake is clean.
 */
async function erasePass(task: Task, pass: string, bounds: Bounds, ids: Found, tally: Tally): Promise<Trace[]> {
  const { env, steps, site_id, user_id, person_id, names } = task;
  const portions = await steps.do(`list objects ${pass}`, () => listPortions(task));
  const known = await eachPortion(task, `look for the user ${pass}`, portions, (file) => idsIn(env.LAKE, file, task));
  for (const one of known)
    for (const name of ["visitors", "visits", "browsers"] as const) for (const id of one[name]) ids[name].add(id);
  const { visitors, visits, browsers } = ids;
  const toPerson = (): Person => ({
    ...{ user_id, person_id },
    ...{ visitors: [...visitors], visits: [...visits], browsers: [...browsers] },
  });
  const inLetters = await steps.do(`look in dead letters ${pass}`, () => namesInLetters(env, site_id, toPerson()));
  names.add(inLetters);
  for (const [stored] of inLetters) browsers.add(stored);
  const person = toPerson();
  const seen = await eachPortion(task, `find events ${pass}`, portions, (file) => traceIn(env.LAKE, file, person));
  for (const trace of seen) names.add(trace.names);
  const traces = seen.filter(({ rows }) => rows > 0);
  // What leads to the rest goes last: should this end for good in the middle, the next erasure still finds all of it.
  traces.sort((a, b) => Number(a.isNamed) - Number(b.isNamed) || a.id - b.id);
  await eraseBeside(task, pass, person, traces, bounds.today, tally);
  const found = idPortions(traces);
  const rewritten = await eachPortion(task, `rewrite ${pass}`, found, async (file) =>
    (await eraseFromObject(env, site_id, file, person, { ...bounds, now: Date.now() })) ? file.id : null,
  );
  tally.objects_looked_at += portions.flat().length;
  tally.objects_rewritten += rewritten.length;
  const isRewritten = new Set(rewritten);
  for (const { id, rows } of traces) if (isRewritten.has(id)) tally.rows_removed += rows;
  return traces;
}

/** Hubs forget which browsers the user was seen with. @returns who else was seen there, and when, as they knew it. */
async function forgetNames({ env, hubs, person_id }: Task): Promise<BrowserNames[]> {
  // The type of a call's result has lost its tuples.
  const forget = (hub: string) => env.HUB.getByName(hub).forgetPerson(person_id) as Promise<unknown>;
  return ((await Promise.all(hubs.map(forget))) as BrowserNames[][]).flat();
}

/** Passes until one finds nothing: an object that compaction took from under a pass is found by the next. */
async function eraseRound(task: Task, round: number, bounds: Bounds, ids: Found, tally: Tally): Promise<string[]> {
  // What comes from now on without a name is nobody's, and what came before is in the lake or on its way.
  task.names.add(await task.steps.do(`forget names (${round})`, () => forgetNames(task)));
  await compactRaw(task, round);
  const traces: Trace[] = [];
  for (let pass = 1; ; pass++) {
    const found = await erasePass(task, `${round}.${pass}`, bounds, ids, tally);
    if (found.length === 0) break;
    if (pass === MOST_PASSES) throw new Error(`lake still had events of the user after ${pass} passes`);
    traces.push(...found);
  }
  return [...new Set(traces.flatMap(({ days }) => days))].sort();
}

/** What the user had counted is taken away where it was counted, and values that nobody else had go. */
async function cleanCounts({ env, steps, site_id }: Task, round: number): Promise<void> {
  await steps.do(`remove empty counts (${round})`, async (note) => {
    await foldPending(env.DB, countedIdsOf(site_id));
    note(`${await removeEmptyCounts(env.DB, site_id)} rows`);
  });
}

/** @throws when objects that were there when it was asked for still wait for the pipeline: it must be done once more. */
export async function erase(
  env: ErasureEnv,
  steps: Steps,
  { site_id, user_id }: Pick<TaskParams, "site_id" | "user_id">,
): Promise<RunReport> {
  if (site_id === null || user_id === undefined) throw new Error("task erasure needs a property and user_id");
  const property = await loadProperty(env.DB, site_id);
  if (!property) return { rows_removed: 0 };
  const task: Task = {
    ...{ env, steps, site_id, user_id },
    person_id: personOfUser(site_id, user_id),
    hubs: Array.from({ length: hubCount(property) }, (_, shard) => shardName(site_id, shard)),
    names: new KnownNames(),
  };
  const tally: Tally = {
    objects_looked_at: 0,
    objects_rewritten: 0,
    rows_removed: 0,
    days: 0,
    address_lists_rewritten: 0,
    letter_events_removed: 0,
  };
  const bounds = await steps.do("begin", async () => {
    const today = localDate(Date.now(), property.timezone);
    const { rollups } = cutoffsFor((await loadSettings(env.DB, site_id)).retention, today);
    // Of older days nothing is counted that could be taken away.
    return rollups === null
      ? { today, firstDay: ALL_TIME.from, firstHour: ALL_TIME.firstHour }
      : { today, firstDay: rollups, firstHour: startOfDate(rollups, property.timezone) / 1000 };
  });
  const ids: Found = { visitors: new Set(), visits: new Set(), browsers: new Set() };
  const round = async (number: number) => {
    const days = await eraseRound(task, number, bounds, ids, tally);
    await cleanCounts(task, number);
    tally.days += days.length;
  };
  await round(1);
  const last = await steps.do("last object", async () => (await listFiles(env.DB, site_id, ["raw"])).at(-1)?.id ?? 0);
  // Nobody sends it: the time is what is waited for.
  await steps.waitFor("let arrive what was under way", "never", "30 minutes");
  await round(2);
  const waiting = await steps.do("look for what waits", async () => {
    const settled = await processedUntil(env.DB, site_id);
    return (await listFiles(env.DB, site_id, ["raw"])).filter(({ id }) => id > settled && id <= last).length;
  });
  if (waiting > 0) throw new Error(`${waiting} objects still wait for the pipeline: erasure must be repeated`);
  return { ...tally };
}
