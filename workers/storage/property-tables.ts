// The tables with a `site_id`, read from the table definitions, so that a new table is also emptied when its property
// is deleted.
import { getTableColumns, is, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as accounts from "./accounts/tables";
import * as anomalies from "./anomalies/tables";
import * as counts from "./counts/tables";
import * as lake from "./lake/tables";
import * as mail from "./mail/tables";
import * as networks from "./networks/tables";
import * as properties from "./properties/tables";
import * as runs from "./runs/tables";
import * as saved from "./saved/tables";
import * as visitors from "./visitors/tables";

export interface PropertyTable {
  table: SQLiteTable;
  /** The column that names the property. */
  site: SQLiteColumn;
  /** The columns of its primary key, as a list. */
  key: SQL;
}

function keyOf(table: SQLiteTable): SQL {
  const { columns, primaryKeys } = getTableConfig(table);
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
  return sql.join(
    key.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );
}

/** The tables with a `site_id` among what modules export. */
export const tablesWithSite = (modules: readonly object[]): PropertyTable[] =>
  modules
    .flatMap((module) => Object.values(module))
    .filter((table): table is SQLiteTable => is(table, SQLiteTable))
    .flatMap((table) => {
      const site = Object.values(getTableColumns(table)).find(({ name }) => name === "site_id") as
        | SQLiteColumn
        | undefined;
      return site ? [{ table, site, key: keyOf(table) }] : [];
    });

export const PROPERTY_TABLES = tablesWithSite([
  accounts,
  anomalies,
  counts,
  lake,
  mail,
  networks,
  properties,
  runs,
  saved,
  visitors,
]);
