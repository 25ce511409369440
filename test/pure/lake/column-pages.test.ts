// Pages of columns: expanded, they are the rows that the library reads from the same file.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { TextFiller, VisitorFiller } from "../../../workers/domain/analysis/frame/columns";
import { type Page, toPage } from "../../../workers/domain/lake/column-pages";
import { readTablePages, tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";

const COLUMNS = { a: "text", b: "integer", c: "bigint", d: "double", e: "time", f: "json" } as const;
type Row = Record<keyof typeof COLUMNS, unknown>;

function expand(page: Page): unknown[] {
  let place = 0;
  const valueAt = (at: number) => (page.dictionary === null ? page.values[at] : page.dictionary[page.indices[at]!]);
  return Array.from({ length: page.rows }, (_, row) =>
    page.present === null || page.present[row] === 1 ? valueAt(place++) : null,
  );
}

async function columnsOf(file: ArrayBuffer, columns: object = COLUMNS): Promise<Record<string, unknown[]>> {
  const pages = await readTablePages(columns as typeof COLUMNS, file, Object.keys(columns));
  return Object.fromEntries(Object.entries(pages).map(([name, own]) => [name, own.flatMap(expand)]));
}

const toColumns = (rows: readonly Row[]) =>
  Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, rows.map((row) => row[name as keyof Row])]));

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof(arbitrary, fc.constant(null));
/** Few values make dictionaries, many make plain pages. */
const row: fc.Arbitrary<Row> = fc.record({
  a: orNull(fc.oneof(fc.constantFrom("", "x", "Zürich", "🦊"), fc.string({ unit: "binary" }))),
  b: orNull(fc.oneof(fc.constantFrom(0, 1), fc.integer())),
  c: orNull(fc.oneof(fc.constantFrom(0, -1), fc.maxSafeInteger())),
  d: orNull(fc.double({ noNaN: true })),
  e: orNull(fc.integer({ min: -(2 ** 45), max: 2 ** 45 })),
  f: orNull(fc.constantFrom({ plan: "pro" }, { n: 1, t: true }, {})),
});

it("pages have what the library reads", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 60 }), async (rows, repeats) => {
      // More than a row group of them, in runs of equal rows.
      const all = rows.flatMap((one) => Array<Row>(repeats).fill(one));
      const file = tableToParquet(COLUMNS as never, all as never[]);
      const read = await tableFromParquet<Row>(COLUMNS, file);
      expect(await columnsOf(file)).toEqual(toColumns(read));
    }),
    { numRuns: 150 },
  );
});

it("a column that the file lacks has only nulls, and one that the table lacks is not read", async () => {
  const file = tableToParquet({ a: "text" } as never, [{ a: "x" }, { a: "y" }] as never[]);
  expect(await columnsOf(file, { a: "text", later: "integer" })).toEqual({ a: ["x", "y"], later: [null, null] });
  expect(await readTablePages({ a: "text" }, file, ["unknown"])).toEqual({});
});

it("pages of another writer are read by the library", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "trackkit-pages-")), "other.parquet");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`COPY (SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE 'v' || i % 5 END AS a, i::INTEGER AS b
    FROM range(3000) t(i)) TO '${path}' (FORMAT parquet, CODEC 'snappy')`);
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const numbers = Array.from({ length: 3000 }, (_, i) => i);
  expect(await columnsOf(file, { a: "text", b: "integer" })).toEqual({
    a: numbers.map((i) => (i % 3 === 0 ? null : `v${i % 5}`)),
    b: numbers,
  });
});

it("visitors are numbered alike from bytes, texts and dictionaries, across pages", async () => {
  const ids = fc.array(fc.tuple(fc.constantFrom("v1", "v2", "w", "longer id"), fc.integer({ min: 1, max: 700 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(ids, async (runs) => {
      const list = runs.flatMap(([id, count]) => Array<string>(count).fill(id));
      const file = tableToParquet({ id: "text" } as never, list.map((id) => ({ id })) as never[]);
      const numbersOf = (pages: readonly Page[]) => {
        const filler = new VisitorFiller(list.length);
        filler.startDay();
        for (const page of pages) filler.add(page);
        return [...filler.visitors];
      };
      const expected = numbersOf([toPage(list)]);
      const changes = list.filter((id, i) => id !== list[i - 1]).length;
      expect(expected.at(-1)).toBe(changes);
      for (const type of ["text", "bytes"] as const)
        expect(numbersOf((await readTablePages({ id: type }, file, ["id"])).id!)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

it("codes of a column outgrow 16 bits in the middle of a page, and of a dictionary", () => {
  const texts = Array.from({ length: 70_000 }, (_, i) => `t${i}`);
  const indices = Uint32Array.from(texts, (_, i) => texts.length - 1 - i);
  for (const [page, expected] of [
    [toPage(texts), texts],
    [{ rows: texts.length, present: null, dictionary: texts, indices }, texts.toReversed()],
  ] as [Page, string[]][]) {
    const filler = new TextFiller(texts.length, (value) => value as string);
    filler.add(page);
    const { codes, values } = filler.column;
    expect(codes).toBeInstanceOf(Uint32Array);
    expect(Array.from(codes, (code) => values[code])).toEqual(expected);
  }
});
