// Revenue of goals over random purchases: each goal's in its own currency, and what could not be converted once, however many
// goals an event meets.
import fc from "fast-check";
import { expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import type { Exchange } from "../../../workers/domain/analysis/money/exchange";
import { check, named, packRows, toPanel, unpackRows } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { currencyOfFilters } from "../../../workers/domain/queries/revenue";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const OWN = "EUR";
const CURRENCIES = [OWN, "USD", "CHF", "JPY"];

/** What goals ask for, and whether an event meets it. Each event of a page meets two. */
const FILTERS: [filter: unknown[], isMet: (event: StampedEvent) => boolean][] = [
  [["is_not", "event:page", ["(none)"]], ({ page }) => page !== null],
  [["contains", "event:page", ["/blog"]], ({ page }) => page?.includes("/blog") ?? false],
  [["is", "event:name", ["Purchase", "click"]], ({ name }) => name === "Purchase" || name === "click"],
  [["is", "event:page", ["/"]], ({ page }) => page === "/"],
  [["is_not", "event:name", ["click"]], ({ name }) => name !== "click"],
];

const MEASURING = ["engagement", "web_vital", "heatmap", "rule_seen", "first_visit"];

/** Cents of whole hundredths of an amount at a rate of hundredths by another, each purchase rounded to 18 decimals. */
function converted(amount: number, rate: number, per: number): bigint {
  const top = BigInt(amount) * BigInt(rate) * 10n ** 16n;
  const [whole, rest] = [top / BigInt(per), top % BigInt(per)];
  return whole + (2n * rest >= BigInt(per) ? 1n : 0n);
}
const shown = (sum: bigint): number => Number(`${(sum + 5n * 10n ** 15n) / 10n ** 16n}e-2`);

/** Of five goals: seldom more than three different ones. */
const someCurrencies = fc
  .array(fc.option(fc.constantFrom(...CURRENCIES)), { minLength: 1, maxLength: 4 })
  .map((pool) => FILTERS.map((_, i) => pool[i % pool.length]!));

const seed = Number(process.env.FAULT_SEED);

it(`each goal has its revenue in its currency, and other money is listed once (seed ${seed})`, () => {
  let left = 0;
  let inOthers = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.array(fc.record({ amount: fc.integer({ min: 1, max: 99_999 }), currency: fc.constantFrom(...CURRENCIES) }), {
        minLength: 1,
        maxLength: 12,
      }),
      someCurrencies,
      fc.dictionary(fc.constantFrom("USD", "CHF", "JPY"), fc.integer({ min: 1, max: 999 })),
      (place, steps, purchases, currencies, rates) => {
        const rows = toRows(steps, place, true);
        const sold = new Map<StampedEvent, (typeof purchases)[number]>();
        for (const [i, row] of rows.filter(({ event_type }) => !MEASURING.includes(event_type)).entries()) {
          const one = purchases[i % purchases.length]!;
          Object.assign(row, { revenue_amount: one.amount / 100, revenue_currency: one.currency });
          sold.set(row, one);
        }
        const frame = frameOf(rows);
        const goals = FILTERS.map(([filter, isMet], i) => ({
          ...{ name: `goal ${i}`, currency: currencies[i]!, isMet },
          filter: toFilter([filter], "filters", NOTHING_KNOWN)!,
        }));
        const exchange: Exchange = {
          currency: OWN,
          rates: Object.fromEntries(Object.entries(rates).map(([code, rate]) => [code, [["2000-01-01", rate / 100]]])),
        };
        const rateOf = (currency: string): number | undefined => (currency === OWN ? 100 : rates[currency]);
        const isLeft = (of: string, into: string) => of !== into && (!rateOf(of) || !rateOf(into));
        const earned = (events: Iterable<[StampedEvent, (typeof purchases)[number]]>, into: string) => {
          const own = [...events].filter(([, { currency }]) => !isLeft(currency, into));
          const sums = own.map(([, { amount, currency }]) =>
            currency === into ? BigInt(amount) * 10n ** 16n : converted(amount, rateOf(currency)!, rateOf(into)!),
          );
          inOthers += into === OWN ? 0 : sums.length;
          return { value: shown(sums.reduce((sum, one) => sum + one, 0n)), currency: into };
        };
        const leftOf = (
          events: Iterable<[StampedEvent, (typeof purchases)[number]]>,
          isLeftOut: (event: StampedEvent, of: string) => boolean,
        ) => {
          const sums = new Map<string, bigint>();
          for (const [event, { amount, currency }] of events)
            if (isLeftOut(event, currency)) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount));
          left += sums.size;
          return Object.fromEntries([...sums].map(([currency, sum]) => [currency, Number(`${sum}e-2`)]));
        };
        const isLeftOfGoal = (event: StampedEvent, of: string) =>
          goals.some(({ isMet, currency }) => isMet(event) && isLeft(of, currency ?? OWN));

        const date_range = [frame.dates[0], frame.dates.at(-1)];
        const answered = (more: object) => {
          const query = toQuery({ site_id: "abc", metrics: ["total_revenue"], date_range, ...more });
          const plan = toPlan(query, { timezone: "UTC", now: Date.parse("2030-01-01T00:00:00Z"), firstDay: null });
          const main = toAsks(plan, plan.period, goals).map(({ role, ask }) => {
            const { panel, labels } = toPanel(check(ask, { ...NOTHING_KNOWN, goals, exchange }), frame);
            return { role, rows: unpackRows(packRows(named(scan(frame, panel), ask, labels))) };
          });
          return toRollupRows(plan, { main, comparison: null, scanned: 0 }, OWN);
        };

        const byGoal = answered({ dimensions: ["event:goal"] });
        const met = goals.filter(({ isMet }) => [...sold.keys()].some(isMet));
        expect(Object.fromEntries(byGoal.main.map(({ value, others }) => [value, others!.total_revenue]))).toEqual(
          Object.fromEntries(
            met.map(({ name, currency, isMet }) => [
              name,
              earned(
                [...sold].filter(([event]) => isMet(event)),
                currency ?? OWN,
              ),
            ]),
          ),
        );
        if (new Set(currencies).size <= 3) expect(byGoal.unconverted ?? {}).toEqual(leftOf(sold, isLeftOfGoal));

        const [goal] = goals as [(typeof goals)[number]];
        const one = [...sold].filter(([event]) => goal.isMet(event));
        const filtered = answered({ filters: [["is", "event:goal", [goal.name]]] });
        if (one.length > 0) expect(filtered.main[0]!.others!.total_revenue).toEqual(earned(one, goal.currency ?? OWN));
        expect(filtered.unconverted ?? {}).toEqual(leftOf(one, (_, of) => isLeft(of, goal.currency ?? OWN)));
      },
    ),
    { seed, numRuns: 200 },
  );
  expect([left > 100, inOthers > 500]).toEqual([true, true]);
});

