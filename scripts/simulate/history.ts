// The demo's history: fourteen months of a shop and its documentation, in chunks, the newest first. Pure: the same end and
// number of days give the same events.
import type { Simulation } from "./config.ts";
import { docsCourse, measuredFrom, shopCourse } from "./course.ts";
import type { SimulatedEvent } from "./event.ts";
import type { KnownRule } from "./rule-matches.ts";
import type { SiteName } from "./sites.ts";
import { type Course, visits } from "./traffic.ts";

const DAY = 86_400_000;
/** Days that are loaded before the demo is ready. */
export const FIRST_DAYS = 30;
/** Days of each later chunk. */
const CHUNK_DAYS = 60;

export const COURSES: Record<SiteName, (base: Simulation, end: number) => Course> = {
  shop: shopCourse,
  docs: docsCourse,
};

/** Visits that begin from `start` on and before `end` (ms). */
export interface Chunk {
  start: number;
  end: number;
}

/** The chunks of a history, the newest first. All but the last begin at midnight UTC. @param days whole days before the end's. */
export function chunksOf(end: number, days: number): Chunk[] {
  const oldest = Math.floor(end / DAY) * DAY - days * DAY;
  const chunks: Chunk[] = [];
  for (let until = end, length = FIRST_DAYS; until > oldest; length = CHUNK_DAYS) {
    const start = Math.max(oldest, Math.floor((until - 1) / DAY) * DAY - (length - (until === end ? 0 : 1)) * DAY);
    chunks.push({ start, end: until });
    until = start;
  }
  return chunks;
}

export interface HistoryOptions {
  site: SiteName;
  simulation: Simulation;
  /** The end of the history (ms). */
  end: number;
  rules: readonly KnownRule[];
  /** Nothing has happened after this time (ms). */
  now: number;
}

/** The events of a chunk's visits in order of time; a visit that goes on after the chunk belongs to it whole. */
export function historyOf(chunk: Chunk, { site, simulation, end, rules, now }: HistoryOptions): SimulatedEvent[] {
  const course = COURSES[site](simulation, end);
  const measured = measuredFrom(end);
  const parts = [
    { start: chunk.start, end: Math.min(chunk.end, measured), rules: [] },
    { start: Math.max(chunk.start, measured), end: chunk.end, rules },
  ].filter((part) => part.start < part.end);
  return parts
    .flatMap((part) => [...visits(course, part, part.rules)].flatMap((hour) => hour.visits.flat()))
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}
