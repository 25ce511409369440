// The scan: one pass over the visits and actions of a frame for one panel, which is a filter with groups. It adds up facts;
// what metrics make of them is the business of whoever joins the results of several frames.
import { compile, type Filter, namesIn } from "./filter";
import type { Floor, Frame, NumberColumn, TextColumn } from "./frame";

/** What a group adds up. `persons` is there where it is asked for. */
export interface Counts {
  visitors: number;
  visits: number;
  bounces: number;
  duration: number;
  pageviews: number;
  events: number;
  engaged_ms: number;
  scroll_sum: number;
  scroll_views: number;
  /** Purchases, and what they amount to by currency. */
  purchases: number;
  revenue: Map<string, number> | null;
  persons: Set<string> | null;
}

/** A group by the values of a column. */
export interface Group {
  level: "visit" | "event";
  column: string;
  /** True where values are told by the day on which the visit began, visitors too: entry and exit pages. */
  isEnd: boolean;
  /** True where an event without a value is in no group. */
  isSparse: boolean;
}

/** How time is cut: a bucket's number by local date, or by what a row says. */
export type Buckets =
  | { kind: "none" }
  /** By index of the frame's dates. */
  | { kind: "dates"; bucketOf: readonly number[] }
  /** By beginning of the local hour, epoch seconds. */
  | { kind: "hours" }
  /** By minute, epoch seconds. */
  | { kind: "minutes" };

/** The part of the frame that is asked about. */
export interface Span {
  /** First and last index of the frame's dates. */
  first: number;
  last: number;
  /** Times (ms), the second excluded; null where whole days are asked for. */
  times: readonly [from: number, to: number] | null;
}

export interface Panel {
  filter: Filter | null;
  groups: readonly Group[];
  buckets: Buckets;
  span: Span;
  /** Whether it is asked for persons, and for revenue. */
  persons: boolean;
  revenue: boolean;
}

/** The counts of each group, by bucket and values; null stands for no value. */
export interface ScanRow {
  bucket: number;
  values: (string | null)[];
  counts: Counts;
}

export const noCounts = ({ persons, revenue }: Pick<Panel, "persons" | "revenue">): Counts => ({
  visitors: 0,
  visits: 0,
  bounces: 0,
  duration: 0,
  pageviews: 0,
  events: 0,
  engaged_ms: 0,
  scroll_sum: 0,
  scroll_views: 0,
  purchases: 0,
  revenue: revenue ? new Map() : null,
  persons: persons ? new Set() : null,
});

const SUMS = [
  "visitors",
  "visits",
  "bounces",
  "duration",
  "pageviews",
  "events",
  "engaged_ms",
  "scroll_sum",
  "scroll_views",
  "purchases",
] as const satisfies readonly (keyof Counts)[];

/** Adds counts to others. Only persons are not a sum. */
export function addCounts(into: Counts, more: Counts): void {
  for (const name of SUMS) into[name] += more[name];
  if (into.revenue && more.revenue)
    for (const [currency, amount] of more.revenue)
      into.revenue.set(currency, (into.revenue.get(currency) ?? 0) + amount);
  if (into.persons && more.persons) for (const person of more.persons) into.persons.add(person);
}

interface Slot extends ScanRow {
  /** The visitor, visit and so on that it counted last: rows of one visitor follow each other. */
  visitor: number;
  visit: number;
}

const NUMBERS = [
  "use",
  "counted",
  "pageview",
  "hour",
  "event_time",
  "engaged_ms",
  "scroll_sum",
  "scroll_views",
  "view",
] as const;

/** Columns that every panel reads, by table. */
export const BASE = {
  visits: ["began", "hour", "started_at", "bounces", "duration"],
  actions: [...NUMBERS, "name"],
} as const;

function numbersOf<Name extends string>({ numbers }: Floor, names: readonly Name[]): Record<Name, NumberColumn> {
  const found = names.map((name) => {
    const column = numbers.get(name);
    if (!column) throw new Error(`frame lacks column ${name}`);
    return [name, column] as const;
  });
  return Object.fromEntries(found) as Record<Name, NumberColumn>;
}

