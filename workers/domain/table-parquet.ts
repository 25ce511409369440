// Tables as Parquet: rows of any table of columns as a file's bytes, and back.
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { ColumnType } from "./lake";

type Cell = string | number | bigint | Date | null;

const WRITTEN = {
  text: { type: "STRING", to: (value: unknown) => value as string },
  integer: { type: "INT32", to: (value: unknown) => Math.round(value as number) },
  bigint: { type: "INT64", to: (value: unknown) => BigInt(Math.round(value as number)) },
  double: { type: "DOUBLE", to: (value: unknown) => value as number },
  time: { type: "TIMESTAMP", to: (value: unknown) => new Date(value as number) },
  json: { type: "JSON", to: (value: unknown) => value as Cell },
} as const satisfies Record<ColumnType, { type: string; to: (value: unknown) => Cell }>;

export function tableToParquet<Row extends object>(
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  rows: readonly Row[],
): ArrayBuffer {
  const names = Object.keys(columns) as (keyof Row & string)[];
  return parquetWriteBuffer({
    columnData: names.map((name) => {
      const { type, to } = WRITTEN[columns[name]];
      const data = rows.map((row) => (row[name] === null ? null : to(row[name])));
      return { name, type, nullable: true, data };
    }),
  });
}

function fromCell(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === "time") return (value as Date).getTime();
  return type === "bigint" ? Number(value) : value;
}

export async function tableFromParquet<Row extends object>(
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  file: ArrayBuffer,
): Promise<Row[]> {
  const names = Object.keys(columns) as (keyof Row & string)[];
  const rows = await parquetReadObjects({ file, columns: names });
  return rows.map(
    (row) => Object.fromEntries(names.map((name) => [name, fromCell(columns[name], row[name])])) as unknown as Row,
  );
}
