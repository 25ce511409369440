// One's own account: name, address, the log of what it does, and deletion.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { givenWrongPasswords } from "../attempts";
import {
  call,
  givenFreshStorage,
  givenKey,
  givenMember,
  givenOwner,
  givenProperty,
  givenSession,
  ORIGIN,
  type Owner,
  problemOf,
  signIn,
} from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();
afterEach(() => vi.useRealTimers());

const users = () => env.DB.prepare("select count(*) as n from user").first("n");

const change = (headers: Record<string, string>, body: Record<string, unknown>) =>
  call("PATCH", "/api/v1/account", { headers, body });
const cookieOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
const actions = async () =>
  (
    await env.DB.prepare("select action, network from audit_log order by at, rowid").all<{ action: string }>()
  ).results.map(({ action }) => action);
const signInFrom = ({ user, password }: Owner, cookie: string, email = user.email) =>
  call("POST", "/api/auth/sign-in/email", {
    headers: { "cf-connecting-ip": "192.0.2.44", origin: ORIGIN, cookie },
    body: { email, password },
  });

describe("name and address", () => {
  test("the name is changed at once", async () => {
    const owner = await givenOwner();
    const reply = await change(await givenSession(owner), { name: "Ada Lovelace", email: owner.user.email });
    expect(await reply.json()).toEqual({
      user: {
        id: owner.user.id,
        email: owner.user.email,
        name: "Ada Lovelace",
        two_factor: false,
        created_at: expect.any(String),
      },
      reset_by_mail: true,
    });
    expect(mailbox.sent).toEqual([]);
  });

  test.each([{ name: "" }, { name: "a\u0000b" }, { email: "nobody" }, { email: "ada@example.com" }, { role: "owner" }])(
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

describe("a new address", () => {
  const confirm = (token: string, cookie = "") =>
    call("POST", "/api/auth/confirm-address", { headers: { origin: ORIGIN, cookie }, body: { token } });
  const mailTo = (address: string) => mailbox.sent.filter(({ to }) => to === address);
  const tokenIn = (text: string) => /\/confirm-address#token=([\w-]+)/.exec(text)?.[1] ?? "";
  const ask = async (owner: Owner, email: string) =>
    change(await givenSession(owner), { email, current_password: owner.password });
  async function givenAsked(owner: Owner, email = "ada@example.com"): Promise<string> {
    expect((await ask(owner, email)).status).toBe(200);
    await vi.waitFor(() => expect(mailTo(email).length).toBe(1));
    return tokenIn(mailTo(email)[0]!.text);
  }

  test("becomes the account's by the link that it received, once; the old one hears of both", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const body = { name: "Ada Lovelace", email: "Ada@Example.com", current_password: owner.password };
    const reply = await change(headers, body);
    expect(await reply.json()).toMatchObject({
      user: { email: owner.user.email, name: "Ada Lovelace" },
      email_to_confirm: "ada@example.com",
    });
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(2));
    expect(mailTo(owner.user.email)[0]?.subject).toBe("A new email address was entered for your account");
    expect((await signIn("ada@example.com", owner.password)).status).toBe(401);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(200);
    const token = tokenIn(mailTo("ada@example.com")[0]!.text);
    expect((await confirm(token)).status).toBe(200);
    await vi.waitFor(() =>
      expect(mailTo(owner.user.email)[1]?.subject).toBe("The email address of your account was changed"),
    );
    expect((await signIn("ada@example.com", owner.password)).status).toBe(200);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(401);
    expect((await confirm(token)).status).toBe(400);
    expect(await actions()).toContain("account.email");
  });

  test("needs the current password, also right after signing in", async () => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const reply = await change(headers, { email: "eve@example.com", current_password: "wrong password" });
    expect([reply.status, await reply.json()]).toEqual([
      400,
      {
        error: {
          code: "invalid",
          message: "current password is wrong",
          details: [{ path: "current_password", message: "password is wrong" }],
        },
      },
    ]);
    expect((await change(headers, { email: "eve@example.com" })).status).toBe(400);
    expect(mailbox.sent).toEqual([]);
  });

  test("of another account is a conflict, also when it is taken in the meantime", async () => {
    const owner = await givenOwner();
    const other = await givenMember("owner");
    const reply = await ask(owner, other.user.email);
    expect([reply.status, await problemOf(reply)]).toEqual([409, "conflict"]);
    const token = await givenAsked(owner);
    await env.DB.prepare("update user set email = 'ada@example.com' where id = ?").bind(other.user.id).run();
    expect((await confirm(token)).status).toBe(409);
  });

  test("has an hour, and the last one that was asked for wins", async () => {
    const owner = await givenOwner();
    const first = await givenAsked(owner);
    const second = await givenAsked(owner, "lovelace@example.com");
    expect((await confirm(first)).status).toBe(400);
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 3_601_000);
    expect((await confirm(second)).status).toBe(400);
  });

  test("ends with a new password, and reset links end with a new address", async () => {
    const owner = await givenOwner();
    const token = await givenAsked(owner);
    const body = { currentPassword: owner.password, newPassword: "another long secret" };
    const headers = await givenSession(owner);
    expect((await call("POST", "/api/auth/change-password", { headers, body })).status).toBe(200);
    expect((await confirm(token)).status).toBe(400);
  });

  test("cannot be used to send mails to strangers", async () => {
    const owner = await givenOwner();
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ask(owner, `stranger${i}@example.com`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(6));
  });

  test("opens the account in the browser of the link, whatever strangers do", async () => {
    const owner = await givenOwner();
    await givenWrongPasswords("ada@example.com", 15);
    const cookie = cookieOf(await confirm(await givenAsked(owner)));
    await givenWrongPasswords("ada@example.com", 15);
    expect((await signInFrom(owner, "", "ada@example.com")).status).toBe(429);
    expect((await signInFrom(owner, cookie, "ada@example.com")).status).toBe(200);
  });

  test("leaves no token in the database, and changes at once where there is no mail", async () => {
    const owner = await givenOwner();
    const token = await givenAsked(owner);
    const { results } = await env.DB.prepare("select * from verification").all();
    expect([results.length, JSON.stringify(results).includes(token)]).toEqual([1, false]);
    env.MAIL_FROM = "";
    const reply = await ask(owner, "lovelace@example.com");
    expect(await reply.clone().json()).toMatchObject({ user: { email: "lovelace@example.com" }, reset_by_mail: false });
    expect(cookieOf(reply)).toContain("device=");
    expect((await signIn("lovelace@example.com", owner.password)).status).toBe(200);
    expect((await confirm(token)).status).toBe(400);
  });
});

