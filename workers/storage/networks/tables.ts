// The D1 tables of networks. WITHOUT ROWID is added to the migrations by hand.
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Facts about the organizations that visited a property. Their counts are rollups of `network`. */
export const networks = sqliteTable(
  "networks",
  {
    site_id: text().notNull(),
    network: text().notNull(),
    network_type: text().notNull(),
    asn: integer(),
    country: text(),
    region: text(),
    city: text(),
    first_seen: integer().notNull(),
    last_seen: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.network] })],
);

/** A provider's answer about a network (CIDR), stored until it expires. */
export const ipNetworks = sqliteTable(
  "ip_networks",
  {
    provider: text().notNull(),
    prefix: text().notNull(),
    network: text(),
    network_type: text().notNull(),
    asn: integer(),
    country: text(),
    region: text(),
    city: text(),
    fetched_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.prefix] })],
);

/** Calls of a provider by UTC day. */
export const providerCalls = sqliteTable(
  "provider_calls",
  { provider: text().notNull(), day: text().notNull(), calls: integer().notNull() },
  (t) => [primaryKey({ columns: [t.provider, t.day] })],
);
