// Matches: which actions of a frame meet a filter, and what they add up to by visit. Worked out once, they serve all panels of
// a dashboard, which ask for the same filter.

import type { Floor, Frame, NumberColumn } from "../frame";
import { USE } from "../zone/tables";
import { compile, type Filter, namesIn } from "./filter";

/** The part of the frame that is asked about. */
export interface Span {
  /** First and last index of the frame's dates. */
  first: number;
  last: number;
  /** Times (ms), the second excluded; null where whole days are asked for. */
  times: readonly [from: number, to: number] | null;
}

/** What is to be matched. */
export interface Matching {
  filter: Filter | null;
  span: Span;
  /** True where events that only measure have rows of their own: by name, without a filter. */
  isByName: boolean;
  /** Whether reading and scrolling are asked for. */
  reading: boolean;
}

/** What an action of a question does. */
export const COUNTS = {
  /** It is an event of the period. */
  event: 1,
  /** It is reading of the period, which belongs to another row or to none. */
  reading: 2,
  /** Its visit counts. */
  visit: 4,
  /** Its visitor is one of the day. */
  visitor: 8,
} as const;

/** What is read of reading, by table of actions. */
export const READING = ["engaged_ms", "scroll_sum", "scroll_views", "view"] as const;

export interface Matches {
  /** Flags of COUNTS by action. */
  actions: Uint8Array;
  /** Flags of COUNTS by visit: those of all its actions. */
  visits: Uint8Array;
  /** Sums by visit of its actions in the period. */
  events: Int32Array;
  pageviews: Int32Array;
  /** Null where reading is not asked for. */
  reading: { engaged_ms: Float64Array; scroll_sum: Float64Array; scroll_views: Float64Array } | null;
}

/** Bytes of the matches of a frame. */
export const sizeOfMatches = (visits: number, actions: number, { reading }: Pick<Matching, "reading">): number =>
  actions + visits * (reading ? 33 : 9);

/** @throws Error when the floor lacks one of the columns. */
export function numbersOf<Name extends string>({ numbers }: Floor, names: readonly Name[]): Record<Name, NumberColumn> {
  const found = names.map((name) => {
    const column = numbers.get(name);
    if (!column) throw new Error(`frame lacks column ${name}`);
    return [name, column] as const;
  });
  return Object.fromEntries(found) as Record<Name, NumberColumn>;
}

/** Whether an action of each use counts in questions about events, or about visits, and makes a visitor of the day. */
const FLAGS: Record<number, { event: boolean; visit: boolean; visitor: boolean }> = {
  [USE.both]: { event: true, visit: true, visitor: true },
  [USE.visit]: { event: false, visit: true, visitor: false },
  [USE.event]: { event: true, visit: false, visitor: true },
  [USE.context]: { event: false, visit: false, visitor: false },
  [USE.alone]: { event: true, visit: false, visitor: false },
};
const OF_EVENT = [0, 1, 2, 3, 4].map(
  (use) => (FLAGS[use]!.event ? COUNTS.event : 0) | (FLAGS[use]!.visitor ? COUNTS.visitor : 0),
);
const OF_VISIT = [0, 1, 2, 3, 4].map((use) => (FLAGS[use]!.visit ? COUNTS.visit : 0));

/** All flags of an action by its use: in a visit that began in the period, and in another. */
const OF_BEGUN = Uint8Array.from(OF_EVENT, (flags, use) => flags | OF_VISIT[use]!);
const OF_OTHER = Uint8Array.from(OF_EVENT);

/** Names of events that are candidates though they only measure; null where there are none, and names need not be read. */
function namedOf({ filter, isByName }: Matching, frame: Frame): Uint8Array | null {
  const names = new Set(namesIn(filter));
  const hasOwnRows = isByName && filter === null;
  if (names.size === 0 && !hasOwnRows) return null;
  const { values } = textOf(frame, "name");
  return Uint8Array.from(values, (name) => (names.has(name) || (hasOwnRows && name !== "engagement") ? 1 : 0));
}

function textOf({ actions }: Frame, name: string) {
  const column = actions.texts.get(name);
  if (!column) throw new Error(`frame lacks column ${name} of events`);
  return column;
}

/** Names are read where a filter, a group or reading asks for them. */
export const needsNames = ({ filter, isByName, reading }: Omit<Matching, "span">): boolean =>
  reading || isByName || namesIn(filter).length > 0;

