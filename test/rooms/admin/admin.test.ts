// Properties and data streams: created, read, changed, and by nobody who has no business with them.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { adminRoutes } from "../../../workers/admin/routes";
import type { Property, Stream } from "../../../workers/domain/properties/property";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenProperty,
  givenSession,
  problemOf,
} from "../given";

givenFreshStorage();

const routes = adminRoutes.routes.map(({ method, path }) => [method, path] as const);

describe("every route of admin", () => {
  test.each(routes)("%s %s asks who is calling", async (method, path) => {
    const { site_id } = await givenProperty();
    const reply = await call(method, path.replace(":site_id", site_id).replace(":id", "1"), bodyFor(method));
    expect([reply.status, await problemOf(reply)]).toEqual([401, "unauthorized"]);
  });

  test.each(routes.filter(([, path]) => path.includes(":site_id")))(
    "%s %s knows no property of another organization",
    async (method, path) => {
      const { site_id } = await givenProperty();
      const stranger = { key: await givenKey("another organization") };
      const withSite = (id: string) =>
        call(method, path.replace(":site_id", id).replace(":id", "1"), { ...stranger, ...bodyFor(method) });
      const reply = await withSite(site_id);
      expect(reply.status).toBe(404);
      expect(await reply.text()).toBe(await (await withSite("never-was")).text());
    },
  );

  test.each(routes.filter(([, path]) => !path.includes(":site_id")))(
    "%s %s shows a stranger nothing of others",
    async (method, path) => {
      const { site_id } = await givenProperty();
      await givenKey();
      const stranger = { headers: await givenSession(await givenMember("owner")) };
      const reply = await call(method, path.replace(":id", "1"), { ...stranger, ...bodyFor(method) });
      expect(await reply.text()).not.toContain(site_id);
      expect(reply.status).toBe({ GET: 200, POST: 400, DELETE: 404 }[method]);
    },
  );

  const bodyFor = (method: string) => (method === "POST" || method === "PATCH" ? { body: {} } : {});
});

describe("a property", () => {
  test("is created with its streams, standards for what is not said, and an id for the snippet", async () => {
    const key = await givenKey();
    const reply = await call("POST", "/api/v1/properties", {
      key,
      body: {
        name: " Shop ",
        timezone: "Asia/Kolkata",
        streams: [{ url: "https://shop.example", name: "Shop", measurements: { scroll: false } }],
      },
    });
    expect(reply.status).toBe(201);
    const made = (await reply.json()) as Property;
    expect(made).toMatchObject({
      site_id: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{10}$/),
      organization_id: "organization",
      name: "Shop",
      timezone: "Asia/Kolkata",
      currency: "USD",
      shards: 1,
      privacy: { address: "truncated", storage: "none", honour_dnt: false, excluded_addresses: [], excluded_paths: [] },
      streams: [{ url: "https://shop.example", measurements: { scroll: false, page_views: true } }],
    });
    expect(await (await call("GET", `/api/v1/properties/${made.site_id}`, { key })).json()).toEqual(made);
    expect(await (await call("GET", "/api/v1/properties", { key })).json()).toEqual({ properties: [made] });
  });

  test("lists many in pages, each once, with their streams", async () => {
    for (let n = 0; n < 7; n += 1) await givenProperty("organization", { name: `Shop ${n}` });
    await givenProperty("another organization");
    const key = await givenKey();
    const all = ((await (await call("GET", "/api/v1/properties", { key })).json()) as { properties: Property[] })
      .properties;
    expect(all).toHaveLength(7);
    for (const limit of [1, 3, 6, 7, 8]) {
      const listed: Property[] = [];
      let pages = 0;
      for (let after = ""; ; pages += 1) {
        const reply = await call("GET", `/api/v1/properties?limit=${limit}${after && `&after=${after}`}`, { key });
        const { properties, next } = (await reply.json()) as { properties: Property[]; next?: string };
        expect(properties.length).toBeLessThanOrEqual(limit);
        listed.push(...properties);
        if (next === undefined) break;
        after = next;
      }
      expect(listed).toEqual(all);
      expect(pages + 1).toBe(Math.ceil(7 / limit));
    }
    for (const query of ["limit=0", "limit=501", "limit=x", "after=x", "after=1-'"])
      expect((await call("GET", `/api/v1/properties?${query}`, { key })).status).toBe(400);
  });

  test("keeps twenty streams in the order in which they were given", async () => {
    const urls = Array.from({ length: 20 }, (_, n) => `https://shop${n}.example`);
    const made = await givenProperty("organization", { streams: urls.map((url) => ({ url, name: url })) });
    const reply = await call("GET", `/api/v1/properties/${made.site_id}`, { key: await givenKey() });
    expect(((await reply.json()) as Property).streams.map(({ url }) => url)).toEqual(urls);
  });

  test("takes a change and keeps what the change does not name", async () => {
    const before = await givenProperty("organization", {
      currency: "CHF",
      shards: 2,
      privacy: {
        address: "none",
        storage: "local",
        honour_dnt: true,
        excluded_addresses: [],
        excluded_paths: ["/admin/*"],
      },
    });
    const key = await givenKey();
    const path = `/api/v1/properties/${before.site_id}`;
    const body = { name: "Renamed", privacy: { address: "full" } };
    const after = { ...before, name: "Renamed", privacy: { ...before.privacy, address: "full" } };
    expect(await (await call("PATCH", path, { key, body })).json()).toEqual(after);
    expect(await (await call("PATCH", path, { key, body: {} })).json()).toEqual(after);
    expect(await (await call("GET", path, { key })).json()).toEqual(after);
  });

  test("belongs to the caller's first organization unless they name another of theirs", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const create = async (organization_id?: string) => {
      const body = { name: "Shop", timezone: "UTC", ...(organization_id ? { organization_id } : {}) };
      const reply = await call("POST", "/api/v1/properties", { headers, body });
      return reply.ok ? ((await reply.json()) as Property).organization_id : problemOf(reply);
    };
    expect(await create()).toBe(owner.organization.id);
    const id = "second";
    const time = new Date(Date.now() + 1000).toISOString();
    await env.DB.batch([
      env.DB.prepare("insert into organization (id, name, slug, createdAt) values (?1, 'B', 'b', ?2)").bind(id, time),
      env.DB.prepare(
        "insert into member (id, organizationId, userId, role, createdAt) values ('second', ?1, ?2, 'owner', ?3)",
      ).bind(id, owner.user.id, time),
    ]);
    expect(await create(id)).toBe(id);
    expect(await create()).toBe(owner.organization.id);
    expect(await create((await givenMember("owner")).organization.id)).toBe("not_found");
  });

  test("is not created by a member who may only read", async () => {
    const { organization } = await givenOwner();
    const headers = await givenSession(await givenMember("member", organization.id));
    const reply = await call("POST", "/api/v1/properties", { headers, body: { name: "Shop", timezone: "UTC" } });
    expect([reply.status, await problemOf(reply)]).toEqual([403, "forbidden"]);
  });

  test.each([
    [{}, "name", "name must be given"],
    [{ name: "", timezone: "UTC" }, "name", "name must not be empty"],
    [{ name: 7, timezone: "UTC" }, "name", "name must be of type string"],
    [{ name: "a", timezone: "Mars/Base" }, "timezone", "timezone must be an IANA time zone such as Europe/Zurich"],
    [{ name: "a", timezone: "UTC", shards: 99 }, "shards", "shards must be at most 16"],
    [{ name: "a", timezone: "UTC", site_id: "x" }, "", "body must not have the field site_id"],
    [{ name: "a", timezone: "UTC", streams: [{ name: "b" }] }, "streams[0].url", "streams[0].url must be given"],
    [
      { name: "a", timezone: "UTC", privacy: { address: "all" } },
      "privacy.address",
      "privacy.address must be one of truncated, full, none",
    ],
    [
      { name: "a", timezone: "UTC", privacy: { excluded_addresses: ["10.0.0.0/8", "2001:db8::/32", "the office"] } },
      "privacy.excluded_addresses[2]",
      "privacy.excluded_addresses[2] must be an IPv4 or IPv6 address such as 203.0.113.7, or a range such as 203.0.113.0/24",
    ],
  ])("is refused with what is wrong in %j", async (body, path, message) => {
    const reply = await call("POST", "/api/v1/properties", { key: await givenKey(), body });
    expect(reply.status).toBe(400);
    const { error } = (await reply.json()) as { error: { message: string; details: unknown[] } };
    expect(error.message).toBe(message);
    expect(error.details[0]).toEqual({ path, message });
  });
});

