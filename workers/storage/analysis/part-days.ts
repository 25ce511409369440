// What the Analysts of a month read. Those of one month must read the same state of it: a visitor whom restamping moves from
// one part to another would else be missing or be there twice. So where a month has parts, its list is read once for all.
import { MOST_PARTS, PART_EVENTS, partsFor } from "../../domain/analysis/zone/parts";
import { partInKey } from "../../domain/lake/keys";
import type { LakeFile } from "../../domain/lake/object";
import { endOfMonth, startOfMonth } from "../../domain/time/calendar";
import { closedDays, type DaySnapshot, takeDaySnapshot } from "./day-list";
import type { Dates } from "./day-sizes";
import { openDaysIn, rowsIn } from "./open-days";
import { enrichmentsOf, isNear } from "./open-portions";

/** The days that one Analyst reads. */
export interface PartDays extends DaySnapshot {
  part: number;
  /** The open days that are asked for, with the number of parts that each is cut into. `tables` are those of the others. */
  open: { date: string; parts: number }[];
}

async function takeMonth(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  { from, to }: Dates,
): Promise<{ snapshot: DaySnapshot; open: string[] }> {
  const start = startOfMonth(from);
  const snapshot = await takeDaySnapshot(DB, siteId, start, endOfMonth(start));
  const open = await openDaysIn(LAKE, snapshot, from, to);
  const closed = closedDays(snapshot.tables);
  for (const day of open) closed.delete(day);
  return { snapshot: { ...snapshot, tables: snapshot.tables.filter(({ min_date }) => closed.has(min_date)) }, open };
}

/** All of a month, as far as it is closed, and the open days among some of its dates. */
export async function readWholeMonth(
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  dates: Dates,
): Promise<PartDays> {
  const { snapshot, open } = await takeMonth(env, siteId, dates);
  return { ...snapshot, part: 0, open: open.map((date) => ({ date, parts: 1 })) };
}

/** The same, for each part that has anything of the dates. @param size events of a day in a part. */
export async function readMonthParts(
  env: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  dates: Dates,
  size = PART_EVENTS,
): Promise<PartDays[]> {
  const { snapshot, open } = await takeMonth(env, siteId, dates);
  const cut = open.map((date) => ({ date, parts: Math.min(MOST_PARTS, partsFor(rowsIn(snapshot, [date]), size)) }));
  // Only what the Analysts need of the list is sent to them.
  const events = snapshot.events.filter((file) => open.some((day) => isNear(file, day)));
  const enrichments = enrichmentsOf(events, snapshot.enrichments);
  const tablesOf = Map.groupBy(snapshot.tables, ({ key }) => partInKey(key).part);
  const isAsked = ({ min_date }: LakeFile) => min_date >= dates.from && min_date <= dates.to;
  const most = Math.max(...[...tablesOf.keys()].map((part) => part + 1), ...cut.map(({ parts }) => parts), 0);
  return Array.from({ length: most }, (_, part): PartDays => {
    const tables = tablesOf.get(part) ?? [];
    const own = cut.filter(({ parts }) => parts > part);
    return {
      part,
      tables,
      open: own,
      events: own.length > 0 ? events : [],
      enrichments,
      processed: snapshot.processed,
    };
  }).filter(({ tables, open: own }) => own.length > 0 || tables.some(isAsked));
}