it("the currency of a question is that of the goals that it is filtered by, if all have the same", () => {
  const goals = [
    { name: "Order", currency: "USD" },
    { name: "Subscription", currency: "USD" },
    { name: "Lead", currency: null },
  ];
  const of = (...filters: unknown[]) => currencyOfFilters(filters, goals);
  const is = (...names: unknown[]) => ["is", "event:goal", names];
  expect([of(), of(is("Lead")), of(is("Order")), of(is("Order", "Subscription"))]).toEqual([null, null, "USD", "USD"]);
  expect(of(["is", "visit:country", ["DE"]], ["and", [["is", "event:page", ["/"]], is("Order")]])).toBe("USD");
  expect(of(["contains", "event:goal", ["SUB"], { case_sensitive: false }])).toBe("USD");
  // Several currencies, or events that meet no goal for certain.
  expect([of(is("Order", "Lead")), of(is("Order"), is("Lead"))]).toEqual([null, null]);
  expect([of(["or", [is("Order"), ["is", "event:page", ["/"]]]]), of(["not", is("Order")])]).toEqual([null, null]);
  expect([of(["is_not", "event:goal", ["Order"]]), of(["has_done", is("Order")])]).toEqual([null, null]);
  // What is wrong with a filter is said by whoever reads it.
  expect([of(["is", "event:goal"]), of("is"), of(["and", "x"])]).toEqual([null, null, null]);
});
