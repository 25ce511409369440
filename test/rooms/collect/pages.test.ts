// Pages and countries as collect stores them, by every way in: one page has one spelling, one country one code.
import { describe, expect, it } from "vitest";
import { importName } from "../../../workers/domain/visits/hub";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage, sendImport } from "../beacons";
import { ask, countAll, givenHeldQueue, lakeRows, mainHub, refusalsOf } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const SPELLED = "/%c3%bc/%7Ea;jsessionid=1/";
const NORMAL = "/%C3%BC/~a/";
const agent = { "user-agent": CHROME, "cf-connecting-ip": "192.0.2.7" };

/** The ways by which a page of the shop comes in. */
const WAYS: Record<string, (siteId: string, path: string) => Promise<Response>> = {
  "a beacon": (siteId, path) => sendBeacon(aBeacon(siteId, { u: `https://shop.example${path}` })),
  "the pixel": (siteId, path) =>
    call("GET", `/p.gif?s=${siteId}&u=${encodeURIComponent(`https://shop.example${path}`)}`, { headers: agent }),
  "an event of a page": (siteId, path) => sendFromPage(anEvent(siteId, { url: `https://shop.example${path}` })),
  "an event with url": async (siteId, path) =>
    sendEvents(await givenKey(), anEvent(siteId, { url: `https://shop.example${path}` })),
  "an event with page_path": async (siteId, path) =>
    sendEvents(await givenKey(), anEvent(siteId, { url: undefined, page_path: path })),
  "an import": async (siteId, path) =>
    sendImport(
      await givenKey(),
      siteId,
      [anEvent(siteId, { url: undefined, page_path: path, event_time: new Date().toISOString() })],
      "old",
    ),
};

async function pagesOf(siteId: string): Promise<(string | null)[]> {
  await countAll(queue, mainHub(siteId), importName(siteId));
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type === "pageview").map((row) => row.page);
}

describe("a page by every way in", () => {
  it.each(Object.entries(WAYS))("%s is written in one spelling, and an exclusion knows it", async (_, send) => {
    const { site_id } = await givenProperty("organization", {
      privacy: { excluded_paths: ["/%C3%A4/*", "/ö", "/%7Eo/*"] } as never,
    });
    for (const path of [SPELLED, "/%C3%A4/a", "/%c3%b6;jsessionid=9", "/~o/x", "/100%/%zz?a=1"]) {
      const reply = await send(site_id, path);
      expect(reply.status).toBeLessThan(300);
      await reply.arrayBuffer();
    }
    expect(await pagesOf(site_id)).toEqual([NORMAL, "/100%/%zz"]);
    expect(await refusalsOf(site_id)).toEqual({ excluded_path: 3 });
  });

  it.each(Object.entries(WAYS))("%s is written as the property says", async (_, send) => {
    const { site_id } = await givenProperty("organization", {
      pages: { trailing_slash: "strip", query_parameters: ["lang", "id"] },
      privacy: { excluded_paths: ["/admin/*"] } as never,
    });
    for (const path of ["/", "/p/?id=%7e&x=1&lang=de", "/p", "/admin/?id=1"])
      await (await send(site_id, path)).arrayBuffer();
    expect(await pagesOf(site_id)).toEqual(["/", "/p?lang=de&id=~", "/p"]);
    expect(await refusalsOf(site_id)).toEqual({ excluded_path: 1 });
  });

  it("is one page in the answers, and so is the page of the referrer", async () => {
    const { site_id } = await givenProperty();
    for (const path of [SPELLED, NORMAL])
      await sendBeacon(aBeacon(site_id, { u: `https://shop.example${path}`, r: `https://news.example${path}` }));
    expect(await pagesOf(site_id)).toEqual([NORMAL, NORMAL]);
    const question = (dimension: string) => ask(site_id, ["visitors"], { dimensions: [dimension] });
    expect(await question("event:page")).toEqual([{ dimensions: [NORMAL], metrics: [1] }]);
    expect(await question("visit:entry_page")).toEqual([{ dimensions: [NORMAL], metrics: [1] }]);
    expect(await question("visit:referrer")).toEqual([
      { dimensions: [`news.example${NORMAL.slice(0, -1)}`], metrics: [1] },
    ]);
  });
});

