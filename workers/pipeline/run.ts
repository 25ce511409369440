// A run of the watermark pipeline, as the list of its steps. Each is idempotent, checkpointed, retried, and in the run log.

import { toUnits, type Unit } from "../domain/lake/units";
import { reasonOf } from "../domain/requests/describe-error";
import type { RunParams } from "../domain/runs/run-params";
import { createOnce, type Steps } from "../jobs/steps";
import { inTurns } from "../jobs/turns";
import { endRun, noteFailure } from "../storage/runs/runs";
import { waitingObjects, waitingProperties } from "../storage/runs/watermarks";
import { type Extracted, extract } from "./extract";
import { type Loaded, load } from "./load";
import { type Failure, type NotifyEnv, notifyOfFailure, notifyOfRun } from "./notify";
import { preparePastDays, propertiesWithPast } from "./past-days";

export type RunEnv = Pick<Cloudflare.Env, "LAKE" | "ENRICHMENT" | "MAINTENANCE"> & NotifyEnv;

/** A run processes a backlog in rounds, and continues in the next run. A round is the work of one step. */
const MOST_ROUNDS = 10;
/** Raw objects considered per round. */
const MOST_WAITING = 5_000;

/** Processes all objects after the watermarks, for all properties. @throws when no step works at all. */
export async function runPipeline(env: RunEnv, steps: Steps, { due }: RunParams, runId: string): Promise<void> {
  const loaded: Loaded[] = [];
  const failures: Failure[] = [];
  try {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const units = await unitsOf(env, steps, round, failures);
      if (units.length === 0) break;
      loaded.push(...(await processRound(env, steps, units, round, runId, failures)));
    }
    const imported = propertiesWithPast(loaded);
    if (imported.length > 0)
      await steps.do("prepare past days", async (note) =>
        note(`started for ${inProperties(await preparePastDays(env, imported, runId, Date.now()))}`),
      );
    await steps.do("notify", (note) => notifyOfRun(env, { run_id: runId, due, loaded, failures }, note));
    await steps.do("end", async () => {
      for (const { site_id, error } of failures) await noteFailure(env.DB, runId, site_id, error.slice(0, 500), due);
      await endRun(env.DB, runId, toEnd(loaded, failures));
    });
  } catch (error) {
    const message = reasonOf(error);
    // Throw the original error, even if logging it or notifying the owner fails too.
    await Promise.allSettled([
      endRun(env.DB, runId, { status: "failed", ended_at: Date.now(), error: message }),
      notifyOfFailure(env, runId, { kind: "run", site_id: null, due }, message),
    ]);
    throw error;
  }
}

const inProperties = (count: number): string => `${count} ${count === 1 ? "property" : "properties"}`;

/** Steps of later rounds need names of their own, because the platform stores results by name. */
const named = (name: string, round: number): string => (round === 1 ? name : `${name} (${round})`);

async function unitsOf({ DB }: RunEnv, steps: Steps, round: number, failures: readonly Failure[]): Promise<Unit[]> {
  const positions = await steps.do(named("look up watermarks", round), async (note) => {
    const waiting = await waitingProperties(DB);
    // Properties that failed in this run wait for the next one. The others continue.
    for (const { site_id } of failures) delete waiting[site_id];
    note(`${inProperties(Object.keys(waiting).length)} with new objects`);
    return waiting;
  });
  if (Object.keys(positions).length === 0) return [];
  return steps.do(named("list lake files", round), async (note) => {
    const units = toUnits(await waitingObjects(DB, positions, MOST_WAITING));
    const [files, rows] = [sum(units, "files"), sum(units, "rows")];
    note(`${files} objects, ${rows} rows, ${inProperties(units.length)}`);
    return units;
  });
}

async function processRound(
  env: RunEnv,
  steps: Steps,
  units: readonly Unit[],
  round: number,
  runId: string,
  failures: Failure[],
): Promise<Loaded[]> {
  const extracted = await inIsolation<Unit, Extracted>(
    steps,
    named("extract and transform", round),
    units,
    (unit) => extract(env, unit, Date.now()),
    failures,
  );
  if (extracted.length === 0) return [];
  await enrichAddresses(env, steps, extracted, round, runId);
  return inIsolation<Extracted, Loaded>(
    steps,
    named("load and move watermarks", round),
    extracted,
    (each) => load(env, runId, each, Date.now()),
    failures,
  );
}

/**
 * Starts the child Workflow that looks up the addresses, and waits for it. If it fails, the run continues and loses
 * nothing.
 */
async function enrichAddresses(
  { ENRICHMENT }: RunEnv,
  steps: Steps,
  extracted: readonly Extracted[],
  round: number,
  runId: string,
): Promise<void> {
  const id = `${runId}-ip-${round}`;
  const event = `enriched-${round}`;
  const units = extracted.map(({ unit: { site_id, first_id, last_id }, ip_list, enrichment }) => ({
    site_id,
    first_id,
    last_id,
    ip_list: ip_list?.key ?? null,
    target: enrichment,
  }));
  await steps.do(named("start IP processing", round), async (note) => {
    note(`Workflow ${id}`);
    await createOnce(ENRICHMENT, { id, params: { parent: runId, event, units } });
  });
  // If the child does not answer in time, the addresses keep the facts from the edge.
  await steps.waitFor(named("wait for IP processing", round), event, "30 minutes");
}

/**
 * Processes all units in one step. If that step fails for good, each unit gets its own step, so that one broken
 * property does not block the others. Units that fail again are added to `failures`.
 */
async function inIsolation<T extends Unit | Extracted, R>(
  steps: Steps,
  name: string,
  items: readonly T[],
  work: (item: T) => Promise<R | null>,
  failures: Failure[],
): Promise<R[]> {
  try {
    return await steps.do(name, async (note) => {
      const done = await oneByOne(items, work);
      note(`${done.length} of ${inProperties(items.length)}`);
      return done;
    });
  } catch (error) {
    if (items.length === 1) {
      failures.push({ site_id: siteOf(items[0]!), error: reasonOf(error) });
      return [];
    }
  }
  const results: R[] = [];
  for (const item of items) {
    const site_id = siteOf(item);
    try {
      results.push(...(await steps.do(`${name}: ${site_id}`, () => oneByOne([item], work), site_id)));
    } catch (error) {
      failures.push({ site_id, error: reasonOf(error) });
    }
  }
  return results;
}

const siteOf = (item: Unit | Extracted): string => ("unit" in item ? item.unit : item).site_id;

async function oneByOne<T, R>(items: readonly T[], work: (item: T) => Promise<R | null>): Promise<R[]> {
  const results: R[] = [];
  for await (const item of inTurns(items)) {
    const result = await work(item);
    if (result !== null) results.push(result);
  }
  return results;
}

const sum = <K extends string>(list: readonly Record<K, number>[], key: K): number =>
  list.reduce((total, one) => total + one[key], 0);

function toEnd(loaded: readonly Loaded[], failures: readonly Failure[]) {
  return {
    status: failures.length > 0 ? ("failed" as const) : ("done" as const),
    ended_at: Date.now(),
    files: sum(loaded, "files"),
    rows: sum(loaded, "rows"),
    report: { properties: new Set(loaded.map(({ site_id }) => site_id)).size, failures: failures.length },
    // Each property's note of this run has its own error, because the log is shared by all properties.
    error: failures.length > 0 ? `${failures.length} properties could not be processed` : null,
  };
}
