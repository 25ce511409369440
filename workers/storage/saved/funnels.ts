// Saved funnels in D1.
import { and, asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { MOST_FUNNELS, type SavedFunnel } from "../../domain/analysis/saved/saved";
import { createShortId } from "../properties/short-id";
import { insertBelow } from "./insert";
import { funnels } from "./tables";

type FunnelRow = typeof funnels.$inferSelect;
export type FunnelInput = Pick<SavedFunnel, "name" | "funnel">;

const toSavedFunnel = ({ site_id: _, created_at, ...row }: FunnelRow): SavedFunnel => ({
  ...row,
  created_at: new Date(created_at).toISOString(),
});

const oneFunnel = (siteId: string, id: string) => and(eq(funnels.site_id, siteId), eq(funnels.id, id));

/** The funnels of a property, oldest first. */
export async function listFunnels(db: D1Database, siteId: string): Promise<SavedFunnel[]> {
  const rows = await drizzle(db)
    .select()
    .from(funnels)
    .where(eq(funnels.site_id, siteId))
    .orderBy(asc(funnels.created_at), asc(funnels.id));
  return rows.map(toSavedFunnel);
}

export async function loadFunnel(db: D1Database, siteId: string, id: string): Promise<SavedFunnel | null> {
  const row = await drizzle(db).select().from(funnels).where(oneFunnel(siteId, id)).get();
  return row ? toSavedFunnel(row) : null;
}

/** @returns null if the property has reached the limit. */
export async function createFunnel(
  db: D1Database,
  siteId: string,
  input: FunnelInput,
  now: number,
): Promise<SavedFunnel | null> {
  const row: FunnelRow = { ...input, site_id: siteId, id: createShortId(), created_at: now };
  return (await insertBelow(db, funnels, row, MOST_FUNNELS)) ? toSavedFunnel(row) : null;
}

/** Fields missing in the changes keep their values. @returns null if the funnel is gone. */
export async function updateFunnel(
  db: D1Database,
  siteId: string,
  id: string,
  changes: Partial<FunnelInput>,
): Promise<SavedFunnel | null> {
  const [row] = await drizzle(db).update(funnels).set(changes).where(oneFunnel(siteId, id)).returning();
  return row ? toSavedFunnel(row) : null;
}

/** @returns false when the property has no such funnel. */
export async function deleteFunnel(db: D1Database, siteId: string, id: string): Promise<boolean> {
  return (await drizzle(db).delete(funnels).where(oneFunnel(siteId, id)).returning({ id: funnels.id })).length > 0;
}
