// Reads which days of a property have reached a cap or were shed.
import type { CappedDays, ClosedDay, ShedLevel } from "../../../domain/counts/capped";
import { countedIdsOf } from "../../../domain/counts/suspects";

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

const ARE_CAPPED = `SELECT 1 AS capped WHERE EXISTS (
    SELECT 1 FROM closed_days JOIN json_each(?4) patterns ON closed_days.dimension GLOB patterns.value
    WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3)
  OR EXISTS (SELECT 1 FROM shed_days WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3)`;

/** Whether counts of some dimensions (patterns of GLOB) are summed under `(other)` on any of some days. */
export async function areCapped(
  db: D1Database,
  { site_id, from, to }: { site_id: string; from: string; to: string },
  dimensions: readonly string[],
): Promise<boolean> {
  const found = await db.prepare(ARE_CAPPED).bind(site_id, from, to, JSON.stringify(dimensions)).first("capped");
  return found !== null;
}
