// Migrates visitors that an earlier version stored: whole days in the table `visitors`, later changes in `changes`. It
// moves one old row at a time, because a day may be larger than memory.
import { fromLine } from "./visitor-record";
import { appendRows, createVisitorRows } from "./visitor-rows";

/** Old rows, up to 1 MB each, that move between two commits. */
const PORTION = 8;
const CHUNK = 128_000;

/** In this order a visitor's newest record comes last. */
const OLD_TABLES = [
  { table: "visitors", first: "SELECT date, chunk AS place, body FROM visitors ORDER BY date, chunk LIMIT 1" },
  { table: "changes", first: "SELECT date, n AS place, body FROM changes ORDER BY n LIMIT 1" },
] as const;

const has = (sql: SqlStorage, table: string): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table).toArray().length > 0;

/** Moves all old rows. If it is interrupted, the next call continues. */
export async function moveOldVisitors(storage: DurableObjectStorage): Promise<void> {
  const { sql } = storage;
  if (!has(sql, "visitors") && !has(sql, "changes")) return;
  createVisitorRows(sql);
  let moved = 0;
  for (const { table, first } of OLD_TABLES) {
    if (!has(sql, table)) continue;
    while (storage.transactionSync(() => moveRow(sql, table, first))) if (++moved % PORTION === 0) await storage.sync();
    sql.exec(`DROP TABLE ${table}`);
  }
}

function moveRow(sql: SqlStorage, table: "visitors" | "changes", first: string): boolean {
  const row = sql.exec<{ date: string; place: number; body: string }>(first).toArray()[0];
  if (!row) return false;
  appendRows(sql, row.date, row.body.split("\n").map(fromLine), CHUNK);
  if (table === "changes") sql.exec("DELETE FROM changes WHERE n = ?", row.place);
  else sql.exec("DELETE FROM visitors WHERE date = ? AND chunk = ?", row.date, row.place);
  return true;
}
