// Each statement of a fold alone: what it writes, what it leaves, and that the first two share the portion between them.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { FACTS } from "../../../workers/domain/events/catalog";
import { FOLD_PACKED, FOLD_ROWS, FORGET_PORTION } from "../../../workers/storage/counts/fold";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const DAY = "2026-11-22";
const ALL = 1000;

/** A row of `rollup_pending` that adds `events` to values of dimensions. */
async function givenParcel(
  parcel: string,
  dimensions: Record<string, Record<string, number>>,
  { site = "shop", dimension = "*" } = {},
): Promise<void> {
  const body: Record<string, Record<string, Record<string, number[]>>> = {};
  let increments = 0;
  for (const [name, values] of Object.entries(dimensions)) {
    const counts = Object.entries(values).map(([value, events]) => [
      value,
      FACTS.map((fact) => (fact === "events" ? events : 0)),
    ]);
    increments += counts.length;
    body[name] = { [DAY]: Object.fromEntries(counts) as Record<string, number[]> };
  }
  await env.DB.prepare(
    "INSERT INTO rollup_pending (site_id, dimension, parcel, increments, created_at, body) VALUES (?, ?, ?, ?, 0, jsonb(?))",
  )
    .bind(site, dimension, parcel, increments, JSON.stringify(body))
    .run();
}

const run = (statement: string, increments = ALL, sites = ["shop"]) =>
  env.DB.prepare(statement)
    .bind(...[JSON.stringify(sites), increments, "batch"].slice(0, statement.includes("?3") ? 3 : 2))
    .run();

async function select(sql: string): Promise<unknown[][]> {
  return (await env.DB.prepare(sql).raw()) as unknown[][];
}
const rows = () => select("SELECT dimension, value, events FROM rollup_days ORDER BY site_id, dimension, value");
const packed = () =>
  select("SELECT dimension, place, json(counts) FROM packed_days ORDER BY site_id, dimension, place");
const waiting = () => select("SELECT parcel FROM rollup_pending ORDER BY site_id, dimension, parcel").then(flat);
const flat = (table: unknown[][]) => table.map(([cell]) => cell);

const VISIT = {
  total: { "": 3 },
  page: { "/loans": 3 },
  "network/page": { "Bank\t/loans": 3 },
  "vital/LCP": { "/loans\nDesktop\t2500\ngood": 1 },
};

it("the statement for rows adds what is not packed, and leaves the rest of the tables alone", async () => {
  await givenParcel("a", VISIT);
  await givenParcel("b", { page: { "/loans": -3, "/": 2 } });
  await run(FOLD_ROWS);
  // What adds up to nothing has no row.
  const once = [
    ["page", "/", 2],
    ["total", "", 3],
  ];
  expect([await rows(), await packed(), await waiting()]).toEqual([once, [], ["a", "b"]]);
  await run(FOLD_ROWS);
  expect(await rows()).toEqual(once.map(([dimension, value, events]) => [dimension, value, Number(events) * 2]));
});

it("the statement for packed rows adds to what a place has, and packs nothing that is zero", async () => {
  await env.DB.prepare("INSERT INTO packed_days VALUES ('shop', 'network/page', 'Bank', ?, jsonb(?))")
    .bind(DAY, JSON.stringify({ "/": 5, "/loans": 1, "/old": 2 }))
    .run();
  await givenParcel("a", VISIT);
  await givenParcel("b", { "network/page": { "Bank\t/old": -2, "Insurer\t/": 1, "Insurer\t/loans": 0 } });
  await run(FOLD_PACKED);
  expect([await rows(), await waiting()]).toEqual([[], ["a", "b"]]);
  expect(await packed()).toEqual([
    ["network/page", "Bank", '{"/":5,"/loans":4}'],
    ["network/page", "Insurer", '{"/":1}'],
    ["vital/LCP", "/loans\nDesktop", '{"2500\\ngood":1}'],
  ]);
});

it("a place without room goes to the rows, whole, in both statements; another dimension is packed at any size", async () => {
  const large = JSON.stringify({ "/": 1, [`/${"x".repeat(999_950)}`]: 1 });
  for (const [dimension, place] of [
    ["network/page", "Bank"],
    ["vital/LCP", "/loans\nDesktop"],
  ])
    await env.DB.prepare("INSERT INTO packed_days VALUES ('shop', ?, ?, ?, jsonb(?))")
      .bind(dimension!, place!, DAY, large)
      .run();
  await givenParcel("a", { ...VISIT, "network/page": { "Bank\t/": 1, "Bank\t/loans": 3, "Insurer\t/": 1 } });
  await run(FOLD_ROWS);
  await run(FOLD_PACKED);
  expect(await rows()).toEqual([
    ["network/page", "Bank\t/", 1],
    ["network/page", "Bank\t/loans", 3],
    ["page", "/loans", 3],
    ["total", "", 3],
  ]);
  const keys = `SELECT dimension, place, counted.key FROM packed_days, json_each(counts) counted
    WHERE length(counted.key) < 100 ORDER BY 1, 2, 3`;
  expect(await select(keys)).toEqual([
    ["network/page", "Bank", "/"],
    ["network/page", "Insurer", "/"],
    ["vital/LCP", "/loans\nDesktop", "/"],
    ["vital/LCP", "/loans\nDesktop", "2500\ngood"],
  ]);
});

it("the statement that forgets removes the portion: by key until its increments are reached, of the sites it is given", async () => {
  await givenParcel("a", { page: { "/1": 1, "/2": 1 } });
  await givenParcel("b", { page: { "/3": 1 } });
  await givenParcel("c", { page: { "/4": 1 } });
  await givenParcel("other", { page: { "/5": 1 } }, { site: "other" });
  await run(FORGET_PORTION, 3);
  expect([await waiting(), await rows(), await packed()]).toEqual([["other", "c"], [], []]);
  await run(FORGET_PORTION, 1);
  expect(await waiting()).toEqual(["other"]);
});

it("all three find the same portion", async () => {
  await givenParcel("a", { page: { "/1": 1, "/2": 1 } });
  await givenParcel("b", { page: { "/3": 1 }, "network/page": { "Bank\t/": 1 } });
  await givenParcel("c", { page: { "/4": 1 }, "network/page": { "Insurer\t/": 1 } });
  // The second parcel begins before its third increment, and comes whole.
  await run(FOLD_ROWS, 3);
  await run(FOLD_PACKED, 3);
  await run(FORGET_PORTION, 3);
  expect((await rows()).map(([, value]) => value)).toEqual(["/1", "/2", "/3"]);
  expect((await packed()).map(([, place]) => place)).toEqual(["Bank"]);
  expect(await waiting()).toEqual(["c"]);
});
