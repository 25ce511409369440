// The visit token: a server's event joins the visitor of the page that asked for it, and nobody else's.
import { afterEach, describe, expect, it, vi } from "vitest";
import { signVisit } from "../../../workers/collect/visit-token";
import { shardName } from "../../../workers/domain/visits/hub";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage, sendImport } from "../beacons";
import { ask, countAll, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());
const queue = givenHeldQueue();
const HOUR = 3_600_000;

/** Asks as a page of the shop does. */
async function askFor(siteId: string, who: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  return sendBeacon({ s: siteId, visit: 1, ...who }, { origin: "https://shop.example", ...headers });
}

async function tokenOf(siteId: string, who: object = {}, headers: Record<string, string> = {}): Promise<string> {
  const reply = await askFor(siteId, who, headers);
  expect(reply.status).toBe(200);
  return ((await reply.json()) as { visit: string }).visit;
}

const aPurchase = (siteId: string, visit: unknown, more: object = {}) =>
  anEvent(siteId, { event_type: "Purchase", revenue: { amount: 9, currency: "EUR" }, visit, ...more });

async function rowsOf(siteId: string, ...hubs: string[]) {
  await countAll(queue, mainHub(siteId), ...hubs);
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type !== "first_visit");
}

describe("an event with the token of a page", () => {
  it("is of the page's visitor and visit", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id), {}, { country: "CH" });
    const reply = await sendEvents(await givenKey(), aPurchase(site_id, await tokenOf(site_id)));
    expect(reply.status).toBe(202);
    const [view, purchase] = await rowsOf(site_id);
    expect(purchase).toMatchObject({ name: "Purchase", revenue_amount: 9, new_visit: 0, country: "CH" });
    expect([purchase!.visitor_id, purchase!.visit_id]).toEqual([view!.visitor_id, view!.visit_id]);
    expect(await ask(site_id, ["visitors", "visits"])).toEqual([{ dimensions: [], metrics: [1, 1] }]);
  });

  it("is so before other ways of saying who it is", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    const visit = await tokenOf(site_id);
    const others = [{ ip: "198.51.100.1", user_agent: "curl/8" }, { session_id: "s" }, { user_id: "user-1" }];
    for (const other of others)
      expect((await sendEvents(await givenKey(), aPurchase(site_id, visit, other))).status).toBe(202);
    const rows = await rowsOf(site_id);
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map(({ visitor_id }) => visitor_id)).size).toBe(1);
  });

  it("is the page's also in an import, which is otherwise a hub of its own", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    const visit = await tokenOf(site_id);
    const event_time = new Date().toISOString();
    const lines = [aPurchase(site_id, visit, { event_time }), anEvent(site_id, { event_time, ip: "198.51.100.1" })];
    const reply = await sendImport(await givenKey(), site_id, lines, "shop");
    expect(await reply.json()).toMatchObject({ accepted: 2, rejected: [] });
    const [view, purchase] = await rowsOf(site_id);
    expect([purchase!.name, purchase!.visit_id]).toEqual(["Purchase", view!.visit_id]);
    const old = aPurchase(site_id, visit, { event_time: new Date(Date.now() - 73 * HOUR).toISOString() });
    expect(await (await sendImport(await givenKey(), site_id, [old])).json()).toMatchObject({
      error: { details: [{ message: "event_time must be at most 72 hours old when visit is given" }] },
    });
  });

  it("is of the user whom the page named, and of the id that the browser stores", async () => {
    const { site_id } = await givenProperty("organization", { privacy: { storage: "local" } as never });
    const made = `${(Date.now() - 240 * HOUR).toString(36)}.0.5`;
    for (const who of [{ c: "user-42" }, { v: made }, { v: made, c: "user-7" }]) {
      const headers = { "cf-connecting-ip": `192.0.2.${10 + Object.keys(who).length}` };
      await sendBeacon({ ...aBeacon(site_id), ...who }, headers);
      await sendEvents(await givenKey(), aPurchase(site_id, await tokenOf(site_id, who, headers)));
    }
    const rows = await rowsOf(site_id);
    expect(rows.map(({ name, user_id }) => [name, user_id])).toEqual([
      ["pageview", "user-42"],
      ["Purchase", "user-42"],
      ["pageview", null],
      ["Purchase", null],
      ["pageview", "user-7"],
      ["Purchase", "user-7"],
    ]);
    for (const at of [0, 2, 4]) expect(rows[at + 1]!.visitor_id).toBe(rows[at]!.visitor_id);
  });

  it("is of the page's visitor in each of several shards", async () => {
    const { site_id } = await givenProperty("organization", { shards: 4 });
    const hubs = [0, 1, 2, 3].map((shard) => shardName(site_id, shard));
    for (let i = 0; i < 8; i += 1) {
      const headers = { "cf-connecting-ip": `192.0.2.${i}` };
      await sendBeacon(aBeacon(site_id), headers);
      await sendEvents(await givenKey(), aPurchase(site_id, await tokenOf(site_id, {}, headers)));
    }
    const rows = await rowsOf(site_id, ...hubs);
    const visitors = (name: string) => rows.filter((row) => row.name === name).map(({ visitor_id }) => visitor_id);
    expect(new Set(visitors("pageview")).size).toBe(8);
    expect(visitors("Purchase").sort()).toEqual(visitors("pageview").sort());
  });

  it("begins a visit of the same visitor after half an hour, and is no visitor's after 48 hours", async () => {
    const { site_id } = await givenProperty();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-24T09:00:00Z") });
    const key = await givenKey();
    await sendBeacon(aBeacon(site_id));
    const visit = await tokenOf(site_id);
    vi.setSystemTime(Date.parse("2026-11-24T09:45:00Z"));
    expect((await sendEvents(key, aPurchase(site_id, visit))).status).toBe(202);
    const [view, purchase] = await rowsOf(site_id);
    expect(purchase).toMatchObject({ visitor_id: view!.visitor_id, new_visit: 1 });
    vi.setSystemTime(Date.parse("2026-11-26T08:59:59Z"));
    expect((await sendEvents(key, aPurchase(site_id, visit))).status).toBe(202);
    vi.setSystemTime(Date.parse("2026-11-26T09:00:00Z"));
    const late = await sendEvents(key, aPurchase(site_id, visit));
    expect(late.status).toBe(400);
    expect(await late.json()).toMatchObject({
      error: { code: "invalid", message: "visit has expired: a token is valid for 48 hours" },
    });
  });
});

