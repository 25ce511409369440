// The routes of insight under filters: by GET and by POST, and what they refuse.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addDays } from "../../../workers/domain/time/zone";
import { chance } from "../chance";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey } from "../given";
import { FIRST, givenCounted } from "../maintenance/given-days";

givenFreshStorage();
const queue = givenHeldQueue();
const random = chance(Number(env.FAULT_SEED));

const PERIOD = { from: addDays(FIRST, -1), to: addDays(FIRST, 4) };

/** Cells come in no order. */
const inOrder = (reply: object): object =>
  "clicks" in reply && "moves" in reply
    ? { ...reply, clicks: (reply.clicks as unknown[]).toSorted(), moves: (reply.moves as unknown[]).toSorted() }
    : reply;

describe("the routes", () => {
  const paths = [
    "events",
    "events/Signup",
    "vitals",
    "heatmap",
    "heatmap?page=/&width=phone",
    "networks",
    "rules",
    "rules/x",
  ];

  it.each(paths)("%s refuse wrong filters, naming the wrong part", async (path) => {
    const { site_id } = await givenCounted(queue, random, 8);
    const key = await givenKey();
    const problemOf = async (filters: string, by = key, more = "") => {
      const sign = path.includes("?") ? "&" : "?";
      const url = `/api/v1/properties/${site_id}/insight/${path}${sign}filters=${encodeURIComponent(filters)}${more}`;
      const reply = await call("GET", url, { key: by });
      const body = (await reply.json()) as { error?: { code: string; message: string } };
      return [reply.status, body.error?.message];
    };
    expect(await problemOf("[")).toEqual([400, "filters must be valid JSON"]);
    expect(await problemOf('{"is": 1}')).toEqual([400, "filters must be a list of filters"]);
    expect(await problemOf('[["is", "visit:country", ["CH"]], ["matches", "event:page", ["("]]]')).toEqual([
      400,
      expect.stringContaining("filters[1][2][0]"),
    ]);
    expect(await problemOf('["is", "visit:contry", ["CH"]]')).toEqual([
      400,
      expect.stringContaining('filters[0][1] names "visit:contry", which does not exist'),
    ]);
    expect(await problemOf('["is", "segment", [1]]')).toEqual([
      400,
      "filters[0][2][0] names a segment that does not exist",
    ]);
    const long = JSON.stringify(["is", "event:page", Array.from({ length: 20 }, () => "/".repeat(700))]);
    expect(await problemOf(long)).toEqual([
      400,
      "filters must have at most 12000 characters in an address; send longer ones in the body of a POST",
    ]);
    if (path === "vitals" || path.startsWith("heatmap"))
      expect(await problemOf("[]", key, "&grouped=yes")).toEqual([400, "grouped must be true or false"]);
    expect(await problemOf("[]", key, "&suspected_bots=no")).toEqual([400, "suspected_bots must be true or false"]);
    const good = '[["is", "visit:country", ["CH"]]]';
    expect((await problemOf(good))[0]).toBe(200);
    expect((await problemOf(good, await givenKey("another", ["stats"])))[0]).toBe(404);
    expect((await problemOf(good, await givenKey("organization", ["ingest"])))[0]).toBe(403);
  });

  it("take filters of any length that a query takes in the body of a POST, and answer as a GET does", async () => {
    const { site_id } = await givenCounted(queue, random, 60);
    const key = await givenKey();
    const post = (path: string, body?: unknown, by = key) =>
      call("POST", `/api/v1/properties/${site_id}/insight/${path}`, { key: by, body });
    const inDays = (path: string) => `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(PERIOD)}`;
    const short = [["is", "visit:country", ["CH"]]];
    // The same filter with values that nobody has.
    const long = [["is", "visit:country", ["CH", ...Array.from({ length: 80 }, (_, i) => `${i}`.padEnd(700, "-"))]]];
    expect(JSON.stringify(long).length).toBeGreaterThan(50_000);
    const query = { site_id, metrics: ["visitors"], date_range: [PERIOD.from, PERIOD.to], filters: long };
    expect((await call("POST", "/api/v2/query", { key, body: query })).status).toBe(200);
    for (const path of paths.map(inDays)) {
      for (const bots of [true, false]) {
        const more = `&filters=${encodeURIComponent(JSON.stringify(short))}&suspected_bots=${bots}`;
        const got = await call("GET", `/api/v1/properties/${site_id}/insight/${path}${more}`, { key });
        const expected = inOrder((await got.json()) as object);
        for (const filters of [short, long]) {
          const reply = await post(path, { filters, suspected_bots: bots });
          expect([path, reply.status]).toEqual([path, 200]);
          expect(inOrder((await reply.json()) as object)).toEqual(expected);
        }
      }
      const all = await call("GET", `/api/v1/properties/${site_id}/insight/${path}`, { key });
      expect(inOrder((await (await post(path)).json()) as object)).toEqual(inOrder((await all.json()) as object));
    }
  });

  it("refuse a POST that says too much, too often or to the wrong caller", async () => {
    const { site_id } = await givenCounted(queue, random, 8);
    const key = await givenKey();
    const problemOf = async (body: unknown, search = "", by = key) => {
      const reply = await call("POST", `/api/v1/properties/${site_id}/insight/events${search}`, { key: by, body });
      const { error } = (await reply.json()) as { error?: { message: string } };
      return [reply.status, error?.message];
    };
    expect(await problemOf({ filters: {} })).toEqual([400, "filters must be of type array"]);
    expect(await problemOf({ from: "2026-11-01" })).toEqual([400, "body must not have the field from"]);
    expect(await problemOf({ suspected_bots: "no" })).toEqual([400, "suspected_bots must be of type boolean"]);
    expect(await problemOf({}, "?filters=[]")).toEqual([400, "filters of a POST must be in its body"]);
    expect(await problemOf({ filters: [["is", "visit:contry", ["CH"]]] })).toEqual([
      400,
      expect.stringContaining('filters[0][1] names "visit:contry", which does not exist'),
    ]);
    expect((await problemOf({ filters: ["x".repeat(70_000)] }))[0]).toBe(413);
    expect((await problemOf({}, "", await givenKey("organization", ["ingest"])))[0]).toBe(403);
    expect((await problemOf({}, "", await givenKey("another", ["stats"])))[0]).toBe(404);
  });
});
