// The statements of a fold, which adds a portion of `rollup_pending` to `rollup_days` and `packed_days`. They run in
// one transaction, in the order of this file, with the same parameters: ?1 site ids (a JSON list), ?2 the number of
// increments in a portion, ?3 the fold's own id. Each statement selects the portion itself: they agree, because only the
// last one changes `rollup_pending`. Before them, caps/budget.ts says what is shed and caps/admission.ts closes days.
import { NETWORK_PAGE } from "../../domain/counts/details";
import { TOTAL } from "../../domain/counts/rollup";
import { OTHER, PART_SEPARATOR } from "../../domain/counts/value";
import { FACTS } from "../../domain/events/catalog";
import {
  hasKeySql,
  hasPlaceSql,
  hasRowSql,
  isClosedSql,
  isDetailSql,
  isOfNameSql,
  isPackedSql,
  isPropSql,
  nameInSql,
  shedSql,
} from "./caps/sql";
import { firstPartSql, keySql, placeSql } from "./value";

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
export const IN_PORTION = `(${KEY}) IN (SELECT ${KEY} FROM (
    SELECT ${KEY}, sum(increments) OVER (ORDER BY ${KEY} ROWS UNBOUNDED PRECEDING) - increments AS before
    FROM rollup_pending WHERE site_id IN (SELECT value FROM json_each(?1)))
  WHERE before < ?2)`;

/**
 * Each count of the portion:
 * site `shop`, dimension `network/page`, day `2026-11-22`, value `Bank\t/loans`, counts `[0,0,0,0,0,3,0,0,0]`
 */
export const WAITING = `waiting AS NOT MATERIALIZED (
    SELECT site_id, dimensions.key AS dimension, days.key AS day, counts.key AS value, counts.value AS counts
    FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
    WHERE ${IN_PORTION})`;

/**
 * The common table expressions that decide what is packed. Examples of their rows:
 *
 * - `full`, each packed row that has no room for what the portion adds to it:
 *   site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`
 * - `placed`, each count of a packed dimension, with its place, and whether that place has or gets a packed row
 *
 * Only `full` is materialized: the others are larger than what is read of them.
 */
const PLACED = `${WAITING},
  full AS MATERIALIZED (
    SELECT site_id, dimension, place, day FROM (
      SELECT site_id, dimension, place, day, sum(octet_length(key) + ${ENTRY}) AS bytes FROM (
        SELECT DISTINCT site_id, dimension, ${placeSql("value")} AS place, day, ${keySql("value")} AS key
        FROM waiting WHERE dimension = '${NETWORK_PAGE}')
      GROUP BY 1, 2, 3, 4) added
    WHERE bytes + coalesce((SELECT length(counts) FROM packed_days kept WHERE kept.site_id = added.site_id
      AND kept.dimension = added.dimension AND kept.place = added.place AND kept.day = added.day), 0) > ${ROOM}),
  packable AS NOT MATERIALIZED (
    SELECT *, ${placeSql("value")} AS place FROM waiting WHERE ${isPackedSql("dimension")}),
  placed AS NOT MATERIALIZED (
    SELECT *, CASE WHEN (site_id, dimension, place, day) IN (SELECT * FROM full) THEN 'full'
      WHEN ${shedSql("packable")} > 0 OR ${isClosedSql("packable", "''")} AND NOT ${hasPlaceSql("packable")} THEN 'closed'
      ELSE 'packed' END AS state
    FROM packable)`;

const SUMS = FACTS.map((fact, i) => `sum(counts ->> ${i}) AS ${fact}`).join(", ");
const PART = `CASE WHEN ${isPropSql("dimension")} THEN ${firstPartSql("value")} ELSE '' END`;
const OTHER_OF_KEY = `part || char(${PART_SEPARATOR.charCodeAt(0)}) || '${OTHER}'`;

/**
 * What becomes of a value that gets no packed row. Days are closed to values without a row of their own, but the fold that
 * closes one still admits as many as there is room for, the most frequent first.
 */
