// The rows of the goals panel and their order. Amounts of different currencies cannot be compared, so an order by revenue is
// one of each currency: the property's first. Pure.
import { isMoney } from "../detail/money";
import type { MetricValue } from "./conversion";

export interface GoalRow {
  name: string;
  uniques: number;
  total: number;
  rate: MetricValue;
  revenue: MetricValue;
}

export type GoalColumn = Exclude<keyof GoalRow, "name">;
export interface GoalOrder {
  by: GoalColumn;
  direction: "asc" | "desc";
}

export const STANDARD_ORDER: GoalOrder = { by: "uniques", direction: "desc" };

/** The order after a click on a column: its largest values first, then its smallest. */
export const nextOrder = (order: GoalOrder, by: GoalColumn): GoalOrder => ({
  by,
  direction: order.by === by && order.direction === "desc" ? "asc" : "desc",
});

/** The currencies of rows with revenue, in their order. @param own the property's. */
export const currenciesOf = (rows: readonly GoalRow[], own: string): string[] =>
  [...new Set(rows.flatMap(({ revenue }) => (isMoney(revenue) && revenue.value !== 0 ? [revenue.currency] : [])))].sort(
    (one, other) => Number(other === own) - Number(one === own) || (one < other ? -1 : 1),
  );

/** Rows without a value come last, in either direction. */
export function orderGoals(rows: readonly GoalRow[], { by, direction }: GoalOrder, own: string): GoalRow[] {
  const currencies = currenciesOf(rows, own);
  const keyOf = (row: GoalRow): { group: number; value: number } | null => {
    const value = row[by];
    if (!isMoney(value)) return value === null ? null : { group: 0, value };
    return value.value === 0 ? null : { group: currencies.indexOf(value.currency), value: value.value };
  };
  const sign = direction === "asc" ? 1 : -1;
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((one, other) => {
      if (!one.key || !other.key) return Number(one.key === null) - Number(other.key === null);
      return one.key.group - other.key.group || sign * (one.key.value - other.key.value);
    })
    .map(({ row }) => row);
}
