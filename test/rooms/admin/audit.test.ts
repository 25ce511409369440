// The audit log: each change of an organization leaves an entry, with who, when and from which network, and no values.
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { AUDITED, type AuditEntry } from "../../../workers/domain/properties/audit";
import type { AppEnv } from "../../../workers/http/app";
import { auditChanges, subjectOf } from "../../../workers/http/audit";
import { keepHouse } from "../../../workers/maintenance/housekeeping";
import { call, givenFreshStorage, givenKey, givenMember, givenOwner, givenProperty, givenSession } from "../given";

givenFreshStorage();

type Log = { entries: AuditEntry[]; next: string | null };
const logOf = async (by: { key: string }, query = ""): Promise<Log> => {
  const reply = await call("GET", `/api/v1/audit${query}`, by);
  expect(reply.status).toBe(200);
  return reply.json();
};

test("changes of a property leave an entry each", async () => {
  const by = { key: await givenKey() };
  const { site_id } = await givenProperty();
  const at = `/api/v1/properties/${site_id}`;
  const idIn = async (reply: Response) => ((await reply.json()) as { id: string }).id;
  const goal = { name: "Sign up", filter: ["is", "event:name", ["Signup"]] };
  const rule = { name: "Buy", selector: "#buy", trigger: "click" };
  const steps: [string, () => Promise<Response>][] = [
    ["property.change", () => call("PATCH", at, { ...by, body: { name: "Renamed" } })],
    ["settings.change", () => call("PATCH", `${at}/settings`, { ...by, body: { alerts: {} } })],
    ["stream.create", () => call("POST", `${at}/streams`, { ...by, body: { url: "https://b.example", name: "B" } })],
    ["goal.create", () => call("POST", `${at}/goals`, { ...by, body: goal })],
    ["rule.create", () => call("POST", `${at}/rules`, { ...by, body: rule })],
    ["key.create", () => call("POST", `${at}/keys`, { ...by, body: { name: "Reader", scopes: ["stats"] } })],
    ["key.create", () => call("POST", "/api/v1/keys", { ...by, body: { name: "Reader", scopes: ["stats"] } })],
    ["property.create", () => call("POST", "/api/v1/properties", { ...by, body: { name: "Two", timezone: "UTC" } })],
  ];
  const made: Record<string, string> = {};
  for (const [action, step] of steps) {
    const reply = await step();
    expect(reply.ok, action).toBe(true);
    if (reply.status === 201 && action !== "property.create") made[action] = await idIn(reply);
  }
  expect((await call("DELETE", `/api/v1/keys/${made["key.create"]}`, by)).status).toBe(204);
  expect((await call("DELETE", `${at}/goals/${made["goal.create"]}`, by)).status).toBe(204);
  expect((await call("DELETE", at, by)).status).toBe(204);
  const { entries } = await logOf(by);
  expect(entries.map(({ action }) => action).reverse()).toEqual([
    ...steps.map(([action]) => action),
    "key.delete",
    "goal.delete",
    "property.delete",
  ]);
  expect(entries.every(({ actor }) => actor.kind === "key" && actor.name === "Key")).toBe(true);
  expect(entries.find(({ action }) => action === "goal.delete")?.target).toBe(made["goal.create"]);
  expect(entries.find(({ action }) => action === "property.create")?.site_id).toMatch(/^[0-9a-z]{10}$/);
  const ofProperty = (await logOf(by, `?site_id=${site_id}`)).entries;
  expect(ofProperty.length).toBe(entries.length - 3);
});

test("an entry names the user, the truncated network and the fields, never a value", async () => {
  const owner = await givenOwner();
  const { site_id } = await givenProperty(owner.organization.id);
  const headers = { ...(await givenSession(owner)), "cf-connecting-ip": "198.51.100.77" };
  const webhook = { url: "https://hooks.example/secret-path-7351" };
  const body = { reports: { webhook } };
  expect((await call("PATCH", `/api/v1/properties/${site_id}/settings`, { headers, body })).status).toBe(200);
  const reply = await call("GET", "/api/v1/audit", { headers });
  const { entries } = (await reply.json()) as Log;
  expect(entries.filter(({ action }) => action !== "account.sign_in")).toEqual([
    {
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-/),
      actor: { kind: "user", id: owner.user.id, name: owner.user.name },
      action: "settings.change",
      site_id,
      target: null,
      network: "198.51.100.0",
      details: { fields: ["reports"] },
    },
  ]);
  const { results } = await env.DB.prepare("select * from audit_log").all();
  expect(JSON.stringify(results)).not.toMatch(/7351|100\.77/);
});

describe("an entry is left", () => {
  test("not by what was refused, read, or changed nothing", async () => {
    const by = { key: await givenKey() };
    const { site_id } = await givenProperty();
    const at = `/api/v1/properties/${site_id}`;
    await call("PATCH", at, { ...by, body: {} });
    await call("PATCH", at, { ...by, body: { shards: 99 } });
    await call("DELETE", `${at}/rules/none`, by);
    await call("PATCH", at, { key: await givenKey("organization", ["stats"]), body: { name: "No" } });
    await call("GET", at, by);
    expect((await logOf(by)).entries).toEqual([]);
  });

  test("also by a body that is sent under another type", async () => {
    const by = { key: await givenKey() };
    const { site_id } = await givenProperty();
    const headers = { "content-type": "text/plain" };
    const body = JSON.stringify({ name: "Renamed" });
    expect((await call("PATCH", `/api/v1/properties/${site_id}`, { ...by, headers, body })).status).toBe(200);
    expect((await logOf(by)).entries.map(({ action }) => action)).toEqual(["property.change"]);
  });
});