/** Whether an action of each use counts in questions about events, or about visits, and makes a visitor of the day. */
const COUNTS_EVENT = [true, false, true, false, true];
const COUNTS_VISIT = [true, true, false, false, false];
const MAKES_VISITOR = [true, true, true, false, false];

/** @throws Error when the frame lacks a column that the panel reads. */
export function scan(frame: Frame, panel: Panel): ScanRow[] {
  return new Scan(frame, panel).run();
}

class Scan {
  private readonly frame: Frame;
  private readonly panel: Panel;
  private readonly slots = new Map<number, Slot>();
  private readonly keyed: { column: TextColumn; group: Group; times: number }[];
  private readonly buckets = new Map<number, number>();
  private readonly bucketTimes: number;
  private readonly isByName: boolean;
  private readonly endsOnly: boolean;
  private readonly named: Uint8Array;
  private readonly names: TextColumn;
  private readonly visits: Record<(typeof BASE.visits)[number], NumberColumn>;
  private readonly actions: Record<(typeof NUMBERS)[number], NumberColumn>;
  private readonly persons: TextColumn | null;
  private readonly revenue: { currency: TextColumn; amount: NumberColumn } | null;
  private lastKey = -1;
  private lastSlot: Slot | null = null;

  constructor(frame: Frame, panel: Panel) {
    this.frame = frame;
    this.panel = panel;
    this.names = this.text("event", "name");
    this.visits = numbersOf(frame.visits, BASE.visits);
    this.actions = numbersOf(frame.actions, NUMBERS);
    this.persons = panel.persons ? this.text("visit", "person_id") : null;
    this.revenue = panel.revenue
      ? {
          currency: this.text("event", "revenue_currency"),
          amount: numbersOf(frame.actions, ["revenue_amount"]).revenue_amount,
        }
      : null;
    let times = 1;
    this.keyed = panel.groups.map((group) => {
      const column = this.text(group.level, group.column);
      const keyed = { column, group, times };
      times *= column.values.length;
      return keyed;
    });
    this.bucketTimes = times;
    if (times > 2 ** 40) throw new RangeError("question has too many combinations of values");
    this.isByName = panel.groups.some(({ level, column }) => level === "event" && column === "name");
    this.endsOnly = panel.groups.some(({ isEnd }) => isEnd);
    const names = new Set(namesIn(panel.filter));
    // Without a filter each measuring event but engagement has a row of its own by name.
    const isOwnRow = (name: string): boolean => this.isByName && panel.filter === null && name !== "engagement";
    this.named = Uint8Array.from(this.names.values, (name) => (names.has(name) || isOwnRow(name) ? 1 : 0));
  }

  run(): ScanRow[] {
    const { frame, panel } = this;
    const { visitsOf, actionsOf } = frame;
    const holds = compile(panel.filter, frame, (action) => this.isCandidate(action));
    const { first, last, times } = panel.span;
    const { began, started_at } = this.visits;
    const { event_time, view, use } = this.actions;
    for (let date = first; date <= last; date++)
      for (let visit = visitsOf[date]!; visit < visitsOf[date + 1]!; visit++) {
        if (holds.visit !== null && !holds.visit(visit)) continue;
        const startsHere =
          began[visit] === 1 && (times === null || (started_at[visit]! >= times[0] && started_at[visit]! < times[1]));
        const end = actionsOf[visit + 1]!;
        for (let action = actionsOf[visit]!; action < end; action++) {
          const isCandidate = this.isCandidate(action);
          // Reading of a page view in another hour: it matches when the page view does.
          const about = isCandidate ? action : action - view[action]!;
          // Without a page view, reading belongs to no event's name.
          if (!isCandidate && (!this.isReading(action) || (this.isByName && about === action))) continue;
          if (holds.action !== null && !holds.action(about, visit)) continue;
          if (startsHere && isCandidate && COUNTS_VISIT[use[action]!]) this.countVisit(date, visit, action);
          const isWithin = times === null || (event_time[action]! >= times[0] && event_time[action]! < times[1]);
          if (COUNTS_EVENT[use[action]!] && isWithin) this.countEvent(date, visit, action, about, isCandidate);
        }
      }
    return [...this.slots.values()];
  }

