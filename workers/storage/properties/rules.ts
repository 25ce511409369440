// Rules in D1. The statement that writes checks the limit, so that simultaneous requests cannot exceed it.
import { and, asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { MOST_KEPT_RULES, MOST_RULES, type Rule, type RuleInput } from "../../domain/events/rule";
import { createShortId } from "./short-id";
import { rules } from "./tables";

type RuleRow = typeof rules.$inferSelect;

const toRule = ({ site_id: _, created_at, ...row }: RuleRow): Rule => ({
  ...row,
  created_at: new Date(created_at).toISOString(),
});

/** The rules of a property, oldest first. */
export async function listRules(db: D1Database, siteId: string): Promise<Rule[]> {
  const rows = await drizzle(db)
    .select()
    .from(rules)
    .where(eq(rules.site_id, siteId))
    .orderBy(asc(rules.created_at), asc(rules.id));
  return rows.map(toRule);
}

const oneRule = (siteId: string, id: string) => and(eq(rules.site_id, siteId), eq(rules.id, id));

export async function loadRule(db: D1Database, siteId: string, id: string): Promise<Rule | null> {
  const row = await drizzle(db).select().from(rules).where(oneRule(siteId, id)).get();
  return row ? toRule(row) : null;
}

const enabledOf = (siteId: string) =>
  sql`(select count(*) from ${rules} where ${rules.site_id} = ${siteId} and ${rules.enabled})`;
const keptOf = (siteId: string) => sql`(select count(*) from ${rules} where ${rules.site_id} = ${siteId})`;

/** @returns null if the property has reached the limit. */
export async function createRule(db: D1Database, siteId: string, input: RuleInput, now: number): Promise<Rule | null> {
  const row: RuleRow = { ...input, site_id: siteId, id: createShortId(), created_at: now };
  const { meta } = await drizzle(db).run(sql`
    insert into ${rules} (site_id, id, name, selector, trigger, page, attributes, enabled, created_at)
    select ${row.site_id}, ${row.id}, ${row.name}, ${row.selector}, ${row.trigger}, ${row.page},
      ${JSON.stringify(row.attributes)}, ${Number(row.enabled)}, ${row.created_at}
    where ${keptOf(siteId)} < ${MOST_KEPT_RULES} and (not ${Number(row.enabled)} or ${enabledOf(siteId)} < ${MOST_RULES})`);
  return meta.changes === 1 ? toRule(row) : null;
}

/** Fields missing in the changes keep their values. @returns null if the rule is gone or too many are enabled. */
export async function updateRule(
  db: D1Database,
  siteId: string,
  id: string,
  changes: Partial<RuleInput>,
): Promise<Rule | null> {
  const isAllowed = changes.enabled
    ? and(oneRule(siteId, id), sql`(${rules.enabled} or ${enabledOf(siteId)} < ${MOST_RULES})`)
    : oneRule(siteId, id);
  const [row] = await drizzle(db).update(rules).set(changes).where(isAllowed).returning();
  return row ? toRule(row) : null;
}

/** @returns false when the property has no such rule. */
export async function deleteRule(db: D1Database, siteId: string, id: string): Promise<boolean> {
  const gone = await drizzle(db).delete(rules).where(oneRule(siteId, id)).returning({ id: rules.id });
  return gone.length > 0;
}
