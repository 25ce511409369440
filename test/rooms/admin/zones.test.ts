// Time zones at the API: any name of a zone is accepted, the canonical one is stored and shown.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Property } from "../../../workers/domain/properties/property";
import { offsetAt } from "../../../workers/domain/time/zone";
import { canonicalZones, findZone } from "../../../workers/domain/time/zone-name";
import { zonedProperties } from "../../../workers/storage/counts/anomaly-series";
import { listMailedProperties } from "../../../workers/storage/mail/recipients";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const storedZone = (siteId: string) =>
  env.DB.prepare("SELECT timezone FROM properties WHERE site_id = ?").bind(siteId).first<string>("timezone");

test("workerd calculates with every canonical name", () => {
  expect(canonicalZones().filter((name) => findZone(name) !== name)).toEqual([]);
  expect(offsetAt(Date.parse("2026-01-15T12:00:00Z"), "Asia/Kolkata")).toBe(5.5 * 3_600_000);
  expect(offsetAt(Date.parse("2026-07-15T12:00:00Z"), "Europe/Kyiv")).toBe(3 * 3_600_000);
});

describe("a property's time zone", () => {
  test.each([
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["europe/kyiv", "Europe/Kyiv"],
    ["US/Pacific", "America/Los_Angeles"],
    ["Etc/UTC", "UTC"],
    ["GMT", "UTC"],
  ])("given as %s is stored as %s", async (given, stored) => {
    const key = await givenKey();
    const body = { name: "Shop", timezone: given };
    const reply = await call("POST", "/api/v1/properties", { key, body });
    expect(reply.status).toBe(201);
    const { site_id, timezone } = (await reply.json()) as Property;
    expect([timezone, await storedZone(site_id)]).toEqual([stored, stored]);

    const other = await givenProperty("organization", { timezone: "Europe/Zurich" });
    const changed = await call("PATCH", `/api/v1/properties/${other.site_id}`, { key, body: { timezone: given } });
    expect(await changed.json()).toEqual({ ...other, timezone: stored });
    expect(await storedZone(other.site_id)).toBe(stored);
  });

  test.each(["Mars/Base", "+05:30", "UTC+1", "", "Europe", "x".repeat(65)])("is not %j", async (timezone) => {
    const key = await givenKey();
    const { site_id } = await givenProperty();
    for (const [method, path] of [
      ["POST", "/api/v1/properties"],
      ["PATCH", `/api/v1/properties/${site_id}`],
    ] as const) {
      const reply = await call(method, path, { key, body: { name: "Shop", timezone } });
      const { error } = (await reply.json()) as { error: { code: string; message: string; details: unknown } };
      const message =
        timezone.length > 64
          ? "timezone must have at most 64 characters"
          : "timezone must be an IANA time zone such as Europe/Zurich";
      expect([reply.status, error.code, error.message]).toEqual([400, "invalid", message]);
      expect(error.details).toEqual([{ path: "timezone", message }]);
    }
  });

  test("that was stored under a former name is shown under the canonical one, and keeps working", async () => {
    const key = await givenKey();
    const { site_id } = await givenProperty();
    await env.DB.prepare("UPDATE properties SET timezone = 'Asia/Calcutta' WHERE site_id = ?").bind(site_id).run();
    await changeSettings(env.DB, site_id, { reports: { recipients: ["owner@example.com"] } });

    const shown = (await (await call("GET", `/api/v1/properties/${site_id}`, { key })).json()) as Property;
    expect(shown.timezone).toBe("Asia/Kolkata");
    expect(await zonedProperties(env.DB, [site_id])).toEqual([{ site_id, timezone: "Asia/Kolkata", shards: 1 }]);
    expect((await listMailedProperties(env.DB)).map(({ timezone }) => timezone)).toEqual(["Asia/Kolkata"]);

    const query = { site_id, metrics: ["visitors"], date_range: ["2026-11-01", "2026-11-02"] };
    const answer = await call("POST", "/api/v2/query", { key, body: query });
    expect(((await answer.json()) as { query: { date_range: string[] } }).query.date_range).toEqual([
      "2026-11-01T00:00:00+05:30",
      "2026-11-02T23:59:59+05:30",
    ]);
  });
});
