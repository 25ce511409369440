// Removing old counts from D1, in portions: D1 has one writer.
import { countedIdsOf } from "../../domain/counts/suspects";
import { TECH_FACTS } from "../../domain/counts/techstack";
import { OTHER } from "../../domain/counts/value";
import { FACTS } from "../../domain/events/catalog";

/** Rows deleted by one statement: a fraction of a second. */
const ROWS = 10_000;
/** Statements per table and run. The next run removes the rest. */
const STATEMENTS = 20;

/** Tables with a local day, by their keys. */
const BY_DAY = {
  rollup_days: "dimension, day, value",
  packed_days: "dimension, place, day",
  techstack_days: "day, browser, browser_version, os, os_version, device, screen, firsts",
  closed_days: "dimension, day, part",
  packed_places: "dimension, day",
  shed_days: "day",
  refusals: "day, reason",
  day_sources: "day, source",
} as const;

/** Removes counts of days before a local date, and of hours before its beginning (ms). @returns rows. */
export async function removeOldCounts(db: D1Database, siteId: string, before: string, begins: number): Promise<number> {
  const ids = JSON.stringify(countedIdsOf(siteId));
  let removed = 0;
  const remove = async (table: string, keys: string, column: string, bound: string | number) => {
    const sql = `DELETE FROM ${table} WHERE (site_id, ${keys}) IN (SELECT site_id, ${keys} FROM ${table}
      WHERE site_id IN (SELECT value FROM json_each(?1)) AND ${column} < ?2 LIMIT ${ROWS})`;
    for (let statement = 0; statement < STATEMENTS; statement++) {
      const { meta } = await db.prepare(sql).bind(ids, bound).run();
      // Each of these tables has one row per key.
      removed += meta.changes;
      if (meta.changes < ROWS) return;
    }
  };
  for (const [table, keys] of Object.entries(BY_DAY)) await remove(table, keys, "day", before);
  await remove("rollup_hours", "hour", "hour", begins / 1000);
  return removed;
}

/** Facts of tables that may have rows without counts. Such rows are removed, because a value may identify a person. */
const FACTS_OF = {
  rollup_days: FACTS,
  techstack_days: TECH_FACTS,
} as const;

/** Removes rows without counts. @returns rows. */
export async function removeEmptyCounts(db: D1Database, siteId: string): Promise<number> {
  const ids = JSON.stringify(countedIdsOf(siteId));
  const packed = "DELETE FROM packed_days WHERE site_id IN (SELECT value FROM json_each(?)) AND json(counts) = '{}'";
  const results = await db.batch([
    db.prepare(packed).bind(ids),
    ...Object.entries(FACTS_OF).map(([table, facts]) =>
      db
        .prepare(
          `DELETE FROM ${table} WHERE site_id IN (SELECT value FROM json_each(?))${table === "techstack_days" ? ` AND browser <> '${OTHER}'` : ""}
           AND ${facts.map((fact) => `${fact} = 0`).join(" AND ")}`,
        )
        .bind(ids),
    ),
  ]);
  return results.reduce((sum, { meta }) => sum + meta.changes, 0);
}
