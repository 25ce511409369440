// Reads the rollups of a property or its suspects in the domain's form, to compare them with the lake.
import { type Admitted, admittedKey } from "../../domain/counts/capped";
import { ALL_TIME, type Span } from "../../domain/counts/day-counts";
import { emptyRollup, type Rollup } from "../../domain/counts/rollup";
import { FACTS, type Facts } from "../../domain/events/catalog";
import { UNPACKED_DAYS } from "./pending";

type Row<Key> = Key & Facts;

const factsOf = (row: Facts): Facts => Object.fromEntries(FACTS.map((fact) => [fact, row[fact]])) as Facts;

/**
 * The dimensions of a property, each found in one step of the primary key. The key has the day after the dimension, so
 * without the dimensions a day's rows would be searched among those of all days.
 */
const DIMENSIONS = `WITH RECURSIVE known(dimension) AS (
    SELECT min(dimension) FROM rollup_days WHERE site_id = ?1
    UNION ALL
    SELECT (SELECT min(dimension) FROM rollup_days WHERE site_id = ?1 AND dimension > known.dimension)
    FROM known WHERE dimension IS NOT NULL)`;
const FOLDED = `SELECT dimension, day, value, 1 AS folded, ${FACTS.join(", ")} FROM known CROSS JOIN rollup_days USING (dimension)
  WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3`;
const PENDING = `SELECT dimension, day, value, 0, ${FACTS.join(", ")} FROM pending_days WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3`;
const UNPACKED = `SELECT dimension, day, place || char(9) || key, 1, ${FACTS.map((fact) => (fact === "events" ? fact : "0")).join(", ")}
  FROM ${UNPACKED_DAYS} WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3`;
const DAYS = `${DIMENSIONS} SELECT dimension, day, value, max(folded) AS folded, ${FACTS.map((fact) => `sum(${fact}) AS ${fact}`).join(", ")}
  FROM (${FOLDED} UNION ALL ${PENDING} UNION ALL ${UNPACKED}) GROUP BY dimension, day, value`;

/** For a batch: the hours and days of a span. Pass their results to `toRollup`. */
export const rollupStatements = (
  db: D1Database,
  id: string,
  span: Span,
): [D1PreparedStatement, D1PreparedStatement] => [
  db
    .prepare("SELECT * FROM rollup_hours WHERE site_id = ? AND hour >= ? AND hour < ?")
    .bind(id, span.firstHour, span.endHour),
  db.prepare(DAYS).bind(id, span.from, span.to),
];

/** Reads the results of `rollupStatements`. */
export function toRollup(hours: D1Result, days: D1Result): Rollup {
  const rollup = emptyRollup();
  for (const row of hours.results as Row<{ hour: number }>[]) rollup.hours.set(row.hour, factsOf(row));
  for (const row of days.results as Row<{ dimension: string; day: string; value: string }>[]) {
    const dates = rollup.days.get(row.dimension) ?? new Map<string, Map<string, Facts>>();
    rollup.days.set(row.dimension, dates);
    const values = dates.get(row.day) ?? new Map<string, Facts>();
    dates.set(row.day, values);
    values.set(row.value, factsOf(row));
  }
  return rollup;
}

/** The values that have a row, from the second result of `rollupStatements`. */
export const toAdmitted = (days: D1Result): Admitted =>
  new Set(
    (days.results as { dimension: string; day: string; value: string; folded: 0 | 1 }[])
      .filter(({ folded }) => folded === 1)
      .map(({ dimension, day, value }) => admittedKey(dimension, day, value)),
  );

/** All counts of a property or its suspects. */
export async function readRollup(db: D1Database, id: string): Promise<Rollup> {
  const [hours, days] = await db.batch(rollupStatements(db, id, ALL_TIME));
  return toRollup(hours!, days!);
}
