// Compaction: decides which objects of a property are merged. The policy is data, and the plan is pure: the same list
// gives the same plan, and repeated plans reach an end.
import type { LakeFile } from "./object";
import type { LakeZone } from "./zones";

/** The fields of an object that the plan needs. Dates are local. */
export type CompactableFile = Pick<
  LakeFile,
  "id" | "zone" | "rows" | "bytes" | "min_time" | "min_date" | "max_date" | "level" | "event_type" | "last_id"
>;

type Period = "day" | "month";

export interface Level {
  level: number;
  name: string;
  /** The levels of its inputs. */
  from: readonly number[];
  /** The period of events that share an object. */
  period: Period;
}

/**
 * The levels. Raw objects, of all event types and dates, are merged when a property is busy, otherwise once a day. Days
 * are merged after they end, and months after they end, as long as their objects are small enough. So a year of a small
 * property is eleven months, the days of the last month, and today's objects. Late events are merged in later.
 */
export const LEVELS = [
  { level: 1, name: "raw", from: [0], period: "day" },
  { level: 2, name: "day", from: [1, 2], period: "day" },
  { level: 3, name: "month", from: [1, 2, 3], period: "month" },
] as const satisfies readonly Level[];

/** A property is busy if its raw zone has this much backlog: an hour at 6 events a second, or at a message a minute. */
export const BUSY = { files: 60, rows: 20_000, bytes: 4_000_000 } as const;

/**
 * The maximum of one unit. 20,000 rows take 35 MB and two seconds of CPU, out of the 128 MB and thirty seconds of a
 * Worker. Objects are read one after the other, about 10 ms each, hence the limit on files.
 */
export const UNIT = { files: 300, rows: 20_000, bytes: 8_000_000 } as const;

export interface Unit {
  /** Its step name, unique in a plan. */
  name: string;
  zone: LakeZone;
  /** Level of the result. */
  level: number;
  /** Ids of `lake_files`, ascending. */
  inputs: number[];
  rows: number;
}

const monthOf = (date: string): string => date.slice(0, 7);

/** The period of an object merged from the raw zone: its day, or its month after the month has ended. */
export const periodOf = (date: string, today: string): string =>
  monthOf(date) < monthOf(today) ? monthOf(date) : date;

/** Cuts a list into portions within the limits of a unit, in order. A single object may exceed the limits. */
function portionsOf<File extends CompactableFile>(files: readonly File[]): File[][] {
  const portions: File[][] = [];
  let sum = { files: Number.POSITIVE_INFINITY, rows: 0, bytes: 0 };
  for (const file of files) {
    const more = { files: sum.files + 1, rows: sum.rows + file.rows, bytes: sum.bytes + file.bytes };
    const fits = more.files <= UNIT.files && more.rows <= UNIT.rows && more.bytes <= UNIT.bytes;
    if (fits) portions.at(-1)!.push(file);
    else portions.push([file]);
    sum = fits ? more : { files: 1, rows: file.rows, bytes: file.bytes };
  }
  return portions;
}

function toUnit(name: string, zone: LakeZone, level: number, files: readonly CompactableFile[]): Unit {
  const inputs = files.map(({ id }) => id).sort((a, b) => a - b);
  return {
    name: `${name} ${inputs[0]}–${inputs.at(-1)}`,
    zone,
    level,
    inputs,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
  };
}

export interface Situation {
  /** The local date. */
  today: string;
  /** True merges the whole backlog. False merges only the raw zone, and only for a busy property. */
  daily: boolean;
  /** Raw objects up to this id have been processed by every dataset of the pipeline. */
  settled: number;
}

const sum = (files: readonly CompactableFile[], fact: "rows" | "bytes"): number =>
  files.reduce((total, file) => total + file[fact], 0);

export const isBusy = (raw: readonly CompactableFile[]): boolean =>
  raw.length >= BUSY.files || sum(raw, "rows") >= BUSY.rows || sum(raw, "bytes") >= BUSY.bytes;

function planRaw(files: readonly CompactableFile[], { daily, settled }: Situation): Unit[] {
  const raw = files.filter(({ zone, id }) => zone === "raw" && id <= settled).sort((a, b) => a.id - b.id);
  if (!daily && !isBusy(raw)) return [];
  return portionsOf(raw).map((portion) => toUnit("raw", "raw", 1, portion));
}

const periodIn = (period: Period, date: string): string => (period === "day" ? date : monthOf(date));

/** Objects of `events` to merge at a level: each list has one type and one completed period, in order of time. */
function groupsOf(level: Level, files: readonly CompactableFile[], today: string): Map<string, CompactableFile[]> {
  const now = periodIn(level.period, today);
  const candidates = files.filter(
    ({ zone, level: own, min_date, max_date }) =>
      zone === "events" &&
      level.from.includes(own) &&
      periodIn(level.period, min_date) === periodIn(level.period, max_date) &&
      periodIn(level.period, max_date) < now,
  );
  candidates.sort((a, b) => a.min_time - b.min_time || a.id - b.id);
  return Map.groupBy(candidates, ({ event_type, min_date }) => `${event_type} ${periodIn(level.period, min_date)}`);
}

/** The plan for events. Each object is in at most one unit. */
export function planEvents(files: readonly CompactableFile[], situation: Situation): Unit[] {
  const units = planRaw(files, situation);
  if (!situation.daily) return units;
  const taken = new Set<number>();
  // From the top level down: an object that a month merges need not be merged into its day first.
  for (const level of LEVELS.slice(1).reverse()) {
    const left = files.filter(({ id }) => !taken.has(id));
    for (const [name, group] of groupsOf(level, left, situation.today))
      for (const portion of portionsOf(group)) {
        if (portion.length < 2) continue;
        for (const { id } of portion) taken.add(id);
        units.push(toUnit(name, "events", level.level, portion));
      }
  }
  return units;
}

/** Zones with tables. The pipeline writes one object per run to each. */
export const TABLE_ZONES = ["techstack", "ip_list", "ip_enrichment"] as const satisfies readonly LakeZone[];
export type TableZone = (typeof TABLE_ZONES)[number];

/**
 * The plan for tables: merges the tables of a completed day. An enrichment refers to raw objects by their ids, so a
 * table stays until all of its raw objects are merged.
 */
export function planTables(files: readonly CompactableFile[], { today }: Pick<Situation, "today">): Unit[] {
  const firstRaw = Math.min(...files.filter(({ zone }) => zone === "raw").map(({ id }) => id));
  const tables = files
    .filter(
      ({ zone, max_date, last_id }) =>
        zone !== "raw" && zone !== "events" && max_date < today && (last_id ?? 0) < firstRaw,
    )
    .sort((a, b) => a.id - b.id);
  return [...Map.groupBy(tables, ({ zone, min_date }) => `${zone} ${min_date}`)].flatMap(([name, group]) =>
    portionsOf(group)
      .filter((portion) => portion.length > 1)
      .map((portion) => toUnit(name, portion[0]!.zone, 1, portion)),
  );
}
