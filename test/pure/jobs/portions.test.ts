// How a list is cut into the steps of a Workflow.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inPortions, stepSize } from "../../../workers/jobs/portions";

const list = (length: number) => Array.from({ length }, (_, i) => `item ${i + 1}`);

describe("portions", () => {
  it("say where they begin and end, as step names need it", () => {
    expect(inPortions(list(5), 2)).toEqual([
      { items: ["item 1", "item 2"], number: 1, from: 1, to: 2 },
      { items: ["item 3", "item 4"], number: 2, from: 3, to: 4 },
      { items: ["item 5"], number: 3, from: 5, to: 5 },
    ]);
    expect(inPortions([], 2)).toEqual([]);
  });

  it("are the whole list in its order, and never more than a Workflow has steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(1, 20), (length, least) => {
        const items = list(length);
        const size = stepSize(length, least);
        const portions = inPortions(items, size);
        expect(portions.flatMap((portion) => portion.items)).toEqual(items);
        expect(portions.length).toBeLessThanOrEqual(500);
        expect(size).toBeGreaterThanOrEqual(least);
        for (const { items: own, from, to } of portions) {
          expect(own.length).toBeGreaterThan(0);
          expect(own.length).toBeLessThanOrEqual(size);
          expect([items[from - 1], items[to - 1]]).toEqual([own[0], own.at(-1)]);
        }
      }),
    );
  });

  it("grow only when a list is too long for a step each", () => {
    expect([stepSize(0), stepSize(500), stepSize(501), stepSize(1001)]).toEqual([1, 1, 2, 3]);
    expect([stepSize(0, 20), stepSize(10_000, 20), stepSize(10_001, 20)]).toEqual([20, 20, 21]);
  });
});
