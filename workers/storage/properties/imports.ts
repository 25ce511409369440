// The imports of a property in D1. Each import has a hub.
import { drizzle } from "drizzle-orm/d1";
import { imports } from "./tables";

/** Records an import at its first request. */
export async function noteImport(db: D1Database, siteId: string, importId: string, now: number): Promise<void> {
  await drizzle(db)
    .insert(imports)
    .values({ site_id: siteId, import_id: importId, created_at: now })
    .onConflictDoNothing();
}
