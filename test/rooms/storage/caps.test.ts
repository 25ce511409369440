// Caps of distinct values and the budget of rows: whatever comes in whatever order, sums stay exact and rows stay few.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import { emptyRollup, merge, noFacts, type Rollup } from "../../../workers/domain/counts/rollup";
import { OTHER, PROP } from "../../../workers/domain/counts/value";
import type { Facts } from "../../../workers/domain/events/catalog";
import { LEAST_ROWS_PER_DAY } from "../../../workers/domain/runs/row-budget";
import { keepHouse } from "../../../workers/maintenance/housekeeping";
import { readRowBudget } from "../../../workers/storage/counts/caps/budget";
import { writeCount } from "../../../workers/storage/counts/counts";
import { foldPending } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { givenFreshStorage } from "../given";
import { asKept, givenCaps } from "../given-caps";

givenFreshStorage();

const NOW = Date.parse("2026-11-22T15:10:00Z");
const TODAY = "2026-11-22";
const CAPS = { values: 4, names: 3, keys: 2, values_per_key: 3 };

type Count = readonly [dimension: string, day: string, value: string, count: number];

/** Packed dimensions and details have events only. */
const factsOf = (dimension: string, count: number): Facts =>
  dimension.includes("/") ? { ...noFacts(), events: count } : { ...noFacts(), visitors: count, events: 2 * count };

function aRollup(counts: readonly Count[]): Rollup {
  const rollup = emptyRollup();
  for (const [dimension, day, value, count] of counts) {
    const values = new Map([[value, factsOf(dimension, count)]]);
    merge(rollup, { hours: new Map(), days: new Map([[dimension, new Map([[day, values]])]]) });
  }
  return rollup;
}

const write = (siteId: string, rollup: Rollup): Promise<void> =>
  writeCount(
    env.DB,
    {
      messages: [{ id: crypto.randomUUID(), site_id: siteId, file: null }],
      rollups: new Map([[siteId, rollup]]),
      refusals: [],
      origins: { sources: [], late: [] },
    },
    NOW,
  );

const failingAfter = {
  prepare: env.DB.prepare.bind(env.DB),
  batch: async (statements: D1PreparedStatement[]) => {
    await env.DB.batch(statements);
    throw new Error("injected");
  },
} as unknown as D1Database;

const flat = (rollup: Rollup) => Object.fromEntries([...flatten(rollup)].sort());

/** The sums of each dimension and day: those of all event names' details together. */
function sumsOf(rollup: Rollup): Record<string, Facts> {
  const sums = emptyRollup();
  for (const [dimension, dates] of rollup.days)
    for (const [day, values] of dates)
      for (const facts of values.values()) {
        const family = dimension.replace(/^(prop|event_page)\/.*/, "$1");
        merge(sums, { hours: new Map(), days: new Map([[family, new Map([[day, new Map([["", facts]])]])]]) });
      }
  return flat(sums) as Record<string, Facts>;
}

/** What D1 keeps and what came, both under the values that have rows. */
async function expectSame(siteId: string, sum: Rollup): Promise<void> {
  const route = async (rollup: Rollup) => flat(await asKept(siteId, siteId, rollup));
  expect(await route(await readRollup(env.DB, siteId))).toEqual(await route(sum));
}

const VALUES = ["/", "/it's", '"', "/🦊", "a.b", "x[0]", "1", "(none)", OTHER];
const KEYS = ["plan", "size", "a key", "%25"];
const NAMES = ["Buy", "Sign up", 'odd ".[\\%', "Other", "Fifth"];
const escaped = (name: string) =>
  name.replace(/[%".[\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
const day = fc.constantFrom("2026-11-21", TODAY);
const count = fc.integer({ min: 1, max: 5 });
const aCount: fc.Arbitrary<Count> = fc.oneof(
  fc.tuple(fc.constantFrom("page", "screen"), day, fc.constantFrom(...VALUES), count),
  fc.tuple(fc.constant("total"), day, fc.constant(""), count),
  fc.tuple(fc.constant("name"), day, fc.constantFrom(...NAMES), count),
  fc.tuple(
    fc.constantFrom(...NAMES.map((name) => `prop/${escaped(name)}`)),
    day,
    fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES)).map(([key, value]) => PROP.join(key, value)),
    count,
  ),
  fc.tuple(
    fc.constantFrom(...NAMES.map((name) => `event_page/${escaped(name)}`)),
    day,
    fc.constantFrom(...VALUES),
    count,
  ),
  fc.tuple(
    fc.constantFrom("vital/LCP", "network/page"),
    day,
    fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom("1", "/a")).map(([place, key]) => `${place}\t${key}`),
    count,
  ),
);
/** What was counted is taken back, in part or wholly, as restamping does. */
const step = fc.oneof(
  fc.record({ write: fc.array(aCount, { maxLength: 25 }), takesBack: fc.boolean() }),
  fc.record({ fold: fc.array(fc.constantFrom(env.DB, failingAfter), { minLength: 1, maxLength: 2 }) }),
);

