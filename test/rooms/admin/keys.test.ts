// API keys: what one may do, who may make and delete it, and how it is kept.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Scope } from "../../../workers/domain/properties/caller";
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

interface KeyReply {
  id: string;
  prefix: string;
  key: string;
}

async function makeKey(path: string, by: { key: string }, scopes: Scope[]): Promise<KeyReply> {
  const reply = await call("POST", path, { ...by, body: { name: "Reports", scopes } });
  expect(reply.status).toBe(201);
  return reply.json();
}

describe("a key", () => {
  test("is shown once, and kept as a hash", async () => {
    const manager = { key: await givenKey() };
    const made = await makeKey("/api/v1/keys", manager, ["stats"]);
    expect(made).toEqual({
      id: expect.any(String),
      name: "Reports",
      prefix: made.key.slice(0, 9),
      scopes: ["stats"],
      site_id: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expires_at: null,
      created_by: "Key",
      last_used_on: null,
      key: expect.stringMatching(/^tk_[0-9A-Za-z]{40}$/),
    });
    expect(await (await call("GET", "/api/v1/keys", manager)).text()).not.toContain(made.key);
    const { results } = await env.DB.prepare("select * from api_keys").all();
    expect(JSON.stringify(results)).not.toContain(made.key);
    expect(results.map(({ hash }) => hash)).toContainEqual(expect.stringMatching(/^[0-9a-f]{64}$/));
  });

  test("stops working at once when it is deleted", async () => {
    const manager = { key: await givenKey() };
    const { id, key } = await makeKey("/api/v1/keys", manager, ["stats"]);
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(200);
    expect((await call("DELETE", `/api/v1/keys/${id}`, manager)).status).toBe(204);
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(401);
    expect((await call("DELETE", `/api/v1/keys/${id}`, manager)).status).toBe(404);
  });

  test.each(["", "x", "tk_short", `tk_${"A".repeat(40)}`, `tk_${"'".repeat(40)}`])(
    "that nobody made is unauthorized: %s",
    async (key) => {
      const reply = await call("GET", "/api/v1/properties", { key });
      expect([reply.status, await problemOf(reply)]).toEqual([401, "unauthorized"]);
    },
  );

  test("is looked up once for many requests, known or not", async () => {
    const key = await givenKey();
    const unknown = `tk_${crypto.randomUUID().replaceAll("-", "")}12345678`;
    for (const one of [key, unknown]) await call("GET", "/api/v1/properties", { key: one });
    await env.DB.prepare("drop table api_keys").run();
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(200);
    expect((await call("GET", "/api/v1/properties", { key: unknown })).status).toBe(401);
  });
});

describe("a key of one property", () => {
  test("sees that property and no other", async () => {
    const [mine, other] = [await givenProperty(), await givenProperty()];
    const key = await givenKey("organization", ["stats"], mine.site_id);
    expect((await call("GET", `/api/v1/properties/${mine.site_id}`, { key })).status).toBe(200);
    expect((await call("GET", `/api/v1/properties/${other.site_id}`, { key })).status).toBe(404);
    expect(await (await call("GET", "/api/v1/properties", { key })).json()).toMatchObject({
      properties: [{ site_id: mine.site_id }],
    });
  });

  test("cannot create properties, nor keys of the organization", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey("organization", ["ingest", "stats", "manage"], site_id);
    const property = { key, body: { name: "Shop", timezone: "UTC" } };
    expect((await call("POST", "/api/v1/properties", property)).status).toBe(403);
    const wide = { key, body: { name: "Wide", scopes: ["stats"] } };
    expect((await call("POST", "/api/v1/keys", wide)).status).toBe(403);
    expect((await call("GET", "/api/v1/keys", { key })).status).toBe(403);
  });

  test("is listed and deleted with its property only", async () => {
    const manager = { key: await givenKey() };
    const [mine, other] = [await givenProperty(), await givenProperty()];
    const { id, key } = await makeKey(`/api/v1/properties/${mine.site_id}/keys`, manager, ["ingest"]);
    const listed = async (path: string) =>
      ((await (await call("GET", path, manager)).json()) as { keys: KeyReply[] }).keys.map((one) => one.id);
    expect(await listed(`/api/v1/properties/${mine.site_id}/keys`)).toEqual([id]);
    expect(await listed(`/api/v1/properties/${other.site_id}/keys`)).toEqual([]);
    expect(await listed("/api/v1/keys")).not.toContain(id);
    for (const path of [`/api/v1/keys/${id}`, `/api/v1/properties/${other.site_id}/keys/${id}`])
      expect((await call("DELETE", path, manager)).status).toBe(404);
    expect((await call("DELETE", `/api/v1/properties/${mine.site_id}/keys/${id}`, manager)).status).toBe(204);
    expect((await call("GET", `/api/v1/properties/${mine.site_id}`, { key })).status).toBe(401);
  });
});

describe("scopes", () => {
  test("a key cannot give what it does not have", async () => {
    const key = await givenKey("organization", ["stats", "manage"]);
    const { site_id } = await givenProperty();
    for (const path of ["/api/v1/keys", `/api/v1/properties/${site_id}/keys`]) {
      const reply = await call("POST", path, { key, body: { name: "More", scopes: ["stats", "ingest"] } });
      expect([reply.status, await problemOf(reply)]).toEqual([403, "forbidden"]);
    }
    expect(await env.DB.prepare("select count(*) as n from api_keys").first("n")).toBe(1);
  });

  test.each([
    ["GET", "stats"],
    ["PATCH", "manage"],
    ["DELETE", "manage"],
  ] as const)("%s of a property asks for %s", async (method, scope) => {
    const { site_id } = await givenProperty();
    const others = (["ingest", "stats", "manage"] as const).filter((one) => one !== scope);
    const path = `/api/v1/properties/${site_id}`;
    const body = method === "PATCH" ? {} : undefined;
    const lacking = await call(method, path, { key: await givenKey("organization", others), body });
    expect([lacking.status, await problemOf(lacking)]).toEqual([403, "forbidden"]);
    expect((await call(method, path, { key: await givenKey("organization", [scope]), body })).ok).toBe(true);
  });

  test("a member may read and change nothing, an admin may do both", async () => {
    const { organization } = await givenOwner();
    const { site_id } = await givenProperty(organization.id);
    const path = `/api/v1/properties/${site_id}`;
    const member = { headers: await givenSession(await givenMember("member", organization.id)) };
    const admin = { headers: await givenSession(await givenMember("admin", organization.id)) };
    for (const read of [path, `${path}/streams`, `${path}/keys`, "/api/v1/keys"])
      expect((await call("GET", read, member)).status).toBe(200);
    const change = { body: { name: "Renamed" } };
    expect((await call("PATCH", path, { ...member, ...change })).status).toBe(403);
    expect((await call("PATCH", path, { ...admin, ...change })).status).toBe(200);
  });
});
