// Events from anywhere (POST /api/events), held to the contract.
import { env } from "cloudflare:workers";
import { describe, expect, it, test } from "vitest";
import { anEvent, CHROME, sendEvents, sendFromPage } from "../beacons";
import { ask, countAll, givenHeldQueue, lakeIds, lakeRows, mainHub, storedTraces } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, measuringStream } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

interface ListReply {
  status: string;
  accepted: number;
  rejected: { index: number; code: string; message: string }[];
}
const listOf = async (reply: Response) => (await reply.json()) as ListReply;
const errorOf = async (reply: Response) => ((await reply.json()) as { error: { code: string; message: string } }).error;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const HOUR = 3_600_000;

/** What became of the events of a property, first visits left out. */
async function rowsOf(siteId: string) {
  await countAll(queue, mainHub(siteId));
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type !== "first_visit");
}

/** Holds that nothing whatsoever came of a request. */
async function expectNothingStored(siteId: string): Promise<void> {
  await countAll(queue, mainHub(siteId));
  expect(await storedTraces()).toBe(0);
}

describe("one event", () => {
  it("is queued, and told its id", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), anEvent(site_id, { event_id: "mine" }));
    expect(reply.status).toBe(202);
    expect(await reply.json()).toEqual({ status: "queued", event_id: "mine", message: expect.any(String) });
    expect(await rowsOf(site_id)).toHaveLength(1);
  });

  it("without an id is given one, which is that of the stored event", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), anEvent(site_id));
    const { event_id } = (await reply.json()) as { event_id: string };
    expect((await rowsOf(site_id)).map((row) => row.event_id)).toEqual([event_id]);
  });

  it("keeps every field that the contract names", async () => {
    const { site_id } = await givenProperty();
    const time = ago(2 * HOUR);
    const event = {
      event_type: "Signup",
      site_id,
      event_id: "all",
      event_time: time,
      user_id: "user-7",
      session_id: "session-9",
      page_path: "/join",
      hostname: "shop.example",
      title: "Join us",
      referrer: "https://www.google.com/",
      button_id: "go",
      selector: "main > button.go",
      props: { plan: "pro", seats: 3, trial: true },
      language: "de-CH",
      screen: "1920x1080",
      revenue: { amount: 49.5, currency: "CHF" },
      ip: "198.51.100.77",
      user_agent: CHROME,
      country: "ch",
      region: "Zürich",
      city: "Winterthur",
    };
    expect((await sendEvents(await givenKey(), event)).status).toBe(202);
    const [row] = await rowsOf(site_id);
    expect(row).toMatchObject({
      event_id: "all",
      event_type: "custom",
      name: "Signup",
      event_time: Date.parse(time),
      user_id: "user-7",
      session_id: "session-9",
      page: "/join",
      hostname: "shop.example",
      title: "Join us",
      source: "Google",
      channel: "Organic Search",
      button_id: "go",
      selector: "main > button.go",
      props: { plan: "pro", seats: 3, trial: true },
      language: "de",
      screen: "1920x1080",
      revenue_amount: 49.5,
      revenue_currency: "CHF",
      ip: "198.51.100.0",
      browser: "Chrome",
      country: "CH",
      region: "Zürich",
      city: "Winterthur",
    });
  });

  it.each([
    ["page_visited", "pageview"],
    ["button_clicked", "click"],
    ["page_closed", "engagement"],
    ["session_created", "session_start"],
    ["session_ended", "session_end"],
  ])("%s of other systems is our %s", async (given, type) => {
    const { site_id } = await givenProperty("organization", { streams: [measuringStream()] });
    await sendEvents(await givenKey(), anEvent(site_id, { event_type: given }));
    expect((await rowsOf(site_id)).map(({ event_type, name }) => [event_type, name])).toEqual([[type, type]]);
  });
});

