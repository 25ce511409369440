// The scan of the usual panel: one group or none, by date or not, without persons, money, reading or a clock. Its counters
// are arrays by code, so a row costs a few additions and no look-up. It counts what `Scan` counts.
import type { Frame, NumberColumn, TextColumn } from "../frame";
import { COUNTS, type Matches, numbersOf } from "./matches";
import type { Group, Panel, ScanRow } from "./scan";

/** Beyond this many combinations most counters would stay empty. */
const MOST_COMBINATIONS = 100_000;

class Counters {
  readonly seen: Uint8Array;
  readonly visitors: Uint32Array;
  readonly visits: Uint32Array;
  readonly bounces: Float64Array;
  readonly duration: Float64Array;
  readonly pageviews: Uint32Array;
  readonly events: Uint32Array;
  /** The visitor that was counted last, and the visit plus one: rows of one visitor follow each other. */
  readonly lastVisitor: Uint32Array;
  readonly lastVisit: Uint32Array;

  constructor(size: number) {
    this.seen = new Uint8Array(size);
    this.bounces = new Float64Array(size);
    this.duration = new Float64Array(size);
    this.visitors = new Uint32Array(size);
    this.visits = new Uint32Array(size);
    this.pageviews = new Uint32Array(size);
    this.events = new Uint32Array(size);
    this.lastVisitor = new Uint32Array(size);
    this.lastVisit = new Uint32Array(size);
  }
}

interface Dense {
  frame: Frame;
  panel: Panel;
  matches: Matches;
  counters: Counters;
  /** The code of each row; null without a group. */
  codes: TextColumn["codes"] | null;
  /** The code of a value that stands for no value; -1 where there is none. */
  none: number;
  isSparse: boolean;
  isByEnds: boolean;
  ends: Record<"bounces" | "duration", NumberColumn> | null;
  /** The number of the first counter of a date. */
  startOf: (date: number) => number;
}

function countVisitor({ visitors, lastVisitor }: Counters, key: number, visitor: number): void {
  if (lastVisitor[key] === visitor) return;
  lastVisitor[key] = visitor;
  visitors[key]! += 1;
}

function countVisit({ counters, ends, isByEnds, frame }: Dense, key: number, visit: number): void {
  counters.visits[key]! += 1;
  if (ends) {
    counters.bounces[key]! += ends.bounces[visit]!;
    counters.duration[key]! += ends.duration[visit]!;
  }
  if (isByEnds) countVisitor(counters, key, frame.visitors[visit]!);
}

/** Each visit has one group: what its actions add up to is known. */
function scanVisits(dense: Dense): void {
  const { frame, panel, matches, counters, codes, none, isSparse, isByEnds } = dense;
  const { visitsOf, visitors } = frame;
  const { seen, events, pageviews } = counters;
  for (let date = panel.span.first; date <= panel.span.last; date++) {
    const start = dense.startOf(date);
    const end = visitsOf[date + 1]!;
    for (let visit = visitsOf[date]!; visit < end; visit++) {
      const flags = matches.visits[visit]!;
      if (flags === 0) continue;
      let code = codes === null ? 0 : codes[visit]!;
      if (code === none) code = 0;
      if (code === 0 && isSparse) continue;
      const key = start + code;
      seen[key] = 1;
      events[key]! += matches.events[visit]!;
      pageviews[key]! += matches.pageviews[visit]!;
      if (flags & COUNTS.visit) countVisit(dense, key, visit);
      if (!isByEnds && flags & COUNTS.visitor) countVisitor(counters, key, visitors[visit]!);
    }
  }
}

function scanActions(dense: Dense, codes: TextColumn["codes"]): void {
  const { frame, panel, matches, counters, none, isSparse, isByEnds } = dense;
  const { visitsOf, actionsOf, visitors } = frame;
  const { seen, events, pageviews, lastVisit } = counters;
  const { pageview } = numbersOf(frame.actions, ["pageview"]);
  for (let date = panel.span.first; date <= panel.span.last; date++) {
    const start = dense.startOf(date);
    for (let visit = visitsOf[date]!; visit < visitsOf[date + 1]!; visit++) {
      if (matches.visits[visit] === 0) continue;
      const end = actionsOf[visit + 1]!;
      for (let action = actionsOf[visit]!; action < end; action++) {
        const flags = matches.actions[action]!;
        if (flags === 0) continue;
        let code = codes[action]!;
        if (code === none) code = 0;
        if (code === 0 && isSparse) continue;
        const key = start + code;
        seen[key] = 1;
        if (flags & COUNTS.visit && lastVisit[key] !== visit + 1) {
          lastVisit[key] = visit + 1;
          countVisit(dense, key, visit);
        }
        if (!(flags & COUNTS.event)) continue;
        events[key]! += 1;
        pageviews[key]! += pageview[action]!;
        if (!isByEnds && flags & COUNTS.visitor) countVisitor(counters, key, visitors[visit]!);
      }
    }
  }
}

function toRows({ counters, none }: Dense, group: Group | undefined, names: readonly string[]): ScanRow[] {
  const rows: ScanRow[] = [];
  const { seen, visitors, visits, bounces, duration, pageviews, events } = counters;
  for (let key = seen.indexOf(1); key >= 0; key = seen.indexOf(1, key + 1)) {
    const code = key % names.length;
    const value = code === 0 || code === none ? null : names[code]!;
    const counts = {
      ...{ visitors: visitors[key]!, visits: visits[key]!, bounces: bounces[key]!, duration: duration[key]! },
      ...{ pageviews: pageviews[key]!, events: events[key]!, engaged_ms: 0, scroll_sum: 0, scroll_views: 0 },
      ...{ revenue: null, persons: null },
    };
    rows.push({ bucket: Math.floor(key / names.length), values: group ? [value] : [], counts });
  }
  return rows;
}

/**
 * @returns null for a panel that needs the general scan.
 * @throws Error when the frame lacks a column that the panel reads.
 */
export function denseScan(frame: Frame, panel: Panel, matches: Matches): ScanRow[] | null {
  const { groups, buckets, persons, revenue, reading, ends } = panel;
  if (groups.length > 1 || persons || revenue || reading) return null;
  if (buckets.kind !== "none" && buckets.kind !== "dates") return null;
  const [group] = groups;
  const column = group && (group.level === "visit" ? frame.visits : frame.actions).texts.get(group.column);
  if (group && !column) throw new Error(`frame lacks column ${group.column} of ${group.level}s`);
  const names = column?.values ?? [""];
  const labels = buckets.kind === "none" ? 1 : buckets.bucketOf.reduce((most, bucket) => Math.max(most, bucket + 1), 0);
  if (labels * names.length > MOST_COMBINATIONS) return null;
  const isSparse = group?.isSparse ?? false;
  const dense: Dense = {
    ...{ frame, panel, matches, isSparse },
    counters: new Counters(labels * names.length),
    codes: column?.codes ?? null,
    none: group?.absent === undefined || isSparse ? -1 : names.indexOf(group.absent),
    isByEnds: group?.isEnd ?? false,
    ends: ends ? numbersOf(frame.visits, ["bounces", "duration"]) : null,
    startOf: (date) => (buckets.kind === "none" ? 0 : buckets.bucketOf[date]! * names.length),
  };
  if (group?.level === "event") scanActions(dense, column!.codes);
  else scanVisits(dense);
  return toRows(dense, group, names);
}
