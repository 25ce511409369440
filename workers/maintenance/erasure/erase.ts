// Erasure: a user's events leave the record, and the counts follow it. Done twice, half an hour apart: what was under way
// when it was asked for (in a hub, in the queue, before the pipeline) has arrived by then. Then every other place forgets
// the person, and only then it is done.
import { ALL_TIME } from "../../domain/counts/day-counts";
import { countedIdsOf } from "../../domain/counts/suspects";
import type { LakeFile } from "../../domain/lake/object";
import { cutoffsFor } from "../../domain/lake/retention";
import type { RunReport } from "../../domain/runs/run";
import type { TaskParams } from "../../domain/runs/run-params";
import { localDate, startOfDate } from "../../domain/time/zone";
import { inPortions } from "../../jobs/portions";
import type { Steps } from "../../jobs/steps";
import { inTurns } from "../../jobs/turns";
import { removeEmptyCounts } from "../../storage/counts/old-counts";
import { foldPending } from "../../storage/counts/pending";
import { filesById, listFiles } from "../../storage/lake/reading";
import { loadProperty } from "../../storage/properties/properties";
import { loadSettings } from "../../storage/properties/settings";
import { processedUntil } from "../../storage/runs/watermarks";
import { planProperty, toPortions } from "../compact";
import { mergeUnit } from "../merge-unit";
import { forgetAnswers } from "./answers";
import { eraseAddresses, eraseFromObject, idsIn, type Share, traceIn } from "./events";
import { forgetInHubs, forgetNames, hubsOf, sendFromHubs } from "./hubs";
import { eraseFromLetters, namesInLetters } from "./letters";
import { sweepErased } from "./sweep";
import { addTo, type Erasure, type ErasureEnv, type Notes, openErasure, toPerson } from "./task";

