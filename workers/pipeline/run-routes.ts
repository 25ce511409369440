// Routes of runs: the state of the pipeline and the lake for a property, the list of runs, and starting a run.
import { Hono } from "hono";
import { DATASETS } from "../domain/lake/zones";
import { type Caller, requireCaller } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { RowBudget } from "../domain/runs/row-budget";
import type { PipelineView, RunDetails, RunStep, RunView } from "../domain/runs/run";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { startRun } from "../jobs/schedule";
import { readCapacity } from "../storage/counts/capacity";
import { readRowBudget } from "../storage/counts/caps/budget";
import { countDeadLetters } from "../storage/lake/dead-letters";
import { zonesOf } from "../storage/lake/listing";
import { organizationsWithProperties } from "../storage/properties/properties";
import { loadRun, loadUnitNote, type RunRow, recentRuns, runningRun } from "../storage/runs/runs";
import { backlogOf, watermarksOf } from "../storage/runs/watermarks";

export const runRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id/pipeline";
const MOST_RUNS = 50;

const toTime = (ms: number): string => new Date(ms).toISOString();
const toTimeOrNull = (ms: number | null): string | null => (ms === null ? null : toTime(ms));

/** Shows a run of many properties as one property sees it: `row` has the property's files, rows and report. */
function toRunView({ id, kind, site_id, trigger, status, files, rows, report, error, ...times }: RunRow): RunView {
  const { error: own, ...work } = report ?? {};
  const isShared = site_id === null;
  return {
    id,
    kind,
    trigger,
    // A run of many properties may fail for some of them.
    status: isShared && status === "failed" && report && own === undefined ? "done" : status,
    started_at: toTime(times.started_at),
    ended_at: toTimeOrNull(times.ended_at),
    files,
    rows,
    report: report && work,
    error: own === undefined ? (isShared && report ? null : error) : String(own),
  };
}

/** True if the caller may read all properties. A shared step may have processed, or failed for, any of them. */
async function seesAll(db: D1Database, { scopes, site_id }: Caller): Promise<boolean> {
  if (site_id !== null) return false;
  return (await organizationsWithProperties(db)).every((id) => scopes[id]?.includes("stats"));
}

/**
 * A run as a reader of one property may see it: without the details of other properties, except for readers of all
 * properties. @throws Problem not_found for a task that did nothing for the property, as if the task did not exist.
 */
async function ownRun(db: D1Database, caller: Caller, row: RunRow, siteId: string): Promise<RunRow> {
  // A check of all properties examines one of them.
  const noted = await loadUnitNote(db, row.id, siteId);
  if (row.site_id === siteId) return noted ? { ...row, files: noted.files, rows: noted.rows } : row;
  if (row.site_id === null && row.report?.site_id === siteId) return row;
  const own = row.site_id === null ? noted : null;
  const isAll = row.site_id === null && (await seesAll(db, caller));
  if (row.kind !== "run" && !own && !isAll) throw new Problem("not_found", "run does not exist");
  const mine = row.kind === "run" || !isAll ? { files: 0, rows: 0, report: null, ...own, site_id: null } : {};
  if (isAll) return { ...row, ...mine };
  const steps = Object.entries(row.steps).map(([name, step]) => [
    name,
    siteOf(name, step) === siteId ? step : { ...step, note: null },
  ]);
  const error = row.error && "run failed as a whole, or for other properties";
  return { ...row, ...mine, error, steps: Object.fromEntries(steps) as RunRow["steps"] };
}

/** The property of a step, or null. Runs logged by earlier versions have it in the step's name, after a colon. */
const siteOf = (name: string, { site_id }: RunStep): string | null =>
  site_id === undefined ? (name.split(": ").at(1) ?? null) : site_id;

runRoutes.get(ROOT, async (c) => {
  const property = await askedProperty(c, "stats");
  const { site_id } = property;
  const { DB, PIPELINE_MINUTES } = c.env;
  const now = Date.now();
  const [marks, zones, letters, running, runs, capacity, row_budget] = await Promise.all([
    watermarksOf(DB, site_id),
    zonesOf(DB, site_id),
    countDeadLetters(DB, site_id),
    runningRun(DB),
    recentRuns(DB, site_id, MOST_RUNS),
    readCapacity(DB, property, now),
    readRowBudget(DB, site_id, now),
  ]);
  const datasets = await Promise.all(
    DATASETS.map(async (dataset) => {
      const mark = marks.find((each) => each.dataset === dataset);
      const { files, rows, oldest } = await backlogOf(DB, site_id, mark?.position ?? 0);
      return {
        dataset,
        position: mark?.position ?? 0,
        moved_at: toTimeOrNull(mark?.moved_at ?? null),
        waiting_files: files,
        waiting_rows: rows,
        lag_seconds: oldest === null ? 0 : Math.max(0, Math.round((now - oldest) / 1000)),
      };
    }),
  );
  return c.json({
    interval_minutes: Number(PIPELINE_MINUTES) || 5,
    datasets,
    zones,
    dead_letters: letters,
    capacity,
    row_budget,
    running: running?.id ?? null,
    runs: runs.map(toRunView),
  } satisfies PipelineView);
});

runRoutes.get(`${ROOT}/row-budget`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  return c.json((await readRowBudget(c.env.DB, site_id, Date.now())) satisfies RowBudget);
});

runRoutes.post(`${ROOT}/run`, async (c) => {
  await askedProperty(c, "manage");
  const { run_id, isBusy } = await startRun(c.env, "owner", Date.now());
  if (isBusy) throw new Problem("conflict", "pipeline is already running", { run_id });
  return c.json({ run_id }, 202);
});

runRoutes.get(`${ROOT}/runs/:id`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const row = await loadRun(c.env.DB, c.req.param("id"));
  if (!row) throw new Problem("not_found", "run does not exist");
  const own = await ownRun(c.env.DB, requireCaller(c.var.caller), row, site_id);
  const steps = Object.entries(own.steps)
    .sort(([, a], [, b]) => a.started_at - b.started_at || a.place - b.place)
    .filter(([name, step]) => [null, site_id].includes(siteOf(name, step)))
    .map(([name, { place: _, site_id: __, started_at, ended_at, ...step }]) => ({
      name,
      ...step,
      started_at: toTime(started_at),
      ended_at: toTimeOrNull(ended_at),
    }));
  return c.json({ ...toRunView(own), steps } satisfies RunDetails);
});
