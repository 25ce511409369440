// All that D1 counts of some local days of a property: rollups with their suspects, and the technology cube. Counted from
// events, or read from D1, in the same shape, so that the two can be compared.
import type { StampedEvent } from "../events/event";
import { type Difference, differing, type Flat, flatten } from "./difference";
import { emptyRollup, merge, type Rollup, subtract } from "./rollup";
import { rollUpWithSuspects } from "./suspects";
import {
  addToTechstack,
  CUBE_COLUMNS,
  type CubeRow,
  emptyTechstack,
  TECH_FACTS,
  type Techstack,
  techstackRows,
  toCube,
} from "./techstack";

/** Local days, both included, and the hours in them: seconds since 1970, the end not included. */
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
  /** By id of the property or of its suspects. */
  rollups: Map<string, Rollup>;
  cube: CubeRow[];
}

/** What is counted of events: rollups of all, the cube of those that the pipeline has processed. */
export interface RecountScope {
  techstack: boolean;
}

/** A count under way. */
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

/** True where an event changes a count of the span: where it happened, or where its visit began. */
const concerns = (span: Span, event: StampedEvent): boolean =>
  isDayIn(span, event.local_date) ||
  isDayIn(span, event.visit_date) ||
  isHourIn(span, event.local_hour) ||
  isHourIn(span, event.visit_hour);

/** What a rollup says of a span: events at its edges count on the days beside it too. */
function clip(span: Span, { hours, days }: Rollup): Rollup {
  const kept: Rollup = { hours: new Map([...hours].filter(([hour]) => isHourIn(span, hour * 1000))), days: new Map() };
  for (const [dimension, dates] of days)
    kept.days.set(dimension, new Map([...dates].filter(([date]) => isDayIn(span, date))));
  return kept;
}

/** Counts effective events. What they count on days beside the span is dropped at once: it would be incomplete. */
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

const cubeKey = (row: CubeRow): string =>
  JSON.stringify([row.day, ...CUBE_COLUMNS.map((column) => row[column]), row.firsts]);

function flattenAll({ rollups, cube }: DayCounts, siteId: string): Flat {
  const flat: Flat = new Map();
  for (const [id, rollup] of rollups)
    for (const [where, facts] of flatten(rollup, id === siteId ? "" : `${id} `)) flat.set(where, facts);
  for (const row of cube)
    flat.set(`techstack ${cubeKey(row)}`, Object.fromEntries(TECH_FACTS.map((fact) => [fact, row[fact]])));
  return flat;
}

/** Where the lake and what is kept differ, one by one. */
export const differencesIn = (siteId: string, lake: DayCounts, kept: DayCounts): Generator<Difference> =>
  differing(flattenAll(lake, siteId), flattenAll(kept, siteId));

/** What has to be added to what is kept, so that it says what the lake says. */
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
