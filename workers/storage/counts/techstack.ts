// The technology cube in D1: adds to it, and reads its rows for a query (rollups.ts builds the answer).
import { CUBE_COLUMNS, type CubeRow, TECH_FACTS } from "../../domain/counts/techstack";
import type { Fact } from "../../domain/events/catalog";
import type { CubeGroups, FilterOperator } from "../../domain/queries/cube-query";
import { toParameters } from "../parameters";
import { upsert } from "./counts";

/** SQL with its parameters. Names come from the catalogue; everything from a caller is a parameter. */
export interface Fragment {
  sql: string;
  params: (string | number)[];
}

const KEYS = ["day", ...CUBE_COLUMNS, "firsts"] as const;
const COUNT = upsert("techstack_days", ["site_id", ...KEYS], TECH_FACTS);

/** For the batch that moves the watermark: adds the rows to the cube. */
export const cubeStatements = (db: D1Database, siteId: string, cube: readonly CubeRow[]): D1PreparedStatement[] =>
  toParameters(cube.map((row) => [siteId, ...KEYS.map((key) => row[key]), ...TECH_FACTS.map((fact) => row[fact])])).map(
    (parameter) => db.prepare(COUNT).bind(parameter),
  );

const OPERATORS: Record<FilterOperator, string> = { is: "IN", is_not: "NOT IN" };

/** The value of a group; a JSON list for several columns. */
function valueSql(columns: readonly string[]): string {
  if (columns.length > 1) return `json_array(${columns.join(", ")})`;
  return columns[0] ?? "''";
}

/** Rows of some local days, as `at` (local date), `value` and the facts, limited to `values` (SQL) if given. */
export function cubeSliceSql(
  siteId: string,
  days: { first: string; last: string },
  { columns, filters, mask }: CubeGroups,
  facts: readonly Fact[],
  values?: string,
): Fragment {
  const sums = facts.map((fact) => (fact === "visitors" ? `iif(firsts & ${mask}, visitors, 0) AS visitors` : fact));
  const conditions = filters.map(
    ({ column, operator }) => `AND ${column} ${OPERATORS[operator]} (SELECT value FROM json_each(?))`,
  );
  if (values) conditions.push(`AND ${valueSql(columns)} IN (${values})`);
  return {
    sql: `SELECT day AS at, ${valueSql(columns)} AS value, ${sums.join(", ")} FROM techstack_days
      WHERE site_id = ? AND day BETWEEN ? AND ? ${conditions.join(" ")}`,
    params: [siteId, days.first, days.last, ...filters.map((filter) => JSON.stringify(filter.values))],
  };
}

/**
 * The time of the oldest object that the pipeline has not counted into the cube yet. One row, with `since` null without
 * a backlog; no row before the pipeline's first count. The + makes SQLite search by id, because few ids are above the
 * watermark.
 */
export const waitingStatement = (db: D1Database, siteId: string): D1PreparedStatement =>
  db
    .prepare(
      `SELECT (SELECT min(created_at) FROM lake_files WHERE id > position AND +site_id = ?1 AND zone = 'raw') AS since
       FROM watermarks WHERE site_id = ?1 AND dataset = 'techstack'`,
    )
    .bind(siteId);
