// Answers queries: plans each, reads the source that its plan names, and builds the answers. Queries about the same days
// are one question to the Analysts, which read the columns of a dashboard once.
import type { Ask, CountedRow } from "../domain/analysis/question";
import type { Saved } from "../domain/analysis/saved/known";
import type { Property } from "../domain/properties/property";
import { type Answer, toAnswer } from "../domain/queries/answer";
import type { MetricValue } from "../domain/queries/metric";
import type { Period } from "../domain/queries/period";
import { type Plan, toPlan } from "../domain/queries/plan";
import type { Query } from "../domain/queries/query";
import { datesOf, type RoleOfAsk, toAsks, toRollupRows } from "../domain/queries/scan-rows";
import { Problem } from "../domain/requests/problem";
import { readFirstDay, readRollups } from "../storage/counts/rollups";
import { loadSaved } from "../storage/saved/known";
import type { Viewer } from "../storage/saved/visible";
import { type AnalystEnv, askAnalysts, monthsOf } from "./ask-analysts";

export type AnswerEnv = Pick<Cloudflare.Env, "DB"> & AnalystEnv;

/** Each month of a period is a call to an Analyst, and a request may make a thousand. */
const MOST_MONTHS = 240;

type Counted = { role: RoleOfAsk["role"]; rows: CountedRow[] }[];

/** The asks of one plan for one of its periods, and what becomes of them. */
interface Part {
  plan: Plan;
  of: "main" | "comparison";
  dates: { from: string; to: string };
  asked: RoleOfAsk[];
  counted: Counted;
  scanned: number;
}

function partsOf(plan: Plan, { goals }: Saved): Part[] {
  const toPart = (of: Part["of"], period: Period): Part => ({
    plan,
    of,
    dates: datesOf(period, plan.timezone),
    asked: toAsks(
      plan,
      period,
      goals.map(({ name }) => name),
    ),
    counted: [],
    scanned: 0,
  });
  return [toPart("main", plan.period), ...(plan.comparison ? [toPart("comparison", plan.comparison.period)] : [])];
}

/** Asks about the same days together, and gives each part its rows. */
async function countParts(env: AnswerEnv, siteId: string, parts: readonly Part[], saved: Saved): Promise<void> {
  const byDates = Map.groupBy(parts, ({ dates }) => `${dates.from} ${dates.to}`);
  const months = [...byDates.values()].reduce((sum, [part]) => sum + monthsOf(part!.dates).length, 0);
  if (months > MOST_MONTHS)
    throw new Problem(
      "invalid",
      `queries must ask for at most ${MOST_MONTHS} months in all, with those that they compare`,
    );
  await Promise.all(
    [...byDates.values()].map(async (together) => {
      const asks: Ask[] = together.flatMap(({ asked }) => asked.map(({ ask }) => ask));
      const { rows, scanned } = await askAnalysts(env, siteId, together[0]!.dates, asks, saved);
      let place = 0;
      for (const part of together) {
        part.counted = part.asked.map(({ role }) => ({ role, rows: rows[place++]! }));
        part.scanned = scanned;
      }
    }),
  );
}

async function scanPlans(
  env: AnswerEnv,
  { site_id: siteId, currency }: Property,
  plans: readonly Plan[],
  viewer: Viewer,
): Promise<Map<Plan, Answer<MetricValue>>> {
  const questions = plans.map(({ query: { metrics, filters, dimensions } }) => ({ metrics, filters, dimensions }));
  const saved = await loadSaved(env.DB, siteId, viewer, questions);
  const parts = plans.flatMap((plan) => partsOf(plan, saved));
  await countParts(env, siteId, parts, saved);
  return new Map(
    plans.map((plan) => {
      const own = (of: Part["of"]) => parts.find((part) => part.plan === plan && part.of === of);
      const [main, before] = [own("main")!, own("comparison")];
      const scanned = main.scanned + (before?.scanned ?? 0);
      return [
        plan,
        toAnswer(
          plan,
          toRollupRows(plan, { main: main.counted, comparison: before?.counted ?? null, scanned }, currency),
        ),
      ];
    }),
  );
}

/**
 * @param viewer whose personal segments the queries may name.
 * @returns an answer for each query, in their order.
 * @throws Problem invalid when one cannot be answered.
 */
export async function answerQueries(
  env: AnswerEnv,
  property: Property,
  queries: readonly Query[],
  now: number,
  viewer: Viewer = null,
): Promise<Answer<MetricValue>[]> {
  // `all` must be resolved first: its beginning decides the buckets.
  const asksAll = queries.some(({ range, comparisons }) => range === "all" || comparisons?.range === "all");
  const firstDay = asksAll ? await readFirstDay(env.DB, property.site_id) : null;
  const plans = queries.map((query) => toPlan(query, { timezone: property.timezone, now, firstDay }));
  const scans = plans.filter(({ source }) => source === "scan");
  const scanned =
    scans.length > 0 ? await scanPlans(env, property, scans, viewer) : new Map<Plan, Answer<MetricValue>>();
  return Promise.all(plans.map(async (plan) => scanned.get(plan) ?? toAnswer(plan, await readRollups(env.DB, plan))));
}

/** The same for one query. */
export const answerQuery = async (...[env, property, query, now, viewer]: OneQuery): Promise<Answer<MetricValue>> =>
  (await answerQueries(env, property, [query], now, viewer))[0]!;

type OneQuery = [env: AnswerEnv, property: Property, query: Query, now: number, viewer?: Viewer];
