// Random filters over random visits give what a plain recount gives (recount.ts): every operator, and/or/not, has_done,
// goals, segments, page groups, props, and events that only measure, named and not.
import fc from "fast-check";
import { expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import type { Known } from "../../../workers/domain/analysis/ask/known";
import { toPageGroup } from "../../../workers/domain/analysis/ask/path-groups";
import type { Frame } from "../../../workers/domain/analysis/frame";
import { type Group, scan } from "../../../workers/domain/analysis/scan/scan";
import { dimensionFor } from "../../../workers/domain/events/catalog";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { localDate } from "../../../workers/domain/time/zone";
import { PLACES, type Place } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";
import { type Answer, type Asked, type Question, recount } from "./recount";

const GROUPS = [
  { pattern: "/user/:id", label: "Profile" },
  { pattern: "/blog/**", label: "Blog" },
  { pattern: "/b*/a", label: "never reached by /blog/a" },
];

function groupOf(page: string): string {
  if (/^\/user\/[^/]+$/.test(page)) return "Profile";
  return page.startsWith("/blog/") ? "Blog" : page;
}

const GOALS = new Map<string, Asked[]>([
  ["Sign up", [["is", "event:name", ["Sign up"]]]],
  ["Read blog", [["matches_wildcard", "event:page", ["/blog/**"]]]],
  [
    "Good vitals",
    [
      ["is", "event:name", ["web_vital"]],
      ["is_not", "event:page", ["/"]],
    ],
  ],
]);
const SEGMENTS = new Map<string, Asked[]>([
  ["1", [["is", "visit:source", ["Google"]]]],
  [
    "2",
    [
      [
        "or",
        [
          ["is", "visit:device", ["Mobile"]],
          ["has_done", ["is", "event:name", ["Purchase"]]],
        ],
      ],
    ],
  ],
]);
const pageGroup = toPageGroup(GROUPS);
const goals = [...GOALS].map(([name, filters]) => ({
  name,
  filter: toFilter(filters, "filter", { goals: null, segments: null, pageGroup })!,
}));
const KNOWN: Known = {
  goals,
  segments: new Map(
    [...SEGMENTS].map(([id, filters]) => [id, toFilter(filters, "filter", { goals, segments: null, pageGroup })]),
  ),
  pageGroup,
};

const EVENT_VALUES: Record<string, readonly unknown[]> = {
  "event:name": ["pageview", "Sign up", "sign up", "Purchase", "web_vital", "first_visit", "rule_seen", "engagement"],
  "event:page": ["/", "/blog/a", "/Blog/A", "/user/7", "", "(none)", "/blog"],
  "event:hostname": ["shop.example", "SHOP", ""],
  "event:button": ["buy", "menu", "", "none"],
  "event:rule": ["r1", ""],
  "event:href": ["https://other.example/x", "", "other"],
  "event:page_group": ["Profile", "Blog", "blog", "", "/"],
  "event:props:plan": ["pro", "Pro", "", true, "7", 7, "(none)"],
  "event:props:Price": [9.5, "10", "", 1],
};
const VISIT_VALUES: Record<string, readonly unknown[]> = {
  "visit:source": ["Google", "google", "", "(direct)", "dir"],
  "visit:device": ["Mobile", "Desktop", ""],
  "visit:country": ["DE", "GB", "", "(unknown)"],
  "visit:country_name": ["DE", ""],
  "visit:entry_page": ["/", "/blog/a", "", "(none)"],
  "visit:exit_page": ["/", "/user/7", ""],
  "visit:entry_page_group": ["Profile", "Blog", ""],
  "visit:exit_page_group": ["Blog", "/"],
  "visit:duration_bucket": ["0–10 s", "1–3 min", "10–30 min", "30+ min", "min", ""],
};
const REGEXES = ["^/blog", "o.*l", "[A-Z]", "e$", "^\\(", "^$", "\\d", "a|7"];
const WILDCARDS = ["/blog/*", "/blog/**", "*", "**", "/*/*", "**o*", "/user/*/edit", "(*"];

const negatable = (operator: string) => fc.constantFrom(operator, `${operator}_not`);
const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const option = fc.option(fc.constantFrom([{ case_sensitive: false }], [{ case_sensitive: true }]), { nil: [] });
const ofText = (values: Record<string, readonly unknown[]>) =>
  fc
    .constantFrom(...Object.keys(values))
    .chain((dimension) =>
      fc
        .oneof(
          fc.tuple(fc.constantFrom("is", "is_not", "contains", "contains_not"), some(values[dimension]!), option),
          fc.tuple(negatable("matches"), some(REGEXES), option),
          fc.tuple(negatable("matches_wildcard"), some(WILDCARDS), option),
        )
        .map(([operator, given, options]) => [operator, dimension, given, ...options] as Asked),
    );
const number = fc
  .tuple(
    fc.constantFrom("at_least", "at_most"),
    fc.constantFrom("event:props:Price", "event:props:plan", "event:page"),
    fc.constantFrom<unknown>(0, "9.5", 50, 7),
  )
  .map(([operator, dimension, bound]) => [operator, dimension, [bound]] as Asked);
const goal = fc
  .tuple(
    fc.constantFrom("is", "is_not", "contains", "contains_not"),
    some(["Sign up", "Read blog", "Good vitals", "sign up", "Unknown", "d"]),
    option,
  )
  .map(([operator, names, options]) => [operator, "event:goal", names, ...options] as Asked);
const segment = some<unknown>([1, "2"]).map((ids) => ["is", "segment", ids] as Asked);

const ofEvents = fc.oneof({ weight: 4, arbitrary: ofText(EVENT_VALUES) }, number, goal);
const joined = (one: fc.Arbitrary<Asked>, leaf: fc.Arbitrary<Asked>, depth: number): fc.Arbitrary<Asked> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 3, arbitrary: leaf },
        fc.tuple(
          fc.constantFrom("and", "or"),
          fc.array(fc.oneof(one, joined(one, leaf, depth - 1)), { minLength: 1, maxLength: 3 }),
        ),
        joined(one, leaf, depth - 1).map((inner) => ["not", inner]),
      );