describe("a list of events", () => {
  it("may have 500", async () => {
    const { site_id } = await givenProperty();
    const events = Array.from({ length: 500 }, (_, i) =>
      anEvent(site_id, { event_id: `e${i}`, ip: `192.0.2.${i % 200}` }),
    );
    const reply = await sendEvents(await givenKey(), { events });
    expect(reply.status).toBe(202);
    expect(await listOf(reply)).toEqual({ status: "queued", accepted: 500, duplicates: 0, rejected: [] });
    expect((await rowsOf(site_id)).map(({ event_id }) => event_id)).toEqual(events.map(({ event_id }) => event_id));
    expect(await ask(site_id, ["visitors", "pageviews"])).toEqual([{ dimensions: [], metrics: [200, 500] }]);
  });

  it("with 501 is wrong as a whole", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), { events: Array.from({ length: 501 }, () => anEvent(site_id)) });
    expect(reply.status).toBe(400);
    expect((await errorOf(reply)).message).toBe("events must have at most 500 items");
    await expectNothingStored(site_id);
  });

  it("may be partly wrong: what is right counts, what is wrong is told by its index", async () => {
    const { site_id } = await givenProperty();
    const other = await givenProperty("another organization");
    const events = [
      anEvent(site_id, { event_id: "a" }),
      { site_id },
      anEvent(site_id, { url: "ftp://shop.example/" }),
      anEvent(other.site_id),
      anEvent("nosuchsite"),
      anEvent(site_id, { user_agent: "Googlebot/2.1" }),
      anEvent(site_id, { event_id: "b" }),
    ];
    const reply = await sendEvents(await givenKey(), { events });
    expect(reply.status).toBe(202);
    const { accepted, rejected } = await listOf(reply);
    expect(accepted).toBe(2);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, "invalid"],
      [2, "invalid"],
      [3, "not_found"],
      [4, "not_found"],
      [5, "bot"],
    ]);
    expect((await rowsOf(site_id)).map(({ event_id }) => event_id)).toEqual(["a", "b"]);
    expect(await lakeIds(other.site_id)).toEqual([]);
  });

  it("may speak for several properties of the organization", async () => {
    const [one, two] = [await givenProperty(), await givenProperty()];
    const events = [anEvent(one.site_id, { event_id: "one" }), anEvent(two.site_id, { event_id: "two" })];
    expect((await listOf(await sendEvents(await givenKey(), { events }))).accepted).toBe(2);
    await countAll(queue, mainHub(one.site_id), mainHub(two.site_id));
    expect([await lakeIds(one.site_id), await lakeIds(two.site_id)]).toEqual([["one"], ["two"]]);
  });
});

describe("a body that is wholly wrong is 400 and stores nothing", () => {
  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["a list without its object", "[]"],
    ["a number", "7"],
    ["an empty list", { events: [] }],
    ["events that are no list", { events: { event_type: "pageview" } }],
    ["an empty event", {}],
    ["a list of nonsense", { events: [null, 1, "x", [], {}] }],
  ])("%s", async (_, body) => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey("organization", ["ingest"], site_id), body);
    expect(reply.status).toBe(400);
    expect((await errorOf(reply)).code).toBe("invalid");
    await expectNothingStored(site_id);
  });
});

