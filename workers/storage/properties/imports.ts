// Imports of the version before, each with a hub of its own.
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { imports } from "./tables";

export async function importIds(db: D1Database, siteId: string): Promise<string[]> {
  const rows = await drizzle(db).select({ id: imports.import_id }).from(imports).where(eq(imports.site_id, siteId));
  return rows.map(({ id }) => id);
}
