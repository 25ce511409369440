// People of many Analysts, merged as streams: each counted once, as in a set.
import fc from "fast-check";
import { expect, it } from "vitest";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import {
  countPeople,
  joinKeys,
  KeyReader,
  type Keys,
  type NextList,
  PersonCollector,
  personKey,
  toPieces,
} from "../../../workers/domain/analysis/scan/persons";

const keysOf = (ids: Iterable<string>): Keys => Float64Array.from(new Set(ids), personKey).sort();

/** Bytes in pieces as a network might cut them. */
async function* cut(pieces: Iterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) for (let at = 0; at < piece.length; at += length) yield piece.slice(at, at + length);
}

/** What Analysts send of some rows of people, and how many of each row are counted. */
async function countRows(analysts: readonly (readonly Keys[])[], length: number, limits = LIMITS): Promise<number[]> {
  const readers = analysts.map((rows) => new KeyReader(cut(toPieces(rows), length)));
  const counted: number[] = [];
  for (let row = 0; row < analysts[0]!.length; row++) {
    const lists: NextList[] = readers.map((reader, i) => ({ reader, length: analysts[i]![row]!.length }));
    counted.push(
      await countPeople(
        lists,
        counted.reduce((sum, people) => sum + people, 0),
        limits,
      ),
    );
  }
  return counted;
}

it("each person of a row is counted once, over months and parts, however the bytes are cut", async () => {
  const person = fc.integer({ min: 0, max: 60 }).map((n) => `person ${n}`);
  const rows = fc.integer({ min: 1, max: 4 });
  const analysts = rows.chain((n) =>
    fc.array(fc.array(fc.array(person, { maxLength: 40 }), { minLength: n, maxLength: n }), {
      minLength: 1,
      maxLength: 9,
    }),
  );
  await fc.assert(
    fc.asyncProperty(analysts, fc.integer({ min: 1, max: 50 }), async (given, length) => {
      const expected = given[0]!.map((_, row) => new Set(given.flatMap((own) => own[row]!)).size);
      expect(
        await countRows(
          given.map((own) => own.map(keysOf)),
          length,
        ),
      ).toEqual(expected);
    }),
  );
});

it("a scan's people are collected as sets are", () => {
  const adds = fc.array(fc.tuple(fc.nat(4), fc.nat(300)), { maxLength: 5_000, size: "max" });
  fc.assert(
    fc.property(adds, (pairs) => {
      const collector = new PersonCollector(5 * 301);
      for (const [row, person] of pairs) collector.add(row, person);
      const values = Array.from({ length: 301 }, (_, n) => `person ${n}`);
      const expected = [0, 1, 2, 3, 4].map((row) =>
        keysOf(pairs.flatMap(([own, n]) => (own === row ? [values[n]!] : []))),
      );
      expect(collector.keysOf(5, values)).toEqual(expected);
    }),
  );
});

it("two lists are joined as sets are", () => {
  const ids = fc.array(fc.nat(50).map(String));
  fc.assert(
    fc.property(ids, ids, (some, others) => {
      expect(joinKeys(keysOf(some), keysOf(others))).toEqual(keysOf([...some, ...others]));
    }),
  );
});

it("hundreds of thousands of people are counted a piece at a time, and none shares a key", async () => {
  const people = 400_000;
  const months = Array.from({ length: 12 }, (_, month) =>
    Array.from({ length: 100_000 }, (_, n) => `u_${(n * 7 + month * 30_011) % people}`),
  );
  const expected = new Set(months.flat()).size;
  expect(expected).toBeGreaterThan(300_000);
  const keys = months.map((ids) => [keysOf(ids)]);
  let [sent, held, most] = [0, 0, 0];
  const readers = keys.map(([own]) => {
    const pieces = async function* () {
      for (const piece of toPieces([own!])) {
        sent += piece.length;
        held += piece.length;
        most = Math.max(most, held);
        yield piece;
        // Asked for the next one, the reader has used this one up.
        held -= piece.length;
      }
    };
    return { reader: new KeyReader(pieces()), length: own!.length };
  });
  expect(await countPeople(readers, 0, LIMITS)).toBe(expected);
  // A piece of each Analyst is held, and no more.
  expect([sent, most]).toEqual([12 * 100_000 * 8, 12 * 65_536]);
});

it("too many people are refused as soon as they are counted, with the advice to ask for fewer days", async () => {
  const ids = Array.from({ length: 100 }, (_, n) => `person ${n}`);
  const rows = [keysOf(ids.slice(0, 60)), keysOf(ids.slice(40))];
  expect(await countRows([rows, rows], 8, { ...LIMITS, persons: 120 })).toEqual([60, 60]);
  await expect(countRows([rows, rows], 8, { ...LIMITS, persons: 119 })).rejects.toMatchObject({
    code: "invalid",
    message: "date_range has more than 119 people in the rows of metric users; ask for a shorter date_range",
  });
  const collector = new PersonCollector(1_000);
  expect(() => {
    for (let n = 0; n < 5_000; n++) collector.add(0, n);
  }).toThrow("date_range has more than 1000 people");
});
