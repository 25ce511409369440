// Counts that wait and their folding: every count is seen once, before, during and after, whatever fails.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { removeRemains } from "../../../workers/admin/deletion";
import { flatten } from "../../../workers/domain/counts/difference";
import { emptyRollup, merge, noFacts, type Rollup } from "../../../workers/domain/counts/rollup";
import { FACTS, type Facts } from "../../../workers/domain/events/catalog";
import { toQuery } from "../../../workers/domain/queries/query";
import { keepHouse } from "../../../workers/maintenance/housekeeping";
import { answerQuery } from "../../../workers/stats/answer-query";
import { writeCount } from "../../../workers/storage/counts/counts";
import { foldPending, foldWhenDue } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-22T15:10:00Z");
const TODAY = "2026-11-22";

/** A rollup of some values of days, each with all its facts the same. */
function aRollup(counts: readonly [dimension: string, day: string, value: string, count: number][]): Rollup {
  const rollup = emptyRollup();
  for (const [dimension, day, value, count] of counts) {
    const facts = Object.fromEntries(FACTS.map((fact) => [fact, count])) as Facts;
    merge(rollup, { hours: new Map(), days: new Map([[dimension, new Map([[day, new Map([[value, facts]])]])]]) });
  }
  return rollup;
}

/** The same count for each of many pages. */
const manyPages = (pages: number, count = 1): Rollup => {
  const facts = { ...noFacts(), pageviews: count };
  const values = new Map(Array.from({ length: pages }, (_, n) => [`/page-${n}`, facts]));
  return { hours: new Map(), days: new Map([["page", new Map([[TODAY, values]])]]) };
};

const write = (siteId: string, rollup: Rollup, now = NOW, db: D1Database = env.DB): Promise<void> => {
  const message = { id: crypto.randomUUID(), site_id: siteId, file: null };
  return writeCount(
    db,
    { messages: [message], rollups: new Map([[siteId, rollup]]), refusals: [], origins: { sources: [], late: [] } },
    now,
  );
};

