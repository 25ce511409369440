// Collect, hub and ingest together: what is acknowledged is counted once, what is not is told.
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, givenFreshStorage, givenKey, givenProperty } from "./given";

givenFreshStorage();
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

describe("collect", () => {
  it("a page view is accepted and live at once", async () => {
    const property = await givenProperty();
    const reply = await call("POST", "/e", {
      headers: { "content-type": "text/plain", "user-agent": CHROME, "cf-connecting-ip": "192.0.2.7" },
      body: JSON.stringify({ s: property.site_id, h: [{ n: "pageview", i: "one", u: "https://shop.example/" }] }),
    });
    expect(await reply.text()).toBe('{"off":[]}');
    expect(reply.status).toBe(202);
    const key = await givenKey();
    const live = await call("GET", `/api/v1/properties/${property.site_id}/live`, { key });
    expect(await live.json()).toMatchObject({ active_5m: 1, pageviews_30m: 1 });
    const hub = env.HUB.getByName(`${property.site_id}/0`);
    expect(await runDurableObjectAlarm(hub)).toBe(true);
  });
});
