// Rates of currencies, as owners set them.
import { z } from "zod";
import { isCurrency } from "../../events/currency";
import { heldAgainst } from "../../requests/input";
import { wrongPart } from "../../requests/problem";
import { isDate } from "../../time/calendar";
import { RATE_DECIMALS, toRate } from "./decimal";

/** Ten years of daily rates of three currencies, or a year of 27. */
export const MOST_CURRENCY_RATES = 10_000;
const SMALLEST = 1e-9;
const LARGEST = 1e9;

const faultOfDate = (date: string): string | null =>
  isDate(date) && date >= "1970" && date < "2100" ? null : "must be a date such as 2026-11-22, from 1970 to 2099";
const faultOfCurrency = (code: string): string | null =>
  isCurrency(code) ? null : "must be an ISO 4217 code such as EUR";
const faultOfRate = (rate: number): string | null =>
  rate >= SMALLEST && rate <= LARGEST && toRate(rate) !== null
    ? null
    : `must be a number from ${SMALLEST} to ${LARGEST} with at most ${RATE_DECIMALS} decimals`;

const currencyRate = z.strictObject({
  /** The first local date on which it holds. */
  date: z.string().max(50).superRefine(heldAgainst(faultOfDate)),
  currency: z.string().max(50).superRefine(heldAgainst(faultOfCurrency)),
  /** Units of the property's currency for one unit of this one. */
  rate: z.number().superRefine(heldAgainst(faultOfRate)),
});

export type CurrencyRate = z.infer<typeof currencyRate>;

export const currencyRatesInput = z.strictObject({
  rates: z
    .array(z.unknown())
    .max(MOST_CURRENCY_RATES)
    // Counted before its entries are looked at: a list of a thousand wrong ones is one fault.
    .pipe(z.array(currencyRate)),
});

/** Checks what the schema cannot. @throws Problem invalid that names the rate which is wrong. */
export function requireRates(rates: readonly CurrencyRate[], ownCurrency: string): void {
  const places = new Map<string, number>();
  rates.forEach(({ date, currency }, index) => {
    if (currency === ownCurrency)
      throw wrongPart(`rates[${index}].currency`, `must not be ${ownCurrency}, the property's own currency`);
    const first = places.get(`${currency} ${date}`);
    if (first !== undefined)
      throw wrongPart(`rates[${index}]`, `must not repeat the date and currency of rates[${first}]`);
    places.set(`${currency} ${date}`, index);
  });
}