describe("the caps of a day", () => {
  it("leave sums exact and every row whole, however counts, corrections, folds and failures take turns", async () => {
    let sites = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const siteId = `site ${sites++}`;
        await givenCaps(siteId, CAPS);
        const sum = emptyRollup();
        for (const next of steps) {
          if ("fold" in next) await Promise.allSettled(next.fold.map((db) => foldPending(db, [siteId], NOW)));
          else {
            const rollup = aRollup(next.write);
            await write(siteId, rollup);
            merge(sum, rollup);
            if (next.takesBack && next.write.length > 0) {
              const [dimension, date, value, many] = next.write[0]!;
              const back = aRollup([[dimension, date, value, -many]]);
              await write(siteId, back);
              merge(sum, back);
            }
          }
          expect(sumsOf(await readRollup(env.DB, siteId))).toEqual(sumsOf(sum));
          await expectSame(siteId, sum);
        }
        await foldPending(env.DB, [siteId], NOW);
        const kept = await readRollup(env.DB, siteId);
        for (const [dimension, dates] of kept.days)
          for (const [date, values] of dates) {
            const rows = [...values.keys()].filter((value) => !value.includes(OTHER));
            const keys = new Set(rows.map((value) => PROP.split(value)[0]));
            if (dimension === "name") expect(rows.length).toBeLessThanOrEqual(CAPS.names);
            else if (dimension.startsWith("prop/")) {
              expect(keys.size).toBeLessThanOrEqual(CAPS.keys);
              for (const key of keys)
                expect(rows.filter((value) => PROP.split(value)[0] === key).length).toBeLessThanOrEqual(
                  CAPS.values_per_key,
                );
            } else if (dimension.includes("\t") || dimension === "vital/LCP")
              expect(new Set(rows.map((value) => value.split("\t")[0])).size).toBeLessThanOrEqual(CAPS.values);
            else if (dimension !== "network/page") expect(rows.length).toBeLessThanOrEqual(CAPS.values);
            // A row has all of its value's counts.
            if (dimension === "page" || dimension === "screen" || dimension === "name")
              for (const value of rows)
                expect([value, values.get(value)]).toEqual([value, sum.days.get(dimension)!.get(date)!.get(value)]);
          }
      }),
      { numRuns: 60 },
    );
  });

  it("admit the most frequent of the values that come together", async () => {
    await givenCaps("site", CAPS);
    await write("site", aRollup([...Array(30).keys()].map((n) => ["page", TODAY, `/${n}`, n + 1] as const)));
    await foldPending(env.DB, ["site"], NOW);
    const pages = (await readRollup(env.DB, "site")).days.get("page")!.get(TODAY)!;
    expect([...pages.keys()].sort()).toEqual([OTHER, "/26", "/27", "/28", "/29"]);
    expect(pages.get(OTHER)!.visitors).toBe((26 * 27) / 2);
  });

  it("let values that came first stay and count on", async () => {
    await givenCaps("site", CAPS);
    await write("site", aRollup([["page", TODAY, "/first", 1]]));
    await foldPending(env.DB, ["site"], NOW);
    await write("site", aRollup([...Array(30).keys()].map((n) => ["page", TODAY, `/${n}`, 9] as const)));
    await foldPending(env.DB, ["site"], NOW);
    await write(
      "site",
      aRollup([
        ["page", TODAY, "/first", 2],
        ["page", TODAY, "/new", 1],
      ]),
    );
    await foldPending(env.DB, ["site"], NOW);
    const pages = (await readRollup(env.DB, "site")).days.get("page")!.get(TODAY)!;
    expect([pages.get("/first")!.visitors, pages.has("/new")]).toEqual([3, false]);
  });

  it("are the standard ones where the owner has set none", async () => {
    await write("site", aRollup([...Array(700).keys()].map((n) => ["name", TODAY, `name ${n}`, 1] as const)));
    await foldPending(env.DB, ["site"], NOW);
    expect((await readRollup(env.DB, "site")).days.get("name")!.get(TODAY)!.size).toBe(501);
  });
});

/** Made-up values of each kind, `many` of each. */
const madeUp = (many: number, from: string): Rollup =>
  aRollup([
    ["total", TODAY, "", many],
    ...[...Array(many).keys()].flatMap((n): Count[] => [
      ["page", TODAY, `/${from}-${n}`, 1],
      ["screen", TODAY, `${from}x${n}`, 1],
      ["prop/Buy", TODAY, PROP.join("plan", `${from}-${n}`), 1],
      ["vital/LCP", TODAY, `/${from}-${n}\nDesktop\t1\ngood`, 1],
    ]),
  ]);