  private text(level: Group["level"], name: string): TextColumn {
    const column = (level === "visit" ? this.frame.visits : this.frame.actions).texts.get(name);
    if (!column) throw new Error(`frame lacks column ${name} of ${level}s`);
    return column;
  }

  private isCandidate(action: number): boolean {
    return this.actions.counted[action] === 1 || this.named[this.names.codes[action]!] === 1;
  }

  private isReading(action: number): boolean {
    return this.names.values[this.names.codes[action]!] === "engagement";
  }

  /** The group of an action, or of its visit; null where it is in none. */
  private slotFor(bucket: number, visit: number, action: number): Slot | null {
    let key = 0;
    for (const { column, group, times } of this.keyed) {
      const code = column.codes[group.level === "visit" ? visit : action]!;
      if (code === 0 && group.isSparse) return null;
      key += code * times;
    }
    let place = this.buckets.get(bucket);
    if (place === undefined) {
      place = this.buckets.size;
      this.buckets.set(bucket, place);
    }
    key += place * this.bucketTimes;
    if (key === this.lastKey) return this.lastSlot;
    let slot = this.slots.get(key);
    if (!slot) {
      const values = this.keyed.map(({ column, group }) => {
        const code = column.codes[group.level === "visit" ? visit : action]!;
        return code === 0 ? null : column.values[code]!;
      });
      slot = { bucket, values, counts: noCounts(this.panel), visitor: 0, visit: -1 };
      this.slots.set(key, slot);
    }
    this.lastKey = key;
    this.lastSlot = slot;
    return slot;
  }

  private bucketOf(date: number, hour: number, time: number): number {
    const { buckets } = this.panel;
    switch (buckets.kind) {
      case "none":
        return 0;
      case "dates":
        return buckets.bucketOf[date]!;
      case "hours":
        return hour;
      case "minutes":
        return Math.floor(time / 60_000) * 60;
    }
  }

  /** Counts a visit in the group of one of its events, once. */
  private countVisit(date: number, visit: number, action: number): void {
    const { hour, started_at, bounces, duration } = this.visits;
    const slot = this.slotFor(this.bucketOf(date, hour[visit]!, started_at[visit]!), visit, action);
    if (slot === null || slot.visit === visit) return;
    slot.visit = visit;
    const { counts } = slot;
    counts.visits += 1;
    counts.bounces += bounces[visit]!;
    counts.duration += duration[visit]!;
    if (this.endsOnly) this.countVisitor(slot, visit);
  }

  private countEvent(date: number, visit: number, action: number, about: number, isCandidate: boolean): void {
    const { use, hour, event_time, engaged_ms, scroll_sum, scroll_views, pageview } = this.actions;
    const slot = this.slotFor(this.bucketOf(date, hour[action]!, event_time[action]!), visit, about);
    if (slot === null) return;
    const { counts } = slot;
    counts.engaged_ms += engaged_ms[action]!;
    counts.scroll_sum += scroll_sum[action]!;
    counts.scroll_views += scroll_views[action]!;
    if (!isCandidate) return;
    counts.pageviews += pageview[action]!;
    counts.events += 1;
    if (!this.endsOnly && MAKES_VISITOR[use[action]!]) this.countVisitor(slot, visit);
    if (this.revenue) this.countPurchase(counts, action, this.revenue);
  }

  private countVisitor(slot: Slot, visit: number): void {
    const person = this.persons?.codes[visit] ?? 0;
    if (person !== 0) slot.counts.persons!.add(this.persons!.values[person]!);
    const visitor = this.frame.visitors[visit]!;
    if (slot.visitor === visitor) return;
    slot.visitor = visitor;
    slot.counts.visitors += 1;
  }

  private countPurchase(counts: Counts, action: number, { currency, amount }: NonNullable<Scan["revenue"]>): void {
    const code = currency.codes[action]!;
    if (code === 0) return;
    const name = currency.values[code]!;
    counts.purchases += 1;
    counts.revenue!.set(name, (counts.revenue!.get(name) ?? 0) + amount[action]!);
  }
}