const read = async (siteId: string) => Object.fromEntries([...flatten(await readRollup(env.DB, siteId))].sort());
const asRead = (rollup: Rollup) => Object.fromEntries([...flatten(rollup)].sort());
const fold = (siteId: string, db: D1Database = env.DB) => foldPending(db, [siteId]);
const waiting = (siteId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM rollup_pending WHERE site_id = ?").bind(siteId).first<number>("n");
const folded = (siteId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM rollup_days WHERE site_id = ?").bind(siteId).first<number>("n");

/** D1 whose batches do as told, before and after they are done. */
function d1With(batch: (statements: D1PreparedStatement[]) => Promise<D1Result[]>): D1Database {
  return { prepare: env.DB.prepare.bind(env.DB), batch } as unknown as D1Database;
}
const failingBefore = d1With(() => Promise.reject(new Error("injected")));
const failingAfter = d1With(async (statements) => {
  await env.DB.batch(statements);
  throw new Error("injected");
});

const VALUES = ["/", '/it\'s "quoted"', "\\", '"', "/🦊", "__proto__", "$.x[0]", "1", "(none)", ""];
const counted = fc.tuple(
  fc.constantFrom("total", "page", "exit_page"),
  fc.constantFrom("2026-11-21", TODAY),
  fc.constantFrom(...VALUES),
  fc.integer({ min: -3, max: 3 }),
);
const step = fc.oneof(
  // Large ones have rows of their own.
  fc.record({ write: fc.array(counted, { maxLength: 20 }), pages: fc.constantFrom(0, 0, 200) }),
  fc.record({ fold: fc.array(fc.constantFrom(env.DB, failingBefore, failingAfter), { minLength: 1, maxLength: 2 }) }),
);

describe("counts", () => {
  it("are the sum of the batches, however folds, failures and batches take turns", async () => {
    let site = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const siteId = `site ${site++}`;
        const sum = emptyRollup();
        for (const next of steps) {
          if ("fold" in next) await Promise.allSettled(next.fold.map((db) => foldPending(db, [siteId])));
          else
            for (const rollup of [aRollup(next.write), manyPages(next.pages)]) {
              await write(siteId, rollup);
              merge(sum, rollup);
            }
          expect(await read(siteId)).toEqual(asRead(sum));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("are seen once while folds and batches are under way", async () => {
    const batches = Array.from({ length: 6 }, () => manyPages(300));
    for (const batch of batches) await write("site", batch);
    const folding = [fold("site"), fold("site"), write("other", manyPages(300))];
    const seen = await Promise.all(Array.from({ length: 8 }, () => read("site")));
    await Promise.all(folding);
    const sum = asRead(batches.reduce(merge, emptyRollup()));
    for (const counts of [...seen, await read("site")]) expect(counts).toEqual(sum);
    expect([await waiting("site"), await folded("site")]).toEqual([0, 300]);
  });

  it("that wait are in every answer, as if they were folded", async () => {
    const property = await givenProperty("organization", { timezone: "UTC" });
    const first = aRollup([
      ["total", "2026-11-19", "", 7],
      ["page", "2026-11-19", "/", 7],
    ]);
    const second = aRollup([
      ["total", "2026-11-10", "", 5],
      ["total", TODAY, "", 2],
      ["page", "2026-11-10", "/old", 5],
      ["page", TODAY, "/", 2],
    ]);
    const questions = [
      { metrics: ["visitors", "pageviews"], date_range: "all" },
      { metrics: ["pageviews"], date_range: "all", dimensions: ["event:page"], include: { total_rows: true } },
      { metrics: ["visits"], date_range: [TODAY, TODAY], dimensions: ["event:page"] },
      {
        metrics: ["visitors"],
        date_range: ["2026-11-15", TODAY],
        dimensions: ["event:page"],
        include: { comparisons: { mode: "previous_period" } },
      },
      { metrics: ["visitors"], date_range: ["2026-11-09", TODAY], dimensions: ["time:day"] },
    ];
    const ask = () =>
      Promise.all(
        questions.map((question) =>
          answerQuery(env, property, toQuery({ site_id: property.site_id, ...question }), NOW),
        ),
      );
    await write(property.site_id, first);
    await fold(property.site_id);
    await write(property.site_id, second);
    const before = await ask();
    expect(before.map(({ results }) => results[0]?.metrics)).toEqual([[14, 14], [9], [2], [9], [5]]);
    expect(before[0]?.query.date_range[0]).toBe("2026-11-10T00:00:00+00:00");
    await fold(property.site_id);
    expect(await waiting(property.site_id)).toBe(0);
    expect(await ask()).toEqual(before);
  });
});

describe("a fold", () => {
  it("writes no row for what adds up to nothing", async () => {
    await write("site", aRollup([["exit_page", TODAY, "/a", 1]]));
    await write(
      "site",
      aRollup([
        ["exit_page", TODAY, "/a", -1],
        ["exit_page", TODAY, "/b", 1],
      ]),
    );
    await fold("site");
    expect(await folded("site")).toBe(1);
  });

  it("takes as many portions as it needs", async () => {
    const batches = Array.from({ length: 6 }, () => manyPages(9_000));
    for (const batch of batches) await write("site", batch);
    let portions = 0;
    const counting = d1With((statements) => {
      portions += 1;
      return env.DB.batch(statements);
    });
    await fold("site", counting);
    expect(portions).toBeGreaterThan(2);
    expect(await waiting("site")).toBe(0);
    expect(await read("site")).toEqual(asRead(batches.reduce(merge, emptyRollup())));
  });

  it("goes on where another was interrupted", async () => {
    const batches = Array.from({ length: 6 }, () => manyPages(9_000));
    for (const batch of batches) await write("site", batch);
    await expect(fold("site", failingAfter)).rejects.toThrow("injected");
    expect(await waiting("site")).toBeGreaterThan(0);
    await fold("site");
    expect(await read("site")).toEqual(asRead(batches.reduce(merge, emptyRollup())));
  });

  it("is due after an hour: to the cron for all, to ingest for its own properties", async () => {
    for (const siteId of ["site", "other"]) await write(siteId, manyPages(3), NOW - 60 * MINUTE);
    await write("young", manyPages(3), NOW - 59 * MINUTE);
    await foldWhenDue(env.DB, NOW, ["site", "young"]);
    expect(await Promise.all(["site", "other", "young"].map(waiting))).toEqual([0, 1, 1]);
    await keepHouse(env, NOW);
    expect(await Promise.all(["site", "other", "young"].map(waiting))).toEqual([0, 0, 1]);
    expect(await Promise.all(["site", "other", "young"].map(folded))).toEqual([3, 3, 0]);
  });

  it("is due at once when much has come: questions read all that waits", async () => {
    for (let n = 0; n < 4; n += 1) {
      expect([await waiting("site"), await folded("site")]).toEqual([n * 2, 0]);
      await write("site", manyPages(9_000));
      await foldWhenDue(env.DB, NOW, ["site"]);
    }
    expect([await waiting("site"), await folded("site")]).toEqual([0, 9_000]);
  });

  it("at the same time as the deletion of a property leaves nothing of it", async () => {
    for (let n = 0; n < 5; n += 1) {
      for (let batch = 0; batch < 4; batch += 1) await write("site", manyPages(300));
      await Promise.all([removeRemains(env, "site"), fold("site"), fold("site")]);
      expect([await waiting("site"), await folded("site")]).toEqual([0, 0]);
    }
  });
});

describe("what it costs", () => {
  it("a batch writes a handful of rows, however many values it adds to", async () => {
    let rows = 0;
    const counting = d1With(async (statements) => {
      const results = await env.DB.batch(statements);
      rows += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
      return results;
    });
    await write("site", manyPages(3_000), NOW, counting);
    // The receipt and the values.
    expect(rows).toBe(2);
    await write("quiet", aRollup(VALUES.map((value) => ["page", TODAY, value, 1])), NOW, counting);
    expect(rows).toBe(4);
    await foldPending(counting, ["site", "quiet"]);
    // The rollups, two rows deleted, and for each property how many rows it has written.
    expect(rows).toBe(4 + 3_000 + VALUES.length + 2 + 2);
  });

  it("a question about a dimension finds what waits for it by the key", async () => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT value, visitors FROM pending_days WHERE site_id = ? AND dimension = ? AND day BETWEEN ? AND ?",
    )
      .bind("site", "page", TODAY, TODAY)
      .all<{ detail: string }>();
    const searches = results.map(({ detail }) => detail).filter((detail) => detail.includes("rollup_pending"));
    expect(searches).toEqual(Array(2).fill("SEARCH rollup_pending USING PRIMARY KEY (site_id=? AND dimension=?)"));
  });
});
