// Dead letters: the message in R2, its name and reason in D1.
import { drizzle } from "drizzle-orm/d1";
import { deadLetters } from "./tables";

export type DeadLetter = typeof deadLetters.$inferInsert & { body: unknown };

/** Keeps a message that could not be counted. Keeping it again replaces the reason. */
export async function keepDeadLetter(env: { LAKE: R2Bucket; DB: D1Database }, letter: DeadLetter): Promise<void> {
  const { body, ...row } = letter;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  await env.LAKE.put(row.key, JSON.stringify({ ...row, message: text }));
  await drizzle(env.DB)
    .insert(deadLetters)
    .values(row)
    .onConflictDoUpdate({ target: deadLetters.id, set: { reason: row.reason, failed_at: row.failed_at } });
}

/** How many messages of a property could not be counted. */
export async function countDeadLetters(db: D1Database, siteId: string): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS letters FROM dead_letters WHERE site_id = ?")
    .bind(siteId)
    .first<{ letters: number }>();
  return row?.letters ?? 0;
}
