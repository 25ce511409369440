// All rollups of a property as the domain has them, to be held against the lake.
import { FACTS, type Facts } from "../domain/catalog";
import { emptyRollup, type Rollup } from "../domain/rollup";
import { DAY_COUNTS, UNPACKED_DAYS } from "./pending";

type Row<Key> = Key & Facts;

const factsOf = (row: Facts): Facts => Object.fromEntries(FACTS.map((fact) => [fact, row[fact]])) as Facts;

const UNPACKED = `SELECT dimension, day, place || char(9) || key, ${FACTS.map((fact) => (fact === "events" ? fact : "0")).join(", ")}
  FROM ${UNPACKED_DAYS} WHERE site_id = ?1`;
const DAYS = `SELECT dimension, day, value, ${FACTS.map((fact) => `sum(${fact}) AS ${fact}`).join(", ")}
  FROM (${[...DAY_COUNTS.map((table) => `SELECT dimension, day, value, ${FACTS.join(", ")} FROM ${table} WHERE site_id = ?1`), UNPACKED].join(" UNION ALL ")})
  GROUP BY dimension, day, value`;

export async function readRollup(db: D1Database, siteId: string): Promise<Rollup> {
  const rollup = emptyRollup();
  const [hours, days] = (await db.batch([
    db.prepare("SELECT * FROM rollup_hours WHERE site_id = ?").bind(siteId),
    db.prepare(DAYS).bind(siteId),
  ])) as [D1Result<Row<{ hour: number }>>, D1Result<Row<{ dimension: string; day: string; value: string }>>];
  for (const row of hours.results) rollup.hours.set(row.hour, factsOf(row));
  for (const row of days.results) {
    const dates = rollup.days.get(row.dimension) ?? new Map<string, Map<string, Facts>>();
    rollup.days.set(row.dimension, dates);
    const values = dates.get(row.day) ?? new Map<string, Facts>();
    dates.set(row.day, values);
    values.set(row.value, factsOf(row));
  }
  return rollup;
}
