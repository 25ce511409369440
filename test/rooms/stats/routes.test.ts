// The routes of stats: who may ask, what is refused, the live picture and the refusals.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Property } from "../../../workers/domain/properties/property";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();

const DAY = 86_400_000;
let property: Property;

describe("the routes of stats", () => {
  const question = (more: Record<string, unknown> = {}) => ({
    site_id: property.site_id,
    metrics: ["visitors"],
    date_range: "7d",
    ...more,
  });

  beforeEach(async () => {
    property = await givenProperty();
  });

  test("answer whoever has the scope stats, and nobody else", async () => {
    const ask = async (key?: string) => call("POST", "/api/v2/query", { body: question(), ...(key && { key }) });
    const ok = await ask(await givenKey("organization", ["stats"]));
    expect(ok.status).toBe(200);
    expect(await ok.json()).toMatchObject({ results: [{ dimensions: [], metrics: [0] }], query: { filters: [] } });
    expect((await ask()).status).toBe(401);
    expect((await ask(await givenKey("organization", ["ingest"]))).status).toBe(403);
    expect((await ask(await givenKey("another", ["stats"]))).status).toBe(404);
  });

  test.each([
    ["malformed JSON", "{", 400, "invalid"],
    ["nothing", "", 400, "invalid"],
    ["a body without end", `"${"x".repeat(70_000)}"`, 413, "too_large"],
    ["nesting without end", "[".repeat(20_000), 400, "invalid"],
    ["a prototype", '{"__proto__":{"metrics":["visitors"]},"site_id":"a","date_range":"7d"}', 400, "invalid"],
    ["an unknown property", '{"site_id":"a","metrics":["visitors"],"date_range":"7d"}', 404, "not_found"],
  ])("refuse %s", async (_, body, status, code) => {
    const reply = await call("POST", "/api/v2/query", { key: await givenKey(), body });
    expect(reply.status).toBe(status);
    expect(await problemOf(reply)).toBe(code);
  });

  test("show the live picture, also of a property that nobody has visited and that has several shards", async () => {
    property = await givenProperty("organization", { shards: 3 });
    const reply = await call("GET", `/api/v1/properties/${property.site_id}/live`, { key: await givenKey() });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      active_5m: 0,
      per_minute: Array(30).fill(0),
      pages: [],
      bounce_rate_30m: null,
    });
  });

  test("show what was refused and why, of as many days as asked", async () => {
    const day = (ago: number) => new Date(Date.now() - ago * DAY).toISOString().slice(0, 10);
    for (const [ago, reason, count] of [
      [3, "bot", 5],
      [4, "bot", 2],
      [4, "spam_referrer", 9],
      [20, "bot", 100],
    ] as const)
      await env.DB.prepare("INSERT INTO refusals (site_id, day, reason, count) VALUES (?, ?, ?, ?)")
        .bind(property.site_id, day(ago), reason, count)
        .run();
    const key = await givenKey();
    const path = `/api/v1/properties/${property.site_id}/refusals`;
    const { refusals } = (await (await call("GET", path, { key })).json()) as {
      refusals: { reason: string; meaning: string; count: number }[];
    };
    expect(refusals.map(({ reason, count }) => [reason, count])).toEqual([
      ["spam_referrer", 9],
      ["bot", 7],
    ]);
    expect(refusals[1]?.meaning).toContain("crawler");
    const month = await call("GET", `${path}?days=30`, { key });
    expect(await month.json()).toMatchObject({
      refusals: [{ reason: "bot", count: 107 }, { reason: "spam_referrer" }],
    });
    for (const days of ["0", "-1", "x", "1e2", "367"])
      expect((await call("GET", `${path}?days=${days}`, { key })).status).toBe(400);
  });
});
