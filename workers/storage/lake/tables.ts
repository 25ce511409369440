// The D1 tables of the lake. WITHOUT ROWID is added to the migrations by hand.
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The objects of the lake. The pipeline's watermark is an `id`, so ids are never reused. Times are ms, dates local. */
export const lakeFiles = sqliteTable(
  "lake_files",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    site_id: text().notNull(),
    zone: text().notNull(),
    key: text().notNull(),
    rows: integer().notNull(),
    bytes: integer().notNull(),
    min_time: integer().notNull(),
    max_time: integer().notNull(),
    min_date: text().notNull(),
    max_date: text().notNull(),
    created_at: integer().notNull(),
    /** In `events`: how often the object was merged (domain/lake/compaction.ts). Raw objects have level 0. */
    level: integer().notNull().default(0),
    /** In `events`: the one event type that the object contains. */
    event_type: text(),
    /** In the pipeline's zones: the range of raw object ids it was made from, both included. */
    first_id: integer(),
    last_id: integer(),
  },
  (t) => [
    index("lake_files_by_property").on(t.site_id, t.min_date),
    // The backlog of all properties is read every five minutes.
    index("lake_files_by_zone").on(t.zone, t.site_id, t.id),
  ],
);

/** Local days whose events must be stamped again, because they arrived out of order. */
export const restampDays = sqliteTable(
  "restamp_days",
  { site_id: text().notNull(), day: text().notNull(), marked_at: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.day] })],
);

/**
 * The sources that stamped events of a local day: `live`, or the epoch of an import's hub. Hubs do not know each
 * other's visits.
 */
export const daySources = sqliteTable(
  "day_sources",
  { site_id: text().notNull(), day: text().notNull(), source: text().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.day, t.source] })],
);

/** Messages that could not be counted; the message itself is in the lake under `key`. */
export const deadLetters = sqliteTable("dead_letters", {
  id: text().primaryKey(),
  site_id: text(),
  key: text().notNull(),
  reason: text().notNull(),
  /** The last failure, and the first. */
  failed_at: integer().notNull(),
  first_failed_at: integer().notNull().default(0),
  count: integer().notNull().default(1),
  /** Number of events in the message; null if it is not readable. */
  events: integer(),
});

/**
 * Objects to be deleted from the lake, with the time when each is due. Writers announce objects here before they write
 * them and remove the announcement in the batch that lists them, so that objects left behind by a crash are found.
 * Swaps add replaced objects.
 */
export const lakeGarbage = sqliteTable(
  "lake_garbage",
  { key: text().primaryKey(), site_id: text().notNull(), delete_at: integer().notNull() },
  (t) => [index("lake_garbage_by_time").on(t.delete_at)],
);
