// Answers queries: plans each, reads the source that its plan names, and builds the answers. Queries about the same days
// are one question to the Analysts, which read the columns of a dashboard once.
import { toFilter } from "../domain/analysis/ask/filter-tree";
import { LIMITS, type Limits, requireFewEvents } from "../domain/analysis/limits";
import type { Exchange } from "../domain/analysis/money/exchange";
import type { Ask, CountedRow } from "../domain/analysis/question";
import { type Saved, toKnown } from "../domain/analysis/saved/known";
import type { Property } from "../domain/properties/property";
import { type Answer, toAnswer } from "../domain/queries/answer";
import type { PlaceInBatch } from "../domain/queries/batch";
import type { MetricValue } from "../domain/queries/metric";
import type { Period } from "../domain/queries/period";
import { type Plan, toPlan } from "../domain/queries/plan";
import type { Query } from "../domain/queries/query";
import { datesOf, type RoleOfAsk, toAsks, toRollupRows } from "../domain/queries/scan-rows";
import { Problem } from "../domain/requests/problem";
import { eventsAbout, readDaySizes } from "../storage/analysis/day-sizes";
import { readFirstDay, readRollups } from "../storage/counts/rollups";
import { loadRates } from "../storage/properties/currency-rates";
import { loadSaved } from "../storage/saved/known";
import type { Viewer } from "../storage/saved/visible";
import { type AnalystEnv, analystsFor, askAnalysts, monthsOf, wholeMonths } from "./ask-analysts";
import { createTiming, type Timing } from "./timing";

export type AnswerEnv = Pick<Cloudflare.Env, "DB"> & AnalystEnv;

/** Each month of a period is a call to an Analyst, and a request may make a thousand. */
const MOST_MONTHS = 240;
/** The same for the parts of months, each of which is a call too. */
const MOST_ANALYSTS = 600;

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
    asked: toAsks(plan, period, goals),
    counted: [],
    scanned: 0,
  });
  return [toPart("main", plan.period), ...(plan.comparison ? [toPart("comparison", plan.comparison.period)] : [])];
}

/** Asks about the same days together, and gives each part its rows. */
async function countParts(
  env: AnswerEnv,
  siteId: string,
  parts: readonly Part[],
  saved: Saved,
  limits: Limits,
): Promise<void> {
  const byDates = Map.groupBy(parts, ({ dates }) => `${dates.from} ${dates.to}`);
  const months = [...byDates.values()].reduce((sum, [part]) => sum + monthsOf(part!.dates).length, 0);
  if (months > MOST_MONTHS)
    throw new Problem(
      "invalid",
      `queries must ask for at most ${MOST_MONTHS} months in all, with those that they compare`,
    );
  const ranges = [...byDates.values()].map(([part]) => part!.dates);
  const sizes = await readDaySizes(env.DB, siteId, ranges.map(wholeMonths));
  requireFewEvents(
    ranges.reduce((sum, range) => sum + eventsAbout(sizes, range), 0),
    limits,
  );
  const analysts = ranges.reduce((sum, range) => sum + analystsFor(range, sizes, limits), 0);
  if (analysts > MOST_ANALYSTS)
    throw new Problem("invalid", `queries ask for too many large days at once; ask for a shorter date_range`);
  await Promise.all(
    [...byDates.values()].map(async (together) => {
      const asks: Ask[] = together.flatMap(({ asked }) => asked.map(({ ask }) => ask));
      const { rows, scanned } = await askAnalysts(env, siteId, together[0]!.dates, asks, saved, { limits, sizes });
      let place = 0;
      for (const part of together) {
        part.counted = part.asked.map(({ role }) => ({ role, rows: rows[place++]! }));
        part.scanned = scanned;
      }
    }),
  );
}

/** Null where no plan asks for revenue. */
async function loadExchange(db: D1Database, property: Property, plans: readonly Plan[]): Promise<Exchange | null> {
  const dates = plans
    .filter(({ query: { metrics } }) => metrics.includes("total_revenue") || metrics.includes("average_revenue"))
    .flatMap((plan) => [plan.period, ...(plan.comparison ? [plan.comparison.period] : [])])
    .flatMap((period) => Object.values(datesOf(period, property.timezone)))
    .sort();
  if (dates.length === 0) return null;
  const rates = await loadRates(db, property, { from: dates[0]!, to: dates.at(-1)! });
  return { currency: property.currency, rates };
}

