// What is public of a property: nothing until its owner says so, then three numbers and a badge.
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { aBeacon, sendBeacon } from "../beacons";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();
givenHeldQueue();
afterEach(() => vi.useRealTimers());

const figures = (siteId: string) => call("GET", `/api/public/${siteId}/live.json`);
const badge = (siteId: string, query = "") => call("GET", `/api/public/${siteId}/badge.svg${query}`);

it("is nothing unless the owner wants it, and no longer than that", async () => {
  const { site_id, public_live } = await givenProperty();
  expect(public_live).toBe(false);
  const key = await givenKey();
  const path = `/api/v1/properties/${site_id}`;
  const start = Date.now();
  for (const ask of [figures, badge]) {
    const reply = await ask(site_id);
    expect([reply.status, await problemOf(reply)]).toEqual([404, "not_found"]);
    expect(reply.headers.get("access-control-allow-origin")).toBe("*");
    for (const unknown of ["0123456789", "x", "../x", "%00"]) expect((await ask(unknown)).status).toBe(404);
  }
  const changed = await call("PATCH", path, { key, body: { public_live: true } });
  expect(await changed.json()).toMatchObject({ public_live: true });
  await sendBeacon(aBeacon(site_id));
  await sendBeacon(aBeacon(site_id));
  vi.useFakeTimers({ toFake: ["Date"], now: start + 10_000 });
  const reply = await figures(site_id);
  expect(reply.status).toBe(200);
  expect(await reply.json()).toEqual({ active_5m: 1, active_30m: 1, pageviews_30m: 2 });
  expect(reply.headers.get("access-control-allow-origin")).toBe("*");
  expect(reply.headers.get("cache-control")).toBe("public, max-age=5");
  await call("PATCH", path, { key, body: { public_live: false } });
  vi.setSystemTime(start + 20_000);
  expect((await figures(site_id)).status).toBe(404);
  expect((await badge(site_id)).status).toBe(404);
});

it("is looked up once in five seconds, however many ask", async () => {
  const { site_id } = await givenProperty("organization", { public_live: true });
  const looks = vi.spyOn(Object.getPrototypeOf(env.HUB) as DurableObjectNamespace, "getByName");
  const start = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  await Promise.all(Array.from({ length: 20 }, () => figures(site_id)));
  for (let i = 0; i < 5; i += 1) await badge(site_id);
  expect(looks).toHaveBeenCalledTimes(1);
  vi.setSystemTime(start + 5_001);
  await figures(site_id);
  expect(looks).toHaveBeenCalledTimes(2);
  looks.mockRestore();
});

it("is a badge that needs nothing from elsewhere and can do nothing", async () => {
  const { site_id } = await givenProperty("organization", { public_live: true });
  await sendBeacon(aBeacon(site_id));
  const reply = await badge(site_id);
  expect(reply.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
  expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
  const svg = await reply.text();
  expect(svg).toContain("1 visitor now");
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).not.toMatch(/<script|href|url\(|@import/);
  for (const theme of ["light", "dark"]) {
    const themed = await (await badge(site_id, `?theme=${theme}`)).text();
    expect(themed).not.toContain("prefers-color-scheme");
  }
  const bad = await badge(site_id, "?theme=<script>");
  expect([bad.status, await problemOf(bad)]).toEqual([400, "invalid"]);
});
