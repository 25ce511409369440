// One's own account: name, address, a forgotten password, and deletion.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toReset } from "../../../scripts/deploy/reset";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenProperty,
  givenSession,
  problemOf,
  signIn,
} from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();
afterEach(() => vi.useRealTimers());

const users = () => env.DB.prepare("select count(*) as n from user").first("n");

describe("name and address", () => {
  test("are changed, and the old address hears of it", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const body = { name: "Ada Lovelace", email: "Ada@Example.com" };
    const reply = await call("PATCH", "/api/v1/account", { headers, body });
    expect(await reply.json()).toMatchObject({
      user: { id: owner.user.id, email: "ada@example.com", name: "Ada Lovelace", two_factor: false },
      reset_by_mail: true,
    });
    await vi.waitFor(() => expect(mailbox.sent.map(({ to }) => to)).toEqual([owner.user.email]));
    expect((await signIn("ada@example.com", owner.password)).status).toBe(200);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(401);
  });

  test("of another account are a conflict", async () => {
    const owner = await givenOwner();
    const other = await givenMember("owner");
    const headers = await givenSession(owner);
    const reply = await call("PATCH", "/api/v1/account", { headers, body: { email: other.user.email } });
    expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
  });

  test.each([{ name: "" }, { name: "a\u0000b" }, { email: "nobody" }, { role: "owner" }])(
    "%j is invalid",
    async (body) => {
      const headers = await givenSession(await givenOwner());
      expect((await call("PATCH", "/api/v1/account", { headers, body })).status).toBe(400);
    },
  );

  test("belong to no key", async () => {
    const { organization } = await givenOwner();
    const key = await givenKey(organization.id);
    expect((await call("GET", "/api/v1/account", { key })).status).toBe(403);
    expect((await call("GET", "/api/v1/account")).status).toBe(401);
  });
});

describe("a forgotten password", () => {
  const ask = (email: string) => call("POST", "/api/auth/request-password-reset", { body: { email } });
  const tokenIn = (text: string) => /\/reset#token=([\w-]+)/.exec(text)?.[1] ?? "";
  const reset = (token: string, newPassword = "another long secret") =>
    call("POST", "/api/auth/reset-password", { body: { token, newPassword } });

  test("is replaced through the link of a mail, once, and all sessions end", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    expect((await ask(owner.user.email)).status).toBe(200);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(1));
    const token = tokenIn(mailbox.sent[0]!.text);
    expect(mailbox.sent[0]).toMatchObject({ to: owner.user.email, subject: "Set a new password" });
    expect((await reset(token, "password1234")).status).toBe(400);
    expect((await reset(token)).status).toBe(200);
    expect((await reset(token, "yet another long secret")).status).toBe(400);
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(401);
    expect((await signIn(owner.user.email, "another long secret")).status).toBe(200);
  });

  test("leaves no link in the database", async () => {
    const { user } = await givenOwner();
    await ask(user.email);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(1));
    const token = tokenIn(mailbox.sent[0]!.text);
    expect(token.length).toBeGreaterThan(20);
    for (const table of ["verification", "mails"]) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      expect(JSON.stringify(results)).not.toContain(token);
    }
  });

  test("has an hour", async () => {
    const { user } = await givenOwner();
    await ask(user.email);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(1));
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 3_601_000);
    expect((await reset(tokenIn(mailbox.sent[0]!.text))).status).toBe(400);
  });

  test("of an unknown address is answered in the same way", async () => {
    const { user } = await givenOwner();
    const [known, unknown] = [await ask(user.email), await ask("nobody@example.com")];
    expect(await known.text()).toBe(await unknown.text());
    await vi.waitFor(() => expect(mailbox.sent.map(({ to }) => to)).toEqual([user.email]));
  });

  test("cannot be asked for again and again", async () => {
    const { user } = await givenOwner();
    const from = (i: number) =>
      call("POST", "/api/auth/request-password-reset", {
        headers: { "cf-connecting-ip": `192.0.2.${i}` },
        body: { email: user.email },
      });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await from(i)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(3));
  });

  test("is replaced by the command of who owns the installation", async () => {
    const { user } = await givenOwner();
    const { sql, path } = toReset(user.email, Date.now());
    expect((await env.DB.prepare(sql).all()).results).toEqual([{ value: user.id }]);
    expect((await reset(tokenIn(path))).status).toBe(200);
    expect((await signIn(user.email, "another long secret")).status).toBe(200);
    expect((await env.DB.prepare(toReset("nobody@example.com", Date.now()).sql).all()).results).toEqual([]);
    expect(() => toReset("a' or '1'='1@example.com", Date.now())).toThrow("must be an email address");
  });

  test("without mail is told how to go on", async () => {
    const { user } = await givenOwner();
    env.MAIL_FROM = "";
    const reply = await ask(user.email);
    expect(await reply.json()).toMatchObject({
      error: {
        code: "conflict",
        message: "installation has no email; its owner can run npm run deploy -- --reset-password EMAIL",
      },
    });
  });
});

describe("deleting the account", () => {
  const remove = (headers: Record<string, string>) => call("DELETE", "/api/v1/account", { headers });

  test("waits until its organization has no properties and no other members", async () => {
    const owner = await givenOwner();
    await givenProperty(owner.organization.id);
    const reply = await remove(await givenSession(owner));
    expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
    expect(await users()).toBe(1);
  });

  test("takes everything with it that is only its own", async () => {
    const owner = await givenOwner();
    const key = await givenKey(owner.organization.id);
    const headers = await givenSession(owner);
    const session = await env.DB.prepare("select id from session").first<string>("id");
    const keyId = await env.DB.prepare("select id from api_keys").first<string>("id");
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(200);
    await env.DB.prepare("insert into live_holders values (?1, 'p', 1), (?2, 'p', 1), ('key:another', 'p', 1)")
      .bind(`session:${session}`, `key:${keyId}`)
      .run();
    expect((await remove(headers)).status).toBe(204);
    for (const table of ["user", "account", "session", "member", "organization", "api_keys"])
      expect(await env.DB.prepare(`select count(*) as n from ${table}`).first("n"), table).toBe(0);
    expect((await call("GET", "/api/v1/me", { headers })).status).toBe(401);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(401);
    expect((await call("GET", "/api/v1/properties", { key })).status).toBe(401);
    const { results } = await env.DB.prepare("select holder from live_holders").all();
    expect(results).toEqual([{ holder: "key:another" }]);
  });

  test("of a member leaves the organization as it is", async () => {
    const owner = await givenOwner();
    await givenProperty(owner.organization.id);
    const member = await givenMember("member", owner.organization.id);
    expect((await remove(await givenSession(member))).status).toBe(204);
    expect(await users()).toBe(1);
    expect((await call("GET", "/api/v1/me", { headers: await givenSession(owner) })).status).toBe(200);
  });

  test("needs the password again after an hour", async () => {
    const headers = await givenSession(await givenOwner());
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 3_600_001);
    expect((await remove(headers)).status).toBe(403);
    expect(await users()).toBe(1);
  });
});