/** Objects that a step reads two columns of, and rewrites where it must. */
const OBJECTS = 40;
/** Compaction is a daily matter: it takes objects from under one pass, hardly from under two. */
const MOST_PASSES = 6;
/** What cannot be reached from here, for the report. */
const NOT_REACHED =
  "Cloudflare's backups of D1 and Durable Objects, for 30 days; bytes of deleted counts in D1's file, until it uses their space again";

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
async function compactRaw({ env, steps, site_id }: Erasure, round: number): Promise<void> {
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
async function listPortions({ env, site_id }: Erasure): Promise<number[][]> {
  return idPortions(await listFiles(env.DB, site_id, ["events"]));
}

/**
 * Does something with every object of some portions, a step a portion.
 * @param work returns what the step's result has of the object: nothing of the person.
 */
async function eachPortion<T>(
  erasure: Erasure,
  name: string,
  portions: readonly number[][],
  work: (file: LakeFile, notes: Notes) => Promise<T | null>,
  how: "add" | "read" = "add",
): Promise<T[]> {
  const all: T[] = [];
  for (const [i, ids] of portions.entries())
    all.push(
      ...(await erasure[how](`${name}.${i + 1}`, async (notes, note) => {
        const found: T[] = [];
        for (const file of await filesById(erasure.env.DB, erasure.site_id, ids)) {
          const one = await work(file, notes);
          if (one !== null) found.push(one);
        }
        note(`${found.length} of ${ids.length} objects`);
        return found;
      })),
    );
  return all;
}

/** What is beside the events: lists of addresses, and dead letters. */
async function eraseBeside(erasure: Erasure, pass: string, today: string, tally: Tally): Promise<void> {
  const { env, site_id } = erasure;
  tally.address_lists_rewritten += await erasure.read(`address lists ${pass}`, ({ addresses }) =>
    eraseAddresses(env, site_id, addresses, today, Date.now()),
  );
  tally.letter_events_removed += await erasure.read(`dead letters ${pass}`, (notes) =>
    eraseFromLetters(env, site_id, toPerson(notes), notes.known, Date.now()),
  );
}

/**
 * One pass over the lake. What there is of the person is noted before anything is changed: a crash in the middle of
 * rewriting forgets neither days nor addresses.
 * @returns the objects that had any; none when the lake is clean.
 */
async function erasePass(erasure: Erasure, pass: string, bounds: Bounds, tally: Tally): Promise<Share[]> {
  const { env, steps, site_id } = erasure;
  const portions = await steps.do(`list objects ${pass}`, () => listPortions(erasure));
  await eachPortion(erasure, `find ids ${pass}`, portions, async (file, notes) => {
    const ids = await idsIn(env.LAKE, file, notes);
    if (!ids) return null;
    for (const name of ["visitors", "visits", "browsers"] as const) addTo(notes.ids[name], ids[name]);
    return file.id;
  });
  await erasure.add(`find names in dead letters ${pass}`, async (notes) => {
    const names = await namesInLetters(env, site_id, toPerson(notes));
    notes.known.add(names);
    addTo(
      notes.ids.browsers,
      names.map(([stored]) => stored),
    );
  });
  const find = (name: string) =>
    eachPortion(erasure, `${name} ${pass}`, portions, async (file, notes) => {
      const trace = await traceIn(env.LAKE, file, toPerson(notes));
      if (!trace) return null;
      notes.known.add(trace.names);
      for (const name of ["visitors", "visits"] as const) addTo(notes.found[name], trace[name]);
      addTo(notes.addresses, trace.addresses);
      addTo(notes.days, trace.days);
      const { id, isNamed, rows } = trace;
      return rows > 0 ? { id, isNamed, rows } : null;
    });
  let seen = await find("find events of the user");
  // Only now it is known who else was seen on which browser.
  const more = await erasure.add(`find browsers of nobody else ${pass}`, async ({ ids, known, person_id }) => {
    const alone = ids.browsers.filter((stored) => known.isOnly(person_id, stored));
    ids.alone = alone;
    return alone.length;
  });
  if (more > 0) seen = await find("find events of the browsers");
  // What leads to the rest goes last: should this end for good in the middle, the next erasure still finds all of it.
  const shares = seen.sort((a, b) => Number(a.isNamed) - Number(b.isNamed) || a.id - b.id);
  await eraseBeside(erasure, pass, bounds.today, tally);
  const found = idPortions(shares);
  const erase = async (file: LakeFile, notes: Notes) =>
    (await eraseFromObject(env, site_id, file, toPerson(notes), { ...bounds, now: Date.now() })) ? file.id : null;
  const rewritten = await eachPortion(erasure, `rewrite ${pass}`, found, erase, "read");
  tally.objects_looked_at += portions.flat().length;
  tally.objects_rewritten += rewritten.length;
  const isRewritten = new Set(rewritten);
  for (const { id, rows } of shares) if (isRewritten.has(id)) tally.rows_removed += rows;
  return shares;
}

/** Passes until one finds nothing: an object that compaction took from under a pass is found by the next. */
async function eraseRound(
  erasure: Erasure,
  hubs: readonly string[],
  round: number,
  bounds: Bounds,
  tally: Tally,
): Promise<void> {
  // What comes from now on without a name is nobody's, and what came before is in the lake or on its way.
  await erasure.add(`forget names in hubs (${round})`, async (notes) => {
    notes.checked_at = Date.now();
    notes.known.add(await forgetNames(erasure.env, hubs, notes.person_id));
  });
  await compactRaw(erasure, round);
  for (let pass = 1; ; pass++) {
    const found = await erasePass(erasure, `${round}.${pass}`, bounds, tally);
    if (found.length === 0) break;
    if (pass === MOST_PASSES) throw new Error(`lake still had events of the user after ${pass} passes`);
  }
  await cleanCounts(erasure, round);
}

/** What the user had counted is taken away where it was counted, and values that nobody else had go. */
async function cleanCounts({ env, steps, site_id }: Erasure, round: number): Promise<void> {
  await steps.do(`remove empty counts (${round})`, async (note) => {
    await foldPending(env.DB, countedIdsOf(site_id));
    note(`${await removeEmptyCounts(env.DB, site_id)} rows`);
  });
}

/** Objects that were there when the erasure was asked for, or were made of what hubs held then, and wait for the pipeline. */
async function waitingObjects({ env, site_id }: Erasure, last: number, messages: readonly string[]): Promise<number> {
  const settled = await processedUntil(env.DB, site_id);
  const ends = new Set(messages.map((id) => `${id}.parquet`));
  return (await listFiles(env.DB, site_id, ["raw"])).filter(
    ({ id, key }) => id > settled && (id <= last || ends.has(key.slice(key.lastIndexOf("/") + 1))),
  ).length;
}

async function eraseAll(erasure: Erasure, timezone: string, hubs: readonly string[]): Promise<RunReport> {
  const { env, steps, site_id } = erasure;
  const tally: Tally = {
    objects_looked_at: 0,
    objects_rewritten: 0,
    rows_removed: 0,
    days: 0,
    address_lists_rewritten: 0,
    letter_events_removed: 0,
  };
  // The notes are there from the first step on, also of an erasure that the version before has begun.
  const bounds = await erasure.add("begin", async () => {
    const today = localDate(Date.now(), timezone);
    const { rollups } = cutoffsFor((await loadSettings(env.DB, site_id)).retention, today);
    // Of older days nothing is counted that could be taken away.
    return rollups === null
      ? { today, firstDay: ALL_TIME.from, firstHour: ALL_TIME.firstHour }
      : { today, firstDay: rollups, firstHour: startOfDate(rollups, timezone) / 1000 };
  });
  await eraseRound(erasure, hubs, 1, bounds, tally);
  await erasure.add("send what hubs hold", async (notes, note) => {
    addTo(notes.messages, await sendFromHubs(env, hubs));
    note(`${notes.messages.length} messages under way`);
  });
  const last = await steps.do("last object", async () => (await listFiles(env.DB, site_id, ["raw"])).at(-1)?.id ?? 0);
  // Nobody sends it: the time is what is waited for.
  await steps.waitFor("let arrive what was under way", "never", "30 minutes");
  await eraseRound(erasure, hubs, 2, bounds, tally);
  const waiting = await erasure.read("look for what waits", ({ messages }) => waitingObjects(erasure, last, messages));
  if (waiting > 0) throw new Error(`${waiting} objects still wait for the pipeline: erasure must be repeated`);
  tally.days = await erasure.read("count days", async ({ days }) => days.length);
  const inHubs = await forgetInHubs(erasure, hubs);
  const answers = await erasure.read("forget answers", ({ days }) => forgetAnswers(env, site_id, days));
  const objects = await erasure.read("delete objects", (notes, note) => sweepErased(env, site_id, notes, note));
  await steps.do("forget whom it erased", () => erasure.forget());
  return { ...tally, ...inHubs, ...answers, ...objects, not_reached: NOT_REACHED };
}

/**
 * Erases the user of the notes of this run.
 * @throws when objects that were there when it was asked for still wait for the pipeline: it must be done once more.
 */
export async function erase(
  env: ErasureEnv,
  steps: Steps,
  { site_id, user_id }: Pick<TaskParams, "site_id" | "user_id">,
  runId: string,
): Promise<RunReport> {
  if (site_id === null) throw new Error("task erasure needs a property");
  const property = await loadProperty(env.DB, site_id);
  const erasure = openErasure(env, steps, site_id, runId, user_id);
  try {
    if (property) return await eraseAll(erasure, property.timezone, await hubsOf(env.DB, property));
    await erasure.forget();
    return { rows_removed: 0 };
  } catch (error) {
    // It must be asked for again. Should this fail, housekeeping deletes the notes.
    await erasure.forget().catch(() => undefined);
    throw error;
  }
}
