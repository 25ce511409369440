// Users in D1: their name, address and password, and what is deleted with them.
import { and, eq, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { forgetKeys } from "../properties/keys";
import { accounts, users } from "./tables";
import { OF_USER } from "./verifications";

export interface User {
  id: string;
  email: string;
  name: string;
  two_factor: boolean;
  /** ISO 8601. */
  created_at: string;
}

export async function loadUser(db: D1Database, id: string): Promise<User | null> {
  const [row] = await drizzle(db).select().from(users).where(eq(users.id, id));
  if (!row) return null;
  const { email, name, twoFactorEnabled, createdAt } = row;
  return { id, email, name, two_factor: twoFactorEnabled ?? false, created_at: createdAt };
}

/** The hash of the user's password; null if they have none. */
export async function passwordOf(db: D1Database, userId: string): Promise<string | null> {
  const [row] = await drizzle(db)
    .select({ password: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
  return row?.password ?? null;
}

export async function isAddressTaken(db: D1Database, userId: string, email: string): Promise<boolean> {
  const [other] = await drizzle(db)
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.email, email), ne(users.id, userId)));
  return other !== undefined;
}

/** @returns false if another user has the address. */
export async function updateUser(
  db: D1Database,
  id: string,
  changes: { name?: string | undefined; email?: string | undefined },
  now: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE user SET name = coalesce(?2, name), email = coalesce(?3, email), updatedAt = ?4
       WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM user other WHERE other.email = ?3 AND other.id <> ?1)`,
    )
    .bind(id, changes.name ?? null, changes.email ?? null, new Date(now).toISOString())
    .run();
  return meta.changes > 0;
}

/** The organizations that would be left without an owner. */
const LEFT = `SELECT m.organizationId FROM member m WHERE m.userId = ?1 AND instr(',' || m.role || ',', ',owner,') > 0
  AND NOT EXISTS (SELECT 1 FROM member o WHERE o.organizationId = m.organizationId AND o.userId <> ?1
    AND instr(',' || o.role || ',', ',owner,') > 0)`;

/** Names of organizations that have properties or other members, and no other owner. */
export async function organizationsInTheWay(db: D1Database, userId: string): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT name FROM organization WHERE id IN (${LEFT}) AND (
         EXISTS (SELECT 1 FROM properties p WHERE p.organization_id = organization.id AND p.deleted_at IS NULL)
         OR EXISTS (SELECT 1 FROM member o WHERE o.organizationId = organization.id AND o.userId <> ?1))`,
    )
    .bind(userId)
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

/**
 * Deletes a user with their sessions, private notes and the organizations that only they belong to.
 * @returns the ids of the sessions and API keys that ended.
 */
export async function deleteUser(db: D1Database, userId: string): Promise<{ sessions: string[]; keys: string[] }> {
  const run = (text: string) => db.prepare(text).bind(userId);
  const [sessions, keys] = await db.batch<{ id: string; hash: string }>([
    run("DELETE FROM session WHERE userId = ?1 RETURNING id"),
    run(`DELETE FROM api_keys WHERE organization_id IN (${LEFT}) RETURNING id, hash`),
    run(`DELETE FROM organization WHERE id IN (${LEFT})`),
    run("DELETE FROM segments WHERE user_id = ?1 AND shared = 0"),
    run("DELETE FROM annotations WHERE user_id = ?1 AND shared = 0"),
    run(`DELETE FROM verification WHERE ${OF_USER}`),
    // The password, the second factor and memberships go with it, by their foreign keys.
    run("DELETE FROM user WHERE id = ?1"),
  ]);
  forgetKeys(keys?.results ?? []);
  return { sessions: idsOf(sessions), keys: idsOf(keys) };
}

const idsOf = (deleted: D1Result<{ id: string }> | undefined): string[] => (deleted?.results ?? []).map(({ id }) => id);
