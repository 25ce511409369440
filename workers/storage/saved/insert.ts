// Inserts a row while its property has fewer than the limit. The statement that writes checks the limit, so that
// simultaneous requests cannot exceed it.
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";

type TableOfProperty = SQLiteTable & { site_id: SQLiteColumn };

/** @returns false when nothing was inserted, since the condition does not hold. */
export async function insertIf<Table extends TableOfProperty>(
  db: D1Database,
  table: Table,
  row: Table["$inferSelect"] & { site_id: string },
  condition: SQL,
): Promise<boolean> {
  const columns = Object.entries(getTableColumns(table)) as [string, SQLiteColumn][];
  const names = columns.map(([, { name }]) => sql.identifier(name));
  const values = columns.map(([key, column]) => sql`${sql.param((row as Record<string, unknown>)[key], column)}`);
  const { meta } = await drizzle(db).run(sql`
    insert into ${table} (${sql.join(names, sql`, `)}) select ${sql.join(values, sql`, `)} where ${condition}`);
  return meta.changes === 1;
}

/** @param condition must hold as well. @returns false when nothing was inserted. */
export const insertBelow = <Table extends TableOfProperty>(
  db: D1Database,
  table: Table,
  row: Table["$inferSelect"] & { site_id: string },
  most: number,
  condition: SQL = sql`true`,
): Promise<boolean> =>
  insertIf(
    db,
    table,
    row,
    sql`(select count(*) from ${table} where ${table.site_id} = ${row.site_id}) < ${most} and ${condition}`,
  );
