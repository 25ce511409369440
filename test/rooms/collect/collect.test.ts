// Collect, held to the contract: what is acknowledged is counted once, what is not is told.
import { evictDurableObject, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import type { Refusal } from "../../../workers/domain/requests/refusal";
import { REFUSALS } from "../../../workers/domain/requests/refusal";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents } from "../beacons";
import { ask, countAll, givenHeldQueue, lakeIds, lakeRows, mainHub, refusalsOf, storedTraces } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, ORIGIN, problemOf } from "../given";

givenFreshStorage();
afterEach(() => {
  vi.useRealTimers();
});
const queue = givenHeldQueue();

const errorOf = async (reply: Response) => ((await reply.json()) as { error: { code: string; message: string } }).error;

async function live(siteId: string): Promise<Record<string, unknown>> {
  return (await call("GET", `/api/v1/properties/${siteId}/live`, { key: await givenKey() })).json();
}

/** A request whose body has no Content-Length. */
function sendStream(path: string, bytes: number, headers: Record<string, string> = {}): Promise<Response> {
  const chunk = new Uint8Array(16 * 1024).fill(32);
  let left = bytes;
  const body = new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)));
      left -= chunk.length;
    },
  });
  return exports.default.fetch(`${ORIGIN}${path}`, { method: "POST", headers, body });
}

describe("POST /e", () => {
  it("a page view is accepted, answered with the configuration, and live at once", async () => {
    const { site_id } = await givenProperty();
    const reply = await sendBeacon(aBeacon(site_id));
    expect(reply.status).toBe(202);
    expect(await reply.json()).toEqual({ off: [], on: ["file_downloads"] });
    expect(await live(site_id)).toMatchObject({ active_5m: 1, pageviews_30m: 1, pages: [{ value: "/", visitors: 1 }] });
  });

  it("is still live after the hub was evicted, before anything was flushed and after", async () => {
    // Pictures of different minutes cannot be compared: the clock stops, timers run on.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    const before = await live(site_id);
    await evictDurableObject(env.HUB.getByName(mainHub(site_id)));
    expect(await live(site_id)).toEqual(before);
    await countAll(queue, mainHub(site_id));
    await evictDurableObject(env.HUB.getByName(mainHub(site_id)));
    expect(await live(site_id)).toEqual(before);
  });

  it("makes one first_visit of a visitor's first page view of the day", async () => {
    const { site_id } = await givenProperty();
    for (const page of ["/", "/two", "/three"])
      await sendBeacon(aBeacon(site_id, { u: `https://shop.example${page}` }));
    await countAll(queue, mainHub(site_id));
    const types = (await lakeRows(site_id)).map(({ event_type }) => event_type);
    expect(types).toEqual(["pageview", "first_visit", "pageview", "pageview"]);
  });

  it("makes no first_visit where the stream does not want it, and says in the reply what is off", async () => {
    const measurements = { first_visit: false, scroll: false };
    const { site_id } = await givenProperty(undefined, {
      streams: [{ url: "https://shop.example", name: "Shop", measurements }],
    });
    const reply = await sendBeacon(aBeacon(site_id));
    expect(((await reply.json()) as { off: string[] }).off).toEqual(["scroll"]);
    await countAll(queue, mainHub(site_id));
    expect((await lakeRows(site_id)).map(({ event_type }) => event_type)).toEqual(["pageview"]);
  });

  it("takes what a tracker of few bytes leaves to it: language from the header, long names, depths over 100 % or none", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { n: "x".repeat(500) }), { "accept-language": "de-CH,de;q=0.9" });
    await sendBeacon(aBeacon(site_id, { n: "engagement", e: 1234.567, d: 104 }));
    await sendBeacon(aBeacon(site_id, { n: "engagement", e: 1, d: null, b: null }));
    await countAll(queue, mainHub(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type !== "first_visit");
    expect(rows.map(({ name, scroll_depth, engaged_ms }) => [name, scroll_depth, engaged_ms])).toEqual([
      ["x".repeat(120), null, null],
      ["engagement", 100, 1235],
      ["engagement", null, 1],
    ]);
    expect(rows[0]!.language).toBe("de");
  });

  it("keeps what the edge knows of place and network with the event", async () => {
    const { site_id } = await givenProperty();
    const cf = { country: "CH", region: "Basel-City", city: "Basel", asOrganization: "Swisscom", asn: 3303 };
    await sendBeacon(aBeacon(site_id), {}, cf);
    await countAll(queue, mainHub(site_id));
    expect((await lakeRows(site_id))[0]).toMatchObject({
      country: "CH",
      region: "Basel-City",
      city: "Basel",
      network: "Swisscom",
      asn: 3303,
      network_type: "isp",
    });
  });

  it("a beacon that was sent twice counts once", async () => {
    const { site_id } = await givenProperty();
    const beacon = aBeacon(site_id, { i: "once" });
    expect((await sendBeacon(beacon)).status).toBe(202);
    expect((await sendBeacon(beacon)).status).toBe(202);
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toEqual(["once"]);
  });

  it("is also taken at the configured path", async () => {
    const { site_id } = await givenProperty();
    const before = env.COLLECT_PATH;
    env.COLLECT_PATH = "/numbers/in";
    try {
      expect((await sendBeacon(aBeacon(site_id), {}, undefined, "/numbers/in")).status).toBe(202);
      expect((await sendBeacon(aBeacon(site_id))).status).toBe(202);
    } finally {
      env.COLLECT_PATH = before;
    }
    expect((await sendBeacon(aBeacon(site_id), {}, undefined, "/numbers/in")).status).toBe(404);
  });

  it("is told 404 for an unknown site_id, which costs no Durable Object", async () => {
    const before = await listDurableObjectIds(env.HUB);
    const reply = await sendBeacon(aBeacon("nosuchsite"));
    expect(reply.status).toBe(404);
    expect(await errorOf(reply)).toEqual({ code: "not_found", message: "property nosuchsite does not exist" });
    expect(await listDurableObjectIds(env.HUB)).toHaveLength(before.length);
  });
});

