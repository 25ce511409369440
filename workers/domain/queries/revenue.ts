// Revenue of a query: the currency in which each row has it, and the money that could not be converted into that currency.
import { GOAL } from "../analysis/dimensions";
import { toShown } from "../analysis/money/decimal";
import type { Ask, CountedRow } from "../analysis/question";
import type { Money } from "./metric";

/** A goal of the property; a currency of null is the property's. */
export interface GoalCurrency {
  name: string;
  currency: string | null;
}

/** The conditions that must all hold, whichever way they are joined. */
const conditionsIn = (filters: readonly unknown[]): unknown[][] =>
  filters.flatMap((filter) => {
    if (!Array.isArray(filter)) return [];
    const [operator, second] = filter as unknown[];
    return operator === "and" && Array.isArray(second) ? conditionsIn(second) : [filter as unknown[]];
  });

/** The goals that a condition names; null for a condition on something else. What is wrong with it is found elsewhere. */
function goalsIn(condition: readonly unknown[], goals: readonly GoalCurrency[]): GoalCurrency[] | null {
  const [operator, dimension, values, options] = condition;
  if (dimension !== GOAL || (operator !== "is" && operator !== "contains") || !Array.isArray(values)) return null;
  const ignoresCase = (options as { case_sensitive?: unknown } | undefined)?.case_sensitive === false;
  const cased = (text: string) => (ignoresCase ? text.toLowerCase() : text);
  const named = values.map((value) => cased(String(value)));
  return goals.filter(({ name }) =>
    named.some((value) => (operator === "is" ? cased(name) === value : cased(name).includes(value))),
  );
}

/** The currency of a query that is filtered by goals: theirs, if all have the same; null for the property's. */
export function currencyOfFilters(filters: readonly unknown[], goals: readonly GoalCurrency[]): string | null {
  const named = conditionsIn(filters).flatMap((condition) => goalsIn(condition, goals) ?? []);
  const currencies = new Set(named.map(({ currency }) => currency));
  return currencies.size === 1 ? [...currencies][0]! : null;
}

/** Beyond this many currencies of goals their combinations would be too many questions. */
const MOST_COMBINED = 3;

/**
 * Asks for the money that the rows of goals leave out. An event may meet several goals, of several currencies: each ask is
 * for the events that meet goals of some currencies and of no others, so that each event's money is listed once.
 */
export function toLeftOutAsks(ask: Ask, goals: readonly GoalCurrency[]): Ask[] {
  const byCurrency = [...Map.groupBy(goals, ({ currency }) => currency)];
  const meets = (own: readonly GoalCurrency[]) => ["is", GOAL, own.map(({ name }) => name)];
  const askFor = (into: readonly (string | null)[], filters: readonly unknown[]): Ask => ({
    ...ask,
    filters: [...ask.filters, ...filters],
    money: { into, leftOut: true },
  });
  if (byCurrency.length === 0) return [];
  if (byCurrency.length > MOST_COMBINED)
    return [
      askFor(
        byCurrency.map(([currency]) => currency),
        [meets(goals)],
      ),
    ];
  return Array.from({ length: 2 ** byCurrency.length - 1 }, (_, i) => {
    const isIn = (place: number) => ((i + 1) >> place) & 1;
    const into = byCurrency.flatMap(([currency], place) => (isIn(place) ? [currency] : []));
    return askFor(
      into,
      byCurrency.map(([, own], place) => (isIn(place) ? meets(own) : ["not", meets(own)])),
    );
  });
}

/** The total and the mean of what was paid in a currency. */
export function moneyOf({ revenue }: CountedRow["counts"], currency: string): { total: Money; average: Money | null } {
  const { amount, purchases } = revenue?.get(currency) ?? { amount: 0n, purchases: 0 };
  return {
    total: { value: toShown(amount), currency },
    average: purchases > 0 ? { value: toShown(amount, purchases), currency } : null,
  };
}

/** What was paid in other currencies on days without a rate. `currency` is that of the rows; null for left-out money. */
export function unconvertedIn(
  counted: readonly { currency: string | null; rows: readonly CountedRow[] }[],
): Record<string, number> | undefined {
  const others = new Map<string, bigint>();
  for (const { currency, rows } of counted)
    for (const { counts } of rows)
      for (const [name, { amount }] of counts.revenue ?? [])
        if (name !== currency) others.set(name, (others.get(name) ?? 0n) + amount);
  return others.size === 0
    ? undefined
    : Object.fromEntries([...others].sort().map(([name, amount]) => [name, toShown(amount)]));
}
