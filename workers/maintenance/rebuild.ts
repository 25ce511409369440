// Rebuild: recounts a property's days from the lake. In check mode it only says where what D1 keeps and the record
// differ; else it adds the difference. Both are taken at one moment, and counts only add up, so ingest and the pipeline
// may go on meanwhile.
import { asCapped } from "../domain/counts/capped";
import {
  ALL_TIME,
  addEvents,
  type DayCounts,
  differencesIn,
  emptyRecount,
  type Recount,
  type RecountScope,
  type Span,
  toAdd,
  toDayCounts,
} from "../domain/counts/day-counts";
import type { Difference } from "../domain/counts/difference";
import { cubeAsKept } from "../domain/counts/techstack";
import type { LakeFile } from "../domain/lake/object";
import { addDays, startOfDate } from "../domain/time/zone";
import { addToDay, type DaySnapshot, takeDaySnapshot } from "../storage/counts/day-counts";
import { eventsIn } from "../storage/lake/reading";

type RebuildEnv = Pick<Cloudflare.Env, "DB" | "LAKE">;

/** Local days of a zone, with the hours in them. */
export const spanOf = (timezone: string, from: string, to: string): Span => ({
  from,
  to,
  firstHour: startOfDate(from, timezone) / 1000,
  endHour: startOfDate(addDays(to, 1), timezone) / 1000,
});

/** What of an object's events is counted: the cube has only what the pipeline has processed. Compacted is all of that. */
const scopeOf = ({ zone, id }: LakeFile, { techstack }: DaySnapshot["positions"]): RecountScope => ({
  techstack: zone === "events" || id <= techstack,
});

/** Counts the objects of a snapshot. @returns also whether a visit of the span goes on on the last day that was listed. */
async function recount(
  lake: R2Bucket,
  siteId: string,
  span: Span,
  through: string,
  { lake: { events, enrichments }, positions }: DaySnapshot,
): Promise<{ counts: DayCounts; goesOn: boolean }> {
  const into: Recount = emptyRecount(siteId, span);
  let goesOn = false;
  const byScope = Map.groupBy(events, (file) => JSON.stringify(scopeOf(file, positions)));
  for (const [scope, files] of byScope)
    for await (const portion of eventsIn(lake, { events: files, enrichments })) {
      addEvents(into, portion, JSON.parse(scope) as RecountScope);
      goesOn ||= portion.some(({ local_date, visit_date }) => local_date === through && visit_date <= span.to);
    }
  return { counts: toDayCounts(into), goesOn };
}

interface Compared {
  snapshot: DaySnapshot;
  counts: DayCounts;
}

/**
 * What the lake says of a span and what is kept of it. Visits that began in it count there until they end: days after it
 * are read for as long as one goes on, which nothing bounds but the gap that ends it.
 */
async function compare({ DB, LAKE }: RebuildEnv, siteId: string, span: Span): Promise<Compared> {
  for (let through = addDays(span.to, 1); ; through = addDays(through, 1)) {
    const snapshot = await takeDaySnapshot(DB, siteId, span, through);
    const { counts, goesOn } = await recount(LAKE, siteId, span, through, snapshot);
    if (!goesOn) {
      const rollups = asCapped(counts.rollups, snapshot.capped, snapshot.admitted);
      return { snapshot, counts: { rollups, cube: cubeAsKept(counts.cube, snapshot.kept.cube) } };
    }
  }
}

/** Differences told by name; of the others only how many there are. */
export const MOST_EXAMPLES = 100;

export interface DayReport {
  differences: number;
  examples: Difference[];
  files: number;
  rows: number;
}

function toReport(siteId: string, { snapshot, counts }: Compared): DayReport {
  const { events } = snapshot.lake;
  const rows = events.reduce((sum, file) => sum + file.rows, 0);
  const report: DayReport = { differences: 0, examples: [], files: events.length, rows };
  for (const difference of differencesIn(siteId, counts, snapshot.kept)) {
    report.differences += 1;
    if (report.examples.length < MOST_EXAMPLES) report.examples.push(difference);
  }
  return report;
}

/** Check mode, of one local day: where D1 differs from the lake. */
export async function checkDay(env: RebuildEnv, siteId: string, timezone: string, day: string): Promise<DayReport> {
  return toReport(siteId, await compare(env, siteId, spanOf(timezone, day, day)));
}

/**
 * Recounts one local day and makes D1 say what the lake says. Done again it finds nothing to do.
 * @returns what differed before.
 * @throws when somebody else has corrected the day meanwhile; then nothing was done.
 */
export async function rebuildDay(
  env: RebuildEnv,
  siteId: string,
  timezone: string,
  day: string,
  now: number,
): Promise<DayReport> {
  const compared = await compare(env, siteId, spanOf(timezone, day, day));
  const report = toReport(siteId, compared);
  const { snapshot, counts } = compared;
  if (report.differences > 0) await addToDay(env.DB, siteId, day, snapshot, toAdd(counts, snapshot.kept), now);
  return report;
}

/** Differences for the local days from `from` to `to`, both included, in memory at once. Empty when the view is true. */
export async function checkDays(
  env: RebuildEnv,
  siteId: string,
  timezone: string,
  from: string,
  to: string,
): Promise<Difference[]> {
  return differencesOfSpan(env, siteId, spanOf(timezone, from, to));
}

/** The same for all that a property has. */
export const checkAll = (env: RebuildEnv, siteId: string): Promise<Difference[]> =>
  differencesOfSpan(env, siteId, ALL_TIME);

async function differencesOfSpan(env: RebuildEnv, siteId: string, span: Span): Promise<Difference[]> {
  const { snapshot, counts } = await compare(env, siteId, span);
  return [...differencesIn(siteId, counts, snapshot.kept)];
}
