// The click rate of buttons and rules over random visits is that of a plain recount: by every dimension beside them, filtered
// or not, inline or by a segment.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { derive } from "../../../workers/domain/analysis/derived";
import type { Frame } from "../../../workers/domain/analysis/frame";
import { check, derivedIn, named, toPanel } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

/** Answers over a frame, whole, as the Worker makes them of what Analysts count. */
function answered(frame: Frame, asked: object): Record<string, unknown> {
  const date_range = [frame.dates[0], frame.dates.at(-1)];
  const query = toQuery({ site_id: "abc", metrics: ["ctr"], date_range, ...asked });
  const plan = toPlan(query, { timezone: "UTC", now: Date.parse("2030-01-01T00:00:00Z"), firstDay: null });
  const main = toAsks(plan, plan.period, []).map(({ role, ask }) => {
    const checked = check(ask, KNOWN);
    derive(frame, derivedIn([checked]), null);
    const { panel, labels } = toPanel(checked, frame);
    return { role, rows: named(scan(frame, panel), ask, labels) };
  });
  const rows = toRollupRows(plan, { main, comparison: null, scanned: 0 }, "EUR").main;
  return toRates(rows.map(({ bucket, value, others }) => [`${bucket ?? ""} ${value}`, others?.ctr]));
}

/** Rows without a rate are left out: a visit has one on the day on which it began, whenever something was clicked. */
const toRates = (rates: [key: string, rate: unknown][]) =>
  Object.fromEntries(rates.filter(([, rate]) => rate !== null));

/** Conditions, and whether an event meets them: of pages and visits, and of what only a click is. */
const OF_PAGES: Record<string, [object, (event: StampedEvent) => boolean]> = {
  all: [["is_not", "event:hostname", ["nowhere"]], () => true],
  blog: [["contains", "event:page", ["/blog"]], ({ page }) => page?.includes("/blog") ?? false],
};
const OF_CLICKS: Record<string, [object, (event: StampedEvent) => boolean]> = {
  all: [["is_not", "event:name", ["nothing"]], () => true],
  pro: [["is", "event:props:plan", ["pro"]], ({ props }) => props?.plan === "pro"],
  buy: [["is", "event:button", ["buy"]], ({ button_id }) => button_id === "buy"],
};
/** Each of the conditions as a segment too. */
const KNOWN = {
  ...{ goals: [], pageGroup: null },
  segments: new Map(
    Object.entries({ ...OF_PAGES, ...OF_CLICKS }).map(([id, [filter]]) => [
      id,
      toFilter(filter, "filter", NOTHING_KNOWN),
    ]),
  ),
};
const BESIDE: Record<string, (event: StampedEvent) => string> = {
  "visit:device": ({ device }) => device ?? "(unknown)",
  "event:page": ({ page }) => page ?? "(none)",
  "time:day": ({ local_date }) => local_date,
};

const MEASURING = ["engagement", "web_vital", "heatmap", "rule_seen", "first_visit"];
const percent = (clicks: number, views: number) => (views > 0 ? Math.round((clicks / views) * 1000) / 10 : null);

const asked = fc.record({
  subject: fc.constantFrom("event:button", "event:rule"),
  beside: fc.constantFrom(null, ...Object.keys(BESIDE)),
  ofPages: fc.constantFrom(...Object.keys(OF_PAGES)),
  ofClicks: fc.constantFrom(...Object.keys(OF_CLICKS)),
  isSegment: fc.boolean(),
});

function recounted(
  rows: readonly StampedEvent[],
  { subject, beside, ofPages, ofClicks }: typeof asked extends fc.Arbitrary<infer T> ? T : never,
): Record<string, unknown> {
  const isOfPages = OF_PAGES[ofPages]![1];
  const isOfClicks = OF_CLICKS[ofClicks]![1];
  const besideOf = (event: StampedEvent) => (beside === null ? "" : BESIDE[beside]!(event));
  const subjectOf = ({ button_id, rule }: StampedEvent) => (subject === "event:rule" ? rule : button_id);
  const matching = rows.filter(
    (event) => !MEASURING.includes(event.event_type) && isOfPages(event) && isOfClicks(event) && subjectOf(event),
  );
  const groups = Map.groupBy(matching, (event) => JSON.stringify([besideOf(event), subjectOf(event)]));
  return toRates(
    [...groups].map(([key, own]) => {
      const [at, value] = JSON.parse(key) as [string, string];
      const shown = beside === null || beside === "time:day" ? `${at} ${value}` : ` ${JSON.stringify([value, at])}`;
      const views = rows.filter((event) => isOfPages(event) && besideOf(event) === at);
      if (subject === "event:rule") {
        const seen = views.filter(({ event_type, rule }) => event_type === "rule_seen" && rule === value);
        return [shown, percent(own.length, seen.length)];
      }
      // A rule's match comes beside its click.
      const clicks = own.filter(({ event_type }) => event_type === "click" || event_type === "custom");
      const pages = new Set(clicks.map(({ page }) => page));
      const seen = views.filter(({ event_type, page }) => event_type === "pageview" && pages.has(page));
      return [shown, percent(clicks.length, seen.length)];
    }),
  );
}

