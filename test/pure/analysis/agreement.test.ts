// Where rollups and the scan can both answer they agree: every fact by every dimension, day and hour, for random visits
// over midnights and clock changes, in order of arrival and stamped again.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toFrame, toValues } from "../../../workers/domain/analysis/frame";
import { type Buckets, type Group, isByName, scan } from "../../../workers/domain/analysis/scan/scan";
import { toDay } from "../../../workers/domain/analysis/zone/day";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/zone/tables";
import { rollUp, TOTAL } from "../../../workers/domain/counts/rollup";
import { DIMENSIONS, type Dimension, FACTS, FACTS_OF_SCOPE } from "../../../workers/domain/events/catalog";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { addDays } from "../../../workers/domain/time/zone";
import { arrive, PLACES, restampAll, step, toSent } from "../visits/workload";

/** The dates on which a row counts anything. */
const datesOf = (rows: readonly StampedEvent[]): string[] =>
  [...new Set(rows.flatMap(({ local_date, visit_date }) => [local_date, visit_date]))].sort();

function frameOf(rows: readonly StampedEvent[]) {
  const names = { visits: new Set(Object.keys(VISIT_COLUMNS)), actions: new Set(Object.keys(ACTION_COLUMNS)) };
  const days = datesOf(rows).map((date) => {
    const { visits, actions } = toDay(date, rows);
    return { date, visits: toValues(visits, names.visits), actions: toValues(actions, names.actions) };
  });
  names.visits.delete("actions");
  names.actions.delete("props");
  return toFrame(days, names);
}

const groupOf = ({ column, scope, sparse }: Dimension): Group => ({
  level: scope === "event" ? "event" : "visit",
  column,
  isEnd: scope === "entry" || scope === "exit",
  isSparse: sparse,
});

/** Every fact is asked for. */
const ALL = { reading: true, ends: true, persons: false, revenue: false };

type Told = Record<string, Record<string, number>>;

/** What rollups keep of a dimension, by date and value; zeros left out. */
function toldByRollups(rows: readonly StampedEvent[], column: string, facts: readonly string[]): Told {
  const told: Told = {};
  for (const [date, values] of rollUp(rows).days.get(column) ?? [])
    for (const [value, counts] of values) put(told, `${date} ${value}`, counts, facts);
  return told;
}

function put(into: Told, key: string, counts: object, facts: readonly string[]): void {
  const kept = facts.flatMap((fact) => {
    const count = (counts as Record<string, number>)[fact]!;
    return count === 0 ? [] : [[fact, count] as const];
  });
  if (kept.length > 0) into[key] = Object.fromEntries(kept);
}

function toldByScan(rows: readonly StampedEvent[], dimension: Dimension | null, facts: readonly string[]): Told {
  const frame = frameOf(rows);
  const told: Told = {};
  const buckets: Buckets = { kind: "dates", bucketOf: frame.dates.map((_, i) => i) };
  const span = { first: 0, last: frame.dates.length - 1, times: null };
  const groups = dimension ? [groupOf(dimension)] : [];
  for (const { bucket, values, counts } of scan(frame, {
    ...{ filter: null, groups, buckets, span, ...ALL, isByName: isByName(groups) },
  }))
    put(told, `${frame.dates[bucket]} ${dimension ? (values[0] ?? dimension.absent) : ""}`, counts, facts);
  return told;
}

/** By name, what reading counts belongs to its page view in a scan; rollups have it nowhere. */
const READING = ["engaged_ms", "scroll_sum", "scroll_views"];

function expectAgreement(rows: readonly StampedEvent[]): void {
  expect(toldByScan(rows, null, FACTS)).toEqual(toldByRollups(rows, TOTAL, FACTS));
  for (const dimension of DIMENSIONS) {
    const all: readonly string[] = FACTS_OF_SCOPE[(dimension as Dimension).scope];
    const isOfPage = ["page", "hostname"].includes(dimension.column);
    const facts = all.filter((fact) => dimension.scope !== "event" || isOfPage || !READING.includes(fact));
    const scanned = toldByScan(rows, dimension, facts);
    expect([dimension.name, scanned]).toEqual([dimension.name, toldByRollups(rows, dimension.column, facts)]);
  }
  const frame = frameOf(rows);
  const hours: Told = {};
  const span = { first: 0, last: frame.dates.length - 1, times: null };
  for (const { bucket, counts } of scan(frame, {
    ...{ filter: null, groups: [], buckets: { kind: "hours" }, span, ...ALL, isByName: false },
  }))
    put(hours, String(bucket), counts, FACTS);
  const kept: Told = {};
  for (const [hour, counts] of rollUp(rows).hours) put(kept, String(hour), counts, FACTS);
  expect(hours).toEqual(kept);
}

const work = fc.record({
  place: fc.constantFrom(...PLACES),
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  seed: fc.integer(),
});

describe("rollups and scan", () => {
  it("agree on what came in order", () => {
    fc.assert(
      fc.property(work, ({ place, steps }) => {
        const sent = steps.map((one, n) => toSent(one, n, place)).sort((a, b) => a.at - b.at);
        expectAgreement(arrive(sent, place));
      }),
    );
  });

  it("agree on what came in any order, as it was stamped and stamped again", () => {
    fc.assert(
      fc.property(work, ({ place, steps }) => {
        const rows = arrive(
          steps.map((one, n) => toSent(one, n, place)),
          place,
        );
        expectAgreement(restampAll(rows));
        expectAgreement(rows);
      }),
    );
  });

  it("a day's tables are the same, whatever the order and however many other days' events it is given", () => {
    fc.assert(
      fc.property(work, fc.integer(), ({ place, steps }, seed) => {
        const rows = arrive(
          steps.map((one, n) => toSent(one, n, place)),
          place,
        );
        const date = rows[Math.abs(seed) % rows.length]!.local_date;
        const near = rows.filter((row) =>
          [row.local_date, row.visit_date].some((day) => day >= addDays(date, -2) && day <= addDays(date, 2)),
        );
        expect(toDay(date, near.toReversed())).toEqual(toDay(date, rows));
      }),
    );
  });
});