describe("with a key", () => {
  it("site_id may be left out when the key speaks for one property only", async () => {
    const { site_id } = await givenProperty();
    const { site_id: _, ...event } = anEvent(site_id, { event_id: "bound" });
    const bound = await givenKey("organization", ["ingest"], site_id);
    expect((await sendEvents(bound, event)).status).toBe(202);
    const reply = await sendEvents(await givenKey(), event);
    expect([reply.status, (await errorOf(reply)).message]).toEqual([400, "site_id must be given"]);
    expect((await rowsOf(site_id)).map(({ event_id }) => event_id)).toEqual(["bound"]);
  });

  it("of one property another property does not exist", async () => {
    const [mine, other] = [await givenProperty(), await givenProperty()];
    const key = await givenKey("organization", ["ingest"], mine.site_id);
    expect((await sendEvents(key, anEvent(other.site_id))).status).toBe(404);
    await expectNothingStored(other.site_id);
  });

  it("that is not known, or lacks the scope ingest, nothing is taken", async () => {
    const { site_id } = await givenProperty();
    expect((await sendEvents(`tk_${"x".repeat(40)}`, anEvent(site_id))).status).toBe(401);
    expect((await sendEvents(await givenKey("organization", ["stats", "manage"]), anEvent(site_id))).status).toBe(403);
    expect((await sendEvents(await givenKey("another organization"), anEvent(site_id))).status).toBe(404);
    await expectNothingStored(site_id);
  });

  it("an event needs no page and no host: an app has neither", async () => {
    const { site_id } = await givenProperty();
    expect((await sendEvents(await givenKey(), { event_type: "Install", site_id })).status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([{ name: "Install", page: null, hostname: null }]);
  });

  it("the caller's own address, agent and place are not the visitor's", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const headers = { "user-agent": CHROME, "cf-connecting-ip": "203.0.113.9" };
    await call("POST", "/api/events", { key, headers, body: anEvent(site_id) });
    expect(await rowsOf(site_id)).toMatchObject([{ device: null, browser: null, country: null }]);
  });

  it("a user_id is one visitor on all days and devices", async () => {
    const { site_id } = await givenProperty();
    const events = [50, 26, 1].map((hours, i) =>
      anEvent(site_id, { user_id: "anna", event_time: ago(hours * HOUR), ip: `192.0.2.${i}`, user_agent: CHROME }),
    );
    await sendEvents(await givenKey(), { events });
    const rows = await rowsOf(site_id);
    expect(new Set(rows.map(({ visitor_id }) => visitor_id)).size).toBe(1);
    expect(new Set(rows.map(({ visit_id }) => visit_id)).size).toBe(3);
  });

  it("a session_id tells visitors apart where neither user nor address is named", async () => {
    const { site_id } = await givenProperty();
    const events = ["one", "two", "one"].map((session_id) => anEvent(site_id, { session_id }));
    await sendEvents(await givenKey(), { events });
    expect(await rowsOf(site_id)).toHaveLength(3);
    expect(await ask(site_id, ["visitors", "visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [2, 2, 3] }]);
  });

  test("event_time may lie 72 hours back and is then that of the event", async () => {
    const { site_id } = await givenProperty();
    const time = ago(71.9 * HOUR);
    expect((await sendEvents(await givenKey(), anEvent(site_id, { event_time: time }))).status).toBe(202);
    expect((await rowsOf(site_id)).map(({ event_time }) => event_time)).toEqual([Date.parse(time)]);
  });

  it.each([
    ["72 hours and more back", ago(72.1 * HOUR), "event_time must be at most 72 hours old; import older events"],
    ["in the future", ago(-6 * 60_000), "event_time must not be in the future"],
    ["in the year 1", "0001-01-01T00:00:00Z", "event_time must be at most 72 hours old; import older events"],
    ["in the year 9999", "9999-12-31T23:59:59Z", "event_time must not be in the future"],
    ["no date", "yesterday", "event_time must be an ISO 8601 time"],
    ["on February 30th", "2026-02-30T12:00:00Z", "event_time must be an ISO 8601 time"],
    ["at 25 o'clock", "2026-11-21T25:00:00Z", "event_time must be an ISO 8601 time"],
    ["a number", 1_795_000_000, "event_time must be of type string"],
  ])("an event_time %s is told", async (_, event_time, message) => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), anEvent(site_id, { event_time }));
    expect([reply.status, (await errorOf(reply)).message]).toEqual([400, message]);
    await expectNothingStored(site_id);
  });

  it("a clock that runs some minutes ahead is set back to now", async () => {
    const { site_id } = await givenProperty();
    await sendEvents(await givenKey(), anEvent(site_id, { event_time: ago(-2 * 60_000) }));
    const [row] = await rowsOf(site_id);
    expect(row!.event_time).toBe(row!.received_at);
  });
});