describe("GET /p.gif", () => {
  const pixel = (query: string, headers: Record<string, string> = {}) =>
    call("GET", `/p.gif?${query}`, { headers: { "user-agent": CHROME, "cf-connecting-ip": "192.0.2.7", ...headers } });

  it("counts a page view and answers with an image that nobody caches", async () => {
    const { site_id } = await givenProperty();
    const reply = await pixel(
      `s=${site_id}&u=${encodeURIComponent("https://shop.example/pricing?utm_source=x")}&t=Prices`,
    );
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe("image/gif");
    expect(reply.headers.get("cache-control")).toContain("no-store");
    expect(new TextDecoder().decode(await reply.arrayBuffer())).toMatch(/^GIF89a/);
    await countAll(queue, mainHub(site_id));
    expect((await lakeRows(site_id))[0]).toMatchObject({ page: "/pricing", title: "Prices", utm_source: "x" });
  });

  it("takes the page from the Referer where the address does not name it", async () => {
    const { site_id } = await givenProperty();
    expect((await pixel(`s=${site_id}`, { referer: "https://shop.example/from" })).status).toBe(200);
    expect((await pixel(`s=${site_id}`)).status).toBe(400);
    await countAll(queue, mainHub(site_id));
    expect((await lakeRows(site_id)).map(({ page }) => page)).toEqual(["/from", "/from"]);
  });
});

