// Parquet: stamped events as a file's bytes, and back.
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { StampedEvent } from "./event";
import { type ColumnType, LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "./lake";

type Value = string | number | bigint | Date | null;
type Written = "STRING" | "INT32" | "INT64" | "DOUBLE" | "TIMESTAMP" | "JSON";

/** How a column type is written: the Parquet type, and the value that the writer takes for it. */
export const WRITTEN: Record<ColumnType, { type: Written; to: (value: unknown) => Value }> = {
  text: { type: "STRING", to: (value) => value as string },
  integer: { type: "INT32", to: (value) => Math.round(value as number) },
  bigint: { type: "INT64", to: (value) => BigInt(Math.round(value as number)) },
  double: { type: "DOUBLE", to: (value) => value as number },
  time: { type: "TIMESTAMP", to: (value) => new Date(value as number) },
  // The writer serializes JSON columns itself.
  json: { type: "JSON", to: (value) => value as Value },
};

/** Events as a Parquet file: one row each, columns of LAKE_COLUMNS, snappy, with statistics. */
export function toParquet(events: readonly StampedEvent[]): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: LAKE_COLUMN_NAMES.map((name) => {
      const { type, to } = WRITTEN[LAKE_COLUMNS[name]];
      return {
        name,
        type,
        nullable: true,
        data: events.map((event) => (event[name] === null ? null : to(event[name]))),
      };
    }),
  });
}

export function fromCell(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === "time") return (value as Date).getTime();
  if (type === "bigint") return Number(value);
  return value;
}

const toEvent = (row: Record<string, unknown>): StampedEvent =>
  Object.fromEntries(
    LAKE_COLUMN_NAMES.map((name) => [name, fromCell(LAKE_COLUMNS[name], row[name])]),
  ) as unknown as StampedEvent;

/** Columns that are in the file: those that are younger than it are not. */
function columnsIn(metadata: ReturnType<typeof parquetMetadata>): string[] {
  const written = new Set(metadata.schema.map(({ name }) => name));
  return LAKE_COLUMN_NAMES.filter((name) => written.has(name));
}

/** The events of a Parquet file of the lake, a row group at a time: all at once, a large file would not fit into memory. */
export async function* portionsOf(file: ArrayBuffer): AsyncGenerator<StampedEvent[]> {
  const metadata = parquetMetadata(file);
  const columns = columnsIn(metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd });
    yield rows.map(toEvent);
    rowStart = rowEnd;
  }
}

/** The events of a Parquet file that `toParquet` wrote. */
export async function fromParquet(file: ArrayBuffer): Promise<StampedEvent[]> {
  return (await parquetReadObjects({ file })).map(toEvent);
}
