// The rate limits: of a sender (an IPv4 address or an IPv6 /64, however it is spelled), of its network, of a property, of a key.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { anEvent, sendBeacon, sendEvents, sendFromPage, sendImport } from "../beacons";
import { call, givenFreshStorage, givenKey, givenOwner, givenProperty, signIn } from "../given";

givenFreshStorage();

/** The binding with a limit that a few requests reach, and windows that never end. */
const LIMIT = 12;
beforeEach(() => {
  const counts = new Map<string, number>();
  vi.spyOn(Object.getPrototypeOf(env.RATE_LIMIT) as RateLimit, "limit").mockImplementation(async ({ key }) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    // What writes rows takes five units of its network.
    return { success: counts.get(key)! <= (key.startsWith("auth rows/") ? 5 * LIMIT : LIMIT) };
  });
});
afterEach(() => vi.restoreAllMocks());

const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const unknownId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => LETTERS[byte % 32]).join("");

const unknownKey = (): string => `tk_${unknownId().repeat(4)}`;

type Knock = (address: string) => Promise<Response>;
const from = (address: string) => ({ "cf-connecting-ip": address });

/** What is sent is counted by the limit and then found to be invalid: a flood of it stores nothing. */
const DOORS: Record<string, (siteId: string) => Knock> = {
  "POST /e": (s) => (address) => sendBeacon({ s, h: Array(50).fill(null) }, from(address)),
  "POST /e with ids that nobody has": () => (address) => sendBeacon({ s: unknownId(), h: [null] }, from(address)),
  "GET /p.gif": (s) => (address) => call("GET", `/p.gif?s=${s}&u=nowhere`, { headers: from(address) }),
  "POST /api/events without a key": (site_id) => (address) =>
    sendFromPage({ events: Array(50).fill({ event_type: "rule", site_id }) }, from(address)),
  "GET /api/auth/get-session": () => (address) => call("GET", "/api/auth/get-session", { headers: from(address) }),
  "GET /api/setup": () => (address) => call("GET", "/api/setup", { headers: from(address) }),
  "POST /api/setup": () => (address) => call("POST", "/api/setup", { headers: from(address), body: {} }),
  "a key that nobody has": () => (address) =>
    call("GET", "/api/v1/properties", { key: unknownKey(), headers: from(address) }),
  "a key that nobody has, for events": () => (address) =>
    call("POST", "/api/events", { key: unknownKey(), headers: from(address), body: {} }),
  "GET /api/public": () => (address) => call("GET", `/api/public/${unknownId()}/live.json`, { headers: from(address) }),
};

/** Knocks from one address after the other; the last status. */
async function flood(knock: Knock, addressOf: (index: number) => string): Promise<number> {
  let status = 0;
  for (let sent = 0; sent <= LIMIT; sent += 1) status = (await knock(addressOf(sent))).status;
  return status;
}

test.each(Object.entries(DOORS))("%s: all of a /64 is one sender, another /64 is another", async (_, door) => {
  const knock = door((await givenProperty()).site_id);
  expect(await flood(knock, (index) => `2001:db8:1:2:${index.toString(16)}::${index.toString(16)}`)).toBe(429);
  expect((await knock("2001:db8:1:3::1")).status).not.toBe(429);
});

test.each([
  ["sign-in/email", { password: "wrong password" }],
  ["request-password-reset", {}],
])("made-up addresses at %s count for the whole /48, and not for its neighbour", async (path, body) => {
  await givenOwner();
  const knock = (address: string) =>
    call("POST", `/api/auth/${path}`, {
      headers: from(address),
      body: { email: `${unknownId()}@example.com`, ...body },
    });
  expect(await flood(knock, (index) => `2001:db8:1:${index.toString(16)}::1`)).toBe(429);
  expect((await knock("2001:db8:2:1::1")).status).not.toBe(429);
  const rows = await env.DB.prepare("select count(*) as n from sign_in_attempts").first<number>("n");
  expect(rows).toBeLessThanOrEqual(LIMIT + 1);
});

/** Knocks until the door is closed, each time from the next address. @returns how often it was open. */
async function knockUntilClosed(knock: Knock, addressOf: (index: number) => string, most = 2_000): Promise<number> {
  for (let open = 0; open < most; open += 1) {
    const reply = await knock(addressOf(open));
    if (reply.status !== 429) continue;
    expect(reply.headers.get("retry-after")).toBe("10");
    return open;
  }
  return most;
}

test.each(Object.entries(DOORS))("%s: a /48 is limited as a whole, and so is a /24", async (_, door) => {
  const knock = door((await givenProperty()).site_id);
  expect(await knockUntilClosed(knock, (index) => `2001:db8:77:${index.toString(16)}::1`)).toBeLessThan(6 * LIMIT);
  expect((await knock("2001:db8:78::1")).status).not.toBe(429);
  expect(await knockUntilClosed(knock, (index) => `198.51.100.${index % 256}`)).toBeLessThan(6 * LIMIT);
  expect((await knock("198.51.101.1")).status).not.toBe(429);
});

