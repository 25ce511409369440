// How many things that may be shared there may be: shared ones by property, and personal ones by account, so that nobody can
// leave no room for the others.
import { eq, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Viewer } from "./visible";

export interface Quota {
  shared: number;
  /** Of one account in one property. */
  personal: number;
}

type TableOfShared = SQLiteTable & { shared: SQLiteColumn };

interface Place {
  site_id: string;
  user_id: Viewer;
}

/** True while there is room for one more of a kind. */
export function hasRoom(table: SQLiteTable, { site_id, user_id }: Place, shared: boolean, quota: Quota): SQL {
  const isOfKind = shared ? sql`other.shared = 1` : sql`other.shared = 0 and other.user_id = ${user_id}`;
  return sql`(select count(*) from ${table} as other where other.site_id = ${site_id} and ${isOfKind})
    < ${shared ? quota.shared : quota.personal}`;
}

/** The same for a change of one that is there; undefined where the kind stays as it is. */
export const hasRoomToChange = (
  table: TableOfShared,
  place: Place,
  shared: boolean | undefined,
  quota: Quota,
): SQL | undefined =>
  shared === undefined ? undefined : or(eq(table.shared, shared), hasRoom(table, place, shared, quota));
