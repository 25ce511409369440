// After an import a property has many days without tables of the analysis zone, and questions about them read the lake. A run
// that has processed such events has them prepared at once; single late events wait for the hourly task.
import type { TaskParams } from "../domain/runs/run-params";
import { startTask } from "../jobs/start";
import { inTurns } from "../jobs/turns";
import { openDays } from "../storage/analysis/open-days";
import { runningTasks } from "../storage/runs/runs";
import { type Loaded, pastDate } from "./load";

/** So many days are worth a task of their own. */
const MANY_DAYS = 7;

/** Properties of which a run has processed events of many past days. A day may be counted in several portions of a run. */
export function propertiesWithPast(loaded: readonly Loaded[]): string[] {
  const sums = new Map<string, number>();
  for (const { site_id, past_days = 0 } of loaded) sums.set(site_id, (sums.get(site_id) ?? 0) + past_days);
  return [...sums].flatMap(([site_id, days]) => (days >= MANY_DAYS ? [site_id] : []));
}

/** Starts the task `analysis` for the properties among some that have many past days open. @returns how many. */
export async function preparePastDays(
  env: Pick<Cloudflare.Env, "DB" | "MAINTENANCE">,
  siteIds: readonly string[],
  runId: string,
  now: number,
): Promise<number> {
  let started = 0;
  for await (const site_id of inTurns(siteIds)) {
    if ((await openDays(env.DB, site_id, pastDate(now))).length < MANY_DAYS) continue;
    // One that is in progress has chosen its days; the next run of the pipeline, or the hour, takes the others.
    if ((await runningTasks(env.DB, "analysis", site_id)) > 0) continue;
    const params: TaskParams = { kind: "analysis", site_id, due: now };
    if (await startTask(env, { id: `analysis-${runId}-${site_id}`, trigger: "cron" }, params)) started += 1;
  }
  return started;
}
