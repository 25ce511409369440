// Merges Parquet objects of events into objects of one event type and period each, sorted by time. It works column by
// column: 20,000 events as objects of sixty fields would not fit into a Worker's memory.
import { parquetMetadata, parquetScan } from "hyparquet";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { effective } from "../counts/correction";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "../events/columns";
import type { StampedEvent } from "../events/event";
import type { Found } from "../networks/enrichment";
import { PARSERS } from "./column-pages";
import { columnsIn } from "./parquet";
import { fromCell, WRITTEN } from "./table-parquet";

/** Rows per row group, the unit that a reader can skip by its statistics. */
export const GROUP_ROWS = 10_000;

/** An object to merge, with the enrichment of its addresses, which is applied. */
export interface MergeInput {
  file: ArrayBuffer;
  found: ReadonlyMap<string, Found>;
}

/** One merged object. */
export interface MergedObject {
  event_type: string;
  rows: number;
  min_time: number;
  max_time: number;
  min_date: string;
  max_date: string;
  body: ArrayBuffer;
}

export interface MergeRules {
  /** The object to which a local date belongs. */
  periodOf: (date: string) => string;
  /** False removes the row. */
  keeps?: (row: Row) => boolean;
  /** The address to write instead of a row's own. */
  addressOf?: (ip: string, localDate: string) => string | null;
  /** A row's new values, where it has any. */
  changed?: (row: Pick<StampedEvent, "event_id" | "event_time" | "seq">) => StampedEvent | undefined;
  /** Called for each removed row. */
  onRemoved?: (event: StampedEvent) => void;
}

/** The columns that the rules read. */
export type Row = Pick<StampedEvent, "user_id" | "visitor_id" | "person_id" | "visit_id" | "local_date">;

type Column = ArrayLike<unknown>;
type Columns = Record<keyof StampedEvent, Column>;

/** A file of which some columns can be decoded, one at a time. */
export interface OpenColumns<Name> {
  rows: number;
  /** The values of a column; null in columns that were added later. */
  read: (name: Name) => Promise<unknown[]>;
}

export async function openColumns<Name extends keyof StampedEvent>(
  file: ArrayBuffer,
  names: readonly Name[],
): Promise<OpenColumns<Name>> {
  const metadata = parquetMetadata(file);
  const columns = columnsIn(metadata, names);
  const rows = Number(metadata.num_rows);
  const written = new Set<string>(columns);
  const { ranges, readColumn } = await parquetScan({ file, metadata, columns, parsers: PARSERS });
  const read = async (column: Name): Promise<unknown[]> => {
    if (!written.has(column)) return new Array<null>(rows).fill(null);
    const values: unknown[] = [];
    for (const range of ranges) for (const value of await readColumn({ column, ...range })) values.push(value ?? null);
    return values;
  };
  return { rows, read };
}

/** The rows of a file by column; null in columns that were added later. */
export async function readColumns<Name extends keyof StampedEvent>(
  file: ArrayBuffer,
  names: readonly Name[],
): Promise<Record<Name, unknown[]>> {
  const { read } = await openColumns(file, names);
  const columns: [Name, unknown[]][] = [];
  for (const name of names) columns.push([name, await read(name)]);
  return Object.fromEntries(columns) as Record<Name, unknown[]>;
}

/** A provider's facts replace the edge's. */
function applyFound(columns: Record<keyof StampedEvent, unknown[]>, found: ReadonlyMap<string, Found>): void {
  if (found.size === 0) return;
  const { ip, network, network_type, asn } = columns;
  for (const [row, address] of ip.entries()) {
    const said = address === null ? undefined : found.get(address as string);
    if (!said) continue;
    const before = { network: network[row], network_type: network_type[row], asn: fromCell("bigint", asn[row]) };
    const after = effective(before as StampedEvent, said);
    network[row] = after.network;
    network_type[row] = after.network_type;
    asn[row] = after.asn === null ? null : BigInt(after.asn);
  }
}

async function readAll(inputs: readonly MergeInput[]): Promise<Columns> {
  const all = Object.fromEntries(LAKE_COLUMN_NAMES.map((name) => [name, [] as unknown[]])) as Record<
    keyof StampedEvent,
    unknown[]
  >;
  for (const { file, found } of inputs) {
    const columns = await readColumns(file, LAKE_COLUMN_NAMES);
    applyFound(columns, found);
    for (const name of LAKE_COLUMN_NAMES) for (const value of columns[name]) all[name].push(value);
  }
  return all;
}

