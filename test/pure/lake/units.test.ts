// Which raw objects a round of the pipeline takes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bounds, toUnits, type Waiting } from "../../../workers/domain/lake/units";

const bounds: Bounds = { unitFiles: 5, unitRows: 100, rows: 200, units: 4 };
const anyWaiting: fc.Arbitrary<Waiting[]> = fc
  .array(fc.record({ site: fc.integer({ min: 0, max: 6 }), rows: fc.integer({ min: 1, max: 130 }) }), { maxLength: 60 })
  .map((list) => list.map(({ site, rows }, i) => ({ site_id: `site-${site}`, id: i + 10, rows, position: 3 })));

/** What is still waiting once the units' watermarks have moved. */
const after = (waiting: readonly Waiting[], units: ReturnType<typeof toUnits>): Waiting[] => {
  const reached = new Map(units.map(({ site_id, last_id }) => [site_id, last_id]));
  return waiting.filter(({ site_id, id }) => id > (reached.get(site_id) ?? 0));
};

describe("a round", () => {
  it("takes of each property the oldest objects, without a gap", () => {
    fc.assert(
      fc.property(anyWaiting, (waiting) => {
        for (const unit of toUnits(waiting, bounds)) {
          const own = waiting.filter(({ site_id }) => site_id === unit.site_id);
          const taken = own.filter(({ id }) => id <= unit.last_id);
          expect(unit.first_id).toBe(own[0]!.id);
          expect(unit.files).toBe(taken.length);
          expect(unit.rows).toBe(taken.reduce((sum, { rows }) => sum + rows, 0));
          expect(unit.position).toBe(3);
        }
      }),
    );
  });

  it("stays within its bounds, unless a single object is larger than they are", () => {
    fc.assert(
      fc.property(anyWaiting, (waiting) => {
        const units = toUnits(waiting, bounds);
        expect(units.length).toBeLessThanOrEqual(bounds.units);
        for (const { files, rows } of units) {
          expect(files).toBeLessThanOrEqual(bounds.unitFiles);
          if (files > 1) expect(rows).toBeLessThanOrEqual(bounds.unitRows);
        }
        const all = units.reduce((sum, { rows }) => sum + rows, 0);
        if (units.length > 1) expect(all).toBeLessThanOrEqual(bounds.rows);
      }),
    );
  });

  it("is followed by others until nothing waits", () => {
    fc.assert(
      fc.property(anyWaiting, (waiting) => {
        let left = waiting;
        for (let rounds = 0; left.length > 0; rounds += 1) {
          const units = toUnits(left, bounds);
          expect(units.length).toBeGreaterThan(0);
          left = after(left, units);
          expect(rounds).toBeLessThan(waiting.length + 1);
        }
      }),
    );
  });
});