describe("what an account does is logged in its organization", () => {
  test("signing in, a new password and a deletion, with the network", async () => {
    const owner = await givenOwner();
    const member = await givenMember("member", owner.organization.id);
    const headers = await givenSession(member);
    const body = { currentPassword: member.password, newPassword: "another long secret" };
    const changed = await call("POST", "/api/auth/change-password", {
      headers: { ...headers, "cf-connecting-ip": "198.51.100.77" },
      body,
    });
    await signIn(member.user.email, "wrong password");
    expect(changed.status).toBe(200);
    const mine = { cookie: cookieOf(changed), origin: ORIGIN };
    expect((await call("DELETE", "/api/v1/account", { headers: mine })).status).toBe(204);
    const { results } = await env.DB.prepare(
      "select organization_id, actor, actor_id, action, network, details from audit_log order by at, rowid",
    ).all();
    const entry = {
      organization_id: owner.organization.id,
      actor: "Member",
      actor_id: member.user.id,
      network: null,
      details: "{}",
    };
    expect(results).toEqual([
      { ...entry, action: "account.sign_in", network: expect.stringMatching(/^10\.\d+\.\d+\.0$/) },
      { ...entry, action: "account.password", network: "198.51.100.0" },
      { ...entry, action: "account.delete" },
    ]);
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
