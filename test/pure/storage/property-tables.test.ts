// Every table with a `site_id` is among those that are emptied with a property: none can be forgotten.
import { readdirSync } from "node:fs";
import { getTableName, type SQL } from "drizzle-orm";
import { integer, primaryKey, SQLiteSyncDialect, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import { PROPERTY_TABLES, tablesWithSite } from "../../../workers/storage/property-tables";

const dialect = new SQLiteSyncDialect();
const textOf = (key: SQL) => dialect.sqlToQuery(key).sql;

it("reads the tables of every folder of storage", async () => {
  const folders = readdirSync("workers/storage", { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("/tables.ts"),
  );
  expect(folders.length).toBeGreaterThan(5);
  const modules = await Promise.all(
    folders.map((path) => import(/* @vite-ignore */ `../../../workers/storage/${path}`) as Promise<object>),
  );
  const namesOf = (tables: typeof PROPERTY_TABLES) => tables.map(({ table }) => getTableName(table)).sort();
  expect(namesOf(PROPERTY_TABLES)).toEqual(namesOf(tablesWithSite(modules)));
});

it("finds a table that is added with a site_id, and its key", () => {
  const added = {
    goals: sqliteTable("goals", { site_id: text().notNull(), id: text().notNull(), n: integer() }, (t) => [
      primaryKey({ columns: [t.site_id, t.id] }),
    ]),
    notes: sqliteTable("notes", { id: text().primaryKey(), site_id: text() }),
    others: sqliteTable("others", { id: text().primaryKey() }),
  };
  const found = tablesWithSite([added]).map(({ table, key }) => [getTableName(table), textOf(key)]);
  expect(found).toEqual([
    ["goals", '"site_id", "id"'],
    ["notes", '"id"'],
  ]);
});

it("knows a key of every table", () => {
  expect(PROPERTY_TABLES.filter(({ key }) => textOf(key) === "")).toEqual([]);
});
