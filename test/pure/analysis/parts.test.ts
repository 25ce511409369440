// The parts of cut days add up to the days: every metric by every dimension, under filters and by time, for random visits
// over midnights, late and stamped again or not, with stored ids and users.
import fc from "fast-check";
import { expect, it } from "vitest";
import { DERIVED, derive } from "../../../workers/domain/analysis/derived";
import { GOAL, OTHER_DIMENSIONS } from "../../../workers/domain/analysis/dimensions";
import type { Frame } from "../../../workers/domain/analysis/frame";
import {
  type Ask,
  type CountedRow,
  check,
  joinRows,
  named,
  rowKey,
  toPanel,
} from "../../../workers/domain/analysis/question";
import { NOTHING_SAVED, toKnown } from "../../../workers/domain/analysis/saved/known";
import { personKey } from "../../../workers/domain/analysis/scan/persons";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import { toDay } from "../../../workers/domain/analysis/zone/day";
import { isInPart, partsFor } from "../../../workers/domain/analysis/zone/parts";
import { DIMENSIONS } from "../../../workers/domain/events/catalog";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { arrive, PLACES, type Place, toSent } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const GROUPS = [
  null,
  ...DIMENSIONS.map(({ name }) => name),
  ...OTHER_DIMENSIONS.filter((name) => name !== GOAL && !name.includes("<")),
  "event:props:plan",
];
const FILTERS: readonly (readonly unknown[])[] = [
  [],
  [["is", "visit:country", ["DE"]]],
  [["has_done", ["is", "event:name", ["Sign up", "click"]]]],
  [["not", ["has_done", ["contains", "event:page", ["blog"]]]]],
  [
    [
      "or",
      [
        ["is", "event:props:plan", ["pro"]],
        ["is", "visit:exit_page", ["/"]],
      ],
    ],
  ],
  [["is", "event:name", ["web_vital", "pageview"]]],
];

const KNOWN = toKnown(NOTHING_SAVED);

function answer(frames: readonly Frame[], ask: Ask): CountedRow[] {
  const checked = check(ask, KNOWN);
  const lists = frames.map((frame) => {
    if (frame.dates.length === 0) return [];
    derive(frame, Object.keys(DERIVED), null);
    const { panel, labels } = toPanel(checked, frame);
    return named(scan(frame, panel), checked, labels);
  });
  return joinRows(lists, ask).sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
}

/** How many parts each date has, by chance. */
const partsOf = (date: string, seed: number): number => (((seed >>> 0) + Number(date.slice(-2)) * 7) % 5) + 1;

function expectSums(rows: readonly StampedEvent[], seed: number, filters: readonly unknown[], time: Ask["time"]): void {
  const whole = frameOf(rows);
  const parts = [0, 1, 2, 3, 4].map((part) =>
    frameOf(rows, (date) => (part < partsOf(date, seed) ? { part, parts: partsOf(date, seed) } : null)),
  );
  for (const group of GROUPS) {
    const ask: Ask = {
      ...{
        filters,
        groups: group === null ? [] : [group],
        time,
        times: null,
        first: whole.dates[0]!,
        humansOnly: false,
      },
      ...{ reading: true, ends: true, persons: true, revenue: true },
    };
    expect([group, answer(parts, ask)]).toEqual([group, answer([whole], ask)]);
  }
}

/** More people than the workload has, some of them on several days and in several visits. */
function givePeople(rows: readonly StampedEvent[], seed: number): void {
  for (const [n, row] of rows.entries()) {
    const person = (n * 13 + seed) % 9;
    row.person_id = person === 0 ? null : `u_${person}`;
  }
}

const work = fc.record({
  place: fc.constantFrom<Place>(...PLACES),
  steps: someSteps,
  stamped: fc.constantFrom("in order", "again", "as it came"),
  seed: fc.nat(1_000),
  filters: fc.constantFrom(...FILTERS),
  time: fc.constantFrom<Ask["time"]>(null, "time:day", "time:hour"),
});

const SEED = Number(process.env.FAULT_SEED);

