// Turns a plan into questions to the analysis zone, and the counts that come back into rows of an answer.
import { GOAL } from "../analysis/dimensions";
import type { Ask, CountedRow } from "../analysis/question";
import { FACTS, type Fact, METRICS } from "../events/catalog";
import { addDays, localDate } from "../time/zone";
import type { RollupRow, RollupRows } from "./answer";
import { isOfCounts, type QueryMetric } from "./metric";
import type { Period } from "./period";
import type { Order, Plan } from "./plan";
import type { Query } from "./query";
import { type ClickRole, toClickAsks, toClickSums } from "./rates/click-rate";
import { toExitAsk, toExitViews } from "./rates/exit-rate";
import { currencyOfFilters, type GoalCurrency, moneyOf, toLeftOutAsks, unconvertedIn } from "./revenue";
import { compareTexts } from "./text-order";

/** What the counts of an ask are for. */
type Role =
  /**
   * Rows of the answer, for one goal if the query groups by goals. Revenue is in `currency`, or in the property's.
   */
  | { kind: "rows"; goal: string | null; currency: string | null }
  /** Money that the rows of goals leave out. */
  | { kind: "left out" }
  /** Visitors under the same filters, or under those that name no goal, by group or in total. */
  | { kind: "base"; withoutGoals: boolean; grouped: boolean }
  /** Page views of visits, by page: for one goal, as rows. */
  | { kind: "pages"; goal: string | null }
  | ClickRole;

type RowsRole = Extract<Role, { kind: "rows" }>;

export interface RoleOfAsk {
  role: Role;
  ask: Ask;
}

/**
 * The local dates of a period, both included; of one that cuts days also those beside it, where events lie whose dates are
 * those of a time zone that the property had before.
 */
export function datesOf(period: Period, timezone: string): { from: string; to: string } {
  const [from, to] = [localDate(period.from, timezone), localDate(period.to - 1, timezone)];
  return period.days ? { from, to } : { from: addDays(from, -1), to: addDays(to, 1) };
}

const has = ({ metrics }: Query, ...names: QueryMetric[]): boolean => names.some((name) => metrics.includes(name));

/**
 * The asks that answer a plan for one of its periods.
 * @param goals of the property.
 */
export function toAsks(
  { query, facts, time, timezone }: Plan,
  period: Period,
  goals: readonly GoalCurrency[],
): RoleOfAsk[] {
  const needs = (...names: Fact[]): boolean => names.some((name) => facts.includes(name));
  const common: Ask = {
    filters: query.filters,
    groups: query.others.filter(({ name }) => name !== GOAL).map(({ name }) => name),
    time,
    times: period.days ? null : [period.from, period.to],
    first: localDate(period.from, timezone),
    humansOnly: !query.suspected_bots,
    reading: needs("engaged_ms", "scroll_sum", "scroll_views"),
    ends: needs("bounces", "duration"),
    persons: has(query, "users"),
    revenue: has(query, "total_revenue", "average_revenue"),
  };
  const isByGoal = query.others.some(({ name }) => name === GOAL);
  const whole: GoalCurrency = { name: "", currency: currencyOfFilters(query.filters, goals) };
  const rows = (isByGoal ? goals : [whole]).map(({ name, currency }): RoleOfAsk => {
    const ask: Ask = common.revenue && currency !== null ? { ...common, money: { into: [currency] } } : common;
    return isByGoal
      ? {
          role: { kind: "rows", goal: name, currency },
          ask: { ...ask, filters: [...query.filters, ["is", GOAL, [name]]] },
        }
      : { role: { kind: "rows", goal: null, currency }, ask };
  });
  const ofMoney = { ...common, reading: false, ends: false, persons: false };
  const leftOut = isByGoal && common.revenue ? toLeftOutAsks(ofMoney, goals) : [];
  const plain = { ...common, reading: false, ends: false, persons: false, revenue: false };
  const withoutGoals: Ask = { ...plain, base: { without: "goals", filters: [] } };
  const bases: [isNeeded: boolean, RoleOfAsk][] = [
    [
      has(query, "percentage"),
      { role: { kind: "base", withoutGoals: false, grouped: false }, ask: { ...plain, groups: [] } },
    ],
    [
      has(query, "conversion_rate"),
      { role: { kind: "base", withoutGoals: true, grouped: false }, ask: { ...withoutGoals, groups: [] } },
    ],
    [
      has(query, "group_conversion_rate"),
      { role: { kind: "base", withoutGoals: true, grouped: true }, ask: withoutGoals },
    ],
  ];
  const pages = rows.flatMap(({ role, ask: { filters } }): RoleOfAsk[] => {
    const ask = toExitAsk({ ...plain, filters });
    return ask && role.kind === "rows" ? [{ role: { kind: "pages", goal: role.goal }, ask }] : [];
  });
  return [
    ...rows,
    ...leftOut.map((ask): RoleOfAsk => ({ role: { kind: "left out" }, ask })),
    ...bases.flatMap(([isNeeded, base]) => (isNeeded ? [base] : [])),
    ...(has(query, "exit_rate") ? pages : []),
    ...(has(query, "ctr") ? toClickAsks(plain) : []),
  ];
}