describe("any site's browser may call", () => {
  const preflight = (path: string, asked = "content-type") =>
    call("OPTIONS", path, {
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
      },
    });

  it.each(["/e", "/api/events"])("a preflight of %s is allowed and remembered for a day", async (path) => {
    const reply = await preflight(path);
    expect(reply.status).toBe(204);
    expect(reply.headers.get("access-control-allow-origin")).toBe("*");
    expect(reply.headers.get("access-control-allow-methods")).toContain("POST");
    expect(reply.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("content-type");
    expect(reply.headers.get("access-control-max-age")).toBe("86400");
  });

  it("a key may be sent along to /api/events", async () => {
    const reply = await preflight("/api/events", "authorization,content-type");
    expect(reply.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
  });

  it("a page can read every answer, success and error alike", async () => {
    const { site_id } = await givenProperty();
    const origin = { origin: "https://shop.example" };
    const event = { event_type: "pageview", site_id, url: "https://shop.example/" };
    const headers = { ...origin, "user-agent": CHROME };
    const replies: [number, Response][] = [
      [202, await sendBeacon(aBeacon(site_id), origin)],
      [400, await sendBeacon("{", origin)],
      [404, await sendBeacon(aBeacon("nosuchsite"), origin)],
      [413, await sendBeacon("x".repeat(70_000), origin)],
      [403, await sendBeacon(aBeacon(site_id, { u: "https://other.example/" }), origin)],
      [202, await call("POST", "/api/events", { headers, body: event })],
      [400, await call("POST", "/api/events", { headers, body: "{" })],
      [
        403,
        await call("POST", "/api/events", { headers: { ...headers, origin: "https://other.example" }, body: event }),
      ],
      [401, await call("POST", "/api/events", { headers, key: "tk_wrong", body: event })],
      [413, await call("POST", "/api/events", { headers, body: "x".repeat(1_100_000) })],
    ];
    for (const [status, reply] of replies) {
      expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
      expect(reply.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("x-trackkit-refused");
    }
  });
});

describe("a body that is too large is told the limit, also when it does not say how long it is", () => {
  test("64 KB for /e", async () => {
    for (const reply of [await sendBeacon("x".repeat(65_537)), await sendStream("/e", 80_000)]) {
      expect(reply.status).toBe(413);
      expect(await errorOf(reply)).toEqual({ code: "too_large", message: "body must have at most 65536 bytes" });
    }
  });

  test("1 MB for /api/events", async () => {
    const key = await givenKey();
    const large = await call("POST", "/api/events", { key, body: "x".repeat(1_048_577) });
    const streamed = await sendStream("/api/events", 1_200_000, { authorization: `Bearer ${key}` });
    for (const reply of [large, streamed]) {
      expect(reply.status).toBe(413);
      expect((await errorOf(reply)).message).toBe("body must have at most 1048576 bytes");
    }
  });

  test("10 MB for imports", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const path = `/api/v1/properties/${site_id}/imports`;
    const large = await call("POST", path, { key, body: " ".repeat(10 * 1024 * 1024 + 1) });
    const streamed = await sendStream(path, 11_000_000, { authorization: `Bearer ${key}` });
    for (const reply of [large, streamed]) {
      expect(reply.status).toBe(413);
      expect((await errorOf(reply)).message).toBe("body must have at most 10485760 bytes");
    }
  });
});

describe("a refusal is no error, says its reason in a header, and is counted", () => {
  const given = {
    privacy: {
      storage: "none" as const,
      honour_dnt: true,
      excluded_addresses: ["198.51.100.0/24"],
      excluded_paths: ["/admin/*"],
      address: "truncated" as const,
    },
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { outbound_clicks: false } }],
  };
  const cases: Record<
    Exclude<Refusal, "rate_limited">,
    [Parameters<typeof aBeacon>[1], Record<string, string>, number]
  > = {
    bot: [{}, { "user-agent": "curl/8.5.0" }, 202],
    prefetch: [{}, { "sec-purpose": "prefetch;prerender" }, 202],
    spam_referrer: [{ r: "https://semalt.com/" }, {}, 202],
    excluded_address: [{}, { "cf-connecting-ip": "198.51.100.9" }, 202],
    excluded_path: [{ u: "https://shop.example/admin/users" }, {}, 202],
    unknown_host: [{ u: "https://other.example/" }, {}, 403],
    do_not_track: [{}, { "sec-gpc": "1" }, 202],
    not_measured: [{ n: "outbound" }, {}, 202],
    owner_tool: [{ u: "https://shop.example/#trackkit=a.b.c" }, {}, 202],
  };

  it.each(Object.entries(cases))("%s", async (reason, [hit, headers, status]) => {
    const { site_id } = await givenProperty(undefined, given);
    const reply = await sendBeacon(aBeacon(site_id, hit), headers);
    expect([reply.status, reply.headers.get("x-trackkit-refused")]).toEqual([status, reason]);
    if (status === 403) expect((await errorOf(reply)).message).toBe(REFUSALS.unknown_host);
    await vi.waitFor(async () => {
      await countAll(queue, mainHub(site_id));
      expect(await refusalsOf(site_id)).toEqual({ [reason]: 1 });
    });
    expect(await lakeIds(site_id)).toEqual([]);
  });

  it("rate_limited: one address cannot flood a property; others go on, and the flood is counted", async () => {
    const { site_id } = await givenProperty();
    const seen = new Map<number, number>();
    for (let sent = 0; sent < 620; sent += 1) {
      const reply = await sendBeacon(aBeacon(site_id), { "user-agent": "curl/8.5.0" });
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      if (reply.status !== 429) continue;
      expect(reply.headers.get("x-trackkit-refused")).toBe("rate_limited");
      expect(await problemOf(reply)).toBe("too_many");
      break;
    }
    expect(seen.get(429)).toBe(1);
    expect((await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": "203.0.113.5" })).status).toBe(202);
    await countAll(queue, mainHub(site_id));
    expect((await refusalsOf(site_id)).rate_limited).toBe(1);
  });

  it("a beacon's other events are counted", async () => {
    const { site_id } = await givenProperty(undefined, given);
    const one = aBeacon(site_id);
    const two = aBeacon(site_id, { n: "outbound" });
    const reply = await sendBeacon({ ...one, h: [...one.h, ...two.h] });
    expect([reply.status, reply.headers.get("x-trackkit-refused")]).toEqual([202, "not_measured"]);
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toEqual([one.h[0]!.i]);
    expect(await refusalsOf(site_id)).toEqual({ not_measured: 1 });
  });
});

describe("what is acknowledged is durable", () => {
  /** Makes the hub's calls fail, before or after the hub has done its work. */
  async function breakHubs(site: string, afterwards: boolean): Promise<void> {
    const real = env.HUB.getByName.bind(env.HUB);
    vi.spyOn(Object.getPrototypeOf(env.HUB) as typeof env.HUB, "getByName").mockImplementation(((name: string) => ({
      accept: async (batch: never) => {
        if (afterwards) await real(name).accept(batch);
        throw new Error(`hub of ${site} is overloaded`);
      },
    })) as never);
  }

  it.each([false, true])(
    "a hub that fails (after it had counted: %s) leaves the event to the queue, counted once",
    async (late) => {
      const { site_id } = await givenProperty();
      await breakHubs(site_id, late);
      const beacon = aBeacon(site_id, { i: "kept" });
      expect((await sendBeacon(beacon)).status).toBe(202);
      expect(queue.letters).toHaveLength(1);
      vi.mocked(Object.getPrototypeOf(env.HUB).getByName).mockRestore();
      await countAll(queue);
      await countAll(queue, mainHub(site_id));
      expect(await lakeIds(site_id)).toEqual(["kept"]);
      expect(await ask(site_id, ["visitors", "visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [1, 1, 1] }]);
    },
  );

  it("what goes to the queue fits its messages of 128 KB, however large and foreign the events are", async () => {
    const { site_id } = await givenProperty();
    await breakHubs(site_id, false);
    const props = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, "漢".repeat(300)]));
    const events = Array.from({ length: 30 }, (_, i) =>
      anEvent(site_id, { event_id: `e${i}`, props, title: "漢".repeat(300) }),
    );
    expect((await sendEvents(await givenKey(), { events })).status).toBe(202);
    for (const { body } of queue.letters)
      expect(new TextEncoder().encode(JSON.stringify(body)).length).toBeLessThan(128_000);
    vi.mocked(Object.getPrototypeOf(env.HUB).getByName).mockRestore();
    await countAll(queue);
    await countAll(queue, mainHub(site_id));
    expect((await lakeIds(site_id)).sort()).toEqual(events.map(({ event_id }) => event_id).sort());
  });

  it("when neither hub nor queue takes an event it is not acknowledged", async () => {
    const { site_id } = await givenProperty();
    await breakHubs(site_id, false);
    queue.isAway = true;
    const reply = await sendBeacon(aBeacon(site_id));
    expect(reply.status).toBe(503);
    expect((await errorOf(reply)).code).toBe("unavailable");
    expect(await storedTraces()).toBe(0);
  });

  it("what was acknowledged is there after the hub died at once", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { i: "first" }));
    const hub = env.HUB.getByName(mainHub(site_id));
    await runInDurableObject(hub, (_, state) => state.abort("died")).catch(() => undefined);
    await sendBeacon(aBeacon(site_id, { i: "second" }));
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toEqual(["first", "second"]);
    expect(await ask(site_id, ["visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [1, 2] }]);
  });
});