describe("every spelling of a path that reaches a route is audited", () => {
  const encoded = (part: string) => `%${part.charCodeAt(0).toString(16)}${part.slice(1)}`;

  test.each(Object.entries(AUDITED))("%s", async (route, action) => {
    const [method = "", path = ""] = route.split(" ");
    const app = new Hono<AppEnv>();
    app.use("/api/v1/*", async (c, next) => {
      c.set("caller", { kind: "user", id: "user", scopes: {}, site_id: null });
      await next();
    });
    app.use("/api/v1/*", auditChanges);
    app.on(method, path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      subjectOf(c, { organization_id: "organization", site_id: "abcdefghij" });
      await c.req.text();
      return c.json({});
    });
    const parts = path
      .slice("/api/v1/".length)
      .replaceAll("{site_id}", "abcdefghij")
      .replaceAll("{id}", "x1")
      .split("/");
    for (const changed of parts.keys()) {
      const spelled = parts.map((part, i) => (i === changed ? encoded(part) : part)).join("/");
      const request = new Request(`https://track.example/api/v1/${spelled}`, { method, body: '{"name":"A"}' });
      expect((await app.fetch(request, env)).status, spelled).toBe(200);
    }
    const { results } = await env.DB.prepare("select distinct action, count(*) as n from audit_log").all();
    expect(results).toEqual([{ action, n: parts.length }]);
  });

  test("also in the Worker", async () => {
    const by = { key: await givenKey() };
    const reply = await call("POST", "/api/v1/%6beys", { ...by, body: { name: "Reader", scopes: ["stats"] } });
    expect(reply.status).toBe(201);
    expect((await logOf(by)).entries.map(({ action }) => action)).toEqual(["key.create"]);
  });
});

describe("the names of fields", () => {
  test("are cut, and come only from a body that the route has read", async () => {
    const by = { key: await givenKey() };
    const { site_id } = await givenProperty();
    const { id } = (await (
      await call("POST", "/api/v1/keys", { ...by, body: { name: "Reader", scopes: ["stats"] } })
    ).json()) as { id: string };
    const body = { ["x".repeat(50_000)]: 1, unread: "y".repeat(200_000) };
    expect((await call("DELETE", `/api/v1/keys/${id}`, { ...by, body })).status).toBe(204);
    const stored = await env.DB.prepare("select details from audit_log where action = 'key.delete'").first("details");
    expect(stored).toBe("{}");
    const app = new Hono<AppEnv>();
    app.use(async (c, next) => {
      c.set("caller", { kind: "key", id: "key", scopes: {}, site_id: null });
      await next();
    }, auditChanges);
    app.post("/api/v1/keys", async (c) => {
      subjectOf(c, { organization_id: "organization", site_id });
      await c.req.text();
      return c.json({});
    });
    const send = async (sent: Record<string, unknown>, init: RequestInit = {}) => {
      await env.DB.prepare("delete from audit_log").run();
      const text = JSON.stringify(sent);
      await app.fetch(new Request("https://a.example/api/v1/keys", { method: "POST", body: text, ...init }), env);
      return JSON.parse((await env.DB.prepare("select details from audit_log").first<string>("details")) ?? "");
    };
    expect(await send({ ["x".repeat(5_000)]: 1 })).toEqual({ fields: ["x".repeat(100)] });
    const large = { name: "y".repeat(70_000) };
    expect(await send(large)).toEqual({});
    expect(await send({}, { body: new Blob([JSON.stringify(large)]).stream() })).toEqual({});
  });
});

describe("the log", () => {
  test("is read by who may manage the organization, page by page, and by nobody else", async () => {
    const owner = await givenOwner();
    const by = { key: await givenKey(owner.organization.id) };
    const { site_id } = await givenProperty(owner.organization.id);
    const path = `/api/v1/properties/${site_id}`;
    for (const name of ["A", "B", "C"]) await call("PATCH", path, { ...by, body: { name } });
    const first = await logOf(by, "?limit=2");
    expect(first.entries.length).toBe(2);
    const second = await logOf(by, `?limit=2&after=${first.next}`);
    expect([second.entries.length, second.next]).toEqual([1, null]);
    expect(new Set([...first.entries, ...second.entries].map(({ id }) => id)).size).toBe(3);
    const member = { headers: await givenSession(await givenMember("member", owner.organization.id)) };
    expect((await call("GET", "/api/v1/audit", member)).status).toBe(403);
    const foreign = { key: await givenKey("another organization") };
    expect((await logOf(foreign)).entries).toEqual([]);
    const named = await call("GET", `/api/v1/audit?organization_id=${owner.organization.id}`, foreign);
    expect(named.status).toBe(404);
    const narrow = { key: await givenKey(owner.organization.id, ["manage"], site_id) };
    expect((await call("GET", "/api/v1/audit", narrow)).status).toBe(403);
    for (const query of ["?limit=0", "?limit=201", "?after=x", "?what=ever"])
      expect((await call("GET", `/api/v1/audit${query}`, by)).status, query).toBe(400);
  });

  test("is kept for a year", async () => {
    const by = { key: await givenKey() };
    const { site_id } = await givenProperty();
    await call("PATCH", `/api/v1/properties/${site_id}`, { ...by, body: { name: "Renamed" } });
    const midnight = (days: number) => Math.floor(Date.now() / 86_400_000 + days) * 86_400_000;
    await keepHouse(env, midnight(364));
    expect((await logOf(by)).entries.length).toBe(1);
    await keepHouse(env, midnight(367));
    expect((await logOf(by)).entries).toEqual([]);
  });
});