const percentOf = (part: number, whole = 0): number | null =>
  whole > 0 ? Math.round((part / whole) * 1000) / 10 : null;

type CountedAsks = readonly { role: Role; rows: readonly CountedRow[] }[];

/** Money that no row has: of goals each event's once, of other rows what they leave out themselves. */
function unconverted(counted: CountedAsks, currency: string): Record<string, number> | undefined {
  const leftOut = counted.filter(({ role }) => role.kind === "left out");
  return unconvertedIn([
    ...leftOut.map(({ rows }) => ({ currency: null, rows })),
    ...counted.flatMap(({ role, rows }) =>
      role.kind === "rows" && role.goal === null ? [{ currency: role.currency ?? currency, rows }] : [],
    ),
  ]);
}

const keyOf = (bucket: CountedRow["bucket"], values: readonly (string | null)[] = []): string =>
  JSON.stringify([bucket, values]);

/** What rates divide by, by bucket and values. */
interface Bases {
  all: Map<string, number>;
  withoutGoals: Map<string, number>;
  groups: Map<string, number>;
  /** By goal. */
  pages: Map<string | null, ReturnType<typeof toExitViews>>;
  clicks: ReturnType<typeof toClickSums>;
}

function basesOf({ query }: Plan, counted: CountedAsks): Bases {
  const rowsOf = (kind: Role["kind"]) => counted.find(({ role }) => role.kind === kind)?.rows ?? [];
  const groups = query.others.map(({ name }) => name);
  const columns = groups.filter((name) => name !== GOAL);
  const bases: Bases = {
    ...{ all: new Map(), withoutGoals: new Map(), groups: new Map(), pages: new Map() },
    clicks: toClickSums(groups, rowsOf("clicks"), rowsOf("views")),
  };
  for (const { role, rows } of counted) {
    if (role.kind === "pages") bases.pages.set(role.goal, toExitViews(columns, rows));
    if (role.kind !== "base") continue;
    for (const { bucket, values, counts } of rows) {
      const key = keyOf(bucket, values);
      if (role.grouped) bases.groups.set(key, counts.visitors);
      else (role.withoutGoals ? bases.withoutGoals : bases.all).set(key, counts.visitors);
    }
  }
  return bases;
}

/** The metrics of a row that are not made of its own sums. */
function othersOf(
  { bucket, values, counts, users }: CountedRow,
  { query }: Plan,
  bases: Bases,
  { goal, currency }: { goal: string | null; currency: string },
): RollupRow["others"] {
  const money = has(query, "total_revenue", "average_revenue") ? moneyOf(counts, currency) : null;
  const clicked = bases.clicks({ bucket, values });
  return {
    users: users ?? null,
    percentage: percentOf(counts.visitors, bases.all.get(keyOf(bucket))),
    conversion_rate: percentOf(counts.visitors, bases.withoutGoals.get(keyOf(bucket))),
    group_conversion_rate: percentOf(counts.visitors, bases.groups.get(keyOf(bucket, values))),
    exit_rate: percentOf(counts.visits, bases.pages.get(goal)?.({ bucket, values })),
    ctr: percentOf(clicked.clicks, clicked.views),
    total_revenue: money?.total ?? null,
    average_revenue: money?.average ?? null,
  };
}

/** The value of a row as answers keep it: one text, or a list of them as JSON. */
function shownValue({ others }: Query, values: readonly (string | null)[], goal: string | null): string | null {
  if (others.length === 0) return null;
  const rest = [...values];
  const shown = others.map(({ name, absent }) => (name === GOAL ? goal : (rest.shift() ?? null)) ?? absent);
  return others.length === 1 ? shown[0]! : JSON.stringify(shown);
}

