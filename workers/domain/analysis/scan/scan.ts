// The scan: adds up the matches of a frame for one panel, by the values of its groups. What metrics make of the sums is the
// business of whoever joins the results of several frames.
import { FACTS } from "../../events/catalog";
import { Problem } from "../../requests/problem";
import type { Frame, NumberColumn, TextColumn } from "../frame";
import { LIMITS } from "../limits";
import { addSales, type Exchange, type Sales, tillFor } from "../money/exchange";
import { denseScan } from "./dense-scan";
import { COUNTS, type Matches, type Matching, matchesOf, numbersOf, READING } from "./matches";
import { joinKeys, type Keys, NO_KEYS, PersonCollector } from "./persons";

/** The sums of a group. `persons` and `revenue` are there where they are asked for. */
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
  /** By currency. */
  revenue: Map<string, Sales> | null;
  persons: Keys | null;
}

/** A group by the values of a column. */
export interface Group {
  level: "visit" | "event";
  column: string;
  /** True where visitors count on the day on which the visit began: entry and exit pages. */
  isEnd: boolean;
  /** True where an event without a value is in no group. */
  isSparse: boolean;
  /** What answers show of no value. A value that is written the same is in the same group, as in the rollups. */
  absent?: string;
}

/** How time is cut into buckets, which are numbers. */
export type Buckets =
  | { kind: "none" }
  /** By index of the frame's dates. */
  | { kind: "dates"; bucketOf: readonly number[] }
  /** By beginning of the local hour or of the minute, epoch seconds. */
  | { kind: "hours" | "minutes" };

export interface Panel extends Matching {
  groups: readonly Group[];
  buckets: Buckets;
  /** Whether bounces and durations, persons, and revenue are asked for. */
  ends: boolean;
  persons: boolean;
  revenue: boolean;
  /** How revenue is converted; absent where every currency stays as it is. */
  exchange?: Exchange | null;
}

/** The counts of a group; a value of null stands for no value. */
export interface ScanRow {
  bucket: number;
  values: (string | null)[];
  counts: Counts;
}

/** The counts that rollups have, too. */
export const SUMS = FACTS satisfies readonly (keyof Counts)[];

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
  revenue: revenue ? new Map() : null,
  persons: persons ? NO_KEYS : null,
});

/** Adds counts to others. Only persons are not a sum. */
export function addCounts(into: Counts, more: Counts): void {
  for (const name of SUMS) into[name] += more[name];
  if (into.revenue && more.revenue)
    for (const [currency, sales] of more.revenue) addSales(into.revenue, currency, sales);
  if (into.persons && more.persons) into.persons = joinKeys(into.persons, more.persons);
}

interface Slot extends ScanRow {
  /** The visitor and the visit that it counted last: rows of one visitor follow each other. */
  visitor: number;
  visit: number;
  /** Its place among the rows, and the code of the person that it counted last. */
  place: number;
  person: number;
}

/** Whether a question is by the event's name. */
export const isByName = (groups: readonly Group[]): boolean =>
  groups.some(({ level, column }) => level === "event" && column === "name");

/**
 * @param matches of the panel's filter, where they are known already.
 * @throws Error when the frame lacks a column that the panel reads.
 */
export function scan(frame: Frame, panel: Panel, matches: Matches = matchesOf(frame, panel)): ScanRow[] {
  return denseScan(frame, panel, matches) ?? scanGenerally(frame, panel, matches);
}

/** The scan of any panel. */
export const scanGenerally = (frame: Frame, panel: Panel, matches: Matches): ScanRow[] =>
  new Scan(frame, panel, matches).run();

/** More rows than this do not fit between an Analyst and the Worker. */
export const MOST_ROWS = 200_000;

/** @throws Problem invalid when there are more rows than fit. */
export function requireFewRows(rows: number): void {
  if (rows > MOST_ROWS)
    throw new Problem(
      "invalid",
      `dimensions have more than ${MOST_ROWS} combinations of values; ask for fewer, or filter`,
    );
}

/** Groups up to this many combinations are looked up in a list, others in a map. */
const MOST_LISTED = 1_000_000;
/** Combinations of more than this are looked up by text: with the buckets, their numbers would not be exact. */
const MOST_NUMBERED = 2 ** 40;

/** A group's column. Keys are sums of codes, each multiplied by how many values the columns before it have. */
interface Keyed {
  codes: TextColumn["codes"];
  names: readonly string[];
  isOfVisit: boolean;
  isSparse: boolean;
  times: number;
  /** The code of a value that stands for no value; -1 where there is none. */
  none: number;
}

const isOfClock = ({ kind }: Buckets): boolean => kind === "hours" || kind === "minutes";

