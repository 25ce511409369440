// The organizations that a user belongs to, with their role in each.
import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { members, organizations } from "../storage/accounts/tables";

export interface Membership {
  id: string;
  name: string;
  role: string;
}

/** The organizations of a user, in the order in which they joined. */
export async function membershipsOf(db: D1Database, userId: string): Promise<Membership[]> {
  return drizzle(db)
    .select({ id: organizations.id, name: organizations.name, role: members.role })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .where(eq(members.userId, userId))
    .orderBy(asc(members.createdAt), asc(members.id));
}
