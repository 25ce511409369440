// Reads which days of a property have reached a cap or were shed.
import type { CappedDays, ClosedDay } from "../../../domain/counts/capped";
import { countedIdsOf } from "../../../domain/counts/suspects";
import type { ShedLevel } from "../../../domain/properties/caps";

const CLOSED = `SELECT site_id, dimension, day, part FROM closed_days
  WHERE site_id IN (SELECT value FROM json_each(?1)) AND day BETWEEN ?2 AND ?3`;
const SHED = "SELECT day, level FROM shed_days WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3";

/** For a batch. Pass their results to `toCappedDays`. */
export const cappedStatements = (
  db: D1Database,
  siteId: string,
  { from, to }: { from: string; to: string },
): [D1PreparedStatement, D1PreparedStatement] => [
  db.prepare(CLOSED).bind(JSON.stringify(countedIdsOf(siteId)), from, to),
  db.prepare(SHED).bind(siteId, from, to),
];

export const toCappedDays = (closed: D1Result, shed: D1Result): CappedDays => ({
  closed: closed.results as ClosedDay[],
  shed: new Map((shed.results as { day: string; level: ShedLevel }[]).map(({ day, level }) => [day, level])),
});