test("all senders of a property together are limited; each shard raises the limit", async () => {
  const flood = (site_id: string) => {
    const knock = DOORS["POST /api/events without a key"]!(site_id);
    return knockUntilClosed(knock, (index) => `2001:db8:${index.toString(16)}::1`);
  };
  const one = await flood((await givenProperty()).site_id);
  const three = await flood((await givenProperty("organization", { shards: 3 })).site_id);
  // 50 events are five units, and a call of the binding pays for 34.
  expect(one).toBe(Math.floor((LIMIT * 34) / 5));
  expect(three).toBe(Math.floor((LIMIT * 34 * 3) / 5));
});

test("what a sender may no longer send costs neither its network nor the property anything", async () => {
  const { site_id } = await givenProperty();
  const knock = DOORS["POST /e"]!(site_id);
  for (let sent = 0; sent < 50 * LIMIT; sent += 1) await knock("198.51.100.1");
  expect((await knock("198.51.100.2")).status).not.toBe(429);
});

test("an event costs by the rows that it can write: 50 full events cost more than 50 bare ones", async () => {
  const { site_id } = await givenProperty();
  const props = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key ${index}`, index]));
  const sends: Record<string, unknown> = { bare: null, full: { u: "https://shop.example/?utm_source=a", p: props } };
  const open: Record<string, number> = {};
  for (const [index, name] of Object.keys(sends).entries()) {
    const beacon = { s: site_id, h: Array(3).fill(sends[name]) };
    open[name] = await knockUntilClosed(
      (address) => sendBeacon(beacon, from(address)),
      () => `192.0.2.${index}`,
    );
  }
  // Three bare events are one unit, three full ones (41 rows each) two.
  expect(open).toEqual({ bare: LIMIT, full: LIMIT / 2 });
});

describe("with a key", () => {
  const listOf = (site_id: string, count: number) => ({
    events: Array.from({ length: count }, () => anEvent(site_id, { event_id: crypto.randomUUID() })),
  });

  test("events are limited by key, and nothing of a refused request is stored", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const list = listOf(site_id, 100);
    const knock: Knock = () => sendEvents(key, list);
    // 100 events are ten units, and a call of the binding pays for 20.
    expect(await knockUntilClosed(knock, () => "")).toBe((LIMIT * 20) / 10);
    const fresh = listOf(site_id, 1);
    const refused = await sendEvents(key, fresh);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { code: "too_many", message: "API key exceeded the rate limit; wait ten seconds" },
    });
    expect((await sendEvents(key, fresh.events[0])).status).toBe(429);
    expect(await (await sendEvents(await givenKey(), fresh)).json()).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test("imports are limited by their length", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const line = " ".repeat(100_000);
    const knock: Knock = () => sendImport(key, site_id, [line]);
    expect(await knockUntilClosed(knock, () => "")).toBe((LIMIT * 20) / 10);
    expect((await sendImport(await givenKey(), site_id, [line])).status).toBe(202);
  });
});

test("another spelling of an address is no other sender", async () => {
  const knock = DOORS["GET /p.gif"]!((await givenProperty()).site_id);
  const four = ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:C000:0207", "0:0:0:0:0:ffff:c000:207"];
  expect(await flood(knock, (index) => four[index % 4]!)).toBe(429);
  expect((await knock("::ffff:192.0.2.8")).status).not.toBe(429);
  const inside = ["192.0.2.9:80", "[::ffff:192.0.2.9]:443", "2002:c000:209::1", "64:ff9b::192.0.2.9"];
  expect(await flood(knock, (index) => inside[index % 4]!)).toBe(429);
  expect((await knock("2002:c000:20a::1")).status).not.toBe(429);
  const six = ["2001:db8:9:9::1", "2001:0DB8:0009:0009:0000:0000:0000:0001", "2001:db8:9:9:0:0:0:1%eth0"];
  expect(await flood(knock, (index) => six[index % 3]!)).toBe(429);
});

test.each([
  ["a /64", (index: number) => `2001:db8:51:2::${index}`, "2001:db8:51:2::aaaa", "2001:db8:51:3::1"],
  [
    "an address",
    (index: number) => ["203.0.113.7", "::ffff:203.0.113.7", "::ffff:cb00:7107"][index % 3]!,
    "203.0.113.7",
    "203.0.113.8",
  ],
  [
    "an IPv4 address in 6to4 and NAT64",
    (index: number) => [`2002:c612:1407:${index}::1`, "64:ff9b::198.18.20.7", "[64:ff9b::c612:1407]:443"][index % 3]!,
    "198.18.20.7",
    "64:ff9b::198.18.20.8",
  ],
])("wrong passwords from %s are counted together", async (_, addressOf, held, free) => {
  const { user, password } = await givenOwner();
  for (let attempt = 0; attempt < 10; attempt += 1) await signIn(user.email, "wrong password", addressOf(attempt));
  expect((await signIn(user.email, password, held)).status).toBe(429);
  expect((await signIn(user.email, password, free)).status).toBe(200);
});
