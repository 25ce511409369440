// Conversion rates divide by the visitors under the same filters without the goal, whether the goal is written inline or
// comes in a segment: random filters, written both ways, against a recount of the definition.
import fc from "fast-check";
import { expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import type { Known } from "../../../workers/domain/analysis/ask/known";
import type { Frame } from "../../../workers/domain/analysis/frame";
import { check, named, toPanel } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";
import { type Asked, recount } from "./recount";

const GOALS = new Map<string, Asked[]>([
  ["Sign up", [["is", "event:name", ["Sign up"]]]],
  ["Read blog", [["matches_wildcard", "event:page", ["/blog/**"]]]],
]);
const goals = [...GOALS].map(([name, filters]) => ({
  name,
  filter: toFilter(filters, "filter", { goals: null, segments: null, pageGroup: null })!,
}));

const goal = fc.constantFrom<Asked>(
  ["is", "event:goal", ["Sign up"]],
  ["is_not", "event:goal", ["Sign up"]],
  ["contains", "event:goal", ["blog", "Unknown"]],
);
const other = fc.constantFrom<Asked>(
  ["is", "visit:country", ["DE"]],
  ["is_not", "visit:source", ["Google"]],
  ["is_not", "event:page", ["/"]],
  ["has_done", ["is", "event:name", ["pageview"]]],
);
/** A tree, and whether each of its nodes is to come in a segment, by turns. */
const tree = (depth: number): fc.Arbitrary<Asked> =>
  depth === 0
    ? fc.oneof(goal, other)
    : fc.oneof(
        goal,
        other,
        goal.map((one) => ["has_done", one]),
        fc.tuple(fc.constantFrom("and", "or"), fc.array(tree(depth - 1), { minLength: 1, maxLength: 3 })),
        tree(depth - 1).map((one) => ["not", one]),
      );

/** The same filters with some parts saved as segments. A segment holds no segments. */
function withSegments(filters: readonly Asked[], turns: readonly boolean[]): { filters: Asked[]; saved: Asked[] } {
  const saved: Asked[] = [];
  let turn = 0;
  const write = (filter: Asked): Asked => {
    if (turns[turn++ % turns.length]) return ["is", "segment", [String(saved.push(filter) - 1)]];
    const [operator, second] = filter as [string, unknown];
    if (operator === "and" || operator === "or") return [operator, (second as Asked[]).map(write)];
    return operator === "not" ? [operator, write(second as Asked)] : filter;
  };
  return { filters: filters.map(write), saved };
}

const namesGoal = (filter: Asked): boolean =>
  filter[1] === "event:goal" || (Array.isArray(filter[1]) && namesGoalWithin(filter));
const namesGoalWithin = ([operator, second]: Asked): boolean =>
  operator === "and" || operator === "or" ? (second as Asked[]).some(namesGoal) : namesGoal(second as Asked);

/** The filters without the goal: of what must hold together, all that names none. */
const withoutGoals = (filters: readonly Asked[]): Asked[] =>
  filters.flatMap((filter) => {
    if (!namesGoal(filter)) return [filter];
    return filter[0] === "and" ? withoutGoals(filter[1] as Asked[]) : [];
  });

type Rates = Record<string, [visitors: number, rate: number | null, groupRate: number | null]>;

function answered(frame: Frame, filters: readonly Asked[], known: Known, dimension: string | null): Rates {
  const metrics = ["visitors", "conversion_rate", "group_conversion_rate"];
  const date_range = [frame.dates[0], frame.dates.at(-1)];
  const dimensions = dimension === null ? [] : [dimension];
  const query = toQuery({ site_id: "abc", metrics, date_range, filters, dimensions });
  const plan = toPlan(query, { timezone: "UTC", now: Date.parse("2030-01-01T00:00:00Z"), firstDay: null });
  const main = toAsks(
    plan,
    plan.period,
    goals.map(({ name }) => ({ name, currency: null })),
  ).map(({ role, ask }) => {
    const { panel, labels } = toPanel(check(ask, known), frame);
    return { role, rows: named(scan(frame, panel), ask, labels) };
  });
  const rows = toRollupRows(plan, { main, comparison: null, scanned: 0 }, "EUR").main;
  return Object.fromEntries(
    rows.flatMap(({ value, visitors = 0, others }) =>
      visitors === 0
        ? []
        : [
            [
              String(value ?? ""),
              [visitors, Number(others!.conversion_rate), Number(others!.group_conversion_rate)] as Rates[string],
            ],
          ],
    ),
  );
}

const percent = (part: number, whole: number): number => Math.round((part / whole) * 1000) / 10;

function recounted(
  frame: Frame,
  rows: readonly StampedEvent[],
  filters: readonly Asked[],
  dimension: string | null,
): Rates {
  const about = { time: null, times: null, goals: GOALS, segments: new Map(), groupOf: (page: string) => page };
  const days = { first: frame.dates[0]!, last: frame.dates.at(-1)! };
  const visitorsBy = (given: readonly Asked[], by: string | null) =>
    new Map(
      [...recount(rows, { ...about, ...days, filters: given, dimension: by })].map(([key, { visitors }]) => [
        key.trimStart(),
        visitors,
      ]),
    );
  const base = withoutGoals(filters);
  const total = visitorsBy(base, null).get("") ?? 0;
  const groups = visitorsBy(base, dimension);
  return Object.fromEntries(
    [...visitorsBy(filters, dimension)]
      .filter(([, visitors]) => visitors > 0)
      .map(([key, visitors]) => [key, [visitors, percent(visitors, total), percent(visitors, groups.get(key)!)]]),
  );
}

const seed = Number(process.env.FAULT_SEED);

it(`a conversion rate is the same with the goal inline and in a segment (seed ${seed})`, () => {
  let rates = 0;
  let inSegments = 0;
  const asked = fc.record({
    filters: fc.array(tree(2), { minLength: 1, maxLength: 3 }),
    turns: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    dimension: fc.constantFrom(null, "visit:country", "event:page"),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.array(asked, { minLength: 8, maxLength: 8 }),
      (place, steps, questions) => {
        const rows = toRows(steps, place, true);
        const frame = frameOf(rows);
        for (const { filters, turns, dimension } of questions) {
          const written = withSegments(filters, turns);
          const known: Known = {
            goals,
            segments: new Map(
              written.saved.map((filter, id) => [
                String(id),
                toFilter(filter, "filter", { goals, segments: null, pageGroup: null }),
              ]),
            ),
            pageGroup: null,
          };
          const expected = recounted(frame, rows, filters, dimension);
          expect([filters, answered(frame, filters, known, dimension)]).toEqual([filters, expected]);
          expect([written, answered(frame, written.filters, known, dimension)]).toEqual([written, expected]);
          rates += Object.keys(expected).length;
          if (written.saved.some(namesGoal)) inSegments += 1;
        }
      },
    ),
    { seed, numRuns: 150 },
  );
  console.log(`seed ${seed}: ${rates} rates, ${inSegments} questions with a goal in a segment`);
  expect(rates).toBeGreaterThan(150);
  expect(inSegments).toBeGreaterThan(100);
});
