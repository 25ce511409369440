// The overlay's passes: who gets one, what it opens, and that an owner at work is not counted.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { OVERLAY_MINUTES, overlayPassIn, withOverlayPass } from "../../../workers/domain/events/overlay";
import { signPass } from "../../../workers/http/overlay-pass";
import { aBeacon, sendBeacon } from "../beacons";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());

const ask = (siteId: string, key: string, body: object, headers = {}) =>
  call("POST", `/api/v1/properties/${siteId}/overlay`, { key, body, headers });

describe("a pass", () => {
  it("is given for a page of the property, in its fragment, and opens the tool there", async () => {
    const { site_id } = await givenProperty();
    const reply = await ask(
      site_id,
      await givenKey(),
      { tool: "pick", url: "https://shop.example/bikes?a=1#top" },
      { origin: "https://dashboard.example" },
    );
    const { url, pass } = (await reply.json()) as { url: string; pass: string };
    expect(url).toBe(`https://shop.example/bikes?a=1#top&trackkit=${pass}`);
    const shown = await sendBeacon(aBeacon(site_id, { u: url }));
    expect(shown.headers.get("x-trackkit-refused")).toBe("owner_tool");
    expect(await shown.json()).toEqual({ off: [], on: ["overlay"] });
  });

  it("opens nothing on another property, when it was changed, and when its time is over", async () => {
    const [{ site_id }, other] = [await givenProperty(), await givenProperty()];
    const given = { site_id, tool: "heatmap" } as const;
    const good = await signPass(env, given, Date.now());
    const old = await signPass(env, given, Date.now() - (OVERLAY_MINUTES + 1) * 60_000);
    const [head, , signature] = good.split(".");
    const forged = `${head}.${btoa(JSON.stringify({ ...given, tool: "pick", exp: 9e9 }))}.${signature}`;
    const on = async (siteId: string, pass: string) => {
      const reply = await sendBeacon(aBeacon(siteId, { u: `https://shop.example/#trackkit=${pass}` }));
      return ((await reply.json()) as { on: string[] }).on;
    };
    expect(await on(site_id, good)).toEqual(["overlay"]);
    for (const [siteId, pass] of [
      [other.site_id, good],
      [site_id, old],
      [site_id, forged],
    ] as const)
      expect(await on(siteId, pass)).toEqual([]);
  });

  it("is refused for pages of others, and for who may not do what the tool is for", async () => {
    const { site_id } = await givenProperty();
    const reader = await givenKey("organization", ["stats"]);
    const url = "https://shop.example/";
    expect((await ask(site_id, reader, { tool: "heatmap", url })).status).toBe(200);
    expect(await problemOf(await ask(site_id, reader, { tool: "pick", url }))).toBe("forbidden");
    for (const wrong of ["https://evil.example/", "javascript:alert(1)", "shop.example"])
      expect(await problemOf(await ask(site_id, reader, { tool: "heatmap", url: wrong }))).toBe("invalid");
  });
});

