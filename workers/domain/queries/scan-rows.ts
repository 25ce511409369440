// Turns a plan into questions to the analysis zone, and the counts that come back into rows of an answer.
import { GOAL } from "../analysis/dimensions";
import type { Ask, CountedRow } from "../analysis/question";
import { FACTS, type Fact, METRICS } from "../events/catalog";
import { addDays, localDate } from "../time/zone";
import type { RollupRow, RollupRows } from "./answer";
import { isOfCounts, type Money, type QueryMetric } from "./metric";
import type { Period } from "./period";
import type { Order, Plan } from "./plan";
import type { Query } from "./query";

/** What the counts of an ask are for. */
type Role =
  /** Rows of the answer, for one goal if the query groups by goals. */
  | { kind: "rows"; goal: string | null }
  /** Visitors under the same filters, or under those that name no goal, by group or in total. */
  | { kind: "base"; withoutGoals: boolean; grouped: boolean }
  /** Page views by page. */
  | { kind: "pages" };

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

/** Operands, not values: a value may be written like the dimension. */
const namesGoal = (filter: unknown): boolean => {
  if (!Array.isArray(filter)) return false;
  const [operator, second] = filter as unknown[];
  if (typeof second === "string") return second === GOAL;
  return (
    Array.isArray(second) && (operator === "and" || operator === "or" ? second.some(namesGoal) : namesGoal(second))
  );
};

/** What must hold whatever the goals: of filters joined by `and`, those that name none. */
const withoutGoals = (filters: readonly unknown[]): unknown[] =>
  filters.flatMap((filter) => {
    if (!namesGoal(filter)) return [filter];
    const [operator, second] = filter as unknown[];
    return operator === "and" ? withoutGoals(second as unknown[]) : [];
  });

const has = ({ metrics }: Query, ...names: QueryMetric[]): boolean => names.some((name) => metrics.includes(name));

/**
 * The asks that answer a plan for one of its periods.
 * @param goals names of the property's goals.
 */
export function toAsks({ query, facts, time, timezone }: Plan, period: Period, goals: readonly string[]): RoleOfAsk[] {
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
  const rows = (isByGoal ? goals : [null]).map(
    (goal): RoleOfAsk => ({
      role: { kind: "rows", goal },
      ask: goal === null ? common : { ...common, filters: [...query.filters, ["is", GOAL, [goal]]] },
    }),
  );
  const plain = { ...common, reading: false, ends: false, persons: false, revenue: false };
  const filters = withoutGoals(query.filters);
  const bases: [isNeeded: boolean, RoleOfAsk][] = [
    [
      has(query, "percentage"),
      { role: { kind: "base", withoutGoals: false, grouped: false }, ask: { ...plain, groups: [] } },
    ],
    [
      has(query, "conversion_rate"),
      { role: { kind: "base", withoutGoals: true, grouped: false }, ask: { ...plain, groups: [], filters } },
    ],
    [
      has(query, "group_conversion_rate"),
      { role: { kind: "base", withoutGoals: true, grouped: true }, ask: { ...plain, filters } },
    ],
    [has(query, "exit_rate"), { role: { kind: "pages" }, ask: { ...plain, groups: ["event:page"], filters: [] } }],
  ];
  return [...rows, ...bases.flatMap(([isNeeded, base]) => (isNeeded ? [base] : []))];
}

const percentOf = (part: number, whole = 0): number | null =>
  whole > 0 ? Math.round((part / whole) * 1000) / 10 : null;

const toCents = (amount: number): number => Math.round(amount * 100) / 100;

/** The total and the mean of what was paid in a currency. */
function moneyOf({ revenue }: CountedRow["counts"], currency: string): { total: Money; average: Money | null } {
  const { amount, purchases } = revenue?.get(currency) ?? { amount: 0, purchases: 0 };
  return {
    total: { value: toCents(amount), currency },
    average: purchases > 0 ? { value: toCents(amount / purchases), currency } : null,
  };
}

/** What was paid in other currencies, which has no rate to be converted with. */
function unconverted(counted: CountedAsks, currency: string): Record<string, number> | undefined {
  const others = new Map<string, number>();
  for (const { role, rows } of counted)
    for (const { counts } of role.kind === "rows" ? rows : [])
      for (const [name, { amount }] of counts.revenue ?? [])
        if (name !== currency) others.set(name, (others.get(name) ?? 0) + amount);
  return others.size === 0
    ? undefined
    : Object.fromEntries([...others].sort().map(([name, amount]) => [name, toCents(amount)]));
}

type CountedAsks = readonly { role: Role; rows: readonly CountedRow[] }[];

const keyOf = (bucket: CountedRow["bucket"], values: readonly (string | null)[] = []): string =>
  JSON.stringify([bucket, values]);

/** What rates divide by, by bucket and values. */
interface Bases {
  all: Map<string, number>;
  withoutGoals: Map<string, number>;
  groups: Map<string, number>;
  pages: Map<string, number>;
}

function basesOf(counted: CountedAsks): Bases {
  const bases: Bases = { all: new Map(), withoutGoals: new Map(), groups: new Map(), pages: new Map() };
  for (const { role, rows } of counted) {
    if (role.kind === "rows") continue;
    for (const { bucket, values, counts } of rows) {
      const key = keyOf(bucket, values);
      if (role.kind === "pages") bases.pages.set(key, counts.pageviews);
      else if (role.grouped) bases.groups.set(key, counts.visitors);
      else (role.withoutGoals ? bases.withoutGoals : bases.all).set(key, counts.visitors);
    }
  }
  return bases;
}

/** The metrics of a row that are not made of its own sums. */
function othersOf(
  { bucket, values, counts }: CountedRow,
  { query }: Plan,
  bases: Bases,
  currency: string,
): RollupRow["others"] {
  const money = has(query, "total_revenue", "average_revenue") ? moneyOf(counts, currency) : null;
  const exit = query.others.filter(({ name }) => name !== GOAL).findIndex(({ name }) => name === "visit:exit_page");
  const exits = exit < 0 ? undefined : bases.pages.get(keyOf(bucket, [values[exit] ?? null]));
  return {
    users: counts.persons?.size ?? null,
    percentage: percentOf(counts.visitors, bases.all.get(keyOf(bucket))),
    conversion_rate: percentOf(counts.visitors, bases.withoutGoals.get(keyOf(bucket))),
    group_conversion_rate: percentOf(counts.visitors, bases.groups.get(keyOf(bucket, values))),
    exit_rate: percentOf(counts.visits, exits),
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
  const bases = basesOf(counted);
  const toRow = (row: CountedRow, goal: string | null): RollupRow => ({
    ...Object.fromEntries(FACTS.map((fact) => [fact, row.counts[fact]])),
    bucket: row.bucket,
    value: shownValue(plan.query, row.values, goal),
    others: othersOf(row, plan, bases, currency),
  });
  return counted.flatMap(({ role, rows }) =>
    role.kind === "rows" ? rows.map((row) => toRow(row, role.goal)).filter(isSomething) : [],
  );
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
      return (one < other ? -1 : 1) * (direction === "asc" ? 1 : -1);
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
  };
}