const done = fc.tuple(fc.constantFrom("has_done", "has_not_done"), joined(ofEvents, ofEvents, 2));
const leaf = fc.oneof(
  { weight: 3, arbitrary: ofEvents },
  { weight: 2, arbitrary: ofText(VISIT_VALUES) },
  segment,
  done,
);
const filters = fc.array(joined(leaf, leaf, 3), { maxLength: 3 });

/** What rows are told apart by, as a panel groups. */
const GROUPED = new Map<string, Group>(
  [
    "event:name",
    "event:page",
    "event:button",
    "event:rule",
    "visit:source",
    "visit:country",
    "visit:entry_page",
    "visit:exit_page",
  ].map((name) => {
    const { column, scope, sparse } = dimensionFor(name)!;
    const isEnd = scope === "entry" || scope === "exit";
    return [name, { level: scope === "event" ? "event" : "visit", column, isEnd, isSparse: sparse }];
  }),
);

const asked = fc.record({
  dimension: fc.constantFrom(null, ...GROUPED.keys()),
  filters,
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  until: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.constantFrom(null, null, "hours", "minutes"),
  time: fc.constantFrom(null, null, null, "hour", "minute"),
});
type AskedQuestion = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function toQuestion(
  { filters: given, dimension, from, until, cut, time }: AskedQuestion,
  frame: Frame,
  rows: readonly StampedEvent[],
  { zone }: Place,
): Question {
  const about = { filters: given, dimension, time, goals: GOALS, segments: SEGMENTS, groupOf };
  if (cut === null) {
    const [first, last] = [from, until]
      .map((part) => frame.dates[Math.floor(part * (frame.dates.length - 1e-9))]!)
      .sort();
    return { ...about, first: first!, last: last!, times: null };
  }
  const [begin, later] = [from, until]
    .map((part) => rows[Math.floor(part * (rows.length - 1e-9))]!)
    .map(({ local_hour, event_time }) => (cut === "hours" ? local_hour : event_time - (event_time % 60_000)))
    .sort((a, b) => a - b);
  const end = later! > begin! ? later! : Math.max(...rows.map(({ event_time }) => event_time)) + 1;
  return { ...about, first: localDate(begin!, zone), last: localDate(end - 1, zone), times: [begin!, end] };
}

/** Answers by value, those of nothing left out. */
type Told = Record<string, Answer>;
const toTold = (answers: Iterable<[string, Answer]>): Told =>
  Object.fromEntries([...answers].filter(([, answer]) => Object.values(answer).some((count) => count > 0)));

/** Without reading, whole visits may be counted by faster ways. */
function scanned(
  frame: Frame,
  { filters: given, dimension, time, first, last, times }: Question,
  reading: boolean,
): Told {
  const rows = scan(frame, {
    filter: toFilter(given, "filters", KNOWN),
    groups: dimension === null ? [] : [GROUPED.get(dimension)!],
    buckets: { kind: time === null ? "none" : (`${time}s` as const) },
    span: {
      first: frame.dates.findIndex((date) => date >= first),
      last: frame.dates.findLastIndex((date) => date <= last),
      times,
    },
    reading,
    ends: true,
    isByName: dimension === "event:name",
    persons: false,
    revenue: false,
  });
  return toTold(
    rows.map(({ bucket, values, counts: { visitors, visits, bounces, duration, pageviews, events, engaged_ms } }) => [
      `${time === null ? "" : bucket * 1000} ${dimension === null ? "" : (values[0] ?? dimensionFor(dimension)!.absent)}`,
      { visitors, visits, bounces, duration, pageviews, events, engaged_ms },
    ]),
  );
}

const seed = Number(process.env.FAULT_SEED);

it(`a scan answers what a recount answers, for any filter (seed ${seed})`, () => {
  let compared = 0;
  let met = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.boolean(),
      fc.array(asked, { minLength: 12, maxLength: 12 }),
      (place, steps, isSorted, questions) => {
        const rows = toRows(steps, place, isSorted);
        const frame = frameOf(rows);
        for (const one of questions) {
          const question = toQuestion(one, frame, rows, place);
          const answer = toTold(recount(rows, question));
          expect([question, scanned(frame, question, true)]).toEqual([question, answer]);
          const unread = toTold(
            [...recount(rows, question)].map(([value, counts]) => [value, { ...counts, engaged_ms: 0 }]),
          );
          expect([question, scanned(frame, question, false)]).toEqual([question, unread]);
          compared += 1;
          if (Object.keys(answer).length > 0) met += 1;
        }
      },
    ),
    { seed, numRuns: 300 },
  );
  console.log(`seed ${seed}: ${compared} questions compared, ${met} of them met by events`);
  // Neither side answers nothing to everything.
  expect(met).toBeGreaterThan(compared / 4);
});