const TARGETS = `${PLACED},
  summed AS MATERIALIZED (
    SELECT site_id, dimension, day, value, ${SUMS} FROM (
      SELECT site_id, dimension, day, value, counts FROM waiting WHERE NOT ${isPackedSql("dimension")}
      UNION ALL
      SELECT site_id, dimension, day, iif(state = 'closed', '${OTHER}', value), counts FROM placed WHERE state <> 'packed')
    GROUP BY 1, 2, 3, 4),
  known AS MATERIALIZED (
    SELECT *, ${PART} AS part, ${hasRowSql("summed")} AS has_row, ${shedSql("summed")} AS shed FROM summed),
  admitted AS MATERIALIZED (
    SELECT site_id, dimension, day, value FROM (
      SELECT known.site_id, known.dimension, known.day, known.value, room, row_number() OVER (
        PARTITION BY known.site_id, known.dimension, known.day, known.part ORDER BY known.events DESC, known.value) AS place
      FROM closed_days closed CROSS JOIN known ON known.site_id = closed.site_id AND known.dimension = closed.dimension
        AND known.day = closed.day AND known.part = closed.part
      WHERE closed.batch = ?3 AND closed.room > 0 AND NOT has_row)
    WHERE place <= room),
  judged AS NOT MATERIALIZED (
    SELECT *, CASE
      WHEN dimension = '${TOTAL}' OR value = '${OTHER}' THEN 'own'
      WHEN shed = 3 OR shed > 0 AND ${isDetailSql("dimension")} THEN 'family'
      WHEN has_row THEN 'own'
      WHEN ${isOfNameSql("dimension")} AND ${isClosedSql("known", "''", "'name'")}
        AND NOT EXISTS (SELECT 1 FROM rollup_days named WHERE named.site_id = known.site_id AND named.dimension = 'name'
          AND named.day = known.day AND named.value = ${nameInSql("known.dimension")}) THEN 'family'
      WHEN shed = 2 THEN 'other'
      WHEN ${isPropSql("dimension")} AND ${isClosedSql("known", "''")} AND NOT ${hasKeySql("known")} THEN 'key'
      WHEN ${isClosedSql("known", "known.part")} AND (site_id, dimension, day, value) NOT IN (SELECT * FROM admitted) THEN 'other'
      ELSE 'own' END AS target
    FROM known)`;

/** Adds all facts to `rollup_days`. Sums of zero are not written: a visit that moves on takes back its exit page. */
export const FOLD_ROWS = `INSERT INTO rollup_days (site_id, dimension, day, value, ${FACTS.join(", ")})
  WITH ${TARGETS}
  SELECT site_id,
    iif(target = 'family' AND ${isOfNameSql("dimension")}, substr(dimension, 1, instr(dimension, '/')) || '${OTHER}', dimension) AS into_dimension,
    day,
    CASE target WHEN 'own' THEN value WHEN 'family' THEN '${OTHER}'
      WHEN 'key' THEN '${OTHER}' || char(${PART_SEPARATOR.charCodeAt(0)}) || '${OTHER}'
      ELSE iif(part = '', '${OTHER}', ${OTHER_OF_KEY}) END AS into_value,
    ${FACTS.map((fact) => `sum(${fact}) AS sum_${fact}`).join(", ")}
  FROM judged
  GROUP BY 1, 2, 3, 4 HAVING ${FACTS.map((fact) => `sum_${fact} <> 0`).join(" OR ")}
  ON CONFLICT (site_id, dimension, day, value) DO UPDATE SET ${FACTS.map((fact) => `${fact} = ${fact} + excluded.${fact}`).join(", ")}`;

/** Counts the places that the portion adds to `packed_days`. */
export const COUNT_PLACES = `INSERT INTO packed_places (site_id, dimension, day, places)
  WITH ${PLACED}
  SELECT site_id, dimension, day, count(DISTINCT place) FROM placed WHERE state = 'packed' AND NOT ${hasPlaceSql("placed")}
  GROUP BY 1, 2, 3
  ON CONFLICT (site_id, dimension, day) DO UPDATE SET places = places + excluded.places`;

/**
 * Adds the fact `events` to `packed_days`: unpacks the rows that the portion adds to, adds, and packs again whatever is
 * not zero. Examples of the rows of its expressions:
 *
 * - `added`: site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`, key `/loans`, events 3
 * - `kept`: site `shop`, dimension `network/page`, place `Bank`, day `2026-11-22`, counts `{"/": 5, "/loans": 1}`
 * - `summed`: as `added`, with key `/` and events 5; with key `/loans` and events 4
 */
export const FOLD_PACKED = `INSERT INTO packed_days (site_id, dimension, place, day, counts)
  WITH ${PLACED},
  added AS MATERIALIZED (
    SELECT site_id, dimension, place, day, ${keySql("value")} AS key, counts ->> ${FACTS.indexOf("events")} AS events
    FROM placed WHERE state = 'packed'),
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
