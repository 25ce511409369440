// Technology on the screen: the matrix adds up, the URL means one view, and narrowing down always leaves something to see.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  combinationQuestion,
  crossBy,
  MOST_LINES,
  matrixQuestion,
  narrow,
  PAGE_ROWS,
  readTech,
  shadeOf,
  TECH_COLUMNS,
  TECH_METRICS,
  type TechColumn,
  type TechView,
  techDimension,
  toMatrix,
  writeTech,
} from "../../../dashboard/src/screens/technology/tech";
import { CUBE_COLUMNS } from "../../../workers/domain/counts/techstack";
import { toQuery } from "../../../workers/domain/queries/query";

const column = fc.constantFrom(...TECH_COLUMNS);
const only = (one: TechColumn, value: string) => ({
  operator: "is" as const,
  dimension: techDimension(one),
  values: [value],
});
const view: fc.Arbitrary<TechView> = fc
  .record({
    rows: column,
    columns: column,
    metric: fc.constantFrom(...TECH_METRICS),
    filters: fc
      .dictionary(column, fc.string({ minLength: 1, maxLength: 20 }))
      .map((values) => Object.entries(values).map(([one, value]) => only(one as TechColumn, value))),
    page: fc.integer({ min: 1, max: 10_000 }),
  })
  .filter(({ rows, columns }) => rows !== columns);

const throughUrl = (params: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    new URLSearchParams(Object.entries(params).filter((one): one is [string, string] => one[1] !== undefined)),
  );

const SCENE = { siteId: "shop", from: "2026-11-01", to: "2026-11-28" };
const row = (a: string, b: string, count: number) => ({ dimensions: [a, b], metrics: [count] });

test("the screen offers every dimension of the cube", () => {
  expect([...TECH_COLUMNS].sort()).toEqual([...CUBE_COLUMNS].sort());
});

test("a view that was written to the URL is read back as it was; the standard one leaves the URL empty", () => {
  fc.assert(
    fc.property(view, (one) => {
      expect(readTech(throughUrl(writeTech(one)))).toEqual(one);
    }),
  );
  expect(throughUrl(writeTech(readTech({})))).toEqual({});
});

test("nonsense in the URL is a view all the same, and nothing is crossed with itself", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString", "os", "browser"));
  fc.assert(
    fc.property(fc.record({ rows: word, columns: word, of: word, page: word }), (params) => {
      const read = readTech(params);
      expect(read.rows).not.toBe(read.columns);
      expect(read.page).toBeGreaterThanOrEqual(1);
    }),
  );
});

test("choosing for the rows what the columns are swaps them", () => {
  const now = crossBy(readTech({}), "rows", "os");
  expect([now.rows, now.columns]).toEqual(["os", "browser"]);
  fc.assert(
    fc.property(view, fc.constantFrom("rows" as const, "columns" as const), column, (one, side, next) => {
      const crossed = crossBy(one, side, next);
      expect(crossed[side]).toBe(next);
      expect(crossed.rows).not.toBe(crossed.columns);
    }),
  );
});

test("narrowed down to a browser its versions are shown, and to a device something else than devices", () => {
  const chrome = narrow(readTech({}), { browser: "Chrome" });
  expect([chrome.rows, chrome.columns, chrome.filters]).toEqual(["browser_version", "os", [only("browser", "Chrome")]]);
  const mobile = narrow(readTech({ rows: "device" }), { device: "mobile" });
  expect([mobile.rows, mobile.columns]).toEqual(["browser", "os"]);
  const cell = narrow(readTech({}), { browser: "Chrome", os: "Windows" });
  expect([cell.rows, cell.columns]).toEqual(["browser_version", "os_version"]);
  fc.assert(
    fc.property(view, fc.dictionary(column, fc.string({ minLength: 1 })), (one, values) => {
      const next = narrow({ ...one, page: 3 }, values);
      expect(next.rows).not.toBe(next.columns);
      expect(next.page).toBe(1);
    }),
  );
});

test("filters of other screens hold here too, and narrowing down leaves them", () => {
  const german = readTech({ f: "is,visit:country,DE;is,visit:browser,Chrome", page: "4" });
  const firefox = narrow(german, { browser: "Firefox" });
  expect(writeTech(firefox).f).toBe("is,visit:country,DE;is,visit:browser,Firefox");
});

test("what the screen asks is a question that the API takes", () => {
  fc.assert(
    fc.property(view, (one) => {
      const matrix = toQuery(matrixQuestion(SCENE, one));
      expect(matrix.others.map(({ column }) => column)).toEqual([one.rows, one.columns]);
      expect(matrix.filters).toHaveLength(one.filters.length);
      const list = toQuery(combinationQuestion(SCENE, one));
      expect(list.pagination).toEqual({ limit: PAGE_ROWS, offset: (one.page - 1) * PAGE_ROWS });
    }),
  );
});

test("the matrix is ordered by its totals", () => {
  const matrix = toMatrix([row("Edge", "Windows", 3), row("Chrome", "Windows", 5), row("Chrome", "macOS", 7)]);
  expect(matrix.rows.map(({ value, total }) => [value, total])).toEqual([
    ["Chrome", 12],
    ["Edge", 3],
  ]);
  expect(matrix.columns.map(({ value, total }) => [value, total])).toEqual([
    ["Windows", 8],
    ["macOS", 7],
  ]);
  expect(matrix.cells).toEqual([
    [5, 7],
    [3, 0],
  ]);
  expect([matrix.total, matrix.top]).toEqual([15, 7]);
});

test("beyond the largest, all others share one line; one other alone keeps its name", () => {
  const versions = (count: number) => Array.from({ length: count }, (_, index) => row(`v${index}`, "iOS", 100 - index));
  const nine = toMatrix(versions(MOST_LINES + 1)).rows;
  expect(nine.at(-1)).toEqual({ value: "v8", total: 92, values: 1 });
  const ten = toMatrix(versions(MOST_LINES + 2)).rows;
  expect(ten).toHaveLength(MOST_LINES + 1);
  expect(ten.at(-1)).toEqual({ value: null, total: 92 + 91, values: 2 });
});

test("cells, edges and the total of a matrix agree, whatever comes", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }), fc.nat(1000)));
  fc.assert(
    fc.property(rows, (all) => {
      const known = new Map(all.map(([a, b, count]) => [`${a}/${b}`, row(`r${a}`, `c${b}`, count)]));
      const matrix = toMatrix([...known.values()]);
      const sum = (list: number[]): number => list.reduce((total, one) => total + one, 0);
      expect(matrix.total).toBe(sum([...known.values()].map(({ metrics }) => metrics[0]!)));
      expect(matrix.cells.map(sum)).toEqual(matrix.rows.map(({ total }) => total));
      expect(matrix.columns.map((_, index) => sum(matrix.cells.map((line) => line[index]!)))).toEqual(
        matrix.columns.map(({ total }) => total),
      );
      expect(matrix.rows.length).toBeLessThanOrEqual(MOST_LINES + 1);
    }),
  );
});

test("a cell is the stronger the more it holds; an empty one has no colour", () => {
  expect(shadeOf(0, 10)).toBe(0);
  expect(shadeOf(0, 0)).toBe(0);
  expect(shadeOf(1, 1_000_000)).toBeGreaterThan(0);
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      expect(shadeOf(less, 1000)).toBeLessThanOrEqual(shadeOf(more, 1000));
    }),
  );
});
