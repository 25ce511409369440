// Answers a query: plans it, reads the source that the plan names, and builds the answer.
import type { Saved } from "../domain/analysis/saved/known";
import type { Property } from "../domain/properties/property";
import { type Answer, toAnswer } from "../domain/queries/answer";
import type { MetricValue } from "../domain/queries/metric";
import type { Period } from "../domain/queries/period";
import { type Plan, toPlan } from "../domain/queries/plan";
import type { Query } from "../domain/queries/query";
import { datesOf, toAsks, toRollupRows } from "../domain/queries/scan-rows";
import { readFirstDay, readRollups } from "../storage/counts/rollups";
import { loadSaved } from "../storage/saved/known";
import type { Viewer } from "../storage/saved/visible";
import { type AnalystEnv, askAnalysts } from "./ask-analysts";

export type AnswerEnv = Pick<Cloudflare.Env, "DB"> & AnalystEnv;

async function scanPeriod(env: AnswerEnv, plan: Plan, period: Period, saved: Saved) {
  const goals = saved.goals.map(({ name }) => name);
  const asked = toAsks(plan, period, goals);
  const asks = asked.map(({ ask }) => ask);
  const { rows, scanned } = await askAnalysts(env, plan.query.site_id, datesOf(period, plan.timezone), asks, saved);
  return { counted: asked.map(({ role }, i) => ({ role, rows: rows[i]! })), scanned };
}

async function scanAll(env: AnswerEnv, plan: Plan, viewer: Viewer): Promise<Answer<MetricValue>> {
  const { site_id, metrics, filters, dimensions } = plan.query;
  const saved = await loadSaved(env.DB, site_id, viewer, { metrics, filters, dimensions });
  const [main, before] = await Promise.all([
    scanPeriod(env, plan, plan.period, saved),
    plan.comparison && scanPeriod(env, plan, plan.comparison.period, saved),
  ]);
  const comparison = before?.counted ?? null;
  const scanned = main.scanned + (before?.scanned ?? 0);
  return toAnswer(plan, toRollupRows(plan, { main: main.counted, comparison, scanned }));
}

/**
 * @param viewer whose personal segments the query may name.
 * @throws Problem invalid when it cannot be answered.
 */
export async function answerQuery(
  env: AnswerEnv,
  property: Property,
  query: Query,
  now: number,
  viewer: Viewer = null,
): Promise<Answer<MetricValue>> {
  // `all` must be resolved first: its beginning decides the buckets.
  const asksAll = query.range === "all" || query.comparisons?.range === "all";
  const firstDay = asksAll ? await readFirstDay(env.DB, property.site_id) : null;
  const plan = toPlan(query, { timezone: property.timezone, now, firstDay });
  return plan.source === "scan" ? scanAll(env, plan, viewer) : toAnswer(plan, await readRollups(env.DB, plan));
}
