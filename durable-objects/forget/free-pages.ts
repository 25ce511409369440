// What SQLite leaves behind. A deleted row stays in the file until its page is used again: neither Durable Objects nor D1
// have `secure_delete` or VACUUM. So an erasure copies the tables into clean pages and overwrites the free ones.

const PAGE = 4096;
/** Bytes of a page of a long row that the row can fill, and of such a row those in the page of its table. */
const OVERFLOW = PAGE - 4;
const LOCAL = 489;
/** A hub with more bytes than this is not copied: the transaction would hold up its events. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Long rows that fit in one page of a table beside each other. */
const ROWS = 7;
/** Pages of a long row, with the bytes that say how long it is: a few, so that a small file hardly grows, then many. */
const SMALL = { pages: 16, head: 4 };
const LARGE = { pages: 448, head: 5 };
/** Tables of filler: one small and seven large ones overwrite 90 MB. */
const TABLES = 8;
/** Two such rows fill an empty page of a table to the last byte; their ids take two bytes. */
const HALF_PAGE = 2_035;
const TWO_BYTE_ID = 1_000;
const PROBES = 4;

const isFiller = (name: string): boolean => name.startsWith("filler_");

/** Removes the filler of an attempt that was cut off. */
export function dropFiller(sql: SqlStorage): void {
  const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  for (const { name } of tables) if (isFiller(name)) sql.exec(`DROP TABLE ${name}`);
}

/**
 * True when the file has no free page. `databaseSize` leaves out free pages, and a new table takes a free page if there is
 * one: so where there is none, each new table has the last page.
 */
function isFull(sql: SqlStorage): boolean {
  const names = Array.from({ length: PROBES }, (_, i) => `filler_probe_${i}`);
  const isLast = names.map((name) => {
    sql.exec(`CREATE TABLE ${name} (data BLOB)`);
    const { page } = sql
      .exec<{ page: number }>("SELECT rootpage AS page FROM sqlite_master WHERE name = ?", name)
      .one();
    return page * PAGE === sql.databaseSize;
  });
  for (const name of names) sql.exec(`DROP TABLE ${name}`);
  return isLast.every(Boolean);
}

/** Fills free pages with zeros. @returns false if there are more than it fills. */
function fill(sql: SqlStorage): boolean {
  for (let table = 0; table < TABLES; table++) {
    const name = `filler_${table}`;
    sql.exec(`CREATE TABLE ${name} (data BLOB)`);
    // The first page of a table keeps the bytes between its rows: two rows without any between them overwrite those.
    for (const id of [TWO_BYTE_ID, TWO_BYTE_ID + 1])
      sql.exec(`INSERT INTO ${name} (rowid, data) VALUES (?, zeroblob(${HALF_PAGE}))`, id);
    sql.exec(`DELETE FROM ${name}`);
    const { pages, head } = table === 0 ? SMALL : LARGE;
    for (let row = 0; row < ROWS; row++) {
      if (isFull(sql)) return true;
      sql.exec(`INSERT INTO ${name} (data) VALUES (zeroblob(${LOCAL + pages * OVERFLOW - head}))`);
    }
  }
  return isFull(sql);
}

/**
 * Overwrites the free pages of the file. The filler must be durable before it is dropped: pages that become free in the
 * transaction that wrote them are never written. @returns false when there were too many.
 */
export async function overwriteFreePages({ sql, sync }: Pick<DurableObjectStorage, "sql" | "sync">): Promise<boolean> {
  dropFiller(sql);
  const isDone = fill(sql);
  await sync();
  dropFiller(sql);
  await sync();
  return isDone;
}

/** Tables of the platform cannot be copied. They have no event. */
const OWN_TABLES = `SELECT name, sql FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

/** Copies every table into pages of its own. Part of a transaction. All copies are made before the first page is free. */
function copyTables(sql: SqlStorage): void {
  const tables = sql.exec<{ name: string; sql: string }>(OWN_TABLES).toArray();
  for (const { name, sql: statement } of tables) {
    sql.exec(statement.replace(/^CREATE TABLE\s+("?)\w+\1/i, `CREATE TABLE copy_of_${name}`));
    sql.exec(`INSERT INTO copy_of_${name} SELECT * FROM ${name}`);
  }
  for (const { name } of tables) {
    sql.exec(`DROP TABLE ${name}`);
    sql.exec(`ALTER TABLE copy_of_${name} RENAME TO ${name}`);
  }
}

/**
 * Leaves nothing of deleted rows in the hub's file: free pages are overwritten, so that the copies of the tables come into
 * clean ones, and then the pages that the tables had.
 * @returns false when the hub has too much for that. What was deleted is then overwritten as its pages are used again.
 */
export async function cleanFile(storage: DurableObjectStorage): Promise<boolean> {
  const own = { sql: storage.sql, sync: () => storage.sync() };
  if (storage.sql.databaseSize > MOST_BYTES || !(await overwriteFreePages(own))) return false;
  storage.transactionSync(() => copyTables(storage.sql));
  await storage.sync();
  return overwriteFreePages(own);
}
