// A batch: several queries about one property, which is what a dashboard asks. They share the period and the filters; a query
// may have a period of its own, such as the one to compare with.
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

/** Where a problem is in a batch. */
export type PlaceInBatch = (query: number, problem: Problem) => Problem;

/**
 * Puts the number of the query in front of a problem. A query's filters are those of the batch and then its own: a fault in
 * the batch's is one of all queries, and its own are counted from its first.
 * @param shared how many filters the batch has.
 */
export const placeInBatch =
  (shared: number): PlaceInBatch =>
  (query, { code, message, details }) => {
    const place = /^filters\[(\d+)\]/.exec(message);
    const at = Number(place?.[1]);
    if (place && at < shared) return new Problem(code, message, details);
    const own = place ? `filters[${at - shared}]${message.slice(place[0].length)}` : message;
    return new Problem(code, `queries[${query}]: ${own}`, details);
  };

/**
 * The queries of a batch, and how problems of one are placed. The batch's filters must match in each, beside its own.
 * @throws Problem invalid, saying which query is wrong and why.
 */
export function toBatch(body: unknown): { queries: Query[]; place: PlaceInBatch } {
  const { queries, filters, ...common } = parseInput(batchSchema, body);
  const shared = toList(filters);
  const place = placeInBatch(shared.length);
  const checked = queries.map((query, i) => {
    if ("site_id" in query)
      throw new Problem("invalid", `queries[${i}] must not have site_id: it is given once, for all queries`);
    const own = query.filters ?? [];
    try {
      return toQuery({
        ...common,
        ...query,
        filters: Array.isArray(own) ? [...shared, ...toList(own as unknown[])] : own,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw place(i, error);
    }
  });
  return { queries: checked, place };
}

export const toQueries = (body: unknown): Query[] => toBatch(body).queries;