const seed = Number(process.env.FAULT_SEED);

describe("the click rate", () => {
  it(`is that of a recount (seed ${seed})`, () => {
    let rates = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...PLACES),
        someSteps,
        fc.array(asked, { minLength: 8, maxLength: 8 }),
        (place, steps, questions) => {
          const rows = toRows(steps, place, true);
          const frame = frameOf(rows);
          for (const question of questions) {
            const { subject, beside, ofPages, ofClicks, isSegment } = question;
            const ofClick = isSegment ? ["is", "segment", [ofClicks]] : OF_CLICKS[ofClicks]![0];
            const filters = [OF_PAGES[ofPages]![0], ofClick];
            const dimensions = [subject, ...(beside === null ? [] : [beside])];
            const all = answered(frame, { dimensions, filters });
            // A rule may have been seen on the day of such a visit, and not clicked.
            const isShown = ([, rate]: [string, unknown]) => subject === "event:button" || rate !== 0;
            const answer = Object.fromEntries(Object.entries(all).filter(isShown));
            expect([question, answer]).toEqual([question, recounted(rows, question)]);
            rates += Object.keys(answer).length;
          }
        },
      ),
      { seed, numRuns: 200 },
    );
    expect(rates).toBeGreaterThan(50);
  });

  it("counts whatever was done on purpose with the button, and each click once", () => {
    const at = (event_type: EventType, n: number, more: object = {}): StampedEvent => ({
      ...unpackEvent([]),
      ...{ event_id: `e${n}`, event_type, name: event_type, seq: n, event_time: n, page: "/", button_id: "buy" },
      ...{ visitor_id: "anna", visit_id: "visit", new_visit: n === 0 ? 1 : 0, interactive: null },
      ...{ local_date: "2026-10-05", visit_date: "2026-10-05" },
      ...more,
    });
    const rows = [
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => at("pageview", n, { button_id: null })),
      ...(["click", "outbound", "download", "form_submit", "custom"] as const).map((type, n) => at(type, 10 + n)),
      // Not on purpose, or beside a click that is counted.
      ...(["rage_click", "dead_click", "rule", "rule_view", "hover", "copy"] as const).map((type, n) =>
        at(type, 20 + n),
      ),
      at("custom", 30, { name: "Seen", interactive: 0 }),
    ];
    // 5 of 8.
    expect(answered(frameOf(rows), { dimensions: ["event:button"] })).toEqual({ " buy": 62.5 });
  });

  const query = (dimensions: string[]) =>
    toQuery({ site_id: "abc", metrics: ["visitors", "ctr"], date_range: "7d", dimensions });

  it.each([
    [[], "metric ctr needs the dimension event:button or event:rule"],
    [["visit:device"], "metric ctr needs the dimension event:button or event:rule"],
    [["event:page"], "metric ctr needs the dimension event:button or event:rule"],
    [["event:name"], "metric ctr needs the dimension event:button or event:rule"],
    [["event:button", "event:name"], "metric ctr must not be by event:name beside event:button"],
    [["event:rule", "event:button"], "metric ctr must not be by event:button beside event:rule"],
    [["event:rule", "event:goal"], "metric ctr must not be by event:goal beside event:rule"],
  ])("by %j is refused by name", (dimensions, message) => {
    expect(() => query(dimensions)).toThrow(message);
  });

  it("is asked by what page views and visits have, and time", () => {
    for (const beside of ["event:page", "event:hostname", "event:page_group", "visit:country", "time:hour"])
      expect(query([beside, "event:rule"]).metrics).toContain("ctr");
  });
});
