// The sessions of users in D1.
import { and, desc, eq, gt, inArray, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { sessions } from "./tables";

export interface SessionRow {
  id: string;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
  ipAddress: string | null;
  userAgent: string | null;
}

/** The last used first. */
export async function listSessions(db: D1Database, userId: string, now: number): Promise<SessionRow[]> {
  const { id, createdAt, updatedAt, expiresAt, ipAddress, userAgent } = sessions;
  return drizzle(db)
    .select({ id, createdAt, updatedAt, expiresAt, ipAddress, userAgent })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, new Date(now).toISOString())))
    .orderBy(desc(sessions.updatedAt), desc(sessions.id));
}

/** @returns the ids of the sessions that existed. */
export async function deleteSessions(db: D1Database, userId: string, ids: readonly string[]): Promise<string[]> {
  const deleted = await drizzle(db)
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), inArray(sessions.id, [...ids])))
    .returning({ id: sessions.id });
  return deleted.map(({ id }) => id);
}

/** Ends all sessions of a user but one. @returns their ids. */
export async function deleteOtherSessions(db: D1Database, userId: string, id: string): Promise<string[]> {
  const deleted = await drizzle(db)
    .delete(sessions)
    .where(and(eq(sessions.userId, userId), ne(sessions.id, id)))
    .returning({ id: sessions.id });
  return deleted.map((session) => session.id);
}

export async function confirmSession(db: D1Database, id: string, now: number): Promise<void> {
  await drizzle(db)
    .update(sessions)
    .set({ confirmedAt: new Date(now).toISOString() })
    .where(eq(sessions.id, id));
}
