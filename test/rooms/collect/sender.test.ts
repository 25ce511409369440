// Who sends: an event of a page comes from a page of the property, on every way in.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFromElsewhere } from "../../../workers/collect/sender";
import { hostOf, isKnownHost } from "../../../workers/domain/events/path";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage } from "../beacons";
import { countAll, givenHeldQueue, lakeRows, mainHub, refusalsOf } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const messageOf = async (reply: Response) => ((await reply.json()) as { error: { message: string } }).error.message;
const page = "https://shop.example/a";
const browser = { "user-agent": CHROME, "cf-connecting-ip": "192.0.2.7" };

/** Every way in without a key. */
const ways: Record<string, (siteId: string, headers: Record<string, string>) => Promise<Response>> = {
  "POST /e": (siteId, headers) => sendBeacon(aBeacon(siteId, { u: page }), headers),
  "POST /e for a visit": (siteId, headers) => sendBeacon({ s: siteId, visit: 1 }, headers),
  "GET /p.gif": (siteId, headers) =>
    call("GET", `/p.gif?s=${siteId}&u=${encodeURIComponent(page)}`, { headers: { ...browser, ...headers } }),
  "POST /api/events": (siteId, headers) =>
    call("POST", "/api/events", { headers: { ...browser, ...headers }, body: anEvent(siteId, { url: page }) }),
  "POST /api/events with a list": (siteId, headers) =>
    call("POST", "/api/events", {
      headers: { ...browser, ...headers },
      body: { events: [anEvent(siteId, { url: page })] },
    }),
};

const FORGED: [string, Record<string, string>][] = [
  ["a foreign Origin", { origin: "https://attacker.test" }],
  ["a foreign Origin with a Referer of the property", { origin: "https://attacker.test", referer: page }],
  ["a foreign Referer", { referer: "https://attacker.test/page?x=1" }],
  ["a foreign Referer and an Origin that is kept back", { origin: "null", referer: "https://attacker.test/" }],
  ["a host that only begins like the property's", { origin: "https://shop.example.attacker.test" }],
  ["a host that only ends like the property's", { referer: "https://notshop.example/" }],
  ["the property's host as user name", { referer: "https://shop.example@attacker.test/" }],
  ["a page of another kind", { origin: "chrome-extension://abcdef" }],
];
const HONEST: [string, Record<string, string>][] = [
  ["nothing said", {}],
  ["the property's Origin", { origin: "https://shop.example" }],
  ["a port, www and capital letters", { origin: "HTTPS://WWW.Shop.Example:8443" }],
  ["a subdomain as Referer", { referer: "http://blog.shop.example/post" }],
];
const KEPT_BACK = { origin: "null" };
/** What asks by `fetch` says its Origin, unless it is in a sandbox. */
const FETCHED = ["POST /e for a visit", "POST /api/events", "POST /api/events with a list"];

describe.each(Object.keys(ways))("%s", (way) => {
  it.each(FORGED)("refuses %s", async (_, headers) => {
    const { site_id } = await givenProperty();
    const reply = await ways[way]!(site_id, headers);
    const body = (await reply.json()) as { error?: { code: string }; rejected?: { code: string }[] };
    expect(body.error?.code ?? body.rejected?.[0]?.code).toMatch(/^(forbidden|invalid)$/);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    await countAll(queue, mainHub(site_id));
    expect(await lakeRows(site_id)).toEqual([]);
  });

  it.each(HONEST)("takes %s", async (_, headers) => {
    const { site_id } = await givenProperty();
    expect((await ways[way]!(site_id, headers)).status).toBeLessThan(300);
  });
});

it.each(Object.keys(ways))("%s with an Origin that is kept back", async (way) => {
  const { site_id } = await givenProperty();
  const isTaken = (await ways[way]!(site_id, KEPT_BACK)).status < 300;
  expect(isTaken).toBe(!FETCHED.includes(way));
});

it("counts what was forged as refused", async () => {
  const { site_id } = await givenProperty();
  await ways["POST /e"]!(site_id, { origin: "https://attacker.test" });
  await ways["GET /p.gif"]!(site_id, { referer: "https://attacker.test/" });
  await countAll(queue, mainHub(site_id));
  expect(await refusalsOf(site_id)).toEqual({ unknown_host: 2 });
});

it("lets a server with a key name any page", async () => {
  const { site_id } = await givenProperty();
  const event = anEvent(site_id, { url: page, user_agent: CHROME, ip: "192.0.2.7" });
  expect((await sendEvents(await givenKey(), event)).status).toBe(202);
});

it("a page may send 50 events in a list, with 10 props each", async () => {
  const { site_id } = await givenProperty();
  const props = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, i]));
  const list = (count: number, given = {}) => ({
    events: Array.from({ length: count }, (_, i) => anEvent(site_id, { event_id: `e${i}`, ...given })),
  });
  const tooMany = await sendFromPage(list(51));
  expect([tooMany.status, await messageOf(tooMany)]).toEqual([
    400,
    "events must have at most 50 items without an API key",
  ]);
  const tooWide = await sendFromPage(anEvent(site_id, { props: props(11) }));
  expect([tooWide.status, await messageOf(tooWide)]).toEqual([
    400,
    "props must have at most 10 fields without an API key",
  ]);
  await countAll(queue, mainHub(site_id));
  expect(await lakeRows(site_id)).toEqual([]);
  expect(await (await sendFromPage(list(50, { props: props(10) }))).json()).toMatchObject({ accepted: 50 });
  expect((await sendEvents(await givenKey(), anEvent(site_id, { props: props(30) }))).status).toBe(202);
});

it("reads hosts as URLs do", () => {
  const host = fc.oneof(
    fc.constantFrom("shop.example", "www.shop.example", "a.shop.example", "shop.example.", "SHOP.example"),
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  const address = fc
    .tuple(fc.constantFrom("http", "https", "HTTPS"), host, fc.constantFrom("", ":8080"), fc.webPath())
    .map(([scheme, name, port, path]) => `${scheme}://${name}${port}${path}`);
  const own = { hosts: ["shop.example"], subdomains: true };
  fc.assert(
    fc.property(address, (sender) => {
      const isForeign = isFromElsewhere(new Headers({ referer: sender }), own);
      expect(isForeign).toBe(!isKnownHost(hostOf(sender), own));
    }),
  );
});
