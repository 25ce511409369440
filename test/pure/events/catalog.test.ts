// What the catalogue promises to stored data: the order of facts, and room for every dimension in a mask.
import { expect, it } from "vitest";
import {
  addBit,
  DAY_BIT,
  DIMENSIONS,
  FACTS,
  HOUR_BIT,
  hasBit,
  MASK_BITS,
} from "../../../workers/domain/events/catalog";

it("facts keep their order, by which waiting counts are stored", () => {
  const stored = [
    "visitors",
    "visits",
    "bounces",
    "duration",
    "pageviews",
    "events",
    "engaged_ms",
    "scroll_sum",
    "scroll_views",
  ];
  expect(FACTS.slice(0, stored.length)).toEqual(stored);
});

it("every dimension has a bit of its own in one of two words of 31 bits", () => {
  expect(DIMENSIONS.length + 2).toBeLessThanOrEqual(2 * MASK_BITS);
  const masks = DIMENSIONS.map(({ column }) => {
    const mask = { low: 0, high: 0 };
    addBit(mask, column);
    return mask;
  });
  expect(new Set([DAY_BIT, HOUR_BIT, ...masks.map(({ low, high }) => `${low} ${high}`)]).size).toBe(
    DIMENSIONS.length + 2,
  );
  DIMENSIONS.forEach(({ column }, i) => {
    const { low, high } = masks[i]!;
    // Integers with a sign, also in Parquet.
    expect(Math.min(low, high)).toBeGreaterThanOrEqual(0);
    expect(low & (DAY_BIT | HOUR_BIT)).toBe(0);
    for (const other of DIMENSIONS) expect(hasBit(low, high, other.column)).toBe(other.column === column);
    // An event of an earlier version has one word.
    if (low) expect(hasBit(low, null, column)).toBe(true);
  });
});
