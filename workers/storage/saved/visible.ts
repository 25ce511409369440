// Who sees what is saved: shared things everybody in the organization, personal ones the account that created them.
import { eq, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";

/** The id of the account that asks; null for an API key, which sees shared things only. */
export type Viewer = string | null;

export function isVisible(table: { shared: SQLiteColumn; user_id: SQLiteColumn }, viewer: Viewer): SQL {
  const isShared = eq(table.shared, true);
  return viewer === null ? isShared : or(isShared, eq(table.user_id, viewer))!;
}
