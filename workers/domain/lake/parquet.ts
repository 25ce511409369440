// Converts stamped events to Parquet files and back.
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "../events/columns";
import type { StampedEvent } from "../events/event";
import { tableFromParquet, tableToParquet, toRow } from "./table-parquet";

/** Events as a Parquet file: one row each, columns of LAKE_COLUMNS. */
export const toParquet = (events: readonly StampedEvent[]): ArrayBuffer =>
  tableToParquet<StampedEvent>(LAKE_COLUMNS, events);

/** The columns that a file has. Columns that were added later are missing. */
export function columnsIn<Name extends keyof StampedEvent>(
  metadata: ReturnType<typeof parquetMetadata>,
  names: readonly Name[],
): Name[] {
  const written = new Set(metadata.schema.map(({ name }) => name));
  return names.filter((name) => written.has(name));
}

/** The events of a file, one row group at a time: a large file would not fit into memory at once. */
export async function* portionsOf(file: ArrayBuffer): AsyncGenerator<StampedEvent[]> {
  const metadata = parquetMetadata(file);
  const columns = columnsIn(metadata, LAKE_COLUMN_NAMES);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd });
    yield rows.map((row) => toRow<StampedEvent>(LAKE_COLUMNS, row));
    rowStart = rowEnd;
  }
}

/** The events of a Parquet file that `toParquet` wrote. */
export const fromParquet = (file: ArrayBuffer): Promise<StampedEvent[]> =>
  tableFromParquet<StampedEvent>(LAKE_COLUMNS, file);
