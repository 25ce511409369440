// The exit rate over random visits is that of a plain recount: visits that ended on a page by its page views in the visits that
// the filters select, whatever they ask of the exit page.
import fc from "fast-check";
import { expect, it } from "vitest";
import { derive } from "../../../workers/domain/analysis/derived";
import { check, derivedIn, named, toPanel } from "../../../workers/domain/analysis/question";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const MEASURING = ["engagement", "web_vital", "heatmap", "rule_seen", "first_visit"];
const GROUPS: [string, string][] = [["/blog", "Blog"]];
const groupOf = (page: string | null) =>
  page === null ? null : (GROUPS.find(([start]) => page.startsWith(start))?.[1] ?? page);

interface Visit {
  events: StampedEvent[];
  device: string;
  exit: string | null;
}

/** A condition, and whether an event of a visit meets it; null for one on the exit page, which page views do not have. */
const CONDITIONS: [filter: unknown[], isMet: ((event: StampedEvent, visit: Visit) => boolean) | null][] = [
  [["is", "event:page", ["/"]], ({ page }) => page === "/"],
  [["is_not", "event:name", ["click"]], ({ name }) => name !== "click"],
  [["is", "event:props:plan", ["pro"]], ({ props }) => props?.plan === "pro"],
  [["is", "visit:device", ["Mobile"]], (_, { device }) => device === "Mobile"],
  [
    ["has_done", ["is", "event:name", ["Purchase"]]],
    (_, { events }) => events.some(({ event_type, name }) => !MEASURING.includes(event_type) && name === "Purchase"),
  ],
  [
    [
      "or",
      [
        ["is", "event:page", ["/"]],
        ["is", "event:name", ["click"]],
      ],
    ],
    ({ page, name }) => page === "/" || name === "click",
  ],
  [["is_not", "visit:exit_page", ["/"]], null],
];

const seed = Number(process.env.FAULT_SEED);

it(`is a share of the page views of the visits that it counts (seed ${seed})`, () => {
  let rates = 0;
  const question = fc.record({
    conditions: fc.uniqueArray(fc.constantFrom(...CONDITIONS), { maxLength: 3 }),
    beside: fc.boolean(),
    isGrouped: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.array(question, { minLength: 6, maxLength: 6 }),
      (place, steps, questions) => {
        const rows = toRows(steps, place, true);
        const frame = frameOf(rows);
        const inOrder = rows.toSorted(
          (a, b) => a.event_time - b.event_time || a.seq - b.seq || (a.event_id < b.event_id ? -1 : 1),
        );
        const visits = [
          ...Map.groupBy(
            inOrder.filter(({ visit_id }) => visit_id !== null),
            ({ visit_id }) => visit_id,
          ).values(),
        ];
        const all = visits.map(
          (events): Visit => ({
            events,
            device: events[0]!.device ?? "(unknown)",
            exit: events.findLast(({ event_type }) => event_type === "pageview")?.page ?? null,
          }),
        );
        for (const { conditions, beside, isGrouped } of questions) {
          const dimension = isGrouped ? "visit:exit_page_group" : "visit:exit_page";
          const dimensions = [...(beside ? ["visit:device"] : []), dimension];
          const date_range = [frame.dates[0], frame.dates.at(-1)];
          const filters = conditions.map(([filter]) => filter);
          const query = toQuery({ site_id: "abc", metrics: ["visits", "exit_rate"], date_range, dimensions, filters });
          const plan = toPlan(query, { timezone: "UTC", now: Date.parse("2030-01-01T00:00:00Z"), firstDay: null });
          const main = toAsks(plan, plan.period, []).map(({ role, ask }) => {
            const checked = check(ask, { goals: [], segments: new Map(), pageGroup: groupOf });
            derive(frame, derivedIn([checked]), groupOf);
            const { panel, labels } = toPanel(checked, frame);
            return { role, rows: named(scan(frame, panel), ask, labels) };
          });
          const answer = toRollupRows(plan, { main, comparison: null, scanned: 0 }, "EUR").main;
          const found = answer.flatMap(({ value, others }) =>
            others!.exit_rate == null ? [] : [[value, others!.exit_rate]],
          );

          const shown = (page: string | null) => (isGrouped ? groupOf(page) : page);
          const key = (device: string, page: string | null) => {
            const value = shown(page) ?? "(none)";
            return beside ? JSON.stringify([device, value]) : value;
          };
          const meets = (visit: Visit, isOfExit: boolean) =>
            visit.events.some(
              (event) =>
                !MEASURING.includes(event.event_type) &&
                conditions.every(([, isMet]) =>
                  isMet ? isMet(event, visit) : !isOfExit || (visit.exit ?? "(none)") !== "/",
                ),
            );
          const views = new Map<string, number>();
          for (const visit of all.filter((one) => meets(one, false)))
            for (const { event_type, page } of visit.events)
              if (event_type === "pageview") {
                const at = key(visit.device, page);
                views.set(at, (views.get(at) ?? 0) + 1);
              }
          const exits = Map.groupBy(
            all.filter((one) => meets(one, true)),
            ({ device, exit }) => key(device, exit),
          );
          const expected = [...exits].flatMap(([at, own]) =>
            views.has(at) ? [[at, Math.round((own.length / views.get(at)!) * 1000) / 10]] : [],
          );
          expect([filters, Object.fromEntries(found)]).toEqual([filters, Object.fromEntries(expected)]);
          rates += found.length;
        }
      },
    ),
    { seed, numRuns: 150 },
  );
  expect(rates).toBeGreaterThan(300);
});