const rowsOf = (siteId: string) =>
  env.DB.prepare(
    "SELECT (SELECT count(*) FROM rollup_days WHERE site_id = ?1) + (SELECT count(*) FROM packed_days WHERE site_id = ?1)",
  )
    .bind(siteId)
    .first<number>(
      "(SELECT count(*) FROM rollup_days WHERE site_id = ?1) + (SELECT count(*) FROM packed_days WHERE site_id = ?1)",
    );
const levelOf = (siteId: string) =>
  env.DB.prepare("SELECT level FROM shed_days WHERE site_id = ? AND day = ?")
    .bind(siteId, TODAY)
    .first<number>("level");

describe("the budget of rows", () => {
  it("sheds details, then new values, then all values, and never sums", async () => {
    await givenCaps("site", { rows_per_day: 1_000 });
    const sum = emptyRollup();
    const levels: (number | null)[] = [];
    const written: number[] = [];
    for (let n = 0; n < 14; n += 1) {
      // Also values that have a row already: writing them again costs as much.
      const batch = merge(madeUp(20, `${n}`), madeUp(20, "again"));
      await write("site", batch);
      merge(sum, batch);
      const before = (await readRowBudget(env.DB, "site", NOW)).rows;
      await foldPending(env.DB, ["site"], NOW);
      written.push((await readRowBudget(env.DB, "site", NOW)).rows - before);
      levels.push(await levelOf("site"));
      expect(sumsOf(await readRollup(env.DB, "site"))).toEqual(sumsOf(sum));
      await expectSame("site", sum);
    }
    expect(levels).toEqual([...levels].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(new Set(levels)).toEqual(new Set([null, 1, 2, 3]));
    // At the end there is a row for the day and one for each dimension.
    expect(written.at(-1)).toBe(5);
    expect((await readRowBudget(env.DB, "site", NOW)).rows).toBeLessThan(1_300);
    expect(await rowsOf("site")).toBeLessThan(1_300);
  });

  it("is five times the median of the days before, without those of a flood, and at least the standard", async () => {
    const days = (rows: number[]) =>
      env.DB.batch(
        rows.map((many, n) =>
          env.DB.prepare("INSERT OR REPLACE INTO rows_written VALUES ('site', ?, ?)").bind(
            `2026-11-${String(n + 8).padStart(2, "0")}`,
            many,
          ),
        ),
      );
    const budget = async () => (await readRowBudget(env.DB, "site", NOW)).budget;
    expect(await budget()).toBe(LEAST_ROWS_PER_DAY);
    await days(Array(14).fill(10_000));
    expect(await budget()).toBe(LEAST_ROWS_PER_DAY);
    await days([...Array(5).fill(50_000), ...Array(4).fill(100_000), ...Array(5).fill(9_000_000)]);
    expect(await budget()).toBe(500_000);
    await env.DB.batch(
      [17, 18, 19, 20, 21].map((date) =>
        env.DB.prepare("INSERT INTO shed_days VALUES ('site', ?1, 3, 'rows', ?2)").bind(
          `2026-11-${date}`,
          Date.parse(`2026-11-${date}T12:00Z`),
        ),
      ),
    );
    expect(await budget()).toBe(250_000);
    await givenCaps("site", { rows_per_day: 12_345 });
    expect(await budget()).toBe(12_345);
  });

  it("sheds nothing of older days, which an import or a rebuild writes", async () => {
    await givenCaps("site", { rows_per_day: 100 });
    const old = [...Array(300).keys()].map((n): Count => ["page", "2026-11-18", `/${n}`, 1]);
    for (const counts of [old, old]) {
      await write("site", aRollup(counts));
      await foldPending(env.DB, ["site"], NOW);
    }
    expect((await readRollup(env.DB, "site")).days.get("page")!.get("2026-11-18")!.size).toBe(300);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM shed_days").first("n")).toBe(0);
  });

  it("is of each property on its own, also where several are folded together", async () => {
    await givenCaps("site", { rows_per_day: 100 });
    for (let n = 0; n < 4; n += 1) {
      await write("site", madeUp(20, `${n}`));
      await write("other", madeUp(20, `${n}`));
      await foldPending(env.DB, ["site", "other"], NOW);
    }
    expect([await levelOf("site"), await levelOf("other")]).toEqual([3, null]);
  });

  it("begins anew with each UTC day, and its history is forgotten after two months", async () => {
    await givenCaps("site", { rows_per_day: 100 });
    await write("site", madeUp(60, "a"));
    await foldPending(env.DB, ["site"], NOW);
    expect((await readRowBudget(env.DB, "site", NOW)).rows).toBeGreaterThan(100);
    expect((await readRowBudget(env.DB, "site", NOW + 9 * 3_600_000)).rows).toBe(0);
    await keepHouse(env, Date.parse("2027-01-21T00:00:00Z"));
    expect(await env.DB.prepare("SELECT count(*) AS n FROM rows_written").first("n")).toBe(1);
    await keepHouse(env, Date.parse("2027-01-22T00:00:00Z"));
    expect(await env.DB.prepare("SELECT count(*) AS n FROM rows_written").first("n")).toBe(0);
  });
});
