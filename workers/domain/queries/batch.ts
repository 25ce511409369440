// A batch: several queries about the same period and filters, which is what a dashboard asks.
import { z } from "zod";
import { parseInput } from "../requests/input";
import { Problem } from "../requests/problem";
import { type Query, toList, toQuery } from "./query";

const MOST_QUERIES = 20;

const batchSchema = z.strictObject({
  site_id: z.string().min(1).max(64),
  date_range: z.unknown(),
  filters: z.array(z.unknown()).default([]),
  queries: z.array(z.record(z.string(), z.unknown())).min(1).max(MOST_QUERIES),
});

/** What a batch gives to all of its queries. */
const COMMON = ["site_id", "date_range"];

/**
 * The queries of a batch. The batch's filters must match in each, beside its own.
 * @throws Problem invalid, saying which query is wrong and why.
 */
export function toQueries(body: unknown): Query[] {
  const { queries, filters, ...common } = parseInput(batchSchema, body);
  return queries.map((query, i) => {
    const given = COMMON.find((name) => name in query);
    if (given) throw new Problem("invalid", `queries[${i}] must not have ${given}: it is given once, for all queries`);
    const own = query.filters ?? [];
    try {
      return toQuery({
        ...query,
        ...common,
        filters: Array.isArray(own) ? [...toList(filters), ...toList(own as unknown[])] : own,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(error.code, `queries[${i}]: ${error.message}`, error.details);
    }
  });
}
