// The pages of a Parquet column as they are stored: a dictionary once, and an index for each row. A reader that keeps
// codes instead of values then looks at each distinct value once, not at each row.
import { type FileMetaData, type ParquetType, parquetScan, type RowGroup } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import type { ColumnType } from "../events/columns";

interface Rows {
  rows: number;
  /** 1 for each row that has a value; null where all have one. */
  present: Uint8Array | null;
}
/** `values` and `indices` have an entry for each row with a value. */
export type Page = Rows &
  ({ dictionary: readonly unknown[]; indices: Uint32Array } | { dictionary: null; values: ArrayLike<unknown> });

/** A page of a list with an entry for each row, null without a value. */
export const toPage = (values: ArrayLike<unknown>): Page => ({
  ...{ rows: values.length, present: null, dictionary: null },
  values,
});

/** The value of each row of a page, null without one. */
export function valuesOfPage(page: Page): unknown[] {
  const { rows, present } = page;
  let place = 0;
  const next = () => {
    const at = place++;
    return page.dictionary === null ? page.values[at] : page.dictionary[page.indices[at]!];
  };
  return Array.from({ length: rows }, (_, row) => (present === null || present[row] === 1 ? next() : null) ?? null);
}

/** Times as numbers, which saves a Date for each. */
export const PARSERS = { timestampFromMilliseconds: (millis: bigint) => Number(millis) };

const decoder = new TextDecoder();

/** A text column of which only neighbours are compared may come as bytes: decoding a text costs more than reading it. */
export type PageType = ColumnType | "bytes";

export function isEqual(some: Uint8Array, other: Uint8Array): boolean {
  if (some.length !== other.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== other[i]) return false;
  return true;
}

/** Texts as bytes; a text that is equal to the one before is the same object. */
function readBytes(bytes: Uint8Array, count: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Array<Uint8Array>(count);
  let offset = 0;
  let last: Uint8Array = bytes;
  let lastStart = 0;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(offset, true);
    const start = offset + 4;
    let isSame = i > 0 && length === last.length;
    for (let at = 0; isSame && at < length; at++) isSame = bytes[start + at] === bytes[lastStart + at];
    if (!isSame) {
      last = bytes.subarray(start, start + length);
      lastStart = start;
    }
    values[i] = last;
    offset = start + length;
  }
  return values;
}

/** `count` values that are stored one after the other. */
function readPlain(type: PageType, bytes: Uint8Array, count: number): unknown[] {
  if (type === "bytes") return readBytes(bytes, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Array<unknown>(count);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    if (type === "integer") {
      values[i] = view.getInt32(4 * i, true);
    } else if (type === "double") {
      values[i] = view.getFloat64(8 * i, true);
    } else if (type === "text" || type === "json") {
      const length = view.getUint32(offset, true);
      const text = decoder.decode(bytes.subarray(offset + 4, offset + 4 + length));
      values[i] = type === "json" ? JSON.parse(text) : text;
      offset += 4 + length;
    } else {
      // Exact as long as the upper half is small: times and ids are.
      values[i] = view.getInt32(8 * i + 4, true) * 2 ** 32 + view.getUint32(8 * i, true);
    }
  }
  return values;
}

function readIndices(bytes: Uint8Array, count: number): Uint32Array {
  const indices = new Uint32Array(count);
  const width = bytes[0]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width > 0) readRleBitPackedHybrid({ view, offset: 1 }, width, indices, bytes.length - 1);
  return indices;
}

const STORED: Record<PageType, ParquetType> = {
  ...{ text: "BYTE_ARRAY", json: "BYTE_ARRAY", bytes: "BYTE_ARRAY", double: "DOUBLE" },
  ...{ integer: "INT32", bigint: "INT64", time: "INT64" },
};

type Chunk = NonNullable<RowGroup["columns"][number]["meta_data"]>;

/** The pages of a column in a row group; null where they are not written as this project writes them. */
function readChunk(file: ArrayBuffer, chunk: Chunk, given: PageType): Page[] | null {
  // Hours were written in 32 bits once.
  const type = given === "bigint" && chunk.type === "INT32" ? "integer" : given;
  if (chunk.type !== STORED[type]) return null;
  const { codec } = chunk;
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const reader = { view: new DataView(file, start, Number(chunk.total_compressed_size)), offset: 0 };
  const pages: Page[] = [];
  let dictionary: unknown[] | null = null;
  while (reader.offset < reader.view.byteLength) {
    const header = parquetHeader(reader);
    const bytes = new Uint8Array(file, start + reader.offset, header.compressed_page_size);
    reader.offset += header.compressed_page_size;
    if (header.type === "DICTIONARY_PAGE") {
      const plain = decompressPage(bytes, header.uncompressed_page_size, codec, undefined);
      dictionary = readPlain(type, plain, header.dictionary_page_header!.num_values);
      continue;
    }
    const page = header.data_page_header_v2;
    if (header.type !== "DATA_PAGE_V2" || !page || page.repetition_levels_byte_length > 0) return null;
    const levels = page.definition_levels_byte_length;
    const rows = page.num_values;
    const count = rows - page.num_nulls;
    let present: Uint8Array | null = null;
    if (page.num_nulls > 0) {
      present = new Uint8Array(rows);
      const view = new DataView(bytes.buffer, bytes.byteOffset, levels);
      readRleBitPackedHybrid({ view, offset: 0 }, 1, present, levels);
    }
    const isPacked = page.is_compressed !== false;
    const packed = bytes.subarray(levels);
    const data = isPacked ? decompressPage(packed, header.uncompressed_page_size - levels, codec, undefined) : packed;
    if (page.encoding === "RLE_DICTIONARY" && dictionary !== null)
      pages.push({ rows, present, dictionary, indices: readIndices(data, count) });
    else if (page.encoding === "PLAIN")
      pages.push({ rows, present, dictionary: null, values: readPlain(type, data, count) });
    else return null;
  }
  return pages;
}

async function readByLibrary(file: ArrayBuffer, metadata: FileMetaData, column: string): Promise<Page[]> {
  const { ranges, readColumn } = await parquetScan({ file, metadata, columns: [column], parsers: PARSERS });
  return Promise.all(ranges.map(async (range) => toPage(await readColumn({ column, ...range }))));
}

/** The pages of a column; a column that was added after the file was written has only nulls. */
export async function readPages(
  file: ArrayBuffer,
  metadata: FileMetaData,
  column: string,
  type: PageType,
): Promise<Page[]> {
  if (!metadata.schema.some(({ name }) => name === column))
    return [toPage(new Array<null>(Number(metadata.num_rows)).fill(null))];
  const pages: Page[] = [];
  for (const group of metadata.row_groups) {
    const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column)?.meta_data;
    const own = chunk ? readChunk(file, chunk, type) : null;
    if (own === null) return readByLibrary(file, metadata, column);
    pages.push(...own);
  }
  return pages;
}