describe("the settings of pages", () => {
  const patch = async (siteId: string, pages: unknown) =>
    call("PATCH", `/api/v1/properties/${siteId}`, { key: await givenKey(), body: { pages } });
  const STANDARD = { trailing_slash: "keep", query_parameters: [] };

  it("are kept each by itself, and reach collect with the next beacon", async () => {
    const property = await givenProperty();
    const { site_id } = property;
    expect(property.pages).toEqual(STANDARD);
    await sendBeacon(aBeacon(site_id, { u: "https://shop.example/p/?id=1" }));
    expect(await (await patch(site_id, { trailing_slash: "strip" })).json()).toMatchObject({
      pages: { ...STANDARD, trailing_slash: "strip" },
    });
    const changed = await patch(site_id, { query_parameters: ["id", "größe", "id"] });
    expect(await changed.json()).toMatchObject({
      pages: { trailing_slash: "strip", query_parameters: ["id", "größe"] },
    });
    // The reply to this one says that there is a newer configuration, which the next is taken under.
    const reply = await sendBeacon(aBeacon(site_id, { u: "https://shop.example/p/?id=1" }));
    expect(await reply.json()).toMatchObject({ query: ["id", "größe"] });
    await sendBeacon(aBeacon(site_id, { u: "https://shop.example/p/?id=1" }));
    expect((await pagesOf(site_id)).at(-1)).toBe("/p?id=1");
  });

  it.each([
    [{ trailing_slash: "remove" }, "pages.trailing_slash must be one of keep, strip"],
    [{ query_parameters: "id" }, "pages.query_parameters must be of type array"],
    [{ query_parameters: [""] }, "pages.query_parameters[0] must not be empty"],
    [{ query_parameters: ["id", "a=1"] }, "pages.query_parameters[1] must be the name of one parameter, such as id"],
    [{ query_parameters: ["?id"] }, "pages.query_parameters[0] must be the name of one parameter, such as id"],
    [{ query_parameters: ["x".repeat(51)] }, "pages.query_parameters[0] must have at most 50 characters"],
    [
      { query_parameters: ["a\u0000"] },
      "pages.query_parameters[0] must not contain control characters or lone surrogates",
    ],
    [
      { query_parameters: Array.from({ length: 11 }, (_, i) => `p${i}`) },
      "pages.query_parameters must have at most 10 items",
    ],
    [{ slash: "strip" }, "pages must not have the field slash"],
  ])("are refused when they are %j", async (pages, message) => {
    const { site_id } = await givenProperty();
    const reply = await patch(site_id, pages);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { code: "invalid", message } });
  });

  it("are those of the tools over a page: its heatmap is found however its address is spelled", async () => {
    const { site_id } = await givenProperty("organization", {
      pages: { trailing_slash: "strip", query_parameters: ["id"] },
      streams: [{ url: "https://shop.example", name: "Shop", measurements: { heatmaps: true } }],
    });
    const p = { width: "desktop", clicks: "1,1,1", moves: "", to: 50 };
    await sendBeacon(aBeacon(site_id, { n: "heatmap", u: "https://shop.example/%7Eshop/?id=1&x=2", p }));
    await countAll(queue, mainHub(site_id));
    const url = "https://shop.example/~shop?id=1";
    const key = await givenKey();
    const opened = await call("POST", `/api/v1/properties/${site_id}/overlay`, { key, body: { tool: "heatmap", url } });
    const { pass } = (await opened.json()) as { pass: string };
    const viewsOf = async (address: string) => {
      const query = new URLSearchParams({ url: address, width: "desktop" });
      const reply = await call("GET", `/api/overlay/heatmap?${query}`, {
        headers: { authorization: `Bearer ${pass}` },
      });
      return ((await reply.json()) as { views: number }).views;
    };
    for (const address of [url, "https://shop.example/%7eshop;jsessionid=1/?y=3&id=1"])
      expect(await viewsOf(address)).toBe(1);
    expect(await viewsOf("https://shop.example/~shop?id=2")).toBe(0);
  });

  it("give rules patterns that fit the stripped page's slash too", async () => {
    const { site_id } = await givenProperty("organization", { pages: { trailing_slash: "strip" } as never });
    const rule = { name: "Buy", selector: "#buy", trigger: "click", page: "/shop/" };
    await call("POST", `/api/v1/properties/${site_id}/rules`, { key: await givenKey(), body: rule });
    const reply = await sendBeacon(aBeacon(site_id));
    const { rules } = (await reply.json()) as { rules: { p: string }[] };
    for (const path of ["/shop", "/shop/", "/shop#top"]) expect(path).toMatch(new RegExp(rules[0]!.p));
    expect("/shop/x").not.toMatch(new RegExp(rules[0]!.p));
  });
});

describe("a country", () => {
  const countriesOf = async (siteId: string) => {
    await countAll(queue, mainHub(siteId));
    const rows = await lakeRows(siteId);
    return rows.filter(({ event_type }) => event_type === "pageview").map(({ country }) => country);
  };
  const CODES = ["CH", "ch", "UK", "gb", "XK", "XX", "zz", "T1", "EU", "ap"];
  const COUNTRIES = ["CH", "CH", "GB", "GB", "XK", null, null, null, null, null];

  it("that a server names is one of the standard, or unknown", async () => {
    const { site_id } = await givenProperty();
    const events = CODES.map((country, i) => anEvent(site_id, { country, ip: `192.0.2.${i}`, user_agent: CHROME }));
    expect((await sendEvents(await givenKey(), { events })).status).toBe(202);
    expect(await countriesOf(site_id)).toEqual(COUNTRIES);
  });

  it.each(["YU", "AA", "C", "CHE", "1", "", "A1"])("%j is refused with a reason", async (country) => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), anEvent(site_id, { country }));
    expect(reply.status).toBe(400);
    const message = "country must be two letters of ISO 3166-1 such as CH";
    expect(await reply.json()).toMatchObject({ error: { code: "invalid", message } });
  });

  it("that the edge reports is one of the standard, or unknown", async () => {
    const { site_id } = await givenProperty();
    for (const [i, country] of [...CODES, "AA", "", undefined].entries())
      await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": `192.0.2.${i}` }, { country });
    expect(await countriesOf(site_id)).toEqual([...COUNTRIES, null, null, null]);
  });
});
