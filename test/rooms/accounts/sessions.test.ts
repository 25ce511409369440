// Sessions: when they end, what they tell scripts, which routes of better-auth are open, and what needs the password again.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenProperty,
  givenSession,
  ORIGIN,
  problemOf,
  signIn,
} from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());

const DAY = 86_400_000;
const me = (headers: Record<string, string>) => call("GET", "/api/v1/me", { headers }).then(({ status }) => status);
const cookieOf = (reply: Response) => ({
  cookie: reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; "),
  origin: ORIGIN,
});
const rateRows = () => env.DB.prepare("select count(*) as n from rateLimit").first("n");

describe("a session ends", () => {
  test("when the password changes, in all other browsers, whatever the caller asks for", async () => {
    const owner = await givenOwner();
    const [mine, stolen] = [await givenSession(owner), await givenSession(owner)];
    const body = { currentPassword: owner.password, newPassword: "another long secret", revokeOtherSessions: false };
    const reply = await call("POST", "/api/auth/change-password", { headers: mine, body });
    expect(reply.status).toBe(200);
    expect(await me(stolen)).toBe(401);
    expect(await me(cookieOf(reply))).toBe(200);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(401);
    expect((await signIn(owner.user.email, "another long secret")).status).toBe(200);
  });

  test("after 90 days, however often it is used", async () => {
    const headers = await givenSession(await givenOwner());
    const begun = Date.now();
    vi.useFakeTimers({ toFake: ["Date"] });
    for (let day = 1; day < 90; day += 9) {
      vi.setSystemTime(begun + day * DAY);
      expect(await me(headers)).toBe(200);
    }
    vi.setSystemTime(begun + 90 * DAY + 1);
    // Also for better-auth's own routes.
    const body = { currentPassword: "x", newPassword: "another long secret" };
    expect((await call("POST", "/api/auth/change-password", { headers, body })).status).toBe(401);
    expect(await me(headers)).toBe(401);
    expect(await env.DB.prepare("select count(*) as n from session").first("n")).toBe(0);
  });

  test("when its owner signs out other sessions, or one of them", async () => {
    const owner = await givenOwner();
    const [mine, phone, tablet] = [await givenSession(owner), await givenSession(owner), await givenSession(owner)];
    const list = await call("GET", "/api/v1/account/sessions", { headers: mine });
    const { sessions } = (await list.json()) as { sessions: { id: string; current: boolean; network: string }[] };
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, false, true]);
    expect(sessions.every(({ network }) => /^10\.\d+\.\d+\.0$/.test(network))).toBe(true);
    const { id } = sessions.find(({ current }) => !current)!;
    expect((await call("DELETE", `/api/v1/account/sessions/${id}`, { headers: mine })).status).toBe(204);
    expect((await call("DELETE", `/api/v1/account/sessions/${id}`, { headers: mine })).status).toBe(404);
    expect([await me(phone), await me(tablet)].sort()).toEqual([200, 401]);
    expect((await call("DELETE", "/api/v1/account/sessions", { headers: mine })).status).toBe(204);
    expect([await me(mine), await me(phone), await me(tablet)]).toEqual([200, 401, 401]);
  });

  test("of another user, by nobody but them", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const id = await env.DB.prepare("select id from session").first<string>("id");
    const other = await givenSession(await givenMember("owner"));
    expect((await call("DELETE", `/api/v1/account/sessions/${id}`, { headers: other })).status).toBe(404);
    expect(await me(headers)).toBe(200);
  });
});

describe("no reply tells a script the token", () => {
  test("of sign-in, of a changed password, of the list of sessions", async () => {
    const owner = await givenOwner();
    const entered = await signIn(owner.user.email, owner.password);
    const headers = cookieOf(entered);
    const body = { currentPassword: owner.password, newPassword: "another long secret" };
    const changed = await call("POST", "/api/auth/change-password", { headers, body });
    const list = await call("GET", "/api/v1/account/sessions", { headers: cookieOf(changed) });
    const told = [await entered.text(), await changed.text(), await list.text()].join();
    const { results } = await env.DB.prepare("select token from session").all<{ token: string }>();
    expect(results.length).toBeGreaterThan(0);
    for (const { token } of results) expect(told).not.toContain(token);
    expect(told).not.toContain('"token"');
  });
});

