// Parquet of the record: stamped events as a file's bytes, and back.
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { StampedEvent } from "./event";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "./lake";
import { fromCell, tableFromParquet, tableToParquet } from "./table-parquet";

/** Events as a Parquet file: one row each, columns of LAKE_COLUMNS. */
export const toParquet = (events: readonly StampedEvent[]): ArrayBuffer =>
  tableToParquet<StampedEvent>(LAKE_COLUMNS, events);

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
export const fromParquet = (file: ArrayBuffer): Promise<StampedEvent[]> =>
  tableFromParquet<StampedEvent>(LAKE_COLUMNS, file);
