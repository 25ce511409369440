// Goals in D1.
import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Goal, MOST_GOALS } from "../../domain/analysis/saved/saved";
import { createShortId } from "../properties/short-id";
import { insertBelow } from "./insert";
import { goals } from "./tables";

type GoalRow = typeof goals.$inferSelect;
export type GoalInput = Pick<Goal, "name" | "filter" | "currency">;

const toGoal = ({ site_id: _, created_at, ...row }: GoalRow): Goal => ({
  ...row,
  created_at: new Date(created_at).toISOString(),
});

const oneGoal = (siteId: string, id: string) => and(eq(goals.site_id, siteId), eq(goals.id, id));

/** True while no other goal of the property has the name. */
const isFree = (siteId: string, name: string, id: string) =>
  sql`not exists (select 1 from ${goals} as other where other.site_id = ${siteId} and other.name = ${name} and other.id <> ${id})`;

/** The goals of a property, oldest first. */
export async function listGoals(db: D1Database, siteId: string): Promise<Goal[]> {
  const rows = await drizzle(db)
    .select()
    .from(goals)
    .where(eq(goals.site_id, siteId))
    .orderBy(asc(goals.created_at), asc(goals.id));
  return rows.map(toGoal);
}

export async function loadGoal(db: D1Database, siteId: string, id: string): Promise<Goal | null> {
  const row = await drizzle(db).select().from(goals).where(oneGoal(siteId, id)).get();
  return row ? toGoal(row) : null;
}

/** @returns `taken` if another goal has the name, `full` if the property has reached the limit. */
export async function createGoal(
  db: D1Database,
  siteId: string,
  input: GoalInput,
  now: number,
): Promise<Goal | "taken" | "full"> {
  const row: GoalRow = { ...input, site_id: siteId, id: createShortId(), created_at: now };
  if (await insertBelow(db, goals, row, MOST_GOALS, isFree(siteId, row.name, row.id))) return toGoal(row);
  const isNamed = and(eq(goals.site_id, siteId), eq(goals.name, row.name));
  return (await drizzle(db).select({ id: goals.id }).from(goals).where(isNamed).get()) ? "taken" : "full";
}

/** Fields missing in the changes keep their values. @returns null if the goal is gone or another one has the name. */
export async function updateGoal(
  db: D1Database,
  siteId: string,
  id: string,
  changes: Partial<GoalInput>,
): Promise<Goal | null> {
  const isAllowed = changes.name === undefined ? undefined : isFree(siteId, changes.name, id);
  const [row] = await drizzle(db)
    .update(goals)
    .set(changes)
    .where(and(oneGoal(siteId, id), isAllowed))
    .returning();
  return row ? toGoal(row) : null;
}

/** @returns false when the property has no such goal. */
export async function deleteGoal(db: D1Database, siteId: string, id: string): Promise<boolean> {
  return (await drizzle(db).delete(goals).where(oneGoal(siteId, id)).returning({ id: goals.id })).length > 0;
}
