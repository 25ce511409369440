// Erasing a user's events from the lake: who they were, where they are, and the objects without them.
import { ALL_TIME, addEvents, type DayCounts, emptyRecount, toAdd, toDayCounts } from "../../domain/counts/day-counts";
import type { StampedEvent } from "../../domain/events/event";
import { type Row, readColumns } from "../../domain/lake/merge";
import type { LakeFile } from "../../domain/lake/object";
import { tableFromParquet } from "../../domain/lake/table-parquet";
import { truncateAddress } from "../../domain/visitors/address";
import type { BrowserNames } from "../../domain/visits/names";
import { reopenStatements } from "../../storage/analysis/day-list";
import { addStatements } from "../../storage/counts/day-counts";
import { listFiles, readObject } from "../../storage/lake/reading";
import { swapObjects } from "../../storage/lake/swap";
import { type LakeEnv, mergeUnit } from "../merge-unit";
import { NamesFound, noteNaming } from "./names";

/** Whose events go: the user's, those of the user's person, and the unnamed ones of the visitors that the user was. */
export interface Person extends Readonly<Ids> {
  user_id: string;
  /** The `person_id` of the user. */
  person_id: string;
}

/** Ids that lead to a user's other events. */
export interface Ids {
  /** Visitor ids of the user's events: the one made of the user id, and on days when the page named them late, another. */
  visitors: string[];
  /** Visits of the user that came over midnight, with another visitor id on the day before. */
  visits: string[];
  /** Stored ids of the browsers that the user was seen with. */
  browsers: string[];
  /** Those on which nobody else was seen: whatever was done there before the user was named, the user did. */
  alone: string[];
}

const COLUMNS = ["user_id", "visitor_id", "person_id", "visit_id"] as const;
type Identity = Pick<StampedEvent, (typeof COLUMNS)[number]>;

/** Persons with a user id; others are stored ids. */
const isUser = (person: string | null): boolean => person?.startsWith("u_") ?? false;

/** An event of another user stays, also where both used one browser. */
export function isOf({ user_id, person_id, visitors, visits, alone }: Person, event: Identity): boolean {
  if (event.user_id !== null) return event.user_id === user_id;
  if (isUser(event.person_id)) return event.person_id === person_id;
  return (
    visitors.includes(event.visitor_id) ||
    (event.visit_id !== null && visits.includes(event.visit_id)) ||
    (event.person_id !== null && alone.includes(event.person_id))
  );
}

/** What an object says of the user; null for nothing. */
export async function idsIn(
  lake: R2Bucket,
  { key }: LakeFile,
  { user_id, person_id }: Pick<Person, "user_id" | "person_id">,
): Promise<Omit<Ids, "alone"> | null> {
  const columns = [...COLUMNS, "visit_date", "local_date", "own"] as const;
  const read = await readColumns(await readObject(lake, key), columns);
  const rows = [...read.user_id.keys()].filter((row) =>
    read.user_id[row] === null ? read.person_id[row] === person_id : read.user_id[row] === user_id,
  );
  if (rows.length === 0) return null;
  const valuesOf = (column: unknown[], of: number[]) => [
    ...new Set(of.map((row) => column[row]).filter((value) => value !== null)),
  ];
  const own = rows.map((row) => ownPersonIn(read.own[row]));
  return {
    visitors: valuesOf(
      read.visitor_id,
      rows.filter((row) => read.user_id[row] === user_id),
    ) as string[],
    visits: valuesOf(
      read.visit_id,
      rows.filter((row) => read.visit_date[row] !== read.local_date[row]),
    ) as string[],
    browsers: [...new Set(own.filter((stored) => stored !== null))],
  };
}

const ownIn = (own: unknown): StampedEvent["own"] =>
  (typeof own === "string" ? JSON.parse(own) : own) as StampedEvent["own"];

/** The stored id that an event has beside its user. */
const ownPersonIn = (own: unknown): string | null => ownIn(own)?.person_id ?? null;

/** How much an object has of a person. */
export interface Share {
  /** Of the object. */
  id: number;
  /** Whether any of it bears the user's name, or leads to more. */
  isNamed: boolean;
  rows: number;
}

/** What an object has of a person. */
export interface Trace extends Share {
  /** Ids of the visitors and visits of their events. */
  visitors: string[];
  visits: string[];
  /** Local dates whose counts change. */
  days: string[];
  /** Whole addresses of their events. Truncated ones are of a network, not of a person. */
  addresses: string[];
  /** Users of the browsers that the person used. */
  names: BrowserNames[];
}

const isWhole = (ip: string): boolean => truncateAddress(ip, "truncated") !== ip;

