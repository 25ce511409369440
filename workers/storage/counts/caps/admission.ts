// Closes local days of dimensions that reach their cap of distinct values (domain/properties/caps.ts), before a fold adds to
// them. It is decided inside the transaction of the fold, so that two consumers agree, and once: a closed day stays closed.
import { TOTAL } from "../../../domain/counts/rollup";
import { PART_SEPARATOR } from "../../../domain/counts/value";
import { type Caps, STANDARD_CAPS } from "../../../domain/properties/caps";
import { WAITING } from "../fold";
import { firstPartSql, placeSql } from "../value";
import { hasKeySql, hasPlaceSql, hasRowSql, isClosedSql, isPackedSql, isPropSql, ownerSql } from "./sql";

/** The owner's cap, or the standard one. */
const capSql = (name: keyof Caps, row: string): string =>
  `coalesce((SELECT settings ->> '$.caps.${name}' FROM property_settings
    WHERE property_settings.site_id = ${ownerSql(`${row}.site_id`)}), ${STANDARD_CAPS[name]})`;

const close = (
  groups: string,
  cap: string,
): string => `INSERT INTO closed_days (site_id, dimension, day, part, room, batch)
  WITH ${WAITING}, ${groups}
  SELECT site_id, dimension, day, part, max(0, cap - have), ?3 FROM (SELECT *, ${cap} AS cap FROM counted)
  WHERE have + fresh > cap
  ON CONFLICT DO NOTHING`;

/** What has no row yet: distinct values of the portion. */
const fresh = (where: string): string => `fresh AS MATERIALIZED (
    SELECT * FROM (SELECT DISTINCT site_id, dimension, day, value FROM waiting WHERE ${where}) known
    WHERE NOT ${hasRowSql("known")})`;

const isOfSite = (row: string): string =>
  `rows.site_id = ${row}.site_id AND rows.dimension = ${row}.dimension AND rows.day = ${row}.day`;

/** Dimensions, names among them. */
const CLOSE_VALUES = close(
  `${fresh(`dimension <> '${TOTAL}' AND NOT ${isPropSql("dimension")} AND NOT ${isPackedSql("dimension")}`)},
  counted AS (
    SELECT *, '' AS part, (SELECT count(*) FROM rollup_days rows WHERE ${isOfSite("groups")}) AS have
    FROM (SELECT site_id, dimension, day, count(*) AS fresh FROM fresh GROUP BY 1, 2, 3) groups
    WHERE NOT ${isClosedSql("groups", "''")})`,
  `iif(dimension = 'name', ${capSql("names", "counted")}, ${capSql("values", "counted")})`,
);

const OF_KEY = `rows.value >= groups.part || char(${PART_SEPARATOR.charCodeAt(0)})
      AND rows.value < groups.part || char(${PART_SEPARATOR.charCodeAt(0) + 1})`;

/** Values of the keys of props. */
const CLOSE_PROP_VALUES = close(
  `${fresh(isPropSql("dimension"))},
  counted AS (
    SELECT *, (SELECT count(*) FROM rollup_days rows WHERE ${isOfSite("groups")} AND ${OF_KEY}) AS have
    FROM (SELECT site_id, dimension, day, ${firstPartSql("value")} AS part, count(*) AS fresh FROM fresh GROUP BY 1, 2, 3, 4) groups
    WHERE NOT ${isClosedSql("groups", "groups.part")})`,
  capSql("values_per_key", "counted"),
);

/** Keys of props. The fold that closes them admits no more of them. */
const CLOSE_KEYS = close(
  `fresh AS MATERIALIZED (
    SELECT * FROM (SELECT DISTINCT site_id, dimension, day, ${firstPartSql("value")} || char(${PART_SEPARATOR.charCodeAt(0)}) AS value
      FROM waiting WHERE ${isPropSql("dimension")}) known
    WHERE NOT ${hasKeySql("known")}),
  counted AS (
    SELECT *, '' AS part, (SELECT count(DISTINCT ${firstPartSql("value")}) FROM rollup_days rows WHERE ${isOfSite("groups")}) AS have
    FROM (SELECT site_id, dimension, day, count(*) AS fresh FROM fresh GROUP BY 1, 2, 3) groups
    WHERE NOT ${isClosedSql("groups", "''")})`,
  capSql("keys", "counted"),
);

/** Places of packed dimensions: a page and a width, for example. Here, too, no more are admitted. */
const CLOSE_PLACES = close(
  `fresh AS MATERIALIZED (
    SELECT * FROM (SELECT DISTINCT site_id, dimension, day, ${placeSql("value")} AS place
      FROM waiting WHERE ${isPackedSql("dimension")}) known
    WHERE NOT ${hasPlaceSql("known")}),
  counted AS (
    SELECT *, '' AS part, coalesce((SELECT places FROM packed_places rows WHERE ${isOfSite("groups")}), 0) AS have
    FROM (SELECT site_id, dimension, day, count(*) AS fresh FROM fresh GROUP BY 1, 2, 3) groups
    WHERE NOT ${isClosedSql("groups", "''")})`,
  capSql("values", "counted"),
);

/** In this order, with the parameters of a fold. */
export const CLOSE_DAYS = [CLOSE_VALUES, CLOSE_PROP_VALUES, CLOSE_KEYS, CLOSE_PLACES];
