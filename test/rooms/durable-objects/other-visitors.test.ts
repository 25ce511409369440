// The ids that visitors might have had: never forgotten too early, and seldom said without reason.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OtherVisitors } from "../../../durable-objects/visitors/other-visitors";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const MINUTE = 60_000;
const DAY = "2026-10-02";
const inStorage = (name: string, work: (sql: SqlStorage) => void) =>
  runInDurableObject(env.HUB.getByName(name), (_hub, { storage }) => work(storage.sql));

it("knows every id with a later time, also after starts", async () => {
  const act = fc.record({
    kind: fc.constantFrom("note", "note", "note", "checkpoint", "write", "restart"),
    who: fc.integer({ min: 0, max: 5 }),
    at: fc.integer({ min: 0, max: 60 }),
  });
  await inStorage("others", (sql) => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        sql.exec("DROP TABLE IF EXISTS other_visitors");
        let others = new OtherVisitors(sql, 0);
        let kept = new Map<string, number>();
        let written = new Map<string, number>();
        for (const { kind, who, at } of acts) {
          const visitor = `v${who}`;
          if (kind === "note") {
            others.note(DAY, visitor, at * MINUTE);
            kept.set(visitor, Math.max(at, kept.get(visitor) ?? 0));
          } else if (kind === "checkpoint") others.checkpoint(new Set());
          else if (kind === "write") others.write();
          if (kind === "checkpoint" || kind === "write") written = new Map(kept);
          if (kind === "restart") {
            kept = new Map(written);
            // A hub knows the time of its latest event that a checkpoint has written.
            others = new OtherVisitors(sql, Math.max(0, ...written.values()) * MINUTE);
          }
        }
        for (const [visitor, at] of kept) {
          expect(others.isAfter(DAY, visitor, at * MINUTE - 1)).toBe(true);
          // No event can be later than the latest of all.
          expect(others.isAfter(DAY, visitor, 60 * MINUTE)).toBe(false);
        }
        expect(others.isAfter(DAY, "nobody", 0)).toBe(false);
        expect(others.isAfter("2026-10-03", "v1", 0)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

it("says nothing without reason of an id that was noted lately", async () => {
  await inStorage("lately", (sql) => {
    const others = new OtherVisitors(sql, 0);
    others.note(DAY, "ann", 10 * MINUTE);
    others.note(DAY, "bob", 11 * MINUTE);
    expect(others.isAfter(DAY, "ann", 10 * MINUTE)).toBe(false);
    expect(others.isAfter(DAY, "ann", 9 * MINUTE)).toBe(true);
  });
});

it("takes any id of a day for one once there are too many, and forgets old days", async () => {
  await inStorage("many", (sql) => {
    const others = new OtherVisitors(sql, 0, { most: 3 });
    for (const who of ["a", "b", "c", "d"]) others.note(DAY, who, MINUTE);
    expect(others.isAfter(DAY, "d", 0)).toBe(true);
    others.checkpoint(new Set([DAY]));
    expect(others.isAfter(DAY, "a", 0)).toBe(false);
    expect(new OtherVisitors(sql, MINUTE, { most: 3 }).isAfter(DAY, "a", 0)).toBe(false);
  });
});

it("keeps few rows, however often it writes", async () => {
  await inStorage("rows", (sql) => {
    const others = new OtherVisitors(sql, 0);
    for (let i = 0; i < 200; i += 1) {
      others.note(DAY, `v${i}`, MINUTE);
      others.write();
    }
    others.checkpoint(new Set());
    expect(sql.exec<{ n: number }>("SELECT count(*) AS n FROM other_visitors").one().n).toBe(1);
    const again = new OtherVisitors(sql, 0);
    for (let i = 0; i < 200; i += 1) expect(again.isAfter(DAY, `v${i}`, 0)).toBe(true);
  });
});