/** @throws Error when the frame lacks a column that is read. */
export function matchesOf(frame: Frame, matching: Matching): Matches {
  const { filter, span, isByName } = matching;
  const { visitsOf, actionsOf } = frame;
  const { use, counted, pageview } = numbersOf(frame.actions, ["use", "counted", "pageview"]);
  const { began } = numbersOf(frame.visits, ["began"]);
  const times = span.times && {
    from: span.times[0],
    to: span.times[1],
    started: numbersOf(frame.visits, ["started_at"]).started_at,
    at: numbersOf(frame.actions, ["event_time"]).event_time,
  };
  const codes = needsNames(matching) ? textOf(frame, "name").codes : null;
  const named = namedOf(matching, frame);
  const isCandidate = (action: number): boolean =>
    counted[action] === 1 || (named !== null && named[codes![action]!] === 1);
  const holds = compile(filter, frame, isCandidate);
  const read = matching.reading ? numbersOf(frame.actions, READING) : null;
  const engagement = read ? textOf(frame, "name").values.indexOf("engagement") : -1;
  const visitRows = frame.visits.rows;
  const matches: Matches = {
    actions: new Uint8Array(frame.actions.rows),
    visits: new Uint8Array(visitRows),
    events: new Int32Array(visitRows),
    pageviews: new Int32Array(visitRows),
    reading: read && {
      engaged_ms: new Float64Array(visitRows),
      scroll_sum: new Float64Array(visitRows),
      scroll_views: new Float64Array(visitRows),
    },
  };
  if (holds.action === null && times === null && read === null && named === null) {
    matchWholeVisits(frame, span, holds.visit, matches);
    return matches;
  }
  const isIn = (time: number): boolean => times === null || (time >= times.from && time < times.to);
  for (let visit = visitsOf[span.first]!; visit < visitsOf[span.last + 1]!; visit++) {
    if (holds.visit !== null && !holds.visit(visit)) continue;
    const isBegun = began[visit] === 1 && (times === null || isIn(times.started[visit]!));
    const end = actionsOf[visit + 1]!;
    for (let action = actionsOf[visit]!; action < end; action++) {
      const isEvent = isCandidate(action);
      // Reading of a page view in another hour: it matches when the page view does. Without one it has no event's name.
      if (!isEvent && (read === null || codes![action] !== engagement)) continue;
      const about = isEvent ? action : action - read!.view[action]!;
      if (!isEvent && isByName && about === action) continue;
      if (holds.action !== null && !holds.action(about, visit)) continue;
      const own = times === null || isIn(times.at[action]!) ? OF_EVENT[use[action]!]! : 0;
      let flags = 0;
      if (isEvent) flags = own | (isBegun ? OF_VISIT[use[action]!]! : 0);
      else if (own & COUNTS.event) flags = COUNTS.reading;
      if (flags === 0) continue;
      matches.actions[action] = flags;
      matches.visits[visit] = matches.visits[visit]! | flags;
      if (flags & COUNTS.event) {
        matches.events[visit]! += 1;
        matches.pageviews[visit]! += pageview[action]!;
      }
      if (matches.reading && read && flags & (COUNTS.event | COUNTS.reading)) {
        matches.reading.engaged_ms[visit]! += read.engaged_ms[action]!;
        matches.reading.scroll_sum[visit]! += read.scroll_sum[action]!;
        matches.reading.scroll_views[visit]! += read.scroll_views[action]!;
      }
    }
  }
  return matches;
}

/** Matches where nothing is asked of single actions: whole visits of whole days, without reading or names. */
function matchWholeVisits(
  { visitsOf, actionsOf, visits, actions }: Frame,
  span: Span,
  holds: ((visit: number) => boolean) | null,
  matches: Matches,
): void {
  const { use, counted, pageview } = numbersOf(actions, ["use", "counted", "pageview"]);
  const { began } = numbersOf(visits, ["began"]);
  const last = visitsOf[span.last + 1]!;
  for (let visit = visitsOf[span.first]!; visit < last; visit++) {
    if (holds !== null && !holds(visit)) continue;
    const ofUse = began[visit] === 1 ? OF_BEGUN : OF_OTHER;
    const end = actionsOf[visit + 1]!;
    let all = 0;
    let events = 0;
    let views = 0;
    for (let action = actionsOf[visit]!; action < end; action++) {
      if (counted[action] !== 1) continue;
      const flags = ofUse[use[action]!]!;
      matches.actions[action] = flags;
      all |= flags;
      if (flags & COUNTS.event) {
        events += 1;
        views += pageview[action]!;
      }
    }
    matches.visits[visit] = all;
    matches.events[visit] = events;
    matches.pageviews[visit] = views;
  }
}
