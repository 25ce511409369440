// Random filters over random visits give what a plain recount gives (recount.ts): every operator, and/or/not, has_done,
// goals, segments, page groups, props, and events that only measure, named and not.
import fc from "fast-check";
import { expect, it } from "vitest";
import { durationBucketFor } from "../../../workers/domain/analysis/ask/buckets";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import type { Known } from "../../../workers/domain/analysis/ask/known";
import { toPageGroup } from "../../../workers/domain/analysis/ask/path-groups";
import { toDay } from "../../../workers/domain/analysis/day";
import { type Frame, toFrame, toValues } from "../../../workers/domain/analysis/frame";
import { type Group, scan } from "../../../workers/domain/analysis/scan";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/tables";
import { dimensionFor } from "../../../workers/domain/events/catalog";
import type { PropValue, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { localDate } from "../../../workers/domain/time/zone";
import { arrive, PLACES, type Place, restampAll, type Step, step, toSent } from "../visits/workload";
import { type Answer, type Asked, type Question, recount } from "./recount";

const PROP_KEYS = ["plan", "Price"];
const TYPES: EventType[] = ["pageview", "engagement", "click", "custom", "web_vital", "first_visit", "rule_seen"];

interface Extra {
  /** Minutes after the beginning: close together, so that visits have several events, and around midnights. */
  at: number;
  type: EventType;
  name: string;
  page: string | null;
  country: string | null;
  button: string | null;
  href: string | null;
  plan: PropValue | null;
  price: number | null;
  /** Which of the page views before it names as its own. */
  view: number;
}

const extra = fc.record<Extra>({
  at: fc.oneof(
    ...[645, 1425, 2865].map((from) => ({ weight: 3, arbitrary: fc.integer({ min: from, max: from + 30 }) })),
    fc.integer({ min: 0, max: 4320 }),
  ),
  type: fc.constantFrom(...TYPES, "pageview"),
  name: fc.constantFrom("Sign up", "sign up", "Purchase"),
  page: fc.constantFrom("/", "/blog/a", "/blog/b/c", "/Blog/A", "/user/7", "/user/8/edit", null),
  country: fc.constantFrom("DE", "GB", null),
  button: fc.constantFrom(null, null, "buy"),
  href: fc.constantFrom(null, null, "https://other.example/x"),
  plan: fc.constantFrom<PropValue | null>(null, "pro", "Pro", "", true, 7),
  price: fc.constantFrom(null, 0, 9.5, 10, 100),
  view: fc.nat(3),
});

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
  "event:button": ["buy", "", "none"],
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
  isCut: fc.boolean(),
});
type AskedQuestion = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** Events with more in them than those of the workload; reading names a page view before it, and has its page. */
function toRows(steps: readonly { step: Step; extra: Extra }[], place: Place, isSorted: boolean): StampedEvent[] {
  const sent = steps.map((one, n) => {
    const { at, type, name, page, country, button, href, plan, price } = one.extra;
    const made = toSent({ ...one.step, person: one.step.person % 2, at, type, page }, n, place);
    const props = { ...(plan === null ? {} : { plan }), ...(price === null ? {} : { Price: price }) };
    Object.assign(made.event, { country, href, button_id: button, props: Object.keys(props).length ? props : null });
    if (type === "custom") made.event.name = name;
    return { ...made, view: one.extra.view };
  });
  const inTime = [...sent].sort((a, b) => a.at - b.at);
  for (const one of sent) {
    if (one.type !== "engagement") continue;
    const views = inTime.filter(
      ({ at, person, user, type }) => type === "pageview" && person === one.person && user === one.user && at < one.at,
    );
    const view = views.at(-1 - one.view);
    if (view) Object.assign(one.event, { view_id: view.event.event_id, page: view.event.page });
  }
  return isSorted ? arrive(inTime, place) : restampAll(arrive(sent, place));
}

function frameOf(rows: readonly StampedEvent[]): Frame {
  const names = { visits: new Set(Object.keys(VISIT_COLUMNS)), actions: new Set(Object.keys(ACTION_COLUMNS)) };
  const dates = [...new Set(rows.flatMap(({ local_date, visit_date }) => [local_date, visit_date]))].sort();
  const days = dates.map((date) => {
    const { visits, actions } = toDay(date, rows);
    const props = PROP_KEYS.map((key) => [
      `props:${key}`,
      actions.map(({ props: given }) => (given?.[key] === undefined ? null : String(given[key]))),
    ]);
    const duration_bucket = visits.map(({ visit_id, duration }) => visit_id && durationBucketFor(duration));
    return {
      date,
      visits: { ...toValues(visits, names.visits), duration_bucket },
      actions: { ...toValues(actions, names.actions), ...(Object.fromEntries(props) as Record<string, unknown[]>) },
    };
  });
  names.visits.delete("actions");
  names.actions.delete("props");
  return toFrame(days, {
    visits: names.visits.add("duration_bucket"),
    actions: new Set([...names.actions, ...PROP_KEYS.map((key) => `props:${key}`)]),
  });
}

function toQuestion(
  { filters: given, dimension, from, until, isCut }: AskedQuestion,
  frame: Frame,
  rows: readonly StampedEvent[],
  { zone }: Place,
): Question {
  const about = { filters: given, dimension, goals: GOALS, segments: SEGMENTS, groupOf };
  if (!isCut) {
    const [first, last] = [from, until]
      .map((part) => frame.dates[Math.floor(part * (frame.dates.length - 1e-9))]!)
      .sort();
    return { ...about, first: first!, last: last!, times: null };
  }
  // Reading is kept by the hour of its page view, so the cut is between hours.
  const [begin, hour] = [from, until]
    .map((part) => rows[Math.floor(part * (rows.length - 1e-9))]!.local_hour)
    .sort((a, b) => a - b);
  const end = hour! > begin! ? hour! : Math.max(...rows.map(({ event_time }) => event_time)) + 1;
  return { ...about, first: localDate(begin!, zone), last: localDate(end - 1, zone), times: [begin!, end] };
}

/** Answers by value, those of nothing left out. */
type Told = Record<string, Answer>;
const toTold = (answers: Iterable<[string, Answer]>): Told =>
  Object.fromEntries([...answers].filter(([, answer]) => Object.values(answer).some((count) => count > 0)));

function scanned(frame: Frame, { filters: given, dimension, first, last, times }: Question): Told {
  const rows = scan(frame, {
    filter: toFilter(given, "filters", KNOWN),
    groups: dimension === null ? [] : [GROUPED.get(dimension)!],
    buckets: { kind: "none" },
    span: {
      first: frame.dates.findIndex((date) => date >= first),
      last: frame.dates.findLastIndex((date) => date <= last),
      times,
    },
    reading: true,
    ends: true,
    isByName: dimension === "event:name",
    persons: false,
    revenue: false,
  });
  return toTold(
    rows.map(({ values, counts: { visitors, visits, bounces, duration, pageviews, events, engaged_ms } }) => [
      dimension === null ? "" : (values[0] ?? dimensionFor(dimension)!.absent),
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
      fc.array(fc.record({ step, extra }), { minLength: 1, maxLength: 40, size: "max" }),
      fc.boolean(),
      fc.array(asked, { minLength: 12, maxLength: 12 }),
      (place, steps, isSorted, questions) => {
        const rows = toRows(steps, place, isSorted);
        const frame = frameOf(rows);
        for (const one of questions) {
          const question = toQuestion(one, frame, rows, place);
          const answer = toTold(recount(rows, question));
          expect([question, scanned(frame, question)]).toEqual([question, answer]);
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
