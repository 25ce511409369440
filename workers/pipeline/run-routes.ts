// Routes of runs: what the pipeline does for a property, how far it is, what the lake holds, and starting a run.
import { type Context, Hono } from "hono";
import type { AppEnv } from "../app";
import { requireCaller, requireProperty, type Scope } from "../domain/caller";
import { DATASETS, type PipelineView, type RunDetails, type RunView } from "../domain/pipeline";
import { Problem } from "../domain/problem";
import type { Property } from "../domain/property";
import { countDeadLetters } from "../storage/dead-letters";
import { zonesOf } from "../storage/files";
import { loadProperty } from "../storage/properties";
import { loadRun, loadUnitNote, type RunRow, recentRuns, runningRun } from "../storage/runs";
import { backlogOf, watermarksOf } from "../storage/watermarks";
import { startRun } from "./schedule";

export const runRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id/pipeline";
const MOST_RUNS = 50;

async function propertyOf(c: Context<AppEnv>, scope: Scope): Promise<Property> {
  const caller = requireCaller(c.var.caller);
  return requireProperty(caller, await loadProperty(c.env.DB, c.req.param("site_id") ?? ""), scope);
}

const toTime = (ms: number): string => new Date(ms).toISOString();
const toTimeOrNull = (ms: number | null): string | null => (ms === null ? null : toTime(ms));

function toRunView({ id, kind, trigger, status, files, rows, report, error, ...times }: RunRow): RunView {
  const { error: own, ...told } = report ?? {};
  return {
    id,
    kind,
    trigger,
    // A run of many properties fails for some of them.
    status: kind === "run" && status === "failed" && report && own === undefined ? "done" : status,
    started_at: toTime(times.started_at),
    ended_at: toTimeOrNull(times.ended_at),
    files,
    rows,
    report: report && told,
    error: own === undefined ? (kind === "run" && report ? null : error) : String(own),
  };
}

runRoutes.get(ROOT, async (c) => {
  const { site_id } = await propertyOf(c, "stats");
  const { DB, PIPELINE_MINUTES } = c.env;
  const [marks, zones, letters, running, runs] = await Promise.all([
    watermarksOf(DB, site_id),
    zonesOf(DB, site_id),
    countDeadLetters(DB, site_id),
    runningRun(DB),
    recentRuns(DB, site_id, MOST_RUNS),
  ]);
  const now = Date.now();
  const datasets = await Promise.all(
    DATASETS.map(async (dataset) => {
      const mark = marks.find((one) => one.dataset === dataset);
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
    running: running?.id ?? null,
    runs: runs.map(toRunView),
  } satisfies PipelineView);
});

runRoutes.post(`${ROOT}/run`, async (c) => {
  await propertyOf(c, "manage");
  const { run_id, isBusy } = await startRun(c.env, "owner", Date.now());
  if (isBusy) throw new Problem("conflict", "pipeline is running already", { run_id });
  return c.json({ run_id }, 202);
});

runRoutes.get(`${ROOT}/runs/:id`, async (c) => {
  const { site_id } = await propertyOf(c, "stats");
  const row = await loadRun(c.env.DB, c.req.param("id"));
  // A task of another property is as unknown as one that never was.
  if (!row || (row.site_id !== null && row.site_id !== site_id)) throw new Problem("not_found", "run does not exist");
  const own = await loadUnitNote(c.env.DB, row.id, site_id);
  // A run is about all properties: of the others it tells nothing but its steps.
  const mine = row.kind === "run" ? { files: 0, rows: 0, report: null, ...own } : {};
  const steps = Object.entries(row.steps)
    .sort(([, a], [, b]) => a.started_at - b.started_at || a.place - b.place)
    .filter(([name]) => !name.includes(": ") || name.endsWith(`: ${site_id}`))
    .map(([name, { place: _, started_at, ended_at, ...step }]) => ({
      name,
      ...step,
      started_at: toTime(started_at),
      ended_at: toTimeOrNull(ended_at),
    }));
  return c.json({ ...toRunView({ ...row, ...mine }), steps } satisfies RunDetails);
});