describe("the heatmap of a page", () => {
  const heatmapOf = (pass: string | null, query: string, origin = "https://shop.example") =>
    call("GET", `/api/overlay/heatmap?${query}`, {
      headers: { origin, ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
    });
  const page = `url=${encodeURIComponent("https://shop.example/bikes?a=1#top")}`;

  it("is told to the page that its owner opened, and to nobody else", async () => {
    const { site_id } = await givenProperty();
    const heat = await signPass(env, { site_id, tool: "heatmap" }, Date.now());
    const pick = await signPass(env, { site_id, tool: "pick" }, Date.now());
    const reply = await heatmapOf(heat, `${page}&width=phone`);
    expect(reply.headers.get("access-control-allow-origin")).toBe("*");
    expect(await reply.json()).toMatchObject({ page: "/bikes", width: "phone", clicks: [], views: 0 });
    const route = `url=${encodeURIComponent("https://shop.example/app#/cart")}`;
    expect(await (await heatmapOf(heat, `${route}&width=phone`)).json()).toMatchObject({ page: "/app#/cart" });
    for (const pass of [null, pick, "no.pass.atall"])
      expect(await problemOf(await heatmapOf(pass, `${page}&width=phone`))).toBe("unauthorized");
    expect(await problemOf(await heatmapOf(heat, `${page}&width=wall`))).toBe("invalid");
    expect(await problemOf(await heatmapOf(heat, "url=nowhere&width=phone"))).toBe("invalid");
  });
});

describe("what was picked on a page", () => {
  const page = "https://shop.example/";
  const CHOICE = { selector: "button.buy", matches: 2, text: "Buy", page: "/" };
  const open = async (siteId: string, key: string) =>
    (await (await ask(siteId, key, { tool: "pick", url: page })).json()) as { pass: string; id: string };
  const choose = (pass: string | null, choice: object = CHOICE) =>
    call("POST", "/api/overlay/choice", {
      body: choice,
      headers: { origin: "https://shop.example", ...(pass ? { authorization: `Bearer ${pass}` } : {}) },
    });
  const chosen = (siteId: string, key: string, id: string) =>
    call("GET", `/api/v1/properties/${siteId}/overlay/${id}`, { key });

  it("waits for the key that opened the picker, and is made once", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const { pass, id } = await open(site_id, key);
    expect(await (await chosen(site_id, key, id)).json()).toEqual({ choice: null });
    const reply = await choose(pass);
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(await problemOf(await choose(pass, { ...CHOICE, selector: "body" }))).toBe("conflict");
    expect(await (await chosen(site_id, key, id)).json()).toEqual({ choice: CHOICE });
  });

  it("is read by nobody else: no other key, no other property, no reader of numbers, and not after its time", async () => {
    const [{ site_id }, other] = [await givenProperty(), await givenProperty()];
    const key = await givenKey();
    const { pass, id } = await open(site_id, key);
    expect((await choose(pass)).status).toBe(204);
    expect(await problemOf(await chosen(site_id, await givenKey(), id))).toBe("not_found");
    expect(await problemOf(await chosen(other.site_id, key, id))).toBe("not_found");
    expect(await problemOf(await chosen(site_id, await givenKey("organization", ["stats"]), id))).toBe("forbidden");
    expect((await call("GET", `/api/v1/properties/${site_id}/overlay/${id}`)).status).toBe(401);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + (OVERLAY_MINUTES + 1) * 60_000 });
    expect(await problemOf(await chosen(site_id, key, id))).toBe("not_found");
    expect(await problemOf(await choose(pass))).toBe("unauthorized");
  });

  it("is taken with the pass of a picker only, and as far as it is one", async () => {
    const { site_id } = await givenProperty();
    const { pass } = await open(site_id, await givenKey());
    const heat = await signPass(env, { site_id, tool: "heatmap" }, Date.now());
    const foreign = await signPass(env, { site_id, tool: "pick", id: "unknown" }, Date.now());
    for (const wrong of [null, heat, `${pass}x`]) expect(await problemOf(await choose(wrong))).toBe("unauthorized");
    expect(await problemOf(await choose(foreign))).toBe("conflict");
    for (const wrong of [{ selector: "" }, { text: "x".repeat(81) }, { matches: -1 }, { page: 1 }])
      expect(await problemOf(await choose(pass, { ...CHOICE, ...wrong }))).toBe("invalid");
    expect((await choose(pass)).status).toBe(204);
  });

  it("waits for the last twenty pickers of a property at most", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const opened = [];
    for (let i = 0; i < 22; i++) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1000 });
      opened.push(await open(site_id, key));
    }
    const known = await Promise.all(opened.map(async ({ id }) => (await chosen(site_id, key, id)).status === 200));
    expect(known).toEqual(opened.map((_, place) => place >= 2));
  });
});

it("a pass is found where it was put, also behind a fragment that routes", () => {
  for (const address of ["https://a.example/", "https://a.example/#", "https://a.example/x?y#/route/1"])
    expect(overlayPassIn(withOverlayPass(address, "a.b-c_d.e"))).toBe("a.b-c_d.e");
  expect(withOverlayPass("https://a.example/#", "p")).toBe("https://a.example/#trackkit=p");
  expect(overlayPassIn("https://a.example/?trackkit=a")).toBe(null);
});