/** The buckets of visits and actions by row, where they are minutes or hours. */
function clockOf(frame: Frame, { kind }: Buckets): Record<"visits" | "actions", (row: number) => number> | null {
  if (kind === "minutes") {
    const [started, happened] = [
      numbersOf(frame.visits, ["started_at"]).started_at,
      numbersOf(frame.actions, ["event_time"]).event_time,
    ];
    const minuteOf = (time: number) => Math.floor(time / 60_000) * 60;
    return { visits: (row) => minuteOf(started[row]!), actions: (row) => minuteOf(happened[row]!) };
  }
  if (kind !== "hours") return null;
  const hours = [numbersOf(frame.visits, ["hour"]).hour, numbersOf(frame.actions, ["hour"]).hour] as const;
  return { visits: (row) => hours[0][row]!, actions: (row) => hours[1][row]! };
}

class Scan {
  private readonly frame: Frame;
  private readonly panel: Panel;
  private readonly matches: Matches;
  private readonly keyed: Keyed[];
  private readonly combinations: number;
  private readonly slots: Slot[] = [];
  private readonly listed: (Slot | null)[];
  private readonly mapped = new Map<number | string, Slot>();
  private readonly places = new Map<number, number>();
  private readonly isByEnds: boolean;
  private readonly ends: Record<"bounces" | "duration", NumberColumn> | null;
  private readonly persons: TextColumn | null;
  private readonly people = new PersonCollector(LIMITS.persons);

  constructor(frame: Frame, panel: Panel, matches: Matches) {
    this.frame = frame;
    this.panel = panel;
    this.matches = matches;
    let times = 1;
    this.keyed = panel.groups.map((group) => {
      const { codes, values } = this.text(group.level, group.column);
      const none = group.absent === undefined || group.isSparse ? -1 : values.indexOf(group.absent);
      const { isSparse } = group;
      const keyed = { codes, names: values, isOfVisit: group.level === "visit", isSparse, times, none };
      times *= values.length;
      return keyed;
    });
    this.combinations = times;
    const buckets = panel.buckets.kind === "dates" ? frame.dates.length : 1;
    // Filled, because a list with holes is slow.
    this.listed = new Array<Slot | null>(Math.min(times * buckets, MOST_LISTED)).fill(null);
    this.isByEnds = panel.groups.some(({ isEnd }) => isEnd);
    this.ends = panel.ends ? numbersOf(frame.visits, ["bounces", "duration"]) : null;
    this.persons = panel.persons ? this.text("visit", "person_id") : null;
  }

  run(): ScanRow[] {
    const { groups, buckets, revenue } = this.panel;
    const isOfVisits = groups.every(({ level }) => level === "visit") && !isOfClock(buckets) && !revenue;
    if (isOfVisits) this.scanVisits();
    else this.scanActions();
    if (this.persons)
      for (const [place, keys] of this.people.keysOf(this.slots.length, this.persons.values).entries())
        this.slots[place]!.counts.persons = keys;
    return this.slots;
  }

  private text(level: Group["level"], name: string): TextColumn {
    const column = (level === "visit" ? this.frame.visits : this.frame.actions).texts.get(name);
    if (!column) throw new Error(`frame lacks column ${name} of ${level}s`);
    return column;
  }

  /** Each visit has one group: what its actions add up to is known. */
  private scanVisits(): void {
    const { frame, panel, matches } = this;
    const { first, last } = panel.span;
    for (let date = first; date <= last; date++) {
      const bucket = panel.buckets.kind === "dates" ? panel.buckets.bucketOf[date]! : 0;
      const end = frame.visitsOf[date + 1]!;
      for (let visit = frame.visitsOf[date]!; visit < end; visit++) {
        const flags = matches.visits[visit]!;
        if (flags === 0) continue;
        const slot = this.slotFor(bucket, visit, -1);
        if (slot === null) continue;
        const { counts } = slot;
        counts.events += matches.events[visit]!;
        counts.pageviews += matches.pageviews[visit]!;
        if (matches.reading) {
          counts.engaged_ms += matches.reading.engaged_ms[visit]!;
          counts.scroll_sum += matches.reading.scroll_sum[visit]!;
          counts.scroll_views += matches.reading.scroll_views[visit]!;
        }
        if (flags & COUNTS.visit) this.countVisit(slot, visit);
        if (!this.isByEnds && flags & COUNTS.visitor) this.countVisitor(slot, visit);
      }
    }
  }

