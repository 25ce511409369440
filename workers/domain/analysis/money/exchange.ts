// The exchange: converts revenue into the property's currency, or that of a goal, with the owner's rates, by the local day of
// the event. It is done when a question is asked, so a rate that is changed changes the past.
import type { Frame, NumberColumn } from "../frame";
import { divideRounded, SAME, toMillionths, toRate } from "./decimal";

/** Rates of a currency as dates and rates, ascending: each holds from its date until the next. */
export type RatesOf = Record<string, [date: string, rate: number][]>;

/** Which amounts are wanted. */
export interface Conversion {
  /** Currencies of goals, null for the property's. An amount that one of them cannot be had in is left as it is. */
  into?: readonly (string | null)[];
  /** True where only the amounts that are left as they are are wanted. */
  leftOut?: boolean;
}

export interface Exchange extends Conversion {
  /** The property's. */
  currency: string;
  /** Units of the property's currency for one unit of another. */
  rates: RatesOf;
}

/** What was sold in one currency. */
export interface Sales {
  /** In units of ONE (decimal.ts). */
  amount: bigint;
  purchases: number;
}

/** The rate of a date; null if there is none yet. */
function rateOn(list: RatesOf[string] | undefined, date: string): bigint | null {
  const found = list?.findLast(([from]) => from <= date);
  return found ? toRate(found[1]) : null;
}

/** The rates that local dates from `from` to `to` need. */
export function ratesWithin(rates: RatesOf, from: string, to: string): RatesOf {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([currency, list]) => {
      const first = Math.max(
        0,
        list.findLastIndex(([date]) => date <= from),
      );
      const needed = list.slice(first).filter(([date]) => date <= to);
      return needed.length > 0 ? [[currency, needed]] : [];
    }),
  );
}

export function addSales(into: Map<string, Sales>, currency: string, { amount, purchases }: Sales): void {
  const before = into.get(currency);
  into.set(currency, {
    amount: (before?.amount ?? 0n) + amount,
    purchases: (before?.purchases ?? 0) + purchases,
  });
}

/** What becomes of an amount: it is multiplied and divided, each in units of 10 to the minus 12. */
interface Way {
  currency: string;
  rate: bigint;
  per: bigint;
}

/** The way from one currency into another on a date; null if a rate is missing. */
function wayInto(
  into: string,
  currency: string,
  date: string,
  { currency: own, rates }: Pick<Exchange, "currency" | "rates">,
): Way | null {
  if (currency === into) return { currency, rate: SAME, per: SAME };
  const rateOf = (of: string): bigint | null => (of === own ? SAME : rateOn(rates[of], date));
  const [rate, per] = [rateOf(currency), rateOf(into)];
  return rate === null || per === null ? null : { currency: into, rate, per };
}

/** Adds the purchase of an action to sums by currency, if it is one. */
export type Till = (into: Map<string, Sales>, date: number, action: number) => void;

/**
 * @param exchange null leaves every currency as it is. Amounts without a rate stay in their own currency.
 * @throws Error when the frame lacks the columns of revenue.
 */
export function tillFor({ dates, actions }: Frame, exchange: Exchange | null): Till {
  const currencies = actions.texts.get("revenue_currency");
  const amounts: NumberColumn | undefined = actions.numbers.get("revenue_amount");
  if (!currencies || !amounts) throw new Error("frame lacks the columns of revenue");
  const { codes, values } = currencies;
  const { into = [null], leftOut = false } = exchange ?? {};
  const known = new Map<number, Way | null>();
  /** Null for an amount that is not wanted. */
  const wayOf = (code: number, date: number): Way | null => {
    const key = code * dates.length + date;
    let way = known.get(key);
    if (way === undefined) {
      const currency = values[code]!;
      const ways = exchange && into.map((one) => wayInto(one ?? exchange.currency, currency, dates[date]!, exchange));
      const isConverted = ways?.every((one) => one !== null) ?? false;
      if (isConverted) way = leftOut ? null : ways![0]!;
      else way = { currency, rate: SAME, per: SAME };
      known.set(key, way);
    }
    return way;
  };
  return (sums, date, action) => {
    const code = codes[action]!;
    if (code === 0) return;
    const way = wayOf(code, date);
    if (way === null) return;
    const converted = toMillionths(amounts[action]!) * way.rate;
    // Each purchase is rounded by itself, so sums are the same in whatever order they are made.
    const amount = way.per === SAME ? converted : divideRounded(converted * SAME, way.per);
    addSales(sums, way.currency, { amount, purchases: 1 });
  };
}
