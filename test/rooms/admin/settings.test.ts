// What an owner sets beside the property: partial changes, standards, and secrets that are told once.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type PropertySettings, STANDARD_SETTINGS } from "../../../workers/domain/properties/settings";
import { changeSettings, loadSettings, loadSettingsOf } from "../../../workers/storage/properties/settings";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const path = (siteId: string) => `/api/v1/properties/${siteId}/settings`;
const read = async (siteId: string, key: string) =>
  (await (await call("GET", path(siteId), { key })).json()) as PropertySettings;
const change = (siteId: string, key: string, body: object) => call("PATCH", path(siteId), { key, body });
const changed = async (siteId: string, key: string, body: object) =>
  (await (await change(siteId, key, body)).json()) as PropertySettings;
/** The path and the sentence of the first thing that was wrong. */
async function faultOf(reply: Response): Promise<[number, string, string]> {
  const { error } = (await reply.json()) as { error: { message: string; details: { path: string }[] } };
  return [reply.status, error.details[0]?.path ?? "", error.message];
}

describe("settings", () => {
  it("of a new property keep data for a stated time, and those of before for ever, as they did", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const { retention, ...others } = await read(site_id, key);
    expect({ ...STANDARD_SETTINGS, ...others }).toEqual(STANDARD_SETTINGS);
    expect(retention).toEqual({ events_days: 760, rollups_days: 1825, addresses_days: 30, dead_letters_days: 30 });
    await env.DB.prepare("DELETE FROM property_settings WHERE site_id = ?").bind(site_id).run();
    expect(await read(site_id, key)).toEqual(STANDARD_SETTINGS);
    expect(STANDARD_SETTINGS.retention).toMatchObject({ events_days: null, rollups_days: null });
  });

  it("change field by field, and null is a value", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    await changed(site_id, key, { retention: { addresses_days: null, events_days: 90 } });
    await changed(site_id, key, { alerts: { limits: { pageviews: { upper: 500 } } }, reports: { weekly: false } });
    const settings = await read(site_id, key);
    expect(settings.retention).toEqual({
      ...{ events_days: 90, rollups_days: 1825 },
      ...{ addresses_days: null, dead_letters_days: 30 },
    });
    expect(settings.alerts).toEqual({
      ...STANDARD_SETTINGS.alerts,
      limits: { pageviews: { upper: 500, lower: null } },
    });
    expect(settings.reports).toEqual({ ...STANDARD_SETTINGS.reports, weekly: false });
  });

  it("of an older version take the standard of what has come since", async () => {
    await env.DB.prepare("INSERT INTO property_settings VALUES ('old', ?)")
      .bind(JSON.stringify({ reports: { recipients: ["a@example.com"] } }))
      .run();
    expect(await loadSettings(env.DB, "old")).toEqual({
      ...STANDARD_SETTINGS,
      reports: { ...STANDARD_SETTINGS.reports, recipients: ["a@example.com"] },
    });
    expect((await loadSettingsOf(env.DB, ["old", "none"])).get("none")).toEqual(STANDARD_SETTINGS);
  });

  it("that two owners change at once are both kept", async () => {
    await Promise.all([
      changeSettings(env.DB, "site", { reports: { weekly: false } }),
      changeSettings(env.DB, "site", { reports: { monthly: false } }),
    ]);
    expect((await loadSettings(env.DB, "site")).reports).toMatchObject({ weekly: false, monthly: false });
  });

  it("name what is wrong by its path", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const wrong: [object, string][] = [
      [{ retention: { events_days: 0 } }, "retention.events_days"],
      [{ reports: { recipients: ["a@example.com", "nobody"] } }, "reports.recipients[1]"],
      [{ reports: { run_summary: "hourly" } }, "reports.run_summary"],
      [{ alerts: { limits: { visitors: { upper: -1 } } } }, "alerts.limits.visitors.upper"],
      [{ reports: { sender: "x" } }, "reports"],
    ];
    for (const [body, path] of wrong)
      expect((await faultOf(await change(site_id, key, body))).slice(0, 2)).toEqual([400, path]);
    expect((await change(site_id, key, { mail: {} })).status).toBe(400);
  });

  it("are read with stats, changed with manage, and unknown to others", async () => {
    const { site_id } = await givenProperty();
    const reader = await givenKey("organization", ["stats"]);
    expect((await call("GET", path(site_id), { key: reader })).status).toBe(200);
    expect((await change(site_id, reader, { reports: { weekly: false } })).status).toBe(403);
    expect((await call("GET", path(site_id), { key: await givenKey("other") })).status).toBe(404);
    expect((await call("GET", path(site_id))).status).toBe(401);
  });
});

describe("the webhook's secret", () => {
  const url = "https://hooks.example.com/services/T0/s3cret";

  it("is made with the URL, told once, and kept while the URL stays", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const made = (await changed(site_id, key, { reports: { webhook: { url } } })).reports.webhook;
    expect(made?.secret).toMatch(/^tkwh_[0-9a-f]{64}$/);
    expect((await read(site_id, key)).reports.webhook).toEqual({ url, secret: "set" });
    for (const webhook of [{ url }, { url, secret: "set" }])
      expect((await changed(site_id, key, { reports: { webhook } })).reports.webhook).toEqual({ url, secret: "set" });
    expect((await loadSettings(env.DB, site_id)).reports.webhook).toEqual(made);
  });

  it("is another for another URL, and the owner's own where they give one", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const first = (await changed(site_id, key, { reports: { webhook: { url } } })).reports.webhook;
    const second = (await changed(site_id, key, { reports: { webhook: { url: `${url}2` } } })).reports.webhook;
    expect(second?.secret).toMatch(/^tkwh_/);
    expect(second?.secret).not.toBe(first?.secret);
    const own = { url, secret: "sixteen letters, or more" };
    expect((await changed(site_id, key, { reports: { webhook: own } })).reports.webhook).toEqual({
      url,
      secret: "set",
    });
    expect((await loadSettings(env.DB, site_id)).reports.webhook).toEqual(own);
    expect((await changed(site_id, key, { reports: { webhook: null } })).reports.webhook).toBeNull();
  });

  it("and the URL's path are not for who may only read", async () => {
    const { site_id } = await givenProperty();
    await changed(site_id, await givenKey(), { reports: { webhook: { url } } });
    const reader = await givenKey("organization", ["stats"]);
    expect((await read(site_id, reader)).reports.webhook).toEqual({ url: "https://hooks.example.com", secret: "set" });
  });

  it("goes to public hosts over TLS only", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    for (const wrong of [
      "http://127.0.0.1:9",
      "https://10.0.0.1/x",
      "https://[::1]/",
      "http://hooks.example.com/",
      "https://a:b@hooks.example.com/",
      "https://hooks.example.com/a\u0000b",
      "https://hooks.example.com/\ud800",
    ])
      expect((await faultOf(await change(site_id, key, { reports: { webhook: { url: wrong } } }))).slice(0, 2)).toEqual(
        [400, "reports.webhook.url"],
      );
  });
});