async function scanPlans(
  env: AnswerEnv,
  property: Property,
  plans: readonly Plan[],
  { viewer, limits, placed }: { viewer: Viewer; limits: Limits; placed: (plan: Plan, problem: Problem) => Problem },
): Promise<Map<Plan, Answer<MetricValue>>> {
  const { site_id: siteId, currency } = property;
  const questions = plans.map(({ query: { metrics, filters, dimensions } }) => ({ metrics, filters, dimensions }));
  const [named, exchange] = await Promise.all([
    loadSaved(env.DB, siteId, viewer, questions),
    loadExchange(env.DB, property, plans),
  ]);
  const saved: Saved = { ...named, exchange };
  // Analysts check filters too, and do not know whose they are.
  const known = toKnown(saved);
  for (const plan of plans) {
    try {
      toFilter(plan.query.filters, "filters", known);
    } catch (error) {
      throw error instanceof Problem ? placed(plan, error) : error;
    }
  }
  const parts = plans.flatMap((plan) => partsOf(plan, saved));
  await countParts(env, siteId, parts, saved, limits);
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

/** Who asks: `viewer` is whose personal segments the queries may name. */
interface Asking {
  viewer?: Viewer;
  timing?: Timing;
  limits?: Limits;
  /** Where a problem of a query is; without it there is one query. */
  place?: PlaceInBatch;
}

/**
 * @returns an answer for each query, in their order.
 * @throws Problem invalid when one cannot be answered.
 */
export async function answerQueries(
  env: AnswerEnv,
  property: Property,
  queries: readonly Query[],
  now: number,
  { viewer = null, timing = createTiming(), limits = LIMITS, place = (_, problem) => problem }: Asking = {},
): Promise<Answer<MetricValue>[]> {
  // `all` must be resolved first: its beginning decides the buckets.
  const asksAll = queries.some(({ range, comparisons }) => range === "all" || comparisons?.range === "all");
  const firstDay = await timing.measure("plan", async () => (asksAll ? readFirstDay(env.DB, property.site_id) : null));
  const plans = queries.map((query) => toPlan(query, { timezone: property.timezone, now, firstDay }));
  // A plan that is read again is another object for the same query.
  const placed = (plan: Plan, problem: Problem) =>
    place(
      plans.findIndex(({ query }) => query === plan.query),
      problem,
    );
  const scan = async (some: readonly Plan[]): Promise<Map<Plan, Answer<MetricValue>>> =>
    some.length === 0
      ? new Map()
      : timing.measure("scan", () => scanPlans(env, property, some, { viewer, limits, placed }));
  const read = (some: readonly Plan[]) => Promise.all(some.map((plan) => readRollups(env.DB, plan)));
  const [scans, others] = [plans.filter(isScan), plans.filter((plan) => !isScan(plan))];
  const [scanned, counted] = await Promise.all([
    scan(scans),
    others.length === 0 ? [] : timing.measure("rollups", () => read(others)),
  ]);
  // Rollups that leave out values say so only when they are read.
  const again = new Map(
    others.flatMap((plan, i) => (counted[i]!.capped ? [[plan, { ...plan, source: "scan" as const }] as const] : [])),
  );
  const scannedAgain = await scan([...again.values()]).catch((error: unknown) => {
    // Too much to be scanned: then an answer with (other) in it is the best there is.
    if (!(error instanceof Problem)) throw error;
    return new Map<Plan, Answer<MetricValue>>();
  });
  const answers = new Map(
    others.map((plan, i) => [plan, scannedAgain.get(again.get(plan)!) ?? toAnswer(plan, counted[i]!)]),
  );
  return plans.map((plan) => scanned.get(plan) ?? answers.get(plan)!);
}

const isScan = ({ source }: Plan): boolean => source === "scan";

/** The same for one query. */
export const answerQuery = async (...[env, property, query, now, asking]: OneQuery): Promise<Answer<MetricValue>> =>
  (await answerQueries(env, property, [query], now, asking))[0]!;

type OneQuery = [env: AnswerEnv, property: Property, query: Query, now: number, asking?: Asking];