describe("a data stream", () => {
  test("is added, changed and removed", async () => {
    const { site_id, streams } = await givenProperty();
    const key = await givenKey();
    const path = `/api/v1/properties/${site_id}/streams`;
    const body = { url: "https://blog.example", name: "Blog", measurements: { forms: true } };
    expect((await call("POST", path, { key, body })).status).toBe(400);
    const added = await call("POST", path, { key, body: { ...body, measurements: { scroll: false } } });
    expect(added.status).toBe(201);
    const stream = (await added.json()) as Stream;
    expect(await (await call("GET", path, { key })).json()).toEqual({ streams: [...streams, stream] });

    const changes = { name: "Journal", measurements: { page_views: false } };
    const changed = await call("PATCH", `${path}/${stream.id}`, { key, body: changes });
    const after = { ...stream, name: "Journal", measurements: { ...stream.measurements, page_views: false } };
    expect(await changed.json()).toEqual(after);
    expect(after.measurements.scroll).toBe(false);

    expect((await call("DELETE", `${path}/${stream.id}`, { key })).status).toBe(204);
    expect((await call("DELETE", `${path}/${stream.id}`, { key })).status).toBe(404);
    expect(await (await call("GET", path, { key })).json()).toEqual({ streams });
  });

  test("of another property is not found", async () => {
    const [mine, other] = [await givenProperty(), await givenProperty()];
    const key = await givenKey();
    const path = `/api/v1/properties/${mine.site_id}/streams/${other.streams[0]?.id}`;
    expect((await call("PATCH", path, { key, body: { name: "Mine" } })).status).toBe(404);
    expect((await call("DELETE", path, { key })).status).toBe(404);
  });

  test("is refused when the property has twenty", async () => {
    const streams = Array.from({ length: 20 }, (_, n) => ({ url: `https://shop${n}.example`, name: "Shop" }));
    const { site_id } = await givenProperty("organization", { streams });
    const body = { url: "https://one-more.example", name: "One more" };
    const reply = await call("POST", `/api/v1/properties/${site_id}/streams`, { key: await givenKey(), body });
    expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
  });
});