  private scanActions(): void {
    const { frame, panel, matches } = this;
    const { first, last } = panel.span;
    const { pageview } = numbersOf(frame.actions, ["pageview"]);
    const read = panel.reading ? numbersOf(frame.actions, READING) : null;
    const clock = clockOf(frame, panel.buckets);
    const till = panel.revenue ? tillFor(frame, panel.exchange ?? null) : null;
    for (let date = first; date <= last; date++) {
      const bucket = panel.buckets.kind === "dates" ? panel.buckets.bucketOf[date]! : 0;
      for (let visit = frame.visitsOf[date]!; visit < frame.visitsOf[date + 1]!; visit++) {
        if (matches.visits[visit] === 0) continue;
        const end = frame.actionsOf[visit + 1]!;
        for (let action = frame.actionsOf[visit]!; action < end; action++) {
          const flags = matches.actions[action]!;
          if (flags === 0) continue;
          const about = read && flags & COUNTS.reading ? action - read.view[action]! : action;
          const slot = this.slotFor(clock ? clock.actions(action) : bucket, visit, about);
          if (flags & COUNTS.visit) {
            const home = clock ? this.slotFor(clock.visits(visit), visit, action) : slot;
            if (home !== null && home.visit !== visit) {
              home.visit = visit;
              this.countVisit(home, visit);
            }
          }
          if (slot === null || !(flags & (COUNTS.event | COUNTS.reading))) continue;
          const { counts } = slot;
          if (read) {
            counts.engaged_ms += read.engaged_ms[action]!;
            counts.scroll_sum += read.scroll_sum[action]!;
            counts.scroll_views += read.scroll_views[action]!;
          }
          if (!(flags & COUNTS.event)) continue;
          counts.events += 1;
          counts.pageviews += pageview[action]!;
          if (!this.isByEnds && flags & COUNTS.visitor) this.countVisitor(slot, visit);
          if (till) till(counts.revenue!, date, action);
        }
      }
    }
  }

  /** The group of an action, or of its visit; null where it is in none. */
  private slotFor(bucket: number, visit: number, action: number): Slot | null {
    let number = this.placeOf(bucket) * this.combinations;
    for (let i = 0; i < this.keyed.length; i++) {
      const { codes, isOfVisit, isSparse, times, none } = this.keyed[i]!;
      let code = codes[isOfVisit ? visit : action]!;
      if (code === none) code = 0;
      if (code === 0 && isSparse) return null;
      number += code * times;
    }
    const isNumbered = this.combinations <= MOST_NUMBERED;
    if (isNumbered && number < this.listed.length) {
      const slot = this.listed[number] ?? this.addSlot(bucket, visit, action);
      this.listed[number] = slot;
      return slot;
    }
    const key = isNumbered ? number : this.textKey(bucket, visit, action);
    const known = this.mapped.get(key);
    if (known) return known;
    const slot = this.addSlot(bucket, visit, action);
    this.mapped.set(key, slot);
    return slot;
  }

  private valuesOf(visit: number, action: number): (string | null)[] {
    return this.keyed.map(({ codes, isOfVisit, names, none }) => {
      const code = codes[isOfVisit ? visit : action]!;
      return code === 0 || code === none ? null : names[code]!;
    });
  }

  private addSlot(bucket: number, visit: number, action: number): Slot {
    const values = this.valuesOf(visit, action);
    const slot: Slot = {
      bucket,
      values,
      counts: noCounts(this.panel),
      visitor: 0,
      visit: -1,
      place: this.slots.length,
      person: 0,
    };
    requireFewRows(this.slots.push(slot));
    return slot;
  }

  /** The key of combinations that are too many to be numbered. */
  private textKey(bucket: number, visit: number, action: number): string {
    return JSON.stringify([bucket, this.valuesOf(visit, action)]);
  }

  private placeOf(bucket: number): number {
    if (this.panel.buckets.kind === "none") return 0;
    let place = this.places.get(bucket);
    if (place === undefined) {
      place = this.places.size;
      this.places.set(bucket, place);
    }
    return place;
  }

  private countVisit(slot: Slot, visit: number): void {
    const { counts } = slot;
    counts.visits += 1;
    if (this.ends) {
      counts.bounces += this.ends.bounces[visit]!;
      counts.duration += this.ends.duration[visit]!;
    }
    if (this.isByEnds) this.countVisitor(slot, visit);
  }

  private countVisitor(slot: Slot, visit: number): void {
    const person = this.persons?.codes[visit] ?? 0;
    if (person !== 0 && person !== slot.person) {
      slot.person = person;
      this.people.add(slot.place, person);
    }
    const visitor = this.frame.visitors[visit]!;
    if (slot.visitor === visitor) return;
    slot.visitor = visitor;
    slot.counts.visitors += 1;
  }
}
