// What the catalogue promises to stored data: the order of facts, and room for every dimension in a mask.
import { expect, it } from "vitest";
import { bitFor, DAY_BIT, DIMENSIONS, FACTS, HOUR_BIT } from "../../../workers/domain/events/catalog";

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

it("every dimension has a bit of its own in a mask of 32 bits with a sign", () => {
  expect(DIMENSIONS.length + 2).toBeLessThan(31);
  const bits = [DAY_BIT, HOUR_BIT, ...DIMENSIONS.map(({ column }) => bitFor(column))];
  expect(new Set(bits).size).toBe(bits.length);
  expect(bits.filter((bit) => bit <= 0)).toEqual([]);
});
