// Answers a query: plans it, reads the rollups and builds the answer.
import type { Property } from "../domain/properties/property";
import { type Answer, toAnswer } from "../domain/queries/answer";
import { toPlan } from "../domain/queries/plan";
import type { Query } from "../domain/queries/query";
import { readFirstDay, readRollups } from "../storage/counts/rollups";

/** @throws Problem invalid when the rollups cannot answer the query. */
export async function answerQuery(db: D1Database, property: Property, query: Query, now: number): Promise<Answer> {
  // The buckets of `all` depend on its first day, so read that first.
  const asksAll = query.range === "all" || query.comparisons?.range === "all";
  const firstDay = asksAll ? await readFirstDay(db, property.site_id) : null;
  const plan = toPlan(query, { timezone: property.timezone, now, firstDay });
  return toAnswer(plan, await readRollups(db, plan));
}
