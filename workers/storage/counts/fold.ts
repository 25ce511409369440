// The statements of a fold, which adds a portion of `rollup_pending` to `rollup_days` and `packed_days`. They run in
// one transaction, in the order of this file, with the same parameters: ?1 site ids (a JSON list), ?2 the number of
// increments in a portion. Each statement selects the portion itself, and the first two decide which counts are packed.
// They agree, because only the last one changes `rollup_pending`, and the first does not change `packed_days`.
import { NETWORK_PAGE, PACKED } from "../../domain/counts/details";
import { FACTS } from "../../domain/events/catalog";
import { keySql, placeSql } from "./value";

/**
 * The maximum bytes of a packed row; D1 allows 2 MB. That is more than 20,000 pages that a network reads in a day.
 * Counts of further pages get their own rows in `rollup_days`. Vitals and heatmaps have a bounded number of values per
 * place.
 */
const ROOM = 1_000_000;
/** Maximum bytes of an entry besides its key: two headers and the digits of its count. */
const ENTRY = 24;

const KEY = "site_id, dimension, parcel";

/** Selects the rows of the portion: the first ones by key, until their increments reach ?2. */
const IN_PORTION = `(${KEY}) IN (SELECT ${KEY} FROM (
    SELECT ${KEY}, sum(increments) OVER (ORDER BY ${KEY} ROWS UNBOUNDED PRECEDING) - increments AS before
    FROM rollup_pending WHERE site_id IN (SELECT value FROM json_each(?1)))
  WHERE before < ?2)`;

/**
 * The common table expressions that decide what is packed. Examples of their rows:
 *
 * - `waiting`, each count of the portion:
 *   site `shop`, dimension `network/page`, day `2026-11-22`, value `Bank\t/loans`, counts `[0,0,0,0,0,3,0,0,0]`
 * - `full`, each packed row that has no room for what the portion adds to it:
 *   site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`
 * - `routed`, `waiting` with the table that a count goes to: is_packed 1 for `packed_days`, 0 for `rollup_days`
 *
 * Only `full` is materialized: the others are larger than what is read of them.
 */
const ROUTED = `waiting AS NOT MATERIALIZED (
    SELECT site_id, dimensions.key AS dimension, days.key AS day, counts.key AS value, counts.value AS counts
    FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
    WHERE ${IN_PORTION}),
  full AS MATERIALIZED (
    SELECT site_id, dimension, place, day FROM (
      SELECT site_id, dimension, place, day, sum(octet_length(key) + ${ENTRY}) AS bytes FROM (
        SELECT DISTINCT site_id, dimension, ${placeSql("value")} AS place, day, ${keySql("value")} AS key
        FROM waiting WHERE dimension = '${NETWORK_PAGE}')
      GROUP BY 1, 2, 3, 4) added
    WHERE bytes + coalesce((SELECT length(counts) FROM packed_days kept WHERE kept.site_id = added.site_id
      AND kept.dimension = added.dimension AND kept.place = added.place AND kept.day = added.day), 0) > ${ROOM}),
  routed AS NOT MATERIALIZED (
    SELECT *, (${PACKED.map((prefix) => `dimension GLOB '${prefix}*'`).join(" OR ")})
      AND NOT (dimension = '${NETWORK_PAGE}'
        AND (site_id, dimension, ${placeSql("value")}, day) IN (SELECT * FROM full)) AS is_packed
    FROM waiting)`;

/** Adds all facts to `rollup_days`. Sums of zero are not written: a visit that moves on takes back its exit page. */
export const FOLD_ROWS = `INSERT INTO rollup_days (site_id, dimension, day, value, ${FACTS.join(", ")})
  WITH ${ROUTED}
  SELECT site_id, dimension, day, value, ${FACTS.map((fact, i) => `sum(counts ->> ${i}) AS sum_${fact}`).join(", ")}
  FROM routed WHERE NOT is_packed
  GROUP BY 1, 2, 3, 4 HAVING ${FACTS.map((fact) => `sum_${fact} <> 0`).join(" OR ")}
  ON CONFLICT (site_id, dimension, day, value) DO UPDATE SET ${FACTS.map((fact) => `${fact} = ${fact} + excluded.${fact}`).join(", ")}`;

/**
 * Adds the fact `events` to `packed_days`: unpacks the rows that the portion adds to, adds, and packs again whatever is
 * not zero. Examples of the rows of its expressions:
 *
 * - `added`: site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`, key `/loans`, events 3
 * - `kept`: site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`, counts `{"/": 5, "/loans": 1}`
 * - `summed`: as `added`, with key `/` and events 5; with key `/loans` and events 4
 */
export const FOLD_PACKED = `INSERT INTO packed_days (site_id, dimension, place, day, counts)
  WITH ${ROUTED},
  added AS MATERIALIZED (
    SELECT site_id, dimension, ${placeSql("value")} AS place, day, ${keySql("value")} AS key,
      counts ->> ${FACTS.indexOf("events")} AS events
    FROM routed WHERE is_packed),
  kept AS (
    SELECT * FROM (SELECT DISTINCT site_id, dimension, place, day FROM added)
    JOIN packed_days USING (site_id, dimension, place, day)),
  summed AS (
    SELECT site_id, dimension, place, day, key, sum(events) AS events FROM (
      SELECT * FROM added
      UNION ALL
      SELECT site_id, dimension, place, day, counted.key, counted.value FROM kept, json_each(kept.counts) counted)
    GROUP BY 1, 2, 3, 4, 5)
  SELECT site_id, dimension, place, day, jsonb_group_object(key, events) FILTER (WHERE events <> 0) FROM summed
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (site_id, dimension, place, day) DO UPDATE SET counts = excluded.counts`;

/** Removes the portion from `rollup_pending`. */
export const FORGET_PORTION = `DELETE FROM rollup_pending WHERE ${IN_PORTION}`;
