// Who may come in: the first account, sessions, and the cookie's rules.
import { env, exports } from "cloudflare:workers";
import { getAuthTables } from "better-auth/db";
import { describe, expect, test } from "vitest";
import { createAuth } from "../../../workers/accounts/auth";
import { requireSetupToken } from "../../../workers/accounts/setup";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenSession,
  ORIGIN,
  problemOf,
  signIn,
} from "../given";

givenFreshStorage();

const setup = { token: "rooms-setup-token", email: "Ada@Example.com", password: "ten letters and more" };

describe("setup", () => {
  test("the holder of the token becomes owner and can sign in", async () => {
    expect(await (await call("GET", "/api/setup")).json()).toEqual({ needed: true });
    const reply = await call("POST", "/api/setup", { body: { ...setup, organization: "Engines" } });
    expect(reply.status).toBe(201);
    expect(await reply.json()).toMatchObject({
      user: { email: "ada@example.com", name: "ada" },
      organization: { name: "Engines" },
    });
    expect(await (await call("GET", "/api/setup")).json()).toEqual({ needed: false });
    expect((await signIn("ada@example.com", setup.password)).status).toBe(200);
  });

  test("a wrong token is forbidden and makes nobody", async () => {
    const reply = await call("POST", "/api/setup", { body: { ...setup, token: "guess" } });
    expect([reply.status, await problemOf(reply)]).toEqual([403, "forbidden"]);
    expect(await (await call("GET", "/api/setup")).json()).toEqual({ needed: true });
  });

  test.each([undefined, "", "short"])("without a token that is long enough (%s) setup is closed", async (token) => {
    await expect(requireSetupToken(token, token ?? "")).rejects.toThrow("setup is closed");
  });

  test("a second setup is a conflict", async () => {
    await givenOwner();
    const reply = await call("POST", "/api/setup", { body: setup });
    expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
  });

  test("of several setups at once exactly one wins, and the others leave nothing", async () => {
    const replies = await Promise.all(
      [1, 2, 3, 4].map((n) => call("POST", "/api/setup", { body: { ...setup, email: `ada${n}@example.com` } })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    for (const table of ["user", "account", "organization", "member"])
      expect(await env.DB.prepare(`select count(*) as n from ${table}`).first("n")).toBe(1);
  });

  test("a password that is too short is named as such", async () => {
    const reply = await call("POST", "/api/setup", { body: { ...setup, password: "short" } });
    expect(await reply.json()).toEqual({
      error: {
        code: "invalid",
        message: "password must have at least 12 characters",
        details: [{ path: "password", message: "password must have at least 12 characters" }],
      },
    });
  });

  test.each(["{", "[]", "null", '"text"', '{"__proto__":{"token":"x"}}'])("the body %s is invalid", async (body) => {
    const reply = await call("POST", "/api/setup", { body });
    expect([reply.status, await problemOf(reply)]).toEqual([400, "invalid"]);
  });

  test.each([
    ["with its length", (text: string) => text],
    ["without its length", (text: string) => new Blob([text]).stream()],
  ])("a body over 64 KB, sent %s, is too large", async (_, toBody) => {
    const body = toBody(JSON.stringify({ ...setup, name: "x".repeat(65_536) }));
    const reply = await exports.default.fetch(`${ORIGIN}/api/setup`, { method: "POST", body });
    expect([reply.status, await problemOf(reply)]).toEqual([413, "too_large"]);
  });
});

describe("signing in", () => {
  test("the cookie is for this host, out of scripts' reach, and opens the API", async () => {
    const owner = await givenOwner();
    const cookie = (await signIn(owner.user.email, owner.password)).headers.getSetCookie().join("\n");
    expect(cookie).toMatch(/^__Host-trackkit\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    const me = await call("GET", "/api/v1/me", { headers: await givenSession(owner) });
    expect(await me.json()).toEqual({
      user: { id: owner.user.id, email: owner.user.email, name: owner.user.name },
      organizations: [{ id: owner.organization.id, name: owner.organization.name, role: "owner" }],
      tracker_url: `${ORIGIN}/tk.js`,
    });
  });

  test("works over plain http on one's own machine", async () => {
    const { user, password } = await givenOwner();
    const local = "http://127.0.0.1:8788";
    const reply = await exports.default.fetch(`${local}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: local },
      body: JSON.stringify({ email: user.email, password }),
    });
    const [cookie = ""] = reply.headers.getSetCookie().map((line) => line.split(";")[0]);
    expect(cookie).toMatch(/^trackkit\.session_token=/);
    expect((await exports.default.fetch(`${local}/api/v1/me`, { headers: { cookie } })).status).toBe(200);
  });

  test("is refused from a page of another origin", async () => {
    const { user, password } = await givenOwner();
    const reply = await call("POST", "/api/auth/sign-in/email", {
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      body: { email: user.email, password },
    });
    expect([reply.status, await problemOf(reply)]).toEqual([403, "forbidden"]);
  });

  test.each([
    ["broken JSON", "{"],
    ["a number", 7],
    ["nothing known", { email: 7, password: [] }],
    ["a list", []],
    ["a NUL", { email: "a\u0000@example.com", password: "\u0000" }],
    ["100 KB", { email: "a@example.com", password: "x".repeat(100_000) }],
  ])("with %s is refused clearly", async (_, body) => {
    const reply = await call("POST", "/api/auth/sign-in/email", { body });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(await problemOf(reply)).toMatch(/^(invalid|unauthorized|too_large)$/);
  });

  test("the password is kept as a salted hash", async () => {
    const { password } = await givenOwner();
    const kept = await env.DB.prepare("select password from account").first<string>("password");
    expect(kept).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    expect(kept).not.toContain(password);
  });

  test("a wrong password and an unknown address are told alike", async () => {
    const { user } = await givenOwner();
    const replies = [await signIn(user.email, "wrong password"), await signIn("nobody@example.com", "wrong password")];
    expect(replies.map(({ status }) => status)).toEqual([401, 401]);
    expect(await replies[0]?.text()).toBe(await replies[1]?.text());
  });

  test("an address that tries too often is held back, another is not", async () => {
    const { user, password } = await givenOwner();
    for (let attempt = 0; attempt < 10; attempt++) await signIn(user.email, "wrong password", "192.0.2.1");
    const held = await signIn(user.email, password, "192.0.2.1");
    expect([held.status, await problemOf(held)]).toEqual([429, "too_many"]);
    expect((await signIn(user.email, password, "192.0.2.2")).status).toBe(200);
  });

  test("nobody can sign up", async () => {
    await givenOwner();
    const body = { email: "eve@example.com", password: "long enough for all", name: "Eve" };
    expect((await call("POST", "/api/auth/sign-up/email", { body })).status).toBe(404);
    expect(await env.DB.prepare("select count(*) as n from user").first("n")).toBe(1);
  });

  test("after signing out the cookie opens nothing", async () => {
    const headers = await givenSession(await givenOwner());
    expect((await call("POST", "/api/auth/sign-out", { headers, body: {} })).status).toBe(200);
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(401);
  });

  test("a forged cookie opens nothing", async () => {
    const headers = { cookie: "__Host-trackkit.session_token=forged.signature", origin: ORIGIN };
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(401);
  });

  test("a session is prolonged while it is used", async () => {
    const headers = await givenSession(await givenOwner());
    const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString();
    await env.DB.prepare("update session set expiresAt = ?").bind(days(3)).run();
    const reply = await call("GET", "/api/v1/me", { headers });
    expect(reply.headers.getSetCookie().join()).toContain("trackkit.session_token=");
    expect((await env.DB.prepare("select expiresAt from session").first<string>("expiresAt")) ?? "").toMatch(
      days(30).slice(0, 10),
    );
  });
});

describe("a request with a cookie that changes something", () => {
  const change = (headers: Record<string, string>) =>
    call("POST", "/api/v1/properties", { headers, body: { name: "Shop", timezone: "UTC" } });

  test("is accepted from the dashboard's own origin", async () => {
    const { cookie } = await givenSession(await givenOwner());
    expect((await change({ cookie: cookie!, origin: ORIGIN })).status).toBe(201);
    expect((await change({ cookie: cookie!, "sec-fetch-site": "same-origin" })).status).toBe(201);
  });

  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["an opaque origin", { origin: "null" }],
    ["the same host over http", { origin: "http://track.example" }],
    [
      "a subdomain, which browsers count as the same site",
      { origin: "https://x.track.example", "sec-fetch-site": "same-site" },
    ],
    ["a page that hides its origin", { "sec-fetch-site": "cross-site" }],
    ["a program that says nothing", {}],
  ])("is forbidden from %s", async (_, headers) => {
    const { cookie } = await givenSession(await givenOwner());
    const reply = await change({ cookie: cookie!, ...headers });
    expect([reply.status, await problemOf(reply)]).toEqual([403, "forbidden"]);
  });

  test("is forbidden when it opens a WebSocket from another origin", async () => {
    const { cookie } = await givenSession(await givenOwner());
    const headers = { cookie: cookie!, origin: "https://evil.example", upgrade: "websocket" };
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(403);
  });

  test("needs no origin with an API key instead", async () => {
    const { organization } = await givenOwner();
    const key = await givenKey(organization.id);
    const reply = await call("POST", "/api/v1/properties", { key, body: { name: "Shop", timezone: "UTC" } });
    expect(reply.status).toBe(201);
  });
});

describe("organizations", () => {
  test("are made by setup only", async () => {
    const owner = await givenOwner();
    for (const who of [owner, await givenMember("member", owner.organization.id)]) {
      const headers = await givenSession(who);
      const reply = await call("POST", "/api/auth/organization/create", { headers, body: { name: "B", slug: "b" } });
      expect(reply.status).toBe(404);
    }
    expect(await env.DB.prepare("select count(*) as n from organization").first("n")).toBe(1);
  });

  test("a key has no user", async () => {
    const { organization } = await givenOwner();
    expect((await call("GET", "/api/v1/me", { key: await givenKey(organization.id) })).status).toBe(403);
  });
});

test("the tables have the columns that the installed better-auth asks for", async () => {
  for (const table of Object.values(getAuthTables(createAuth(env, ORIGIN).options))) {
    const { results } = await env.DB.prepare("select name from pragma_table_info(?)").bind(table.modelName).all();
    const columns = Object.entries(table.fields).map(([field, { fieldName }]) => fieldName ?? field);
    expect(results.map(({ name }) => name).sort(), table.modelName).toEqual(["id", ...columns].sort());
  }
});
