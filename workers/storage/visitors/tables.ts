// The D1 table of visitor secrets. WITHOUT ROWID is added to the migrations by hand.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The secrets with which collect hashes addresses and agents, by property and local date, and those of visit tokens, by hour. */
export const visitorSecrets = sqliteTable(
  "visitor_secrets",
  {
    site_id: text().notNull(),
    /** Hours since 1970 for visit tokens. */
    date: text().notNull(),
    secret: text().notNull(),
    /** Valid for SECRET_LIFE from this time. */
    made_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.date] })],
);
