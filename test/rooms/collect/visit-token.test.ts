// The visit token: a server's event joins the visitor of the page that asked for it, and nobody else's.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openVisit, signVisit } from "../../../workers/collect/visit-token";
import { shardName } from "../../../workers/domain/visits/hub";
import { keepHouse } from "../../../workers/maintenance/housekeeping";
import { destroySecrets } from "../../../workers/storage/visitors/secrets";
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

  it("counts once in imports, however long ago the last one was", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const now = Date.now();
    const visit = await signVisit(env, site_id, { address: "192.0.2.7", agent: CHROME, user_id: null }, now + HOUR);
    const ahead = new Date(now + 60_000).toISOString();
    const lines = [aPurchase(site_id, visit, { event_time: ahead })];
    const send = async () => (await sendImport(key, site_id, lines)).json();
    expect(await send()).toMatchObject({ accepted: 1, duplicates: 0 });
    await rowsOf(site_id);
    vi.useFakeTimers({ toFake: ["Date"], now: now + 40 * HOUR });
    expect(await send()).toMatchObject({ accepted: 0, duplicates: 1 });
    const away = vi.spyOn(Object.getPrototypeOf(env.LAKE) as R2Bucket, "get").mockRejectedValue(new Error("away"));
    expect(await send()).toMatchObject({ error: { code: "unavailable" } });
    away.mockRestore();
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
    const forged = await signVisit({ ...env, AUTH_SECRET: "another secret" }, site_id, keys, Date.now());
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

describe("the secret of a token's hour", () => {
  const KEYS = { address: "192.0.2.7", agent: CHROME, user_id: null };
  const EXPIRED = "visit has expired: a token is valid for 48 hours";
  const START = Date.parse("2026-11-24T09:00:00Z");
  const rows = async () => {
    const sql = "SELECT date, secret FROM visitor_secrets WHERE site_id = 'visit tokens' ORDER BY date";
    return (await env.DB.prepare(sql).all<{ date: string; secret: string }>()).results;
  };

  it("lives as long as any token of the hour, and no longer", async () => {
    for (const minute of [0, 17, 59.99]) {
      const made = START + minute * 60_000;
      const token = await signVisit(env, "site", KEYS, made);
      await destroySecrets(env.DB, made + 48 * HOUR - 1);
      expect(await openVisit(env, "site", token, made + 48 * HOUR - 1)).toEqual(KEYS);
      await expect(openVisit(env, "site", token, made + 48 * HOUR)).rejects.toThrow(EXPIRED);
    }
    expect(await rows()).toHaveLength(1);
    await destroySecrets(env.DB, START + 49 * HOUR - 1);
    expect(await rows()).toHaveLength(1);
    vi.useFakeTimers({ toFake: ["Date"], now: START + 49 * HOUR });
    await keepHouse(env, Date.now());
    expect(await rows()).toEqual([]);
  });

  it("is needed besides AUTH_SECRET: without it nobody reads a token, at any time that a clock may show", async () => {
    const token = await signVisit(env, "site", KEYS, START);
    const [row] = await rows();
    // The cron has run; then somebody sets the clock back, or restores a row with another secret.
    await destroySecrets(env.DB, START + 49 * HOUR);
    for (const now of [START, START + HOUR, START + 49 * HOUR, START + 1000 * HOUR])
      await expect(openVisit(env, "site", token, now)).rejects.toThrow(EXPIRED);
    await signVisit(env, "site", KEYS, START + 1);
    expect((await rows())[0]!.secret).not.toBe(row!.secret);
    await expect(openVisit(env, "site", token, START + 2)).rejects.toThrow("visit must be a token");
  });

  it("is another in each hour, and is made by nobody who only shows a token", async () => {
    // The isolate still knows the secrets of the hours above, which this test's storage does not have.
    const start = START + 240 * HOUR;
    const token = await signVisit(env, "site", KEYS, start);
    await signVisit(env, "site", KEYS, start + HOUR - 1);
    await signVisit(env, "site", KEYS, start + HOUR);
    const made = await rows();
    expect(made.map(({ date }) => Number(date) * HOUR)).toEqual([start, start + HOUR]);
    expect(made[0]!.secret).not.toBe(made[1]!.secret);
    const bytes = Buffer.from(token, "base64url");
    for (const hours of [-3, 2, 5, 1e6]) {
      bytes.writeUInt32BE(start / HOUR + hours);
      const moved = bytes.toString("base64url");
      await expect(openVisit(env, "site", moved, start + HOUR)).rejects.toThrow(/^visit /);
    }
    // The hour that a token names is the hour of its secret.
    bytes.writeUInt32BE(start / HOUR + 1);
    await expect(openVisit(env, "site", bytes.toString("base64url"), start + HOUR)).rejects.toThrow("must be a token");
    expect(await rows()).toEqual(made);
  });
});
