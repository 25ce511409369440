// Revenue in the property's currency equals exact arithmetic with fractions, by every dimension and day: random purchases,
// currencies, rates and dates.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { currencyRatesInput, requireRates } from "../../../workers/domain/analysis/money/currency-rate";
import { divideRounded, toMillionths, toShown } from "../../../workers/domain/analysis/money/decimal";
import { type Exchange, ratesWithin } from "../../../workers/domain/analysis/money/exchange";
import { check, joinRows, named, packRows, toPanel, unpackRows } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";
import { parseInput } from "../../../workers/domain/requests/input";
import type { Problem } from "../../../workers/domain/requests/problem";
import { addDays } from "../../../workers/domain/time/zone";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const OWN = "EUR";
const FOREIGN = ["USD", "CHF", "JPY"];

/** A fraction of whole numbers: the only arithmetic that the expected numbers are made with. */
type Fraction = readonly [top: bigint, bottom: bigint];
const add = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
/** The decimal number that is given as digits and their decimals. */
const decimal = (digits: number, decimals: number): Fraction => [BigInt(digits), 10n ** BigInt(decimals)];

/** Two decimals, half away from zero, from the first digits of a long division. */
function shown([top, bottom]: Fraction): number {
  const size = top < 0n ? -top : top;
  let cents = (size * 100n) / bottom;
  const rest = (size * 100n) % bottom;
  if (rest * 2n >= bottom) cents += 1n;
  // A sum of the two parts would not be the nearest number.
  const value = Number(`${cents}e-2`);
  return top < 0n && value !== 0 ? -value : value;
}

/** A decimal as its digits: so a test knows exactly what it has written. */
const written = (most: number, decimals: number) =>
  fc.record({ digits: fc.integer({ min: 1, max: most }), decimals: fc.integer({ min: 0, max: decimals }) });
const toNumber = ({ digits, decimals }: { digits: number; decimals: number }) => Number(`${digits}e-${decimals}`);

const purchase = fc.record({
  amount: written(2_000_000, 4),
  isRefund: fc.boolean(),
  currency: fc.constantFrom(OWN, ...FOREIGN),
});
const rate = fc.record({
  day: fc.integer({ min: -2, max: 4 }),
  currency: fc.constantFrom(...FOREIGN),
  rate: written(9_999_999, 9),
});
const DIMENSIONS: Record<string, (event: StampedEvent) => string> = {
  "event:name": ({ name }) => name,
  "event:page": ({ page }) => page ?? "(none)",
  "visit:device": ({ device }) => device ?? "(unknown)",
  "time:day": ({ local_date }) => local_date,
};

const seed = Number(process.env.FAULT_SEED);

it(`revenue equals exact fractions (seed ${seed})`, () => {
  let converted = 0;
  let left = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.array(purchase, { minLength: 1, maxLength: 20 }),
      fc.array(rate, { maxLength: 8 }),
      fc.constantFrom(null, ...Object.keys(DIMENSIONS)),
      (place, steps, purchases, rates, dimension) => {
        const rows = toRows(steps, place, true);
        const sold = new Map<string, (typeof purchases)[number]>();
        const buying = rows.filter(({ event_type }) => ["pageview", "custom", "click"].includes(event_type));
        buying.forEach((row, i) => {
          const one = purchases[i % purchases.length]!;
          const amount = toNumber(one.amount) * (one.isRefund ? -1 : 1);
          Object.assign(row, { revenue_amount: amount, revenue_currency: one.currency });
          sold.set(row.event_id, one);
        });
        const frame = frameOf(rows);
        const dates = new Map(rates.map((one) => [`${one.currency} ${addDays(frame.dates[0]!, one.day)}`, { ...one }]));
        const listOf = (currency: string) =>
          [...dates]
            .filter(([key]) => key.startsWith(currency))
            .map(([key, one]) => ({ date: key.slice(4), rate: one.rate }))
            .sort((a, b) => (a.date < b.date ? -1 : 1));
        const exchange: Exchange = {
          currency: OWN,
          rates: Object.fromEntries(
            FOREIGN.map((currency) => [
              currency,
              listOf(currency).map((one): [string, number] => [one.date, toNumber(one.rate)]),
            ]),
          ),
        };

        // Expected: each purchase by the rate of its own local day.
        const groups = new Map<string, { sum: Fraction; count: bigint }>();
        const unconverted = new Map<string, Fraction>();
        for (const row of buying) {
          const { amount, isRefund, currency } = sold.get(row.event_id)!;
          const value = decimal(isRefund ? -amount.digits : amount.digits, amount.decimals);
          const held =
            currency === OWN
              ? { rate: { digits: 1, decimals: 0 } }
              : listOf(currency)
                  .filter(({ date }) => date <= row.local_date)
                  .at(-1);
          const key = dimension === null ? "" : DIMENSIONS[dimension]!(row);
          if (!held) {
            unconverted.set(currency, add(unconverted.get(currency) ?? [0n, 1n], value));
            left += 1;
            continue;
          }
          const group = groups.get(key) ?? { sum: [0n, 1n] as Fraction, count: 0n };
          const own = times(value, decimal(held.rate.digits, held.rate.decimals));
          groups.set(key, { sum: add(group.sum, own), count: group.count + 1n });
          if (currency !== OWN) converted += 1;
        }

        const date_range = [frame.dates[0], frame.dates.at(-1)];
        const query = toQuery({
          ...{ site_id: "abc", metrics: ["events", "total_revenue", "average_revenue"], date_range },
          dimensions: dimension === null ? [] : [dimension],
        });
        const plan = toPlan(query, { timezone: "UTC", now: Date.parse("2030-01-01T00:00:00Z"), firstDay: null });
        const main = toAsks(plan, plan.period, []).map(({ role, ask }) => {
          const checked = check(ask, { ...NOTHING_KNOWN, exchange });
          const { panel, labels } = toPanel(checked, frame);
          // Day by day, as Analysts answer by month, and over the wire.
          const parts = frame.dates.map((date, i) => {
            const own = { ...exchange, rates: ratesWithin(exchange.rates, date, date) };
            const span = { ...panel.span, first: i, last: i };
            const counted = named(scan(frame, { ...panel, span, exchange: own }), ask, labels);
            return unpackRows(packRows(counted));
          });
          return { role, rows: joinRows(parts, ask) };
        });
        const answer = toRollupRows(plan, { main, comparison: null, scanned: 0 }, OWN);
        const found = Object.fromEntries(
          answer.main.flatMap(({ bucket, value, others }) =>
            others?.average_revenue == null
              ? []
              : [[String(bucket ?? value ?? ""), [others.total_revenue, others.average_revenue]]],
          ),
        );
        const money = (value: number) => ({ value, currency: OWN });
        expect(found).toEqual(
          Object.fromEntries(
            [...groups].map(([key, { sum, count }]) => [
              key,
              [money(shown(sum)), money(shown([sum[0], sum[1] * count]))],
            ]),
          ),
        );
        expect(answer.unconverted ?? {}).toEqual(
          Object.fromEntries([...unconverted].map(([currency, sum]) => [currency, shown(sum)])),
        );
      },
    ),
    { seed, numRuns: 300 },
  );
  console.log(`seed ${seed}: ${converted} purchases converted, ${left} without a rate`);
  expect(Math.min(converted, left)).toBeGreaterThan(300);
});