/** Null where it has nothing of the person, and no names of their browsers. */
export async function traceIn(lake: R2Bucket, { id, key }: LakeFile, person: Person): Promise<Trace | null> {
  const columns = [...COLUMNS, "local_date", "visit_date", "ip", "own", "event_time"] as const;
  const read = await readColumns(await readObject(lake, key), columns);
  const found = new NamesFound();
  for (const row of read.user_id.keys())
    if (read.user_id[row] !== null && read.own[row] !== null)
      noteNaming(found, {
        user_id: read.user_id[row] as string,
        person_id: read.person_id[row] as string | null,
        own: ownIn(read.own[row]),
        event_time: Number(read.event_time[row]),
      });
  const names = found.of(person.person_id, new Set([...person.browsers, ...person.visitors]));
  const identityOf = (row: number) =>
    Object.fromEntries(COLUMNS.map((name) => [name, read[name][row]])) as unknown as Identity;
  const rows = [...read.visitor_id.keys()].filter((row) => isOf(person, identityOf(row)));
  if (rows.length === 0 && names.length === 0) return null;
  const valuesOf = (column: unknown[]) => [
    ...new Set(rows.map((row) => column[row]).filter((value) => value !== null)),
  ];
  return {
    id,
    isNamed: rows.some((row) => read.user_id[row] !== null || read.person_id[row] === person.person_id),
    rows: rows.length,
    visitors: valuesOf(read.visitor_id) as string[],
    visits: valuesOf(read.visit_id) as string[],
    days: [...new Set([...valuesOf(read.local_date), ...valuesOf(read.visit_date)])] as string[],
    addresses: (valuesOf(read.ip) as string[]).filter(isWhole),
    names,
  };
}

/** How many rows of a file with events are the person's. */
export async function countOf(file: ArrayBuffer, person: Person): Promise<number> {
  const read = await readColumns(file, COLUMNS);
  const identityOf = (row: number) =>
    Object.fromEntries(COLUMNS.map((name) => [name, read[name][row]])) as unknown as Identity;
  return read.visitor_id.filter((_, row) => isOf(person, identityOf(row))).length;
}

const NOTHING: DayCounts = { rollups: new Map(), cube: [] };

/**
 * Puts the object without the person's events in its place, and takes from the counts what they had counted, all in one
 * batch: record and counts agree before and after it, whatever crashes.
 * @param firstDay the first day of which counts are kept.
 * @returns false when somebody else has swapped it.
 */
export async function eraseFromObject(
  env: LakeEnv,
  siteId: string,
  file: LakeFile,
  person: Person,
  { today, firstDay, firstHour, now }: { today: string; firstDay: string; firstHour: number; now: number },
): Promise<boolean> {
  const unit = { zone: "events" as const, level: file.level, inputs: [file.id] };
  const removed: StampedEvent[] = [];
  const takeAway = () => {
    const counted = emptyRecount(siteId, { ...ALL_TIME, from: firstDay, firstHour });
    // Whatever has been compacted, the pipeline has processed.
    addEvents(counted, removed, { techstack: true });
    const days = removed.flatMap(({ local_date, visit_date }) => [local_date, visit_date]);
    return [
      ...addStatements(env.DB, siteId, toAdd(NOTHING, toDayCounts(counted)), now),
      ...reopenStatements(env.DB, siteId, days, now),
    ];
  };
  const { done } = await mergeUnit(env, siteId, unit, today, now, {
    rules: { keeps: (row: Row) => !isOf(person, row), onRemoved: (event) => removed.push(event) },
    more: takeAway,
  });
  return done;
}

/** Removes addresses from the lists of addresses and of what is known of them. @returns how many objects were rewritten. */
export async function eraseAddresses(
  env: LakeEnv,
  siteId: string,
  addresses: readonly string[],
  today: string,
  now: number,
): Promise<number> {
  if (addresses.length === 0) return 0;
  const gone = new Set(addresses);
  let rewritten = 0;
  for (const file of await listFiles(env.DB, siteId, ["ip_list", "ip_enrichment"])) {
    const rows = await tableFromParquet<{ ip: string }>({ ip: "text" }, await readObject(env.LAKE, file.key));
    const kept = rows.filter(({ ip }) => !gone.has(ip)).length;
    if (kept === rows.length) continue;
    const unit = { zone: file.zone, level: 1, inputs: [file.id] };
    const done =
      kept === 0
        ? await swapObjects(env.DB, siteId, [file], [], now)
        : (
            await mergeUnit(env, siteId, unit, today, now, {
              addresses: { addressOf: (ip) => (gone.has(ip) ? null : ip) },
            })
          ).done;
    if (done) rewritten += 1;
  }
  return rewritten;
}
