// Parquet of the record: stamped events as a file's bytes, and back.
import type { StampedEvent } from "./event";
import { LAKE_COLUMNS } from "./lake";
import { tableFromParquet, tableToParquet } from "./table-parquet";

/** Events as a Parquet file: one row each, columns of LAKE_COLUMNS. */
export const toParquet = (events: readonly StampedEvent[]): ArrayBuffer =>
  tableToParquet<StampedEvent>(LAKE_COLUMNS, events);

/** The events of a Parquet file that `toParquet` wrote. */
export const fromParquet = (file: ArrayBuffer): Promise<StampedEvent[]> =>
  tableFromParquet<StampedEvent>(LAKE_COLUMNS, file);
