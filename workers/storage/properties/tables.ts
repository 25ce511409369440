// The D1 tables of properties and of everything that owners configure in them. `npm run migrate:make` writes migrations
// from the files of this name. WITHOUT ROWID is added there by hand, because drizzle does not support it; it saves one
// of two row writes.
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Measurements } from "../../domain/events/measurement";
import type { PageSettings } from "../../domain/events/path";
import type { RuleTrigger } from "../../domain/events/rule";
import type { Privacy } from "../../domain/properties/property";
import type { PropertySettings } from "../../domain/properties/settings";
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
    /** Contains only settings that the owner has changed. */
    pages: text({ mode: "json" }).$type<Partial<PageSettings>>().notNull().default({}),
    /**
     * Increases with every change of the property, its streams and its rules, so that collect knows whether its copy is
     * current.
     */
    version: integer().notNull().default(0),
    created_at: integer().notNull(),
    /** Set when the owner deletes the property. It is hidden at once, and the cron sweeps until nothing is left. */
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

/** Imports into a property. Each has its own hub, which is destroyed with the property. */
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
    /** Set if the key is limited to one property. */
    site_id: text(),
    name: text().notNull(),
    /** SHA-256 of the key, hexadecimal. The key itself is shown once and never stored. */
    hash: text().notNull().unique(),
    /** The first characters of the key, so that its owner can recognize it. */
    prefix: text().notNull(),
    scopes: text({ mode: "json" }).$type<string[]>().notNull(),
    created_at: integer().notNull(),
    /** Null: the key does not expire. */
    expires_at: integer(),
    /** `user:` or `key:`, and the id of the creator. Null in keys that are older than the column. */
    created_by: text(),
    /** The first use of the last UTC day with any, so that a key costs at most one write a day. */
    used_at: integer(),
  },
  (t) => [index("api_keys_by_organization").on(t.organization_id)],
);

/** The owner's settings of a property: retention, alerts, reports, caps. A missing row means the defaults. */
export const propertySettings = sqliteTable("property_settings", {
  site_id: text().primaryKey(),
  /** Only what was set: see settings.ts. */
  settings: text({ mode: "json" })
    .$type<{ [Section in keyof PropertySettings]?: Partial<PropertySettings[Section]> }>()
    .notNull(),
});

/** Rates of currencies into the property's, each from its local date until the next. */
export const currencyRates = sqliteTable(
  "currency_rates",
  {
    site_id: text().notNull(),
    /** The property's currency when the rate was written. */
    base: text().notNull(),
    currency: text().notNull(),
    date: text().notNull(),
    /** Decimal: a number in the database may lose its last digits. */
    rate: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.base, t.currency, t.date] })],
);