it(`sums over the parts of days are those of the days (seed ${SEED})`, () => {
  let apart = 0;
  fc.assert(
    fc.property(work, ({ place, steps, stamped, seed, filters, time }) => {
      const rows =
        stamped === "as it came"
          ? arrive(
              steps.map((one, n) => toSent(one.step, n, place)),
              place,
            )
          : toRows(steps, place, stamped === "in order");
      givePeople(rows, seed);
      for (const [n, row] of rows.entries())
        if (row.event_type === "custom")
          Object.assign(row, { revenue_amount: n, revenue_currency: ["CHF", "EUR"][n % 2] });
      expectSums(rows, seed, filters, time);
      const [first] = rows;
      const n = partsOf(first!.local_date, seed);
      const filled = [0, 1, 2, 3, 4].filter(
        (part) => part < n && toDay(first!.local_date, rows, { part, parts: n }).visits.length > 0,
      );
      if (filled.length > 1) apart += 1;
    }),
    { seed: SEED, numRuns: 200 },
  );
  // Days were cut in earnest.
  expect(apart).toBeGreaterThan(20);
});

it("each row of a day is in one part, with all of its visitor's", () => {
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), someSteps, fc.integer({ min: 1, max: 5 }), (place, steps, parts) => {
      const rows = toRows(steps, place, false);
      for (const date of new Set(rows.map(({ local_date }) => local_date))) {
        const tables = Array.from({ length: parts }, (_, part) => toDay(date, rows, { part, parts }));
        const whole = toDay(date, rows);
        const inOrder = (texts: object[]) => texts.map((row) => JSON.stringify(row)).sort();
        expect(inOrder(tables.flatMap(({ visits }) => visits))).toEqual(inOrder(whole.visits));
        expect(inOrder(tables.flatMap(({ actions }) => actions))).toEqual(inOrder(whole.actions));
        const partOf = new Map<string, number>();
        for (const [part, { visits }] of tables.entries())
          for (const { visitor_id } of visits) {
            expect(partOf.get(visitor_id) ?? part).toBe(part);
            partOf.set(visitor_id, part);
          }
      }
    }),
    { seed: SEED },
  );
});

it("people of all parts are those of the rows", () => {
  let most = 0;
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), someSteps, fc.nat(1_000), (place, steps, seed) => {
      const rows = toRows(steps, place, true);
      givePeople(rows, seed);
      const parts = [0, 1, 2, 3, 4].map((part) =>
        frameOf(rows, (date) => (part < partsOf(date, seed) ? { part, parts: partsOf(date, seed) } : null)),
      );
      const ask: Ask = {
        ...{ filters: [], groups: [], time: null, times: null, first: rows[0]!.local_date, humansOnly: false },
        ...{ reading: false, ends: false, persons: true, revenue: false },
      };
      // Who somebody is by the end of the visit, of the visits with an event that counts.
      const measuring = ["engagement", "web_vital", "first_visit", "rule_seen", "heatmap"];
      const visits = Map.groupBy(
        rows.filter(({ visit_id }) => visit_id !== null),
        ({ visit_id }) => visit_id,
      );
      const people = new Set<number>();
      for (const visit of visits.values()) {
        const ordered = visit.toSorted(
          (a, b) => a.event_time - b.event_time || a.seq - b.seq || (a.event_id < b.event_id ? -1 : 1),
        );
        const person = ordered.findLast(({ person_id }) => person_id !== null)?.person_id;
        if (person && visit.some(({ event_type }) => !measuring.includes(event_type))) people.add(personKey(person));
      }
      const [row] = answer(parts, ask);
      expect([...(row?.counts.persons ?? [])]).toEqual([...people].sort((a, b) => a - b));
      most = Math.max(most, people.size);
    }),
    { seed: SEED },
  );
  expect(most).toBeGreaterThan(3);
});

it("parts are of about one size, and a small day has one", () => {
  expect([0, 1, 40_000, 40_001, 1_000_000].map((events) => partsFor(events))).toEqual([1, 1, 1, 2, 25]);
  const sizes = [0, 1, 2, 3, 4].map(
    (part) =>
      Array.from({ length: 20_000 }, (_, n) => `v_${n}`).filter((id) => isInPart({ part, parts: 5 }, id)).length,
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000);
  for (const size of sizes) expect(Math.abs(size - 4_000)).toBeLessThan(300);
});