describe("an amount", () => {
  test.each([
    [0.1, 100_000n],
    [-0.000001, -1n],
    [1.0000005, 1_000_001n],
    [-1.0000005, -1_000_001n],
    [1e12, 10n ** 18n],
    [999_999_999_999.99, 999_999_999_999_990_000n],
    [1e-7, 0n],
    [5e-7, 1n],
    [1e-300, 0n],
  ])("%d counts to a millionth", (amount, millionths) => {
    expect(toMillionths(amount)).toBe(millionths);
  });

  it("is shown with two decimals, half away from zero", () => {
    expect([5n, -5n, 4n, 15n, 25n].map((top) => divideRounded(top, 10n))).toEqual([1n, -1n, 0n, 2n, 3n]);
    const one = 10n ** 18n;
    expect([one / 200n, -one / 200n, one / 201n, 123n * one].map((sum) => toShown(sum))).toEqual([0.01, -0.01, 0, 123]);
    expect(toShown(2n * one, 3)).toBe(0.67);
  });
});

describe("currency rates", () => {
  const faultOf = (rates: unknown) => {
    try {
      requireRates(parseInput(currencyRatesInput, { rates }).rates, OWN);
      return null;
    } catch (problem) {
      return (problem as Problem).message;
    }
  };
  const USD = { date: "2026-11-22", currency: "USD", rate: 0.92 };

  test.each([
    [[], null],
    [[USD, { ...USD, date: "2026-11-23" }, { ...USD, currency: "CHF" }, { ...USD, currency: "JPY", rate: 1e-9 }], null],
    [undefined, "rates must be given"],
    [[USD, { ...USD, date: "22.11.2026" }], "rates[1].date must be a date such as 2026-11-22, from 1970 to 2099"],
    [[{ ...USD, date: "2026-02-30" }], "rates[0].date must be a date such as 2026-11-22, from 1970 to 2099"],
    [[{ ...USD, currency: "usd" }], "rates[0].currency must be an ISO 4217 code such as EUR"],
    [[USD, { ...USD, currency: OWN }], "rates[1].currency must not be EUR, the property's own currency"],
    [[{ ...USD, rate: 0 }], "rates[0].rate must be a number from 1e-9 to 1000000000 with at most 12 decimals"],
    [[{ ...USD, rate: -1 }], "rates[0].rate must be a number from 1e-9 to 1000000000 with at most 12 decimals"],
    [
      [{ ...USD, rate: 0.1234567890123 }],
      "rates[0].rate must be a number from 1e-9 to 1000000000 with at most 12 decimals",
    ],
    [[{ ...USD, rate: "0.92" }], "rates[0].rate must be of type number"],
    [[USD, USD], "rates[1] must not repeat the date and currency of rates[0]"],
    [[{ ...USD, unit: 100 }], "rates[0] must not have the field unit"],
    [Array(10_001).fill({}), "rates must have at most 10000 items"],
  ])("case %#", (rates, message) => {
    expect(faultOf(rates)).toBe(message);
  });
});
