// The tasks `rebuild` and `check`: days of a property one by one, each a step; and one day picked by chance at night.
import { daysOf, firstKeptDay, pickFor, toRunReport } from "../domain/runs/rebuild";
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { addDays, localDate } from "../domain/time/zone";
import type { Steps, Task } from "../jobs/steps";
import { daysOfLake, siteIds } from "../storage/lake/listing";
import { loadProperty } from "../storage/properties/properties";
import { loadSettings } from "../storage/properties/settings";
import { checkTables, partsToCheck } from "./analysis/check";
import { checkDay, type DayReport, MOST_EXAMPLES, rebuildDay } from "./rebuild";
import { noteOf, restampDayOf } from "./restamp/task";

interface ZonedDays {
  site_id: string;
  timezone: string;
  from: string;
  to: string;
}

/** Of one property the days asked for; of all a day of one of them. Null when there is nothing to look at. */
async function daysFor(env: Cloudflare.Env, params: TaskParams, runId: string): Promise<ZonedDays | null> {
  const { site_id, from, to } = params;
  if (site_id === null) return pickDay(env.DB, runId, params.due);
  const property = await loadProperty(env.DB, site_id);
  if (!property) return null;
  if (from === undefined || to === undefined) throw new Error(`task ${params.kind} needs from and to`);
  return { site_id, timezone: property.timezone, from, to };
}

/** A day before today of a property that has any, picked by the run's id: a step that is tried again picks the same. */
export async function pickDay(db: D1Database, runId: string, now: number): Promise<ZonedDays | null> {
  const ids = await siteIds(db);
  const start = ids.length > 0 ? pickFor(runId, ids.length) : 0;
  // From the one picked on to the next that has a day to look at.
  for (const site_id of [...ids.slice(start), ...ids.slice(0, start)]) {
    const property = await loadProperty(db, site_id);
    const lake = await daysOfLake(db, site_id);
    if (!property || !lake) continue;
    const today = localDate(now, property.timezone);
    const from = [lake.from, firstKeptDay((await loadSettings(db, site_id)).retention, today) ?? lake.from].sort()[1]!;
    const [to] = [lake.to, addDays(today, -1)].sort() as [string, string];
    if (from > to) continue;
    const days = daysOf(from, to);
    const day = days[pickFor(`${runId} day`, days.length)]!;
    return { site_id, timezone: property.timezone, from: day, to: day };
  }
  return null;
}

/** Does the same to each day. */
async function eachDay(
  env: Cloudflare.Env,
  steps: Steps,
  params: TaskParams,
  runId: string,
  verb: "check" | "recount",
  work: (days: ZonedDays, day: string) => Promise<DayReport>,
  prepare?: (days: ZonedDays, day: string) => Promise<void>,
): Promise<RunReport> {
  const days = await steps.do("choose days", () => daysFor(env, params, runId));
  if (!days) return { days: 0, differences: 0 };
  const reports: ({ day: string } & DayReport)[] = [];
  if (prepare) for (const day of daysOf(days.from, days.to)) await prepare(days, day);
  for (const day of daysOf(days.from, days.to)) {
    const report = await steps.do(`${verb} ${day}`, async (note) => {
      const { differences, examples, files, rows } = await work(days, day);
      note(`${files} objects, ${rows} rows, ${differences} differences`);
      return { differences, examples: examples.slice(0, MOST_EXAMPLES), files, rows };
    });
    reports.push({ day, ...report });
  }
  return toRunReport(days.site_id, reports, MOST_EXAMPLES);
}

/** Says where counts and record differ, and changes nothing. */
export const check: Task = async (env, steps, params, runId) => {
  const work = ({ site_id, timezone }: ZonedDays, day: string) => checkDay(env, site_id, timezone, day);
  const report = await eachDay(env, steps, params, runId, "check", work);
  const { site_id, from, to } = report;
  if (typeof site_id !== "string" || typeof from !== "string" || typeof to !== "string") return report;
  const { tables, cut } = await steps.do("check analysis tables", async (note) => {
    const rows: (number | null)[] = [];
    const large: { day: string; parts: number }[] = [];
    // One after the other: each may have as many events as fit in memory.
    for (const day of daysOf(from, to)) {
      const parts = await partsToCheck(env, site_id, day);
      if (parts > 1) large.push({ day, parts });
      else rows.push(await checkTables(env, site_id, day));
    }
    const compared = rows.filter((count) => count !== null);
    const differ = compared.reduce((sum, count) => sum + count, 0);
    note(`${compared.length} of ${rows.length} days have tables, ${differ} rows differ`);
    return { tables: differ, cut: large };
  });
  let differ = tables;
  for (const { day, parts } of cut)
    for (let part = 0; part < parts; part++)
      differ += await steps.do(`check analysis tables of ${day}, part ${part + 1} of ${parts}`, async (note) => {
        const rows = await checkTables(env, site_id, day, part);
        note(rows === null ? "opened meanwhile" : `${rows} rows differ`);
        return rows ?? 0;
      });
  return { ...report, differences: Number(report.differences) + differ, table_differences: differ };
};

/**
 * Stamps the days again, which gives days of an earlier version today's rules, and makes the counts say what the record
 * says. The report has what differed between those two.
 */
export const rebuild: Task = (env, steps, params, runId) =>
  eachDay(
    env,
    steps,
    params,
    runId,
    "recount",
    ({ site_id, timezone }, day) => rebuildDay(env, site_id, timezone, day, Date.now()),
    ({ site_id }, day) =>
      steps.do(`restamp ${day}`, async (note) => note(noteOf(day, await restampDayOf(env, site_id, day, Date.now())))),
  );
