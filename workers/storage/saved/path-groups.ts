// Path groups in D1: the ordered list of a property.
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { PathGroup } from "../../domain/analysis/saved/saved";
import { createShortId } from "../properties/short-id";
import { pathGroups } from "./tables";

/** The path groups of a property, in the order in which they are tried. */
export async function listPathGroups(db: D1Database, siteId: string): Promise<PathGroup[]> {
  const row = await drizzle(db).select().from(pathGroups).where(eq(pathGroups.site_id, siteId)).get();
  return (row?.patterns ?? []).map((group, position) => ({ ...group, position }));
}

/** Replaces the list. A pattern that was in it keeps its id. */
export async function replacePathGroups(
  db: D1Database,
  siteId: string,
  given: readonly Pick<PathGroup, "pattern" | "label">[],
): Promise<PathGroup[]> {
  const before = new Map((await listPathGroups(db, siteId)).map(({ id, pattern }) => [pattern, id]));
  const patterns = given.map(({ pattern, label }) => ({
    id: before.get(pattern) ?? createShortId(),
    pattern,
    label,
  }));
  await drizzle(db)
    .insert(pathGroups)
    .values({ site_id: siteId, patterns })
    .onConflictDoUpdate({ target: pathGroups.site_id, set: { patterns } });
  return patterns.map((group, position) => ({ ...group, position }));
}
