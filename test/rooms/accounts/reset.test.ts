// A forgotten password: the link by mail, what it ends, and what strangers learn.
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toReset } from "../../../scripts/deploy/reset";
import { givenWrongPasswords } from "../attempts";
import { call, givenFreshStorage, givenOwner, givenSession, ORIGIN, type Owner, signIn } from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();
afterEach(() => vi.useRealTimers());

const cookieOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
const signInFrom = ({ user, password }: Owner, cookie: string) =>
  call("POST", "/api/auth/sign-in/email", {
    headers: { "cf-connecting-ip": "192.0.2.44", origin: ORIGIN, cookie },
    body: { email: user.email, password },
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
    await vi.waitFor(() => expect(mailbox.sent.map(({ subject }) => subject)).toContain("Your password was changed"));
    const logged = await env.DB.prepare("select action from audit_log order by at desc, rowid desc").all();
    expect(logged.results).toContainEqual({ action: "account.password_reset" });
  });

  test("that is replaced, or changed otherwise, ends the other links", async () => {
    const owner = await givenOwner();
    await ask(owner.user.email);
    await ask(owner.user.email);
    await ask(owner.user.email);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(3));
    const [first, second, third] = mailbox.sent.map(({ text }) => tokenIn(text));
    expect((await reset(first!)).status).toBe(200);
    expect((await reset(second!, "yet another long secret")).status).toBe(400);
    expect((await reset(third!, "yet another long secret")).status).toBe(400);
  });

  test.each(["password", "email"])("a new %s ends its links", async (changed) => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    await ask(owner.user.email);
    await vi.waitFor(() => expect(mailbox.sent.length).toBe(1));
    const token = tokenIn(mailbox.sent[0]!.text);
    if (changed === "email") {
      env.MAIL_FROM = "";
      const body = { email: "ada@example.com", current_password: owner.password };
      expect((await call("PATCH", "/api/v1/account", { headers, body })).status).toBe(200);
    } else {
      const body = { currentPassword: owner.password, newPassword: "another long secret" };
      expect((await call("POST", "/api/auth/change-password", { headers, body })).status).toBe(200);
    }
    expect((await reset(token, "yet another long secret")).status).toBe(400);
  });

  test("that is replaced opens the account in this browser, whatever strangers do", async () => {
    const owner = await givenOwner();
    await givenWrongPasswords(owner.user.email, 15);
    expect((await signInFrom(owner, "")).status).toBe(429);
    await ask(owner.user.email);
    await vi.waitFor(() => expect(tokenIn(mailbox.sent.at(-1)?.text ?? "")).not.toBe(""));
    const cookie = cookieOf(await reset(tokenIn(mailbox.sent.at(-1)!.text)));
    const renewed = { ...owner, password: "another long secret" };
    expect((await signInFrom(renewed, "")).status).toBe(200);
    await givenWrongPasswords(owner.user.email, 15);
    expect((await signInFrom(renewed, "")).status).toBe(429);
    expect((await signInFrom(renewed, cookie)).status).toBe(200);
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

  test("is answered before the account is looked for", async () => {
    const { user } = await givenOwner();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const held = (statement: D1PreparedStatement): D1PreparedStatement =>
      new Proxy(statement, {
        get: (target, name) => {
          const method = (Reflect.get(target, name) as CallableFunction).bind(target);
          if (name === "bind") return (...values: unknown[]) => held(method(...values));
          return (...given: unknown[]) => gate.then(() => method(...given));
        },
      });
    const database = Object.getPrototypeOf(env.DB) as D1Database;
    const { prepare } = database;
    const spy = vi.spyOn(database, "prepare").mockImplementation(function (this: D1Database, sql: string) {
      const statement = prepare.call(this, sql);
      return /"(user|verification)"/.test(sql) ? held(statement) : statement;
    });
    try {
      expect((await ask(user.email)).status).toBe(200);
      expect(mailbox.sent).toEqual([]);
      open();
      await vi.waitFor(() => expect(mailbox.sent.map(({ to }) => to)).toEqual([user.email]));
    } finally {
      spy.mockRestore();
    }
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
