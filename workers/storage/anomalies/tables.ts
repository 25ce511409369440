// The D1 tables of anomalies. WITHOUT ROWID is added to the migrations by hand.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AnomalyRecord } from "../../domain/anomalies/record";

export const anomalies = sqliteTable(
  "anomalies",
  {
    site_id: text().notNull(),
    id: text().notNull(),
    started_at: integer().notNull(),
    updated_at: integer().notNull(),
    record: text({ mode: "json" }).$type<AnomalyRecord>().notNull(),
    /** Set when the owner has dismissed it. */
    dismissed_at: integer(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.id] })],
);
