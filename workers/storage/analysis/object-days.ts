// Which local days the events of raw objects belong to. Each question needs this of the objects that wait for the
// pipeline, so it is remembered: an object never gets other events.
import type { LakeFile } from "../../domain/lake/object";
import { addDays } from "../../domain/time/zone";
import { lookAtRows } from "./event-rows";
import { ObjectReader } from "./object-reader";

/** Dates that an isolate remembers, of all objects together. */
const MOST_DATES = 20_000;

export class ObjectDays {
  /** In the order of the last use. */
  private readonly days = new Map<string, readonly string[]>();
  private readonly most: number;
  private held = 0;

  constructor(most = MOST_DATES) {
    this.most = most;
  }

  get(key: string): readonly string[] | undefined {
    const days = this.days.get(key);
    if (days === undefined) return undefined;
    this.days.delete(key);
    this.days.set(key, days);
    return days;
  }

  set(key: string, days: readonly string[]): void {
    this.drop(key);
    this.days.set(key, days);
    this.held += days.length;
    for (const oldest of this.days.keys()) {
      if (this.held <= this.most) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.held -= this.days.get(key)?.length ?? 0;
    this.days.delete(key);
  }
}

/** What this isolate knows. */
const KNOWN = new ObjectDays();

/** Local days that some objects have events of, or of whose visits. */
export async function daysOfObjects(lake: R2Bucket, files: readonly LakeFile[], known = KNOWN): Promise<Set<string>> {
  const found = new Set<string>();
  const unknown: LakeFile[] = [];
  for (const file of files) {
    const days = known.get(file.key);
    if (days === undefined) unknown.push(file);
    else for (const day of days) found.add(day);
  }
  const days = new Map<string, Set<string>>();
  await lookAtRows(new ObjectReader(lake), unknown, ({ local_date, visit_date }, { key }) => {
    const own = days.get(key) ?? new Set();
    days.set(key, own.add(local_date).add(visit_date));
  });
  for (const { key } of unknown) {
    // A visit of one day may have gone on to the next.
    const own = [...new Set([...(days.get(key) ?? [])].flatMap((day) => [day, addDays(day, 1)]))];
    known.set(key, own);
    for (const day of own) found.add(day);
  }
  return found;
}
