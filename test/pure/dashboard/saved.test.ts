// What is saved for questions, as the dashboard reads and writes it: goals, segments, path groups, annotations.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { daysIn, localClock } from "../../../dashboard/src/data/calendar";
import { type Filter, OPERATORS } from "../../../dashboard/src/data/filters/filter";
import { momentOf, placeAnnotations, toInstant } from "../../../dashboard/src/data/saved/annotation";
import { splitEvents } from "../../../dashboard/src/data/saved/event-order";
import {
  GOAL_KINDS,
  type GoalFields,
  isWhole,
  toGoalFields,
  toGoalFilter,
} from "../../../dashboard/src/data/saved/goal-kind";
import { nameOf, toOffers } from "../../../dashboard/src/data/saved/offer";
import { createPathGroups, previewGroups } from "../../../dashboard/src/data/saved/path-pattern";
import type { Annotation, Goal, SavedFilter, Segment } from "../../../dashboard/src/data/saved/requests";
import {
  appliedSegment,
  isEdited,
  segmentChip,
  toChips,
  toSegmentFilter,
} from "../../../dashboard/src/data/saved/segment";
import { versusNames, versusQuestion, withVersus } from "../../../dashboard/src/data/saved/versus";
import type { Series } from "../../../dashboard/src/data/series";
import { readView } from "../../../dashboard/src/data/view";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { faultOfPathPattern, toPageGroup } from "../../../workers/domain/analysis/ask/path-groups";
import { EVENT_TYPES } from "../../../workers/domain/events/measurement";
import type { Answer } from "../../../workers/domain/queries/answer";

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _-]{0,12}[A-Za-z0-9]$/);
const path = fc
  .array(fc.stringMatching(/^[a-z0-9.()+-]{1,6}$/), { maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);

describe("goals", () => {
  const fields: fc.Arbitrary<GoalFields> = fc.record({
    kind: fc.constantFrom(...GOAL_KINDS),
    name: fc.oneof(word, fc.constantFrom("pageview", "form_submit", "download", "rule")),
    page: fc.oneof(
      path,
      path.map((one) => `${one}/*`),
      path.map((one) => `${one}/**`),
    ),
    link: fc.oneof(
      fc.constant(""),
      path.map((one) => `https://shop.example${one}`),
      fc.constant("https://*.example/**"),
    ),
    depth: fc.integer({ min: 1, max: 100 }).map(String),
    props: fc.uniqueArray(fc.record({ key: word, value: fc.string() }), { maxLength: 3, selector: ({ key }) => key }),
  });

  test("every goal of the form has a filter that the API accepts, and a name that it accepts", () => {
    fc.assert(
      fc.property(fields, (one) => {
        expect(isWhole(one)).toBe(true);
        expect(() => toFilter(toGoalFilter(one), "filter", NOTHING_KNOWN)).not.toThrow();
        expect(nameOf(one).length).toBeLessThanOrEqual(100);
        expect(nameOf(one).trim()).not.toBe("");
      }),
    );
  });

  test("a saved goal opens in the form and saves as the same filter", () => {
    fc.assert(
      fc.property(fields, (one) => {
        const filter = toGoalFilter(one);
        const read = toGoalFields(filter);
        expect(read).not.toBeNull();
        expect(toGoalFilter(read!)).toEqual(filter);
      }),
    );
  });

  test.each<SavedFilter>([
    [
      "or",
      [
        ["is", "event:name", ["Signup"]],
        ["is", "event:name", ["Login"]],
      ],
    ],
    ["is", "event:name", ["Signup", "Login"]],
    ["contains", "event:page", ["/thanks"]],
    [
      "and",
      [
        ["is", "event:name", ["Signup"]],
        ["is", "visit:country", ["DE"]],
      ],
    ],
  ])("a filter of no kind is left as it is: %j", (...filter) => {
    expect(toGoalFields(filter as unknown as SavedFilter)).toBeNull();
  });

  test("offers are what visitors did, own events first, without the goals that exist", () => {
    const row = (visitors: number, ...dimensions: string[]) => ({ dimensions, metrics: [visitors] });
    const answers = {
      events: { results: [row(90, "pageview"), row(70, "web_vital"), row(9, "Signup"), row(5, "Purchase")] },
      forms: { results: [row(4, "newsletter"), row(3, "(none)")] },
      links: { results: [row(8, "download", "https://x.example/a.pdf"), row(2, "outbound", "https://y.example/")] },
      pages: { results: [row(80, "/"), row(50, "/blog"), row(6, "/thank-you")] },
    };
    const goal = { id: "1", name: "Buy", filter: ["is", "event:name", ["Purchase"]], currency: null } as const;
    const offers = toOffers(answers, [{ ...goal, created_at: "" } satisfies Goal]);
    expect(offers.map(({ draft, visitors }) => [draft.name, visitors])).toEqual([
      ["Signup", 9],
      ["Submit newsletter", 4],
      ["Download https://x.example/a.pdf", 8],
      ["Outbound link: https://y.example/", 2],
      ["Visit /thank-you", 6],
      ["Visit /blog", 50],
    ]);
    const added = offers.map(({ draft }, id): Goal => ({ ...draft, id: `${id}`, currency: null, created_at: "" }));
    expect(toOffers(answers, [...added, { ...goal, created_at: "" }])).toEqual([]);
  });
});

const chip: fc.Arbitrary<Filter> = fc
  .record({
    operator: fc.constantFrom(...OPERATORS),
    dimension: fc.constantFrom("visit:country", "event:page", "event:goal", "event:props:plan"),
    values: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
  })
  .map((one) => (one.operator.startsWith("at_") ? { ...one, values: [`${one.values.length}`] } : one));

const segmentOf = (filter: SavedFilter, id = "s1"): Segment => ({
  id,
  filter,
  name: `Segment ${id}`,
  shared: true,
  created_at: "",
});

describe("segments", () => {
  test("filters that are saved as a segment come back as the same filters", () => {
    fc.assert(
      fc.property(fc.array(chip, { minLength: 1, maxLength: 6 }), (filters) => {
        const saved = toSegmentFilter(filters, [])!;
        expect(toChips(saved)).toEqual(filters);
        const segment = segmentOf(saved);
        expect(isEdited(filters, segment)).toBe(false);
        expect(isEdited([segmentChip("s1")], segment)).toBe(false);
        expect(isEdited([...filters, filters[0]!], segment)).toBe(true);
        expect(isEdited([segmentChip("s1"), filters[0]!], segment)).toBe(true);
        expect(appliedSegment(filters, "s1", [segment])).toBe(segment);
        expect(appliedSegment([segmentChip("s1"), ...filters], null, [segment])).toBe(segment);
        expect(appliedSegment(filters, null, [segment])).toBeNull();
      }),
    );
  });

  test("a saved segment contains the trees of the segments in it, and no segment", () => {
    const mobile = segmentOf(["is", "visit:device", ["Mobile"]], "m");
    const german = segmentOf(
      [
        "and",
        [
          ["is", "visit:country", ["DE"]],
          ["is", "visit:os", ["iOS"]],
        ],
      ],
      "g",
    );
    const plan: Filter = { operator: "is", dimension: "event:props:plan", values: ["pro"] };
    const all = [mobile, german];
    expect(toSegmentFilter([segmentChip("m"), plan], all)).toEqual([
      "and",
      [
        ["is", "visit:device", ["Mobile"]],
        ["is", "event:props:plan", ["pro"]],
      ],
    ]);
    expect(toSegmentFilter([{ ...segmentChip("m"), values: ["m", "g"] }], all)).toEqual([
      "or",
      [mobile.filter, german.filter],
    ]);
    expect(toSegmentFilter([{ ...segmentChip("m"), operator: "is_not" }], all)).toEqual(["not", mobile.filter]);
    expect(toSegmentFilter([segmentChip("gone"), plan], all)).toBeNull();
    expect(toSegmentFilter([], all)).toBeNull();
  });

  test.each<SavedFilter>([
    ["or", [["is", "visit:country", ["DE"]]]],
    ["not", ["is", "visit:country", ["DE"]]],
    ["contains", "event:page", ["/blog"]],
    ["is", "visit:country", ["de"], { case_sensitive: false }],
  ])("a tree that chips cannot show is not taken apart: %j", (...filter) => {
    expect(toChips(filter as unknown as SavedFilter)).toBeNull();
  });
});

test("a comparison with other visitors asks for the same buckets under other filters, and fills the second line", () => {
  const scene = (search: Record<string, string>) => ({ siteId: "shop", today: "2026-11-22", view: readView(search) });
  const filtered = { f: "is,visit:country,DE", period: "7d" };
  expect(versusQuestion(scene(filtered))).toBeNull();
  const everybody = versusQuestion(scene({ ...filtered, vs: "all" }))!;
  expect(everybody.filters).toBeUndefined();
  expect(everybody.include?.comparisons).toBeUndefined();
  const other = versusQuestion(scene({ ...filtered, vs: "s1" }))!;
  expect(other.filters).toEqual([["is", "segment", ["s1"]]]);
  expect(other.dimensions).toEqual(everybody.dimensions);

  const point = (label: string, value: number | null) => ({ label, value, beforeLabel: "2026-11-01", before: 99 });
  const series: Series = {
    interval: "day",
    running: null,
    points: [point("2026-11-20", 1), point("2026-11-21", 2), point("2026-11-22", null)],
  };
  const answer = { results: [{ dimensions: ["2026-11-20"], metrics: [7] }] } as unknown as Answer;
  const clock = "2026-11-21 10:00:00";
  expect(withVersus(series, answer, "visitors", clock).points.map(({ before }) => before)).toEqual([7, 0, null]);
  expect(withVersus(series, answer, "bounce_rate", clock).points.map(({ before }) => before)).toEqual([7, null, null]);
  // The previous period never stands under the name of a segment.
  expect(withVersus(series, undefined, "visitors", clock).points.map(({ before }) => before)).toEqual([
    null,
    null,
    null,
  ]);

  const texts = { everybody: "All", filtered: "Filtered", deleted: "Gone" };
  const names = (search: Record<string, string>) => versusNames(scene(search), [segmentOf(["is", "a", []])], texts);
  expect(names({ vs: "s1" })).toEqual({ now: "All", before: "Segment s1" });
  expect(names({ ...filtered, vs: "all" })).toEqual({ now: "Filtered", before: "All" });
  expect(names({ f: "is,segment,s1", vs: "s2" })).toEqual({ now: "Segment s1", before: "Gone" });
});

describe("path groups", () => {
  const part = fc.oneof(fc.constantFrom("*", "**", ":id", ":name", "a*", "blog", "a.b", "x+y", "(1)", "a-b", ""));
  const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
  const page = fc
    .array(fc.constantFrom("blog", "a.b", "axb", "x+y", "(1)", "a-b", "a", "", "ü", "\n"), { maxLength: 5 })
    .map((parts) => `/${parts.join("/")}`);

  test("the preview puts every page into the group that the API puts it into", () => {
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 4 }).map((all) => all.filter((one) => faultOfPathPattern(one) === null)),
        fc.array(page, { minLength: 1, maxLength: 8 }),
        (patterns, pages) => {
          const groupOf = createPathGroups(patterns.map((one) => ({ pattern: one })));
          const known = toPageGroup(patterns.map((one, index) => ({ pattern: one, label: `group ${index}` })));
          for (const one of pages) {
            const at = groupOf(one);
            expect(known(one)).toBe(at < 0 ? one : `group ${at}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("several ** cost time by their number, not by its power", () => {
    const hostile = `/${"**a".repeat(60)}!`;
    const groupOf = createPathGroups([
      { pattern: hostile },
      { pattern: "/:a**:b**/**/**c" },
      { pattern: `/${"*a".repeat(60)}` },
    ]);
    for (const length of [20, 200, 2000]) {
      expect(groupOf(`/${"a".repeat(length)}`)).toBe(length < 60 ? -1 : 2);
      expect(groupOf(`/${"a".repeat(length)}!`)).toBe(length < 60 ? -1 : 0);
      expect(groupOf(`/${"a/".repeat(length)}`)).toBe(-1);
    }
  });

  test("each page is in one group, and their views add up", () => {
    const pages = [
      { page: "/blog/a", views: 5 },
      { page: "/blog/", views: 2 },
      { page: "/pricing", views: 1 },
    ];
    const { groups, others } = previewGroups(
      [{ pattern: "/blog/:post" }, { pattern: "/blog/**" }, { pattern: "" }],
      pages,
    );
    expect(groups.map(({ views }) => views)).toEqual([5, 2, 0]);
    expect(others).toEqual({ pages: [{ page: "/pricing", views: 1 }], views: 1 });
  });
});

describe("annotations", () => {
  const zone = fc.constantFrom("UTC", "Europe/Zurich", "America/St_Johns", "Asia/Kolkata", "Pacific/Auckland");
  const date = fc
    .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
    .map((one) => one.toISOString().slice(0, 10));
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((one) => `${one}`.padStart(2, "0")).join(":"));

  test("a local date and time becomes the instant at which the property's clock shows it", () => {
    fc.assert(
      fc.property(zone, date, time, (timezone, day, at) => {
        const shown = localClock(Date.parse(toInstant(day, at, timezone)), timezone);
        // A change of clocks skips up to an hour of a few nights.
        const minutes = (Date.parse(`${shown.replace(" ", "T")}Z`) - Date.parse(`${day}T${at}:00Z`)) / 60_000;
        expect([0, 60]).toContain(minutes);
        if (minutes === 60) expect(at < "04").toBe(true);
      }),
    );
  });

  const note = (part: Partial<Annotation>): Annotation => ({
    ...{ id: "1", date: null, time: null, text: "Release", shared: true, created_at: "" },
    ...part,
  });
  const seriesOf = (interval: Series["interval"], labels: string[]): Series => ({
    interval,
    running: null,
    points: labels.map((label) => ({ label, value: 1, beforeLabel: null, before: null })),
  });
  const placeOf = (series: Series, part: Partial<Annotation>, timezone = "UTC"): number =>
    [...placeAnnotations(series, [note(part)], timezone).keys()][0] ?? -1;

  test("an annotation is at the bucket that contains its moment in the property's zone", () => {
    const days = seriesOf("day", ["2026-11-20", "2026-11-21", "2026-11-22"]);
    expect(placeOf(days, { date: "2026-11-21" })).toBe(1);
    expect(placeOf(days, { time: "2026-11-21T23:30:00Z" })).toBe(1);
    expect(placeOf(days, { time: "2026-11-21T23:30:00Z" }, "Europe/Zurich")).toBe(2);
    expect([placeOf(days, { date: "2026-11-19" }), placeOf(days, { date: "2026-11-23" })]).toEqual([-1, -1]);
    const hours = seriesOf("hour", ["2026-11-21 00:00:00", "2026-11-21 01:00:00"]);
    expect(placeOf(hours, { date: "2026-11-21" })).toBe(0);
    expect(placeOf(hours, { time: "2026-11-21T01:59:59Z" })).toBe(1);
    expect(placeOf(hours, { time: "2026-11-21T02:00:00Z" })).toBe(-1);
    // The night on which clocks go back has the third hour twice.
    const night = seriesOf("hour", ["2026-10-25 02:00:00", "2026-10-25 02:00:00+01:00", "2026-10-25 03:00:00"]);
    const atNight = (time: string) => placeOf(night, { time }, "Europe/Berlin");
    expect(["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:59:59Z"].map(atNight)).toEqual([0, 1, 2]);
    expect(["2026-10-24T23:59:59Z", "2026-10-25T03:00:00Z"].map(atNight)).toEqual([-1, -1]);
    const minutes = seriesOf("minute", ["2026-11-21 10:00:00", "2026-11-21 10:01:00"]);
    const atMinute = (time: string) => placeOf(minutes, { time });
    expect(["2026-11-21T10:01:59Z", "2026-11-21T10:02:00Z"].map(atMinute)).toEqual([1, -1]);
    const weeks = seriesOf("week", ["2026-11-16", "2026-11-23"]);
    expect([placeOf(weeks, { date: "2026-11-22" }), placeOf(weeks, { date: "2026-11-29" })]).toEqual([0, 1]);
    expect(placeOf(weeks, { date: "2026-11-30" })).toBe(-1);
    const months = seriesOf("month", ["2026-10-01", "2026-11-01"]);
    expect([placeOf(months, { date: "2026-11-30" }), placeOf(months, { date: "2026-12-01" })]).toEqual([1, -1]);
  });

  test("the moment that the form shows is the one that was saved", () => {
    fc.assert(
      fc.property(zone, date, time, (timezone, day, at) => {
        const moment = momentOf(note({ time: toInstant(day, at, timezone) }), timezone);
        expect(toInstant(moment.slice(0, 10), moment.slice(11, 16), timezone)).toBe(toInstant(day, at, timezone));
        expect(daysIn(day, moment.slice(0, 10))).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});

test("automatic events never lead a list of events, and no event is lost", () => {
  const name = fc.oneof(word, fc.constantFrom(...Object.keys(EVENT_TYPES)));
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const { own, automatic } = splitEvents(names, (one) => one);
      expect([...own, ...automatic].sort()).toEqual([...names].sort());
      const isAutomatic = (one: string): boolean =>
        Object.hasOwn(EVENT_TYPES, one) && !EVENT_TYPES[one as keyof typeof EVENT_TYPES].interactive;
      expect(own.filter(isAutomatic)).toEqual([]);
      expect(automatic.every(isAutomatic)).toBe(true);
    }),
  );
  expect(splitEvents(["pageview", "click", "Signup", "web_vital"], (one) => one)).toEqual({
    own: ["Signup", "click"],
    automatic: ["pageview", "web_vital"],
  });
});
