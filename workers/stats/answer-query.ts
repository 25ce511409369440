// Query → answer: plan it, read the rollups, tell.
import type { Property } from "../domain/properties/property";
import { type Answer, toAnswer } from "../domain/queries/answer";
import { toPlan } from "../domain/queries/plan";
import type { Query } from "../domain/queries/query";
import { readFirstDay, readRollups } from "../storage/counts/rollups";

/** @throws Problem invalid when the rollups cannot answer it. */
export async function answerQuery(db: D1Database, property: Property, query: Query, now: number): Promise<Answer> {
  // Where `all` begins decides its buckets, so it must be known before anything else is asked.
  const asksAll = query.range === "all" || query.comparisons?.range === "all";
  const firstDay = asksAll ? await readFirstDay(db, property.site_id) : null;
  const plan = toPlan(query, { timezone: property.timezone, now, firstDay });
  return toAnswer(plan, await readRollups(db, plan));
}
