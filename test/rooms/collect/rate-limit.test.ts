// The rate limit: one sender is an IPv4 address or an IPv6 /64, at every door that has a limit, however it is spelled.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sendBeacon, sendFromPage } from "../beacons";
import { call, givenFreshStorage, givenOwner, givenProperty, signIn } from "../given";

givenFreshStorage();

/** The binding with a limit that a few requests reach, and windows that never end. */
const LIMIT = 12;
beforeEach(() => {
  const counts = new Map<string, number>();
  vi.spyOn(Object.getPrototypeOf(env.RATE_LIMIT) as RateLimit, "limit").mockImplementation(async ({ key }) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    // A request takes five units of its /48.
    return { success: counts.get(key)! <= (key.endsWith("/48") ? 5 * LIMIT : LIMIT) };
  });
});
afterEach(() => vi.restoreAllMocks());

const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const unknownId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => LETTERS[byte % 32]).join("");

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
  ["a /64", (index: number) => `2001:db8:1:2::${index}`, "2001:db8:1:2::aaaa", "2001:db8:1:3::1"],
  [
    "an address",
    (index: number) => ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207"][index % 3]!,
    "192.0.2.7",
    "192.0.2.8",
  ],
  [
    "an IPv4 address in 6to4 and NAT64",
    (index: number) => [`2002:c000:207:${index}::1`, "64:ff9b::192.0.2.7", "[64:ff9b::c000:207]:443"][index % 3]!,
    "192.0.2.7",
    "64:ff9b::192.0.2.8",
  ],
])("wrong passwords from %s are counted together", async (_, addressOf, held, free) => {
  const { user, password } = await givenOwner();
  for (let attempt = 0; attempt < 10; attempt += 1) await signIn(user.email, "wrong password", addressOf(attempt));
  expect((await signIn(user.email, password, held)).status).toBe(429);
  expect((await signIn(user.email, password, free)).status).toBe(200);
});