const isSomething = (row: RollupRow): boolean => FACTS.some((fact) => (row[fact] ?? 0) !== 0);

function rowsOf(plan: Plan, counted: CountedAsks, currency: string): RollupRow[] {
  const bases = basesOf(plan, counted);
  const toRow = (row: CountedRow, { goal, currency: own }: RowsRole): RollupRow => ({
    ...Object.fromEntries(FACTS.map((fact) => [fact, row.counts[fact]])),
    bucket: row.bucket,
    value: shownValue(plan.query, row.values, goal),
    others: othersOf(row, plan, bases, { goal, currency: own ?? currency }),
  });
  const found = counted.flatMap(({ role, rows }) =>
    role.kind === "rows" ? rows.map((row) => toRow(row, role)).filter(isSomething) : [],
  );
  return [...found, ...unconverting(plan, counted, found)];
}

/** The buckets of a series with visitors of whom nobody converted: their rate is zero, not unknown. */
function unconverting({ query, time }: Plan, counted: CountedAsks, found: readonly RollupRow[]): RollupRow[] {
  if (time === null || query.others.length > 0 || !has(query, "conversion_rate")) return [];
  const known = new Set(found.map(({ bucket }) => bucket));
  const bases = counted.filter(({ role }) => role.kind === "base" && role.withoutGoals && !role.grouped);
  return bases
    .flatMap(({ rows }) => rows)
    .filter(({ bucket, counts }) => counts.visitors > 0 && !known.has(bucket))
    .map(({ bucket }) => ({ bucket, value: null, others: { conversion_rate: 0 } }));
}

/** What rows are ordered by. */
function sortKey(row: RollupRow, { by, place }: Order): number | string | null {
  if (by === "time") return row.bucket;
  if (by === "value")
    return place === undefined || row.value === null ? row.value : ((JSON.parse(row.value) as string[])[place] ?? null);
  if (!isOfCounts(by)) {
    const value = row.others?.[by] ?? null;
    return typeof value === "object" && value !== null ? value.value : value;
  }
  // Before rounding and scale, as in the rollups.
  const { ratio, needs } = METRICS[by];
  if (!ratio) return row[needs[0]!] ?? 0;
  const [top, bottom] = ratio;
  return row[bottom] ? (row[top] ?? 0) / row[bottom] : null;
}

/** Rows without a value come last, in either direction. */
function inOrder(rows: readonly RollupRow[], order: readonly Order[]): RollupRow[] {
  const keyed = rows.map((row) => ({ row, keys: order.map((one) => sortKey(row, one)) }));
  keyed.sort((a, b) => {
    for (const [i, { direction }] of order.entries()) {
      const [one, other] = [a.keys[i]!, b.keys[i]!];
      if (one === other) continue;
      if (one === null) return 1;
      if (other === null) return -1;
      const isBefore = typeof one === "string" ? compareTexts(one, String(other)) < 0 : one < Number(other);
      return (isBefore ? -1 : 1) * (direction === "asc" ? 1 : -1);
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/**
 * The rows of an answer, in order; with dimensions only those of its page.
 * @param currency of the property: amounts of others are told beside the rows.
 */
export function toRollupRows(
  plan: Plan,
  { main, comparison, scanned }: { main: CountedAsks; comparison: CountedAsks | null; scanned: number },
  currency: string,
): RollupRows {
  const { query } = plan;
  const all = inOrder(rowsOf(plan, main, currency), plan.order);
  const { limit, offset } = query.pagination;
  const isPaged = query.others.length > 0;
  const page = isPaged ? all.slice(offset, offset + limit) : all;
  const shown = new Set(page.map(({ value }) => value));
  const before = comparison ? rowsOf(plan, comparison, currency) : [];
  return {
    main: page.length > 0 || query.dimensions.length > 0 ? page : [{ bucket: null, value: null }],
    comparison: isPaged ? before.filter(({ value }) => shown.has(value)) : before,
    total: query.total_rows && isPaged ? all.length : null,
    scanned,
    unconverted: unconverted(main, currency),
    unconvertedBefore: comparison ? unconverted(comparison, currency) : undefined,
  };
}
