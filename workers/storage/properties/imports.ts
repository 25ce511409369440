// Imports in D1: which hubs of the past a property has.
import { drizzle } from "drizzle-orm/d1";
import { imports } from "./tables";

/** Notes an import at its first request. */
export async function noteImport(db: D1Database, siteId: string, importId: string, now: number): Promise<void> {
  await drizzle(db)
    .insert(imports)
    .values({ site_id: siteId, import_id: importId, created_at: now })
    .onConflictDoNothing();
}
