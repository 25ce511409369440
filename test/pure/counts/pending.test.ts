// Packing day counts: what SQLite reads out of the parcels is what went in, in few rows that fit into D1. Not read by
// JSON.parse: V8 confuses keys that are escaped (github.com/nodejs/node/issues/63785).
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Parcel, SEVERAL, toParcels } from "../../../workers/domain/counts/pending";
import type { Rollup } from "../../../workers/domain/counts/rollup";
import { DIMENSIONS, FACTS, type Facts } from "../../../workers/domain/events/catalog";

type Days = Rollup["days"];

const facts = fc
  .tuple(...FACTS.map(() => fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 }))))
  .map((counts) => Object.fromEntries(FACTS.map((fact, i) => [fact, counts[i]])) as Facts);
/** As every value is by the time that it is counted. */
const withoutControls = (text: string) => text.replace(/\p{Cc}/gu, " ");
const value = fc.oneof(
  fc.constantFrom("", "__proto__", "1", '"', "\\", "/a?b=c", "🦊"),
  fc.string({ unit: "binary" }).map(withoutControls),
);
const entries = <T>(key: fc.Arbitrary<string>, of: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(fc.tuple(key, of), { selector: ([name]) => name, maxLength }).map((all) => new Map(all));
const dimension = fc.constantFrom("total", ...DIMENSIONS.map(({ column }) => column));
const date = fc.constantFrom("2026-11-21", "2026-11-22", "2026-11-23");
const days: fc.Arbitrary<Days> = entries(dimension, entries(date, entries(value, facts, 40), 3), 25);

/** Every count that is not nothing, by its place. */
function flat(of: Days): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const [dimension, dates] of of)
    for (const [date, values] of dates)
      for (const [value, facts] of values) {
        const row = FACTS.map((fact) => facts[fact]);
        if (row.some((count) => count !== 0)) counts.set(JSON.stringify([dimension, date, value]), row);
      }
  return counts;
}

const read = new DatabaseSync(":memory:").prepare(
  `SELECT json_array(dimensions.key, days.key, counts.key) AS place, counts.value AS counts, dimensions.key AS dimension
   FROM json_each(?) dimensions, json_each(dimensions.value) days, json_each(days.value) counts`,
);

function unpack(parcels: readonly Parcel[]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const { dimension, increments, body } of parcels) {
    const rows = read.all(body) as { place: string; counts: string; dimension: string }[];
    expect(rows).toHaveLength(increments);
    if (dimension !== SEVERAL) expect(new Set(rows.map((row) => row.dimension))).toEqual(new Set([dimension]));
    for (const row of rows) {
      // No place is named twice, in a parcel or in two.
      expect(counts.has(row.place)).toBe(false);
      counts.set(row.place, JSON.parse(row.counts) as number[]);
    }
  }
  return counts;
}

const withCounts = (values: number, text: (n: number) => string): Map<string, Map<string, Facts>> => {
  const one = Object.fromEntries(FACTS.map((fact) => [fact, 1])) as Facts;
  return new Map([["2026-11-22", new Map(Array.from({ length: values }, (_, n) => [text(n), one]))]]);
};

describe("parcels", () => {
  it("hold what was counted, and nothing that was not", () => {
    fc.assert(
      fc.property(days, (of) => {
        expect(unpack(toParcels(of))).toEqual(flat(of));
      }),
    );
  });

  it("are one row for all dimensions of a quiet property", () => {
    const quiet: Days = new Map(DIMENSIONS.map(({ column }) => [column, withCounts(10, (n) => `value ${n}`)]));
    expect(toParcels(quiet).map((parcel) => [parcel.dimension, parcel.increments])).toEqual([
      [SEVERAL, 10 * DIMENSIONS.length],
    ]);
  });

  it("are rows of their own for large dimensions, so that others need not read them", () => {
    const busy: Days = new Map([
      ["city", withCounts(600, (n) => `city ${n}`)],
      ["device", withCounts(3, (n) => `device ${n}`)],
      ["total", withCounts(1, () => "")],
    ]);
    expect(toParcels(busy).map(({ dimension, increments }) => [dimension, increments])).toEqual([
      ["city", 600],
      [SEVERAL, 4],
    ]);
  });

  it("fit into D1's 2 MB however much was counted, written as JSON inside JSON", () => {
    const vast: Days = new Map([["page", withCounts(9_000, (n) => `/${"ｗ\\".repeat(500)}${n}`)]]);
    const parcels = toParcels(vast);
    expect(unpack(parcels)).toEqual(flat(vast));
    const bytes = parcels.map(({ body }) => new TextEncoder().encode(JSON.stringify(body)).length);
    expect(Math.max(...bytes)).toBeLessThan(2_000_000);
  });

  it("of nothing are none", () => {
    expect(toParcels(new Map([["page", new Map([["2026-11-22", new Map()]])]]))).toEqual([]);
  });
});