describe("without a key, from a page", () => {
  it("an event of one of the property's hosts counts, with the browser's own device and place", async () => {
    const { site_id } = await givenProperty();
    expect((await sendFromPage(anEvent(site_id))).status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([{ page: "/", browser: "Chrome", ip: "192.0.2.0" }]);
  });

  it("an event that names only its page is of the host that sends it", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendFromPage({ event_type: "Pay", site_id, page_path: "/cart", button_id: "pay" });
    expect(reply.status).toBe(202);
    expect(await rowsOf(site_id)).toMatchObject([{ name: "Pay", page: "/cart", hostname: "shop.example" }]);
  });

  it.each([
    ["an event of another host", { url: "https://other.example/" }, {}],
    ["an event without any host", { url: undefined, page_path: "/" }, { origin: "" }],
    ["a call from another origin", {}, { origin: "https://other.example" }],
    ["a call from no origin", {}, { origin: "null" }],
    ["a host that only looks alike", { url: "https://shop.example.evil.example/" }, {}],
    ["a host that only ends alike", { url: "https://evilshop.example/" }, {}],
  ])("%s is forbidden", async (_, given, headers) => {
    const { site_id } = await givenProperty();
    const reply = await sendFromPage(anEvent(site_id, given), headers);
    expect([reply.status, (await errorOf(reply)).code]).toEqual([403, "forbidden"]);
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toEqual([]);
  });

  it.each([
    ["event_time", ago(HOUR)],
    ["ip", "192.0.2.1"],
    ["user_agent", CHROME],
    ["country", "CH"],
    ["region", "Zürich"],
    ["city", "Zürich"],
    ["network", "Swisscom (Schweiz) AG"],
    ["asn", 3303],
  ])("%s needs a key", async (field, value) => {
    const { site_id } = await givenProperty();
    const reply = await sendFromPage(anEvent(site_id, { [field]: value }));
    expect([reply.status, (await errorOf(reply)).message]).toEqual([
      403,
      `${field} needs an API key with the scope ingest`,
    ]);
    await expectNothingStored(site_id);
  });

  it("a property that does not exist is told", async () => {
    expect((await sendFromPage(anEvent("nosuchsite"))).status).toBe(404);
    expect((await sendFromPage({ event_type: "pageview" })).status).toBe(400);
  });

  it("a crawler is answered 202 with the reason, and not counted", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendFromPage(anEvent(site_id, { event_id: "x" }), { "user-agent": "Googlebot/2.1" });
    expect([reply.status, reply.headers.get("x-trackkit-refused")]).toEqual([202, "bot"]);
    expect(await reply.json()).toMatchObject({ status: "refused", event_id: "x", reason: "bot" });
    expect(await rowsOf(site_id)).toEqual([]);
  });
});

describe("an event fits into one queue message of 128 KB", () => {
  const wide = (length: number) => "漢".repeat(length);
  const props = (length: number) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, wide(length)]));

  it("or it is not taken in the first place", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendEvents(await givenKey(), anEvent(site_id, { props: props(2000) }));
    expect([reply.status, (await errorOf(reply)).message]).toEqual([
      400,
      "props must have at most 10000 characters as JSON",
    ]);
    await expectNothingStored(site_id);
  });

  it("also when every field is as long as it may be", async () => {
    const { site_id } = await givenProperty();
    const tags = ["source", "medium", "campaign", "term", "content"].map((tag) => `utm_${tag}=${wide(255)}`).join("&");
    const event = anEvent(site_id, {
      event_type: wide(120),
      event_id: wide(100),
      user_id: wide(128),
      session_id: wide(128),
      url: `https://shop.example/?${tags}`,
      page_path: encodeURI(`/${wide(999)}`).slice(0, 1000),
      title: wide(4000),
      referrer: `https://elsewhere.example/${wide(1000)}`,
      button_id: wide(200),
      selector: wide(1000),
      href: wide(2000),
      region: wide(100),
      city: wide(100),
      network: wide(200),
      props: props(300),
    });
    expect((await sendEvents(await givenKey(), event)).status).toBe(202);
    await env.HUB.getByName(mainHub(site_id)).flush();
    expect(queue.letters).toHaveLength(1);
    expect(new TextEncoder().encode(String(queue.letters[0]!.body)).length).toBeLessThan(128_000);
    expect(await rowsOf(site_id)).toMatchObject([{ props: event.props, page: event.page_path, href: event.href }]);
  });
});
