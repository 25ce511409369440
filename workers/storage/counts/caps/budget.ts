// The budget of rows that a property's folds may write into its day counts in a UTC day (domain/properties/caps.ts). Each
// fold counts what it writes, and before it writes it sheds what is beyond: details, then new values, then all values.
import type { ShedLevel } from "../../../domain/counts/capped";
import {
  LEAST_ROWS_PER_DAY,
  MEDIAN_DAYS,
  type RowBudget,
  SHED_FROM,
  TIMES_MEDIAN,
} from "../../../domain/runs/row-budget";
import { IN_PORTION } from "../fold";
import { ownerSql } from "./sql";

/** D1 has 10 GB. From here on details of all properties are shed. */
export const MOST_BYTES = 8_000_000_000;

/** UTC day, as folds count. */
export const utcDay = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** The lower median of the last days with any rows. Days on which values were shed would raise the budget for a flood. */
const MEDIAN = `(SELECT rows FROM (
    SELECT rows, row_number() OVER (ORDER BY rows) AS place, count(*) OVER () AS days FROM rows_written before
    WHERE before.site_id = owners.site_id AND before.day < ?2 AND before.day >= date(?2, '-${MEDIAN_DAYS} days')
      AND NOT EXISTS (SELECT 1 FROM shed_days shed WHERE shed.site_id = before.site_id
        AND shed.level > 1 AND shed.reason = 'rows' AND date(shed.since / 1000, 'unixepoch') = before.day))
  WHERE place = (days + 1) / 2)`;

/** Of the properties of ?1 (ids), on the UTC day ?2: their rows and their budget. */
const SPENT = `owners AS (SELECT DISTINCT ${ownerSql("value")} AS site_id FROM json_each(?1)),
  spent AS (
    SELECT site_id,
      coalesce((SELECT rows FROM rows_written today WHERE today.site_id = owners.site_id AND today.day = ?2), 0) AS rows,
      coalesce(
        (SELECT settings ->> '$.caps.rows_per_day' FROM property_settings own WHERE own.site_id = owners.site_id),
        max(${LEAST_ROWS_PER_DAY}, ${TIMES_MEDIAN} * coalesce(${MEDIAN}, 0))) AS budget
    FROM owners)`;

const LEVEL = Object.entries(SHED_FROM)
  .reverse()
  .map(([level, percent]) => `WHEN 100 * rows >= ${percent} * budget THEN ${level}`)
  .join(" ");

/** Strangers send events of the last days. What is older comes from the owner: imports, rebuilds, restamping. */
const SHED_DAYS = 3;

/** Parameters of a fold in another order: ?1 ids, ?2 UTC day, ?3 portion, ?4 now (ms), ?5 1 when D1 is nearly full. */
const SHED = `INSERT INTO shed_days (site_id, day, level, reason, since)
  WITH ${SPENT},
  levels AS (SELECT site_id, CASE ${LEVEL} ELSE ?5 END AS level, CASE ${LEVEL} END IS NULL AS is_storage FROM spent)
  SELECT site_id, day, level, iif(is_storage, 'storage', 'rows'), ?4 FROM levels JOIN (
    SELECT DISTINCT ${ownerSql("site_id")} AS site_id, days.key AS day
    FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days
    WHERE ${IN_PORTION.replaceAll("?2", "?3")}) USING (site_id)
  WHERE level > 0 AND day >= date(?2, '-${SHED_DAYS} days')
  ON CONFLICT (site_id, day) DO UPDATE SET level = excluded.level, reason = excluded.reason, since = excluded.since
    WHERE excluded.level > level`;

export const shedStatement = (
  db: D1Database,
  { siteIds, portion, now, isFull }: { siteIds: string; portion: number; now: number; isFull: boolean },
): D1PreparedStatement => db.prepare(SHED).bind(siteIds, utcDay(now), portion, now, isFull ? 1 : 0);

const ADD = "ON CONFLICT (site_id, day) DO UPDATE SET rows = rows + excluded.rows";
/** Directly after a statement that wrote rows of one property only. */
const WRITTEN = `INSERT INTO rows_written (site_id, day, rows) SELECT ?1, ?2, changes() WHERE changes() > 0 ${ADD}`;
/** Before the portion is forgotten: at most as many rows as it has increments. */
const AT_MOST = `INSERT INTO rows_written (site_id, day, rows)
  SELECT ${ownerSql("site_id")}, ?3, sum(increments) FROM rollup_pending WHERE ${IN_PORTION} GROUP BY 1 ${ADD}`;

export const countWritten = (db: D1Database, siteId: string, now: number): D1PreparedStatement =>
  db.prepare(WRITTEN).bind(siteId, utcDay(now));
export const countAtMost = (db: D1Database, siteIds: string, portion: number, now: number): D1PreparedStatement =>
  db.prepare(AT_MOST).bind(siteIds, portion, utcDay(now));

const KEPT_DAYS = 60;
/** Removes the counts of rows that no median reads any more. */
export const forgetRowsWritten = async (db: D1Database, now: number): Promise<void> => {
  await db.prepare("DELETE FROM rows_written WHERE day < date(?, ?)").bind(utcDay(now), `-${KEPT_DAYS} days`).run();
};

/** How long something that was shed is told. */
const TOLD_MS = 24 * 3_600_000;
const LAST_SHED = `SELECT day, level, reason, since FROM shed_days WHERE site_id = ?1 AND since > ?2
  ORDER BY level DESC, since DESC LIMIT 1`;
interface ShedRow {
  day: string;
  level: ShedLevel;
  reason: "rows" | "storage";
  since: number;
}

/** The rows that a property has written today (UTC), how many it may write, and what was shed in the last 24 hours. */
export async function readRowBudget(db: D1Database, siteId: string, now: number): Promise<RowBudget> {
  const [spent, last] = await db.batch([
    db.prepare(`WITH ${SPENT} SELECT rows, budget FROM spent`).bind(JSON.stringify([siteId]), utcDay(now)),
    db.prepare(LAST_SHED).bind(siteId, now - TOLD_MS),
  ]);
  const [shed] = last!.results as unknown as ShedRow[];
  return {
    ...(spent!.results[0] as unknown as Pick<RowBudget, "rows" | "budget">),
    shed: shed ? { ...shed, since: new Date(shed.since).toISOString() } : null,
  };
}
