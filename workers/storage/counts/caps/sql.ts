// SQL that the statements of a fold share: what a dimension is, and what is kept of its values.
import { DETAILS, ESCAPED_SIGNS, escapeSign, OF_NAME, PACKED } from "../../../domain/counts/details";
import { PART_SEPARATOR } from "../../../domain/counts/value";
import { firstPartSql } from "../value";

/** The property of an id that counts: suspects and hours by name have the property's id first. */
export const ownerSql = (id: string): string => `substr(${id}, 1, instr(${id} || '~', '~') - 1)`;

const globs = (column: string, prefixes: readonly string[]): string =>
  `(${prefixes.map((prefix) => `${column} GLOB '${prefix}*'`).join(" OR ")})`;

export const isPackedSql = (dimension: string): string => globs(dimension, PACKED);
export const isPropSql = (dimension: string): string => globs(dimension, ["prop/"]);
/** Details of one event name, which is part of the dimension. */
export const isOfNameSql = (dimension: string): string => globs(dimension, OF_NAME);
export const isDetailSql = (dimension: string): string => globs(dimension, DETAILS);

/** The event name in the dimension of its details. The sign with which escapes begin comes last. */
export const nameInSql = (dimension: string): string =>
  ESCAPED_SIGNS.toReversed().reduce(
    (text, sign) => `replace(${text}, '${escapeSign(sign)}', '${sign}')`,
    `substr(${dimension}, instr(${dimension}, '/') + 1)`,
  );

/** Whether a value has a row of its own on a day. Arguments are columns of the row in question. */
export const hasRowSql = (
  row: string,
): string => `EXISTS (SELECT 1 FROM rollup_days own WHERE own.site_id = ${row}.site_id
    AND own.dimension = ${row}.dimension AND own.day = ${row}.day AND own.value = ${row}.value)`;

/** Whether a key of props has any row on a day. */
export const hasKeySql = (
  row: string,
): string => `EXISTS (SELECT 1 FROM rollup_days own WHERE own.site_id = ${row}.site_id
    AND own.dimension = ${row}.dimension AND own.day = ${row}.day
    AND own.value >= ${firstPartSql(`${row}.value`)} || char(${PART_SEPARATOR.charCodeAt(0)})
    AND own.value < ${firstPartSql(`${row}.value`)} || char(${PART_SEPARATOR.charCodeAt(0) + 1}))`;

/** Whether a place has a packed row on a day. */
export const hasPlaceSql = (
  row: string,
): string => `EXISTS (SELECT 1 FROM packed_days own WHERE own.site_id = ${row}.site_id
    AND own.dimension = ${row}.dimension AND own.place = ${row}.place AND own.day = ${row}.day)`;

/** Whether a dimension (or a key of it) has been closed on a day. */
export const isClosedSql = (row: string, part: string, dimension = `${row}.dimension`): string =>
  `EXISTS (SELECT 1 FROM closed_days closed WHERE closed.site_id = ${row}.site_id AND closed.dimension = ${dimension}
    AND closed.day = ${row}.day AND closed.part = ${part})`;

export const shedSql = (row: string): string =>
  `coalesce((SELECT level FROM shed_days WHERE site_id = ${ownerSql(`${row}.site_id`)} AND day = ${row}.day), 0)`;
