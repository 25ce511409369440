// The technology cube in D1: adds to it. Queries are answered from the events; the table is for whoever reads D1.
import { CUBE_COLUMNS, type CubeRow, OTHER_COMBINATION, TECH_FACTS } from "../../domain/counts/techstack";
import { STANDARD_CAPS } from "../../domain/properties/caps";
import { toParameters } from "../parameters";

const KEYS = ["day", ...CUBE_COLUMNS, "firsts"] as const;
const COLUMNS = [...KEYS, ...TECH_FACTS];
const IS_OWN = `own.site_id = ?2 AND ${KEYS.map((key) => `own.${key} = given.${key}`).join(" AND ")}`;
const OTHER_VALUES = KEYS.map((key) => (key === "day" ? key : `'${OTHER_COMBINATION[key]}'`));
/** The row of what is beyond the cap closes the day. */
const IS_CLOSED = `EXISTS (SELECT 1 FROM techstack_days own WHERE own.site_id = ?2 AND own.day = given.day
  AND own.browser = '${OTHER_COMBINATION.browser}')`;

/** Adds rows. Combinations beyond the property's cap of values a day are summed in one row of the day. */
const COUNT = `INSERT INTO techstack_days (site_id, ${COLUMNS.join(", ")})
  WITH given AS MATERIALIZED (SELECT ${COLUMNS.map((column, i) => `value ->> ${i} AS ${column}`).join(", ")} FROM json_each(?1)),
  known AS MATERIALIZED (
    SELECT *, EXISTS (SELECT 1 FROM techstack_days own WHERE ${IS_OWN}) AS has_row, ${IS_CLOSED} AS is_closed FROM given),
  placed AS (
    SELECT *, row_number() OVER (PARTITION BY day, has_row ORDER BY events DESC, ${KEYS.join(", ")}) AS place,
      (SELECT count(*) FROM techstack_days own WHERE own.site_id = ?2 AND own.day = known.day) AS have
    FROM known),
  judged AS (SELECT *, has_row OR NOT is_closed AND have + place <= ?3 AS is_own FROM placed)
  SELECT ?2, ${KEYS.map((key, i) => (key === "day" ? key : `iif(is_own, ${key}, ${OTHER_VALUES[i]}) AS into_${key}`)).join(", ")},
    ${TECH_FACTS.map((fact) => `sum(${fact}) AS ${fact}`).join(", ")}
  FROM judged WHERE true GROUP BY ${KEYS.map((_, i) => i + 2).join(", ")}
  ON CONFLICT (site_id, ${KEYS.join(", ")}) DO UPDATE SET ${TECH_FACTS.map((fact) => `${fact} = ${fact} + excluded.${fact}`).join(", ")}`;

/** For the batch that moves the watermark: adds the rows to the cube. */
export const cubeStatements = (db: D1Database, siteId: string, cube: readonly CubeRow[]): D1PreparedStatement[] =>
  toParameters(cube.map((row) => COLUMNS.map((column) => row[column]))).map((parameter) =>
    db.prepare(COUNT).bind(parameter, siteId, STANDARD_CAPS.values),
  );
