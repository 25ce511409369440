// Converts rows to Parquet files and back, by a table of columns. All objects of the lake are written here.
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { ColumnType } from "../events/columns";
import { type Page, type PageType, readPages } from "./column-pages";

/** The columns of a table, in the order of the file. */
export type Columns<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

type Value = string | number | bigint | Date | null;
type Written = "STRING" | "INT32" | "INT64" | "DOUBLE" | "TIMESTAMP" | "JSON";

/** The encoding of a column type: the Parquet type, and the value for the writer. */
export const WRITTEN: Record<ColumnType, { type: Written; to: (value: unknown) => Value }> = {
  text: { type: "STRING", to: (value) => value as string },
  integer: { type: "INT32", to: (value) => Math.round(value as number) },
  bigint: { type: "INT64", to: (value) => BigInt(Math.round(value as number)) },
  double: { type: "DOUBLE", to: (value) => value as number },
  time: { type: "TIMESTAMP", to: (value) => new Date(value as number) },
  // The writer serializes JSON columns itself.
  json: { type: "JSON", to: (value) => value as Value },
};

const namesOf = <Row>(columns: Columns<Row>) => Object.keys(columns) as (keyof Row & string)[];

/** Rows as a Parquet file: snappy, nullable columns, minimum and maximum by row group. */
export function tableToParquet<Row>(columns: Columns<Row>, rows: readonly Row[]): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: namesOf(columns).map((name) => {
      const { type, to } = WRITTEN[columns[name]];
      return { name, type, nullable: true, data: rows.map((row) => (row[name] == null ? null : to(row[name]))) };
    }),
  });
}

export function fromCell(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === "time") return (value as Date).getTime();
  if (type === "bigint") return Number(value);
  return value;
}

/** Converts a row of the library to the row that was written. Missing columns are null. */
export const toRow = <Row>(columns: Columns<Row>, row: Readonly<Record<string, unknown>>): Row =>
  Object.fromEntries(namesOf(columns).map((name) => [name, fromCell(columns[name], row[name])])) as Row;

/** Selects columns of a table, to read only these. */
export const columnsOf = <Table extends Readonly<Record<string, ColumnType>>, Name extends keyof Table & string>(
  columns: Table,
  names: readonly Name[],
): Pick<Table, Name> => Object.fromEntries(names.map((name) => [name, columns[name]])) as Pick<Table, Name>;

/**
 * The rows of a file that `tableToParquet` wrote. Only these columns are decoded; columns that were added after the file was
 * written are null.
 */
export async function tableFromParquet<Row>(columns: Columns<Row>, file: ArrayBuffer): Promise<Row[]> {
  const names = namesOf(columns);
  const metadata = parquetMetadata(file);
  const written = new Set(metadata.schema.map(({ name }) => name));
  const rows = await parquetReadObjects({ file, metadata, columns: names.filter((name) => written.has(name)) });
  return rows.map((row) => toRow(columns, row));
}

/**
 * Some columns of a file that `tableToParquet` wrote, as pages. A column that was added after the file was written has only
 * nulls.
 */
export async function readTablePages(
  columns: Readonly<Record<string, PageType>>,
  file: ArrayBuffer,
  names: Iterable<string>,
): Promise<Record<string, Page[]>> {
  const metadata = parquetMetadata(file);
  const read: Record<string, Page[]> = {};
  for (const name of names) {
    const type = columns[name];
    if (type) read[name] = await readPages(file, metadata, name, type);
  }
  return read;
}

/** The columns of text of any file, one after the other. */
export async function* textColumnsOf(file: ArrayBuffer): AsyncGenerator<unknown[]> {
  const metadata = parquetMetadata(file);
  for (const { name, type } of metadata.schema)
    if (type === "BYTE_ARRAY")
      yield (await parquetReadObjects({ file, metadata, columns: [name] })).map((row) => row[name]);
}
