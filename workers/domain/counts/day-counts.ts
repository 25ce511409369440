// All counts of some local days of a property: rollups with their suspects, and the technology cube. Counts from events
// and counts from D1 have the same shape, so that they can be compared.
import type { StampedEvent } from "../events/event";
import { type Difference, differing, type Flat, flatten } from "./difference";
import { emptyRollup, merge, type Rollup, subtract } from "./rollup";
import { rollUpWithSuspects } from "./suspects";
import {
  addToTechstack,
  type CubeRow,
  cubeKey,
  emptyTechstack,
  TECH_FACTS,
  type Techstack,
  techstackRows,
  toCube,
} from "./techstack";

/** Local days, both included, and their hours in seconds since 1970, excluding the end. */
export interface Span {
  from: string;
  to: string;
  firstHour: number;
  endHour: number;
}

export const ALL_TIME: Span = {
  from: "0000-01-01",
  to: "9998-12-31",
  firstHour: -Number.MAX_SAFE_INTEGER,
  endHour: Number.MAX_SAFE_INTEGER,
};

export interface DayCounts {
  /** By the id of the property or of its suspects. */
  rollups: Map<string, Rollup>;
  cube: CubeRow[];
}

/** The scope of a recount: all events for rollups, and those that the pipeline has processed for the cube. */
export interface RecountScope {
  techstack: boolean;
}

/** A count in progress. */
export interface Recount {
  siteId: string;
  span: Span;
  rollups: Map<string, Rollup>;
  techstack: Techstack;
}

export const emptyRecount = (siteId: string, span: Span): Recount => ({
  siteId,
  span,
  rollups: new Map(),
  techstack: emptyTechstack(),
});

const isDayIn = ({ from, to }: Span, date: string): boolean => date >= from && date <= to;
const isHourIn = ({ firstHour, endHour }: Span, ms: number): boolean => ms / 1000 >= firstHour && ms / 1000 < endHour;

/** True if an event changes a count of the span, on its own day or on the day its visit began. */
const concerns = (span: Span, event: StampedEvent): boolean =>
  isDayIn(span, event.local_date) ||
  isDayIn(span, event.visit_date) ||
  isHourIn(span, event.local_hour) ||
  isHourIn(span, event.visit_hour);

/** Cuts a rollup to a span, because events at its edges also count on neighbouring days. */
function clip(span: Span, { hours, days }: Rollup): Rollup {
  const kept: Rollup = { hours: new Map([...hours].filter(([hour]) => isHourIn(span, hour * 1000))), days: new Map() };
  for (const [dimension, dates] of days)
    kept.days.set(dimension, new Map([...dates].filter(([date]) => isDayIn(span, date))));
  return kept;
}

/** Counts effective events. Counts of days outside the span would be incomplete, so they are dropped. */
export function addEvents(into: Recount, events: readonly StampedEvent[], scope: RecountScope): void {
  const { siteId, span, rollups, techstack } = into;
  const own = events.filter((event) => concerns(span, event));
  if (own.length === 0) return;
  for (const [id, rollup] of rollUpWithSuspects(siteId, own)) {
    const sum = rollups.get(id) ?? emptyRollup();
    rollups.set(id, merge(sum, clip(span, rollup)));
  }
  if (scope.techstack) for (const event of own) addToTechstack(techstack, event);
  for (const [key, { day }] of techstack) if (!isDayIn(span, day)) techstack.delete(key);
}

export const toDayCounts = ({ rollups, techstack }: Recount): DayCounts => ({
  rollups,
  cube: toCube(techstackRows(techstack)),
});

function flattenAll({ rollups, cube }: DayCounts, siteId: string): Flat {
  const flat: Flat = new Map();
  for (const [id, rollup] of rollups)
    for (const [where, facts] of flatten(rollup, id === siteId ? "" : `${id} `)) flat.set(where, facts);
  for (const row of cube)
    flat.set(`techstack ${cubeKey(row)}`, Object.fromEntries(TECH_FACTS.map((fact) => [fact, row[fact]])));
  return flat;
}

/** The differences between the lake and the stored counts. */
export const differencesIn = (siteId: string, lake: DayCounts, kept: DayCounts): Generator<Difference> =>
  differing(flattenAll(lake, siteId), flattenAll(kept, siteId));

/** The counts to add to the stored ones to match the lake. */
export function toAdd(lake: DayCounts, kept: DayCounts): DayCounts {
  const rollups = new Map<string, Rollup>();
  for (const id of new Set([...lake.rollups.keys(), ...kept.rollups.keys()])) {
    const change = merge(emptyRollup(), lake.rollups.get(id) ?? emptyRollup());
    rollups.set(id, subtract(change, kept.rollups.get(id) ?? emptyRollup()));
  }
  const cube = new Map(lake.cube.map((row) => [cubeKey(row), { ...row }]));
  for (const row of kept.cube) {
    const known = cube.get(cubeKey(row));
    const change = { ...row };
    for (const fact of TECH_FACTS) change[fact] = (known?.[fact] ?? 0) - row[fact];
    cube.set(cubeKey(row), change);
  }
  return {
    rollups,
    cube: [...cube.values()].filter((row) => TECH_FACTS.some((fact) => row[fact] !== 0)),
  };
}