describe("routes of better-auth that nothing uses are closed", () => {
  test.each([
    ["GET", "/list-sessions"],
    ["GET", "/get-session"],
    ["POST", "/verify-password"],
    ["POST", "/revoke-session"],
    ["POST", "/sign-up/email"],
    ["POST", "/delete-user"],
    ["POST", "/change-email"],
    ["POST", "/organization/remove-member"],
    ["GET", "/sign-in/email"],
  ])("%s %s", async (method, path) => {
    const headers = await givenSession(await givenOwner());
    const before = await rateRows();
    const reply = await call(method, `/api/auth${path}`, { headers, ...(method === "POST" ? { body: {} } : {}) });
    expect([reply.status, await problemOf(reply)]).toEqual([404, "not_found"]);
    expect(await rateRows()).toBe(before);
  });

  test.each([
    "/api/auth/%73ign-in/email",
    "/api/auth/sign-in/%65mail",
    "/api/auth/sign-in%2Femail",
    "/api/auth/sign-in/email/",
    "/api/auth//sign-in/email",
    "/api/%61uth/sign-in/email",
  ])("another spelling writes no row: %s", async (path) => {
    const { user, password } = await givenOwner();
    const reply = await call("POST", path, {
      headers: { "cf-connecting-ip": "192.0.2.9" },
      body: { email: user.email, password },
    });
    expect(reply.status).toBe(404);
    expect(await rateRows()).toBe(0);
    expect(await env.DB.prepare("select count(*) as n from session").first("n")).toBe(0);
  });
});

describe("a change that cannot be undone", () => {
  /** The last is the status once the password is confirmed. An erasure of nobody is invalid: none is started. */
  type Change = [string, string, (siteId: string) => string, unknown, number];
  const CHANGES: Change[] = [
    ["deleting a property", "DELETE", (siteId) => `/api/v1/properties/${siteId}`, undefined, 204],
    ["erasing a person", "POST", (siteId) => `/api/v1/properties/${siteId}/erasures`, { user_id: 7 }, 400],
    [
      "making a key that manages a property",
      "POST",
      (siteId) => `/api/v1/properties/${siteId}/keys`,
      { name: "Robot", scopes: ["manage"] },
      201,
    ],
    ["making a key that manages everything", "POST", () => "/api/v1/keys", { name: "Robot", scopes: ["manage"] }, 201],
    [
      "making a key that reads",
      "POST",
      (siteId) => `/api/v1/properties/${siteId}/keys`,
      { name: "Reader", scopes: ["stats"] },
      201,
    ],
    ["making a key that sends events", "POST", () => "/api/v1/keys", { name: "Sender", scopes: ["ingest"] }, 201],
    ...(["events_days", "rollups_days", "addresses_days"] as const).map(
      (field): Change => [
        `shortening ${field}`,
        "PATCH",
        (siteId) => `/api/v1/properties/${siteId}/settings`,
        { retention: { [field]: 7 } },
        200,
      ],
    ),
    [
      "discarding a dead letter",
      "POST",
      (siteId) => `/api/v1/properties/${siteId}/pipeline/dead-letters/discard`,
      { ids: ["none"] },
      404,
    ],
    ["removing a stream", "DELETE", (siteId) => `/api/v1/properties/${siteId}/streams/none`, undefined, 404],
  ];

  test.each(CHANGES)("%s needs the password again after an hour", async (_, method, path, body, done) => {
    const owner = await givenOwner();
    const { site_id } = await givenProperty(owner.organization.id);
    const headers = await givenSession(owner);
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 3_600_001);
    const change = () => call(method, path(site_id), { headers, body });
    const refused = await change();
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      error: {
        code: "forbidden",
        message: "session must be confirmed with the password first: POST /api/v1/account/confirm",
        details: { reason: "password_confirmation" },
      },
    });
    const confirm = (password: string) => call("POST", "/api/v1/account/confirm", { headers, body: { password } });
    expect((await confirm("wrong password")).status).toBe(400);
    expect((await change()).status).toBe(403);
    expect((await confirm(owner.password)).status).toBe(200);
    expect((await change()).status).toBe(done);
  });

  test("other changes do not, and a key has no password", async () => {
    const owner = await givenOwner();
    const { site_id } = await givenProperty(owner.organization.id);
    const headers = await givenSession(owner);
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    const path = `/api/v1/properties/${site_id}`;
    expect((await call("PATCH", path, { headers, body: { name: "Renamed" } })).status).toBe(200);
    const longer = { retention: { addresses_days: 60, events_days: null }, reports: { weekly: false } };
    expect((await call("PATCH", `${path}/settings`, { headers, body: longer })).status).toBe(200);
    expect((await call("DELETE", path, { key: await givenKey(owner.organization.id) })).status).toBe(204);
  });
});
