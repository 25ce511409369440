// The list of the lake's objects in pages: all of them are of one moment, whatever is written, replaced or deleted meanwhile.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { NewObject } from "../../../workers/domain/lake/object";
import { listStatements } from "../../../workers/storage/lake/listing";
import { listFiles } from "../../../workers/storage/lake/reading";
import { swapObjects } from "../../../workers/storage/lake/swap";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();

const anObject = (key: string, zone: NewObject["zone"] = "raw"): NewObject => ({
  ...{ zone, key, rows: 1, bytes: 1, min_time: 0, max_time: 0, min_date: "2026-11-01", max_date: "2026-11-01" },
});
const keysOf = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

interface Page {
  files: { key: string; zone: string }[];
  watermark: number;
  next?: string;
}

let siteId: string;
let key: string;
const list = (keys: readonly string[], to = siteId) =>
  env.DB.batch(
    listStatements(
      env.DB,
      keys.map((each) => [to, anObject(each)]),
      0,
    ),
  );
const ask = (query = "") => call("GET", `/api/v1/properties/${siteId}/pipeline/files${query}`, { key });
const read = async (query = ""): Promise<Page> => {
  const reply = await ask(query);
  expect(reply.status).toBe(200);
  return reply.json();
};

beforeEach(async () => {
  siteId = (await givenProperty()).site_id;
  key = await givenKey();
});

describe("pages of the lake's objects", () => {
  it("have each object once, in order, without those that came after the first page", async () => {
    const other = (await givenProperty()).site_id;
    const keys = keysOf("a", 7);
    for (const each of keys) {
      await list([each]);
      await list([`other ${each}`], other);
    }
    let page = await read("?limit=3");
    const { watermark } = page;
    const told = page.files.map((file) => file.key);
    for (let more = 0; page.next !== undefined; more += 1) {
      await list(keysOf(`late ${more} `, 2));
      page = await read(`?limit=3&after=${page.next}`);
      expect(page.watermark).toBe(watermark);
      told.push(...page.files.map((file) => file.key));
    }
    expect(told).toEqual(keys);
    const all = await read();
    expect(all.files).toHaveLength(11);
    expect([all.next, all.watermark > watermark]).toEqual([undefined, true]);
  });

  it("end with a conflict when an object of the list was replaced, so that nobody reads an event twice or never", async () => {
    await list(keysOf("a", 6));
    const first = await read("?limit=2");
    const files = await listFiles(env.DB, siteId, ["raw"]);
    for (const replaced of [files.slice(0, 1), files.slice(4, 5)]) {
      await swapObjects(env.DB, siteId, replaced, [anObject(`merged ${replaced[0]!.key}`, "events")], 0);
      const reply = await ask(`?limit=2&after=${first.next}`);
      expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
    }
    const again = await read();
    expect(again.files.map((file) => file.key)).toEqual(["a1", "a2", "a3", "a5", "merged a0", "merged a4"]);
  });

  it("have at most 5,000 objects, and an empty lake has an empty page", async () => {
    expect(await read()).toEqual({ watermark: 0, files: [] });
    await list(keysOf("a", 5_001));
    const first = await read();
    expect(first.files).toHaveLength(5_000);
    const last = await read(`?after=${first.next}`);
    expect([last.files.map((file) => file.key), last.next]).toEqual([["a5000"], undefined]);
  });

  it.each(["limit=0", "limit=5001", "limit=x", "after=7", "after=1-2-x", "after=-1-2-3"])(
    "%s is invalid",
    async (query) => {
      expect((await ask(`?${query}`)).status).toBe(400);
    },
  );
});
