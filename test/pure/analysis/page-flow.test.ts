// Pages before and after a page, and other derived dimensions, over random visits: with filters on pages and on them they are
// those of a plain recount.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { derive } from "../../../workers/domain/analysis/derived";
import type { Frame } from "../../../workers/domain/analysis/frame";
import { type Ask, check, derivedIn, named, toPanel } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";
import { type Asked, recount } from "./recount";

const seed = Number(process.env.FAULT_SEED);
const KNOWN = { goals: [], segments: new Map(), pageGroup: null };

function counted(frame: Frame, dimension: string, filters: readonly Asked[]) {
  const ask: Ask = {
    ...{ filters, groups: [dimension], time: null, times: null, first: frame.dates[0]!, humansOnly: false },
    ...{ reading: false, ends: false, persons: false, revenue: false },
  };
  const checked = check(ask, KNOWN);
  derive(frame, derivedIn([checked]), null);
  const { panel, labels } = toPanel(checked, frame);
  return named(scan(frame, panel), ask, labels);
}

const PAGES = ["/", "/blog/a", "/user/7"];
const filter = fc.oneof(
  fc.constantFrom(...PAGES).map((page): Asked => ["is", "event:page", [page]]),
  fc.constantFrom(...PAGES, "(entry)").map((page): Asked => ["is", "event:previous_page", [page]]),
  fc.constantFrom(...PAGES, "(exit)").map((page): Asked => ["is", "event:next_page", [page]]),
  fc.constantFrom<Asked>(
    ["has_done", ["contains", "event:next_page", ["/blog"]]],
    ["is", "visit:duration_bucket", ["1–3 min", "3–10 min"]],
    ["is", "visit:country", ["DE"]],
  ),
);
const DIMENSIONS = ["event:previous_page", "event:next_page", "visit:duration_bucket"];

it(`previous and next pages are those of a recount (seed ${seed})`, () => {
  const found = new Set<string>();
  let compared = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.boolean(),
      fc.array(fc.tuple(fc.constantFrom(...DIMENSIONS), fc.array(filter, { maxLength: 2 })), {
        minLength: 6,
        maxLength: 6,
      }),
      (place, steps, isSorted, questions) => {
        const rows = toRows(steps, place, isSorted);
        const frame = frameOf(rows);
        for (const [dimension, filters] of questions) {
          const about = {
            time: null,
            times: null,
            goals: new Map(),
            segments: new Map(),
            groupOf: (page: string) => page,
          };
          const [first, last] = [frame.dates[0]!, frame.dates.at(-1)!];
          const expected = recount(rows, { ...about, filters, dimension, first, last });
          const answer = counted(frame, dimension, filters).map(({ values, counts }) => {
            const { visitors, visits, pageviews, events } = counts;
            return [` ${values[0] ?? "(none)"}`, { visitors, visits, pageviews, events }];
          });
          // Reading alone makes no row here.
          const wanted = [...expected].flatMap(([key, { visitors, visits, pageviews, events }]) =>
            visits + events === 0 ? [] : [[key, { visitors, visits, pageviews, events }]],
          );
          expect([dimension, filters, Object.fromEntries(answer)]).toEqual([
            dimension,
            filters,
            Object.fromEntries(wanted),
          ]);
          compared += answer.length;
          for (const [key] of answer) found.add(String(key));
        }
      },
    ),
    { seed, numRuns: 150 },
  );
  expect(compared).toBeGreaterThan(500);
  for (const value of [" (entry)", " (exit)", " (none)", " /"]) expect(found).toContain(value);
});

const DATE = "2026-10-05";
const at = (n: number, event_type: EventType, page: string, more: Partial<StampedEvent> = {}): StampedEvent => ({
  ...unpackEvent([]),
  ...{ event_id: `e${n}`, event_type, name: event_type, seq: n, event_time: n, page },
  ...{ visitor_id: "anna", visit_id: "visit", new_visit: n === 0 ? 1 : 0, local_date: DATE, visit_date: DATE },
  ...more,
});

test("views of one page that follow each other are one, and other events have no page beside theirs", () => {
  const rows = ["/", "/", "/a", "/", "/a"].map((page, n) => at(n, "pageview", page));
  const frame = frameOf([...rows, at(9, "click", "/a")]);
  const views = (dimension: string, page: string) =>
    Object.fromEntries(
      counted(frame, dimension, [["is", "event:page", [page]]]).map(({ values, counts }) => [
        values[0],
        [counts.visits, counts.pageviews, counts.events],
      ]),
    );
  expect(views("event:previous_page", "/")).toEqual({ "(entry)": [1, 2, 2], "/a": [1, 1, 1] });
  expect(views("event:next_page", "/")).toEqual({ "/a": [1, 3, 3] });
  expect(views("event:next_page", "/a")).toEqual({ "/": [1, 1, 1], "(exit)": [1, 1, 1] });
});

test("page views are grouped by how far they were scrolled, with filters on that", () => {
  const scrolled = (n: number, of: number, scroll_depth: number, scroll_before: number | null) =>
    at(n, "engagement", of < 2 ? "/" : "/a", { view_id: `e${of}`, scroll_depth, scroll_before });
  const views = [at(0, "pageview", "/"), at(1, "pageview", "/"), at(2, "pageview", "/a"), at(3, "pageview", "/a")];
  const frame = frameOf([
    ...views,
    scrolled(4, 0, 30, null),
    scrolled(5, 0, 60, 30),
    scrolled(6, 1, 95, null),
    scrolled(7, 2, 60, null),
  ]);
  const by = (dimension: string, ...filters: Asked[]) =>
    Object.fromEntries(counted(frame, dimension, filters).map(({ values, counts }) => [values[0], counts.pageviews]));
  expect(by("event:scroll_bucket")).toEqual({ "50–74%": 2, "90–100%": 1 });
  expect(by("event:scroll_bucket", ["is", "event:page", ["/"]])).toEqual({ "50–74%": 1, "90–100%": 1 });
  expect(by("event:page", ["is", "event:scroll_bucket", ["50–74%"]])).toEqual({ "/": 1, "/a": 1 });
});

describe("hours of many days", () => {
  const plan = (date_range: unknown, more: object = {}) =>
    toPlan(toQuery({ site_id: "abc", metrics: ["visitors"], date_range, dimensions: ["time:hour"], ...more }), {
      ...{ timezone: "Europe/Zurich", now: Date.parse("2026-11-30T12:00:00Z"), firstDay: null },
    });

  it.each([
    // Clocks go back on October 25.
    ["28d", 28 * 24],
    [["2026-08-01", "2026-10-31"], 92 * 24 + 1],
  ])("of %j are answered, filtered or not", (range, hours) => {
    expect(plan(range).buckets).toHaveLength(hours);
    expect(plan(range, { filters: [["is", "visit:device", ["Mobile"]]] }).source).toBe("scan");
  });

  it("of more are refused", () => {
    expect(() => plan(["2026-07-31", "2026-10-31"])).toThrow("at most 92 days");
  });
});
