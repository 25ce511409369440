// Amounts of money as text. Pure.
import type { Money } from "../../../../workers/domain/queries/metric";
import { LOCALE } from "../format";

export const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "currency" in value && "value" in value;

/** True for an amount above nothing. */
export const isRevenue = (value: unknown): boolean => isMoney(value) && value.value !== 0;

/** Amounts in several currencies: "€20.00, $1,500.00". */
export const formatAmounts = (amounts: Record<string, number>): string =>
  Object.entries(amounts)
    .map(([currency, value]) => formatMoney({ value, currency }))
    .join(", ");

/**
 * With the decimals that the currency has. In cards and on axes amounts from ten thousand on are short.
 * - `exact`: "€12,840.50", for tables.
 * - `short`: "€12.8k", "€1,240.50".
 * - `round`: the same, and whole amounts without decimals: "€20", for axes.
 */
export function formatMoney({ value, currency }: Money, length: "exact" | "short" | "round" = "exact"): string {
  const isShort = length !== "exact" && Math.abs(value) >= 10_000;
  const text = new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency,
    ...(isShort && { notation: "compact", maximumFractionDigits: 1 }),
    ...(length === "round" && { trailingZeroDisplay: "stripIfInteger" }),
  }).format(value);
  // As counts are written: 12.8k.
  return isShort ? text.replace(/(\d)K/, "$1k") : text;
}
