// The D1 tables that stations share. Accounts have theirs in storage/accounts/tables.ts. `npm run migrate:make` writes migrations
// from here; WITHOUT ROWID is added there by hand, because drizzle cannot say it: one row written instead of two.
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";
import { SEVERAL } from "../../domain/counts/pending";
import { FACTS, type Fact } from "../../domain/events/catalog";
import type { Measurements } from "../../domain/events/measurement";
import type { RuleTrigger } from "../../domain/events/rule";
import type { Privacy } from "../../domain/properties/property";
import type { ShardChange } from "../../domain/visits/shard";

export const properties = sqliteTable(
  "properties",
  {
    site_id: text().primaryKey(),
    organization_id: text().notNull(),
    name: text().notNull(),
    timezone: text().notNull(),
    currency: text().notNull(),
    shards: integer().notNull(),
    shard_changes: text({ mode: "json" }).$type<ShardChange[]>().notNull().default([]),
    public_live: integer({ mode: "boolean" }).notNull().default(false),
    privacy: text({ mode: "json" }).$type<Privacy>().notNull(),
    /** Grows with every change of the property, its streams and its rules, so that collect knows whether it is up to date. */
    version: integer().notNull().default(0),
    created_at: integer().notNull(),
    /** Set when the owner deletes it: gone for everybody at once, swept by the cron until nothing is left. */
    deleted_at: integer(),
  },
  (t) => [index("properties_by_organization").on(t.organization_id)],
);

export const streams = sqliteTable(
  "streams",
  {
    id: text().primaryKey(),
    site_id: text().notNull(),
    url: text().notNull(),
    name: text().notNull(),
    measurements: text({ mode: "json" }).$type<Measurements>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [index("streams_by_property").on(t.site_id)],
);

/** Rules of properties: selectors whose matches are events. */
export const rules = sqliteTable(
  "rules",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    selector: text().notNull(),
    trigger: text().$type<RuleTrigger>().notNull(),
    page: text(),
    attributes: text({ mode: "json" }).$type<string[]>().notNull(),
    enabled: integer({ mode: "boolean" }).notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);

/** Imports into a property: each is a hub of its own, to be destroyed with the property. */
export const imports = sqliteTable(
  "imports",
  { site_id: text().notNull(), import_id: text().notNull(), created_at: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.import_id] })],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    organization_id: text().notNull(),
    /** Set when the key may speak for one property only. */
    site_id: text(),
    name: text().notNull(),
    /** SHA-256 of the key, hexadecimal. The key itself is shown once and never kept. */
    hash: text().notNull().unique(),
    /** The key's first characters, so that its owner can tell it from others. */
    prefix: text().notNull(),
    scopes: text({ mode: "json" }).$type<string[]>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [index("api_keys_by_organization").on(t.organization_id)],
);

/** Proof that a queue message has been counted. Its primary key is what makes counting happen once. */
export const receipts = sqliteTable("receipts", {
  message_id: text().primaryKey(),
  counted_at: integer().notNull(),
});

/** What the lake holds. The pipeline's watermark is an `id`, so ids are never reused. Times are ms, dates local. */
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
    /** Of `events`: how often it was merged (domain/lake/compaction.ts). Raw objects are level 0. */
    level: integer().notNull().default(0),
    /** Of `events`: the only event type in it. */
    event_type: text(),
    /** Of what the pipeline wrote: the ids of the raw objects that it was made from, both included. */
    first_id: integer(),
    last_id: integer(),
  },
  (t) => [
    index("lake_files_by_property").on(t.site_id, t.min_date),
    // What waits for the pipeline is asked for every five minutes, of all properties.
    index("lake_files_by_zone").on(t.zone, t.site_id, t.id),
  ],
);

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
 * Counts of packed details (domain/counts/details.ts) by local day: those of a place, say a page and a width, are one JSONB
 * object in `counts`, `{"value": events}`. A place's days lie together: they are read together.
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
 * What is to be added to `rollup_days` and `packed_days`: parcels of domain/counts/pending.ts. `body` is JSONB, since each
 * question would else parse all of it again, and last, so that reading the others leaves its pages alone.
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

/** The same in the columns of `rollup_days`. Two halves, so that site_id and dimension are looked up in the key. */
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

/** How many events were refused, by local day and reason. */
export const refusals = sqliteTable(
  "refusals",
  { site_id: text().notNull(), day: text().notNull(), reason: text().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.site_id, t.day, t.reason] })],
);

/** Messages that could not be counted; the message itself is in the lake under `key`. */
export const deadLetters = sqliteTable("dead_letters", {
  id: text().primaryKey(),
  site_id: text(),
  key: text().notNull(),
  reason: text().notNull(),
  /** The last time, and the first. */
  failed_at: integer().notNull(),
  first_failed_at: integer().notNull().default(0),
  count: integer().notNull().default(1),
  /** How many events are in it; null where that cannot be read. */
  events: integer(),
});
