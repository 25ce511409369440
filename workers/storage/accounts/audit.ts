// The audit log in D1.
import { and, desc, eq, inArray, lt, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AccountAction, AuditDetails, AuditEntry } from "../../domain/properties/audit";
import type { Caller } from "../../domain/properties/caller";
import { auditLog } from "./tables";

/** How long entries are kept. */
export const AUDIT_DAYS = 365;

export interface NewEntry {
  organization_id: string;
  actor: Pick<Caller, "kind" | "id">;
  action: string;
  property_id: string | null;
  target: string | null;
  network: string | null;
  details: AuditDetails;
}

/** One row, and one of its index: a person makes few changes. */
export async function writeEntry(db: D1Database, entry: NewEntry, now: number): Promise<void> {
  const { actor, ...rest } = entry;
  const table = sql.raw(actor.kind === "user" ? "user" : "api_keys");
  await drizzle(db)
    .insert(auditLog)
    .values({
      ...rest,
      id: crypto.randomUUID(),
      at: now,
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor: sql<string>`coalesce((select name from ${table} where id = ${actor.id}), '')`,
    });
}

/** What a user did with their own account has an entry in each of their organizations. */
export async function writeAccountEntries(
  db: D1Database,
  userId: string,
  action: AccountAction,
  network: string | null,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO audit_log (id, organization_id, at, actor_kind, actor_id, actor, action, network, details)
       SELECT lower(hex(randomblob(16))), m.organizationId, ?2, 'user', u.id, u.name, ?3, ?4, '{}'
       FROM member m JOIN user u ON u.id = m.userId WHERE u.id = ?1`,
    )
    .bind(userId, now, action, network)
    .run();
}

/** Where a page of the log begins: after the entry of this time and id. */
export interface AuditCursor {
  at: number;
  id: string;
}

/** The newest first. */
export async function listEntries(
  db: D1Database,
  organizationIds: readonly string[],
  siteId: string | null,
  after: AuditCursor | null,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await drizzle(db)
    .select()
    .from(auditLog)
    .where(
      and(
        inArray(auditLog.organization_id, [...organizationIds]),
        siteId === null ? undefined : eq(auditLog.property_id, siteId),
        after === null
          ? undefined
          : or(lt(auditLog.at, after.at), and(eq(auditLog.at, after.at), lt(auditLog.id, after.id))),
      ),
    )
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(limit);
  return rows.map(({ id, at, actor_kind, actor_id, actor, action, property_id, target, network, details }) => ({
    id,
    at: new Date(at).toISOString(),
    actor: { kind: actor_kind, id: actor_id, name: actor },
    action,
    site_id: property_id,
    target,
    network,
    details,
  }));
}

/** Housekeeping. */
export async function forgetAudit(db: D1Database, now: number): Promise<void> {
  await drizzle(db)
    .delete(auditLog)
    .where(lt(auditLog.at, now - AUDIT_DAYS * 86_400_000));
}
