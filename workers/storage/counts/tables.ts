// The D1 tables of counts. WITHOUT ROWID is added to the migrations by hand.
import { sql } from "drizzle-orm";
import { blob, integer, primaryKey, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";
import { SEVERAL } from "../../domain/counts/pending";
import { FACTS, type Fact } from "../../domain/events/catalog";

/** Proof that a queue message has been counted. The primary key ensures that it is counted once. */
export const receipts = sqliteTable("receipts", {
  message_id: text().primaryKey(),
  counted_at: integer().notNull(),
});

const facts = () =>
  Object.fromEntries(FACTS.map((fact) => [fact, integer().notNull()])) as Record<
    Fact,
    ReturnType<ReturnType<typeof integer>["notNull"]>
  >;

/** Totals by local hour; `hour` is its beginning in epoch seconds (UTC). */
export const rollupHours = sqliteTable(
  "rollup_hours",
  { site_id: text().notNull(), hour: integer().notNull(), ...facts() },
  (t) => [primaryKey({ columns: [t.site_id, t.hour] })],
);

/** Counts by local day and value of a dimension; dimension `total` (value '') is the whole day. */
export const rollupDays = sqliteTable(
  "rollup_days",
  {
    site_id: text().notNull(),
    dimension: text().notNull(),
    day: text().notNull(),
    value: text().notNull(),
    ...facts(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dimension, t.day, t.value] })],
);

/**
 * Counts of packed details (domain/counts/details.ts) by local day. A place, for example a page and a width, has one
 * JSONB object in `counts`, `{"value": events}`. The days of a place are adjacent, because they are read together.
 */
export const packedDays = sqliteTable(
  "packed_days",
  {
    site_id: text().notNull(),
    dimension: text().notNull(),
    place: text().notNull(),
    day: text().notNull(),
    counts: blob().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dimension, t.place, t.day] })],
);

/**
 * Counts waiting to be added to `rollup_days` and `packed_days`: parcels of domain/counts/pending.ts. `body` is JSONB,
 * so that queries need not parse it again, and the last column, so that reading the others does not touch its pages.
 */
export const rollupPending = sqliteTable(
  "rollup_pending",
  {
    site_id: text().notNull(),
    dimension: text().notNull(),
    parcel: text().notNull(),
    increments: integer().notNull(),
    created_at: integer().notNull(),
    body: blob().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dimension, t.parcel] })],
);

const countedIn = sql.raw(FACTS.map((fact, i) => `counts.value ->> ${i} AS ${fact}`).join(", "));

/**
 * The pending counts in the columns of `rollup_days`. The view has two halves, so that SQLite finds site_id and
 * dimension by the key.
 */
export const pendingDays = sqliteView("pending_days", {
  site_id: text().notNull(),
  dimension: text().notNull(),
  day: text().notNull(),
  value: text().notNull(),
  ...facts(),
}).as(sql`
  SELECT site_id, dimension, days.key AS day, counts.key AS value, ${countedIn}
  FROM rollup_pending, json_each(body, '$.' || dimension) days, json_each(days.value) counts
  WHERE dimension <> ${sql.raw(`'${SEVERAL}'`)}
  UNION ALL
  SELECT site_id, dimensions.key, days.key, counts.key, ${countedIn}
  FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
  WHERE dimension = ${sql.raw(`'${SEVERAL}'`)}`);

/**
 * Local days on which no new value of a dimension gets a row of its own: they have reached the cap (caps/admission.ts).
 * `part` is empty, or the key of a prop whose values have reached theirs.
 */
export const closedDays = sqliteTable(
  "closed_days",
  {
    site_id: text().notNull(),
    dimension: text().notNull(),
    day: text().notNull(),
    part: text().notNull(),
    /** How many new values the fold that closed the day still admitted. */
    room: integer().notNull(),
    /** That fold. */
    batch: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dimension, t.day, t.part] })],
);

/** How many places of a packed dimension a local day has: the key of `packed_days` would find them among all days. */
export const packedPlaces = sqliteTable(
  "packed_places",
  { site_id: text().notNull(), dimension: text().notNull(), day: text().notNull(), places: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.dimension, t.day] })],
);

/** Rows of day counts that a property's folds wrote, by UTC day. */
export const rowsWritten = sqliteTable(
  "rows_written",
  { site_id: text().notNull(), day: text().notNull(), rows: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.day] })],
);

/** Local days of which some counts were folded while the property's rows were over its budget (caps/budget.ts). */
export const shedDays = sqliteTable(
  "shed_days",
  {
    site_id: text().notNull(),
    day: text().notNull(),
    level: integer().$type<1 | 2 | 3>().notNull(),
    reason: text().$type<"rows" | "storage">().notNull(),
    /** When it reached the level. */
    since: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.day] })],
);

/** How many events were refused, by local day and reason. */
export const refusals = sqliteTable(
  "refusals",
  { site_id: text().notNull(), day: text().notNull(), reason: text().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.day, t.reason] })],
);

/**
 * The technology cube: counts by local day and combination. `firsts` is a mask of the cube's dimensions for which this
 * was the visitor's first event of the day with this value (domain/counts/techstack.ts explains how visitors add up).
 */
export const techstackDays = sqliteTable(
  "techstack_days",
  {
    site_id: text().notNull(),
    day: text().notNull(),
    browser: text().notNull(),
    browser_version: text().notNull(),
    os: text().notNull(),
    os_version: text().notNull(),
    device: text().notNull(),
    screen: text().notNull(),
    firsts: integer().notNull(),
    visitors: integer().notNull(),
    visits: integer().notNull(),
    bounces: integer().notNull(),
    duration: integer().notNull(),
    pageviews: integer().notNull(),
    events: integer().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.site_id, t.day, t.browser, t.browser_version, t.os, t.os_version, t.device, t.screen, t.firsts],
    }),
  ],
);