const eventAt = (columns: Columns, row: number): StampedEvent =>
  Object.fromEntries(
    LAKE_COLUMN_NAMES.map((name) => [
      name,
      LAKE_COLUMNS[name] === "time" ? columns[name][row] : fromCell(LAKE_COLUMNS[name], columns[name][row]),
    ]),
  ) as unknown as StampedEvent;

const rowAt = (columns: Columns, row: number): Row => ({
  user_id: columns.user_id[row] as string | null,
  visitor_id: columns.visitor_id[row] as string,
  person_id: columns.person_id[row] as string | null,
  visit_id: columns.visit_id[row] as string | null,
  local_date: columns.local_date[row] as string,
});

/** Writes a row's new values into its columns, as the file has them. */
function change(
  columns: Record<keyof StampedEvent, unknown[]>,
  row: number,
  changed: NonNullable<MergeRules["changed"]>,
): void {
  const { event_id, event_time, seq } = columns;
  const after = changed({
    event_id: event_id[row] as string,
    event_time: event_time[row] as number,
    seq: Number(seq[row] ?? 0),
  });
  if (!after) return;
  for (const name of LAKE_COLUMN_NAMES) {
    const value = after[name] ?? null;
    columns[name][row] = LAKE_COLUMNS[name] === "bigint" && value !== null ? BigInt(value as number) : value;
  }
}

/** Rows in written order: by time, then by the hub's order, then as they came. */
function inOrder({ event_time, seq }: Columns, rows: readonly number[]): number[] {
  const time = event_time as ArrayLike<number>;
  const place = seq as ArrayLike<bigint | number | null>;
  return rows.toSorted((a, b) => time[a]! - time[b]! || Number(place[a] ?? 0) - Number(place[b] ?? 0) || a - b);
}

/** The rows of one object as Parquet, in row groups with statistics. */
function write(columns: Columns, rows: readonly number[]): ArrayBuffer {
  const groupAt = (from: number) => {
    const portion = rows.slice(from, from + GROUP_ROWS);
    return LAKE_COLUMN_NAMES.map((name) => {
      const { type } = WRITTEN[LAKE_COLUMNS[name]];
      const values = columns[name];
      return { name, type, nullable: true, data: portion.map((row) => values[row]) };
    });
  };
  const first = groupAt(0);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData: first }) });
  for (let from = 0; from < rows.length; from += GROUP_ROWS) {
    const columnData = (from === 0 ? first : groupAt(from)).map(({ name, data }) => ({ name, data }));
    parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
  }
  parquet.finish();
  return writer.getBuffer();
}

/**
 * Merges objects. Each row that stays is in exactly one of the results, which are yielded one at a time, so that only one is
 * in memory. The same inputs in the same order give the same objects.
 */
export async function* mergeEvents(inputs: readonly MergeInput[], rules: MergeRules): AsyncGenerator<MergedObject> {
  const columns = await readAll(inputs);
  const { event_type, event_time, local_date, ip } = columns;
  const objects = new Map<string, number[]>();
  for (let row = 0; row < event_type.length; row++) {
    const date = local_date[row] as string;
    if (rules.keeps && !rules.keeps(rowAt(columns, row))) {
      rules.onRemoved?.(eventAt(columns, row));
      continue;
    }
    if (rules.changed) change(columns as Record<keyof StampedEvent, unknown[]>, row, rules.changed);
    if (rules.addressOf && ip[row] !== null) (ip as unknown[])[row] = rules.addressOf(ip[row] as string, date);
    const name = `${event_type[row]} ${rules.periodOf(date)}`;
    const rows = objects.get(name);
    if (rows) rows.push(row);
    else objects.set(name, [row]);
  }
  for (const name of [...objects.keys()].sort()) {
    const rows = inOrder(columns, objects.get(name)!);
    const dates = [...new Set(rows.map((row) => local_date[row] as string))].sort();
    yield {
      event_type: event_type[rows[0]!] as string,
      rows: rows.length,
      min_time: event_time[rows[0]!] as number,
      max_time: event_time[rows.at(-1)!] as number,
      min_date: dates[0]!,
      max_date: dates.at(-1)!,
      body: write(columns, rows),
    };
  }
}
