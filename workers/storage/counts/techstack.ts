// The technology cube in D1: adds to it. Queries are answered from the events; the table is for whoever reads D1.
import { CUBE_COLUMNS, type CubeRow, TECH_FACTS } from "../../domain/counts/techstack";
import { toParameters } from "../parameters";
import { upsert } from "./counts";

const KEYS = ["day", ...CUBE_COLUMNS, "firsts"] as const;
const COUNT = upsert("techstack_days", ["site_id", ...KEYS], TECH_FACTS);

/** For the batch that moves the watermark: adds the rows to the cube. */
export const cubeStatements = (db: D1Database, siteId: string, cube: readonly CubeRow[]): D1PreparedStatement[] =>
  toParameters(cube.map((row) => [siteId, ...KEYS.map((key) => row[key]), ...TECH_FACTS.map((fact) => row[fact])])).map(
    (parameter) => db.prepare(COUNT).bind(parameter),
  );
