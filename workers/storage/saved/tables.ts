// The D1 tables of what an organization saves for its questions. WITHOUT ROWID is added to the migration by hand, as in
// properties/tables.ts.
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { FunnelBody, PathGroup, SavedFilter } from "../../domain/analysis/saved/saved";

export const goals = sqliteTable(
  "goals",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    filter: text({ mode: "json" }).$type<SavedFilter>().notNull(),
    currency: text(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] }), uniqueIndex("goals_by_name").on(t.site_id, t.name)],
);

export const segments = sqliteTable(
  "segments",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    filter: text({ mode: "json" }).$type<SavedFilter>().notNull(),
    shared: integer({ mode: "boolean" }).notNull(),
    /** The account that created it; null for an API key. */
    user_id: text(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);

/** The whole list of a property in one row: it is written and read as a whole. */
export const pathGroups = sqliteTable("path_groups", {
  site_id: text().primaryKey(),
  patterns: text({ mode: "json" }).$type<Omit<PathGroup, "position">[]>().notNull(),
});

export const annotations = sqliteTable(
  "annotations",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    /** Local date; null for an annotation at an instant. */
    date: text(),
    /** Milliseconds; null for an annotation at a date. */
    time: integer(),
    text: text().notNull(),
    shared: integer({ mode: "boolean" }).notNull(),
    /** As in segments. */
    user_id: text(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);

export const funnels = sqliteTable(
  "funnels",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    funnel: text({ mode: "json" }).$type<FunnelBody>().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);