describe("a token", () => {
  it("that is none, was changed, or is another property's is told", async () => {
    const { site_id } = await givenProperty();
    const other = await givenProperty();
    const visit = await tokenOf(site_id);
    const changed = (at: number) => visit.slice(0, at) + (visit[at] === "A" ? "B" : "A") + visit.slice(at + 1);
    const keys = { address: "192.0.2.7", agent: CHROME, user_id: null };
    const forged = await signVisit({ AUTH_SECRET: "another secret" }, site_id, keys, Date.now());
    const NONE = "visit must be a token that trackkit.visit() returned";
    const wrong: [unknown, string][] = [
      ["", NONE],
      ["x", NONE],
      [`${visit}=`, NONE],
      [visit.slice(0, -2), NONE],
      [changed(0), NONE],
      [changed(20), NONE],
      [changed(visit.length - 10), NONE],
      [forged, NONE],
      ["x".repeat(20_001), "visit must have at most 20000 characters"],
      [7, "visit must be of type string"],
      [await tokenOf(other.site_id), "visit must be a token of the event's property"],
    ];
    for (const [given, message] of wrong) {
      const reply = await sendEvents(await givenKey(), aPurchase(site_id, given));
      expect([given, reply.status, ((await reply.json()) as { error: { message: string } }).error.message]).toEqual([
        given,
        400,
        message,
      ]);
    }
    expect(await rowsOf(site_id)).toEqual([]);
  });

  it("may be null: the page got none", async () => {
    const { site_id } = await givenProperty();
    const event = aPurchase(site_id, null, { ip: "198.51.100.1", user_agent: CHROME });
    expect((await sendEvents(await givenKey(), event)).status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([{ name: "Purchase", browser: "Chrome" }]);
  });

  it("needs a key", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendFromPage(aPurchase(site_id, await tokenOf(site_id)));
    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject({
      error: { code: "forbidden", message: "visit needs an API key with the scope ingest" },
    });
  });

  it("shows nothing of who it is about, and is another each time", async () => {
    const { site_id } = await givenProperty();
    const tokens = [await tokenOf(site_id, { c: "user-42" }), await tokenOf(site_id, { c: "user-42" })];
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]+$/);
      const bytes = Buffer.from(token, "base64url").toString("latin1");
      for (const secret of ["192.0.2", "Mozilla", "Chrome", "user-42", site_id]) expect(bytes).not.toContain(secret);
    }
  });

  it("is given to pages of the property only, and to nobody who would not be counted", async () => {
    const { site_id } = await givenProperty("organization", {
      privacy: { honour_dnt: true, excluded_addresses: ["198.51.100.0/24"] } as never,
    });
    const strange = await askFor(site_id, {}, { origin: "https://evil.example" });
    expect([strange.status, strange.headers.get("access-control-allow-origin")]).toEqual([403, "*"]);
    expect((await askFor("zzzzzzzzzz")).status).toBe(404);
    expect((await sendBeacon({ s: site_id, visit: 2 })).status).toBe(400);
    const uncounted: Record<string, string>[] = [
      { "sec-gpc": "1" },
      { "cf-connecting-ip": "198.51.100.7" },
      { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" },
    ];
    for (const headers of uncounted) expect(await (await askFor(site_id, {}, headers)).json()).toEqual({ visit: null });
  });
});
