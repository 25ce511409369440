// The second factor: an authenticator's codes, and recovery codes for who has lost it.
import { env } from "cloudflare:workers";
import { base32 } from "@better-auth/utils/base32";
import { createHMAC } from "@better-auth/utils/hmac";
import { createOTP } from "@better-auth/utils/otp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { call, givenFreshStorage, givenOwner, givenSession, ORIGIN, type Owner, problemOf, signIn } from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();
beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

const cookieOf = (reply: Response) => ({
  cookie: reply.headers
    .getSetCookie()
    .filter((line) => !/Max-Age=0/i.test(line))
    .map((line) => line.split(";")[0])
    .join("; "),
  origin: ORIGIN,
});
const me = (headers: Record<string, string>) => call("GET", "/api/v1/me", { headers }).then(({ status }) => status);

interface Enabled {
  owner: Owner;
  headers: Record<string, string>;
  codes: string[];
  code: () => Promise<string>;
}

async function givenTwoFactor(): Promise<Enabled> {
  const owner = await givenOwner();
  const headers = await givenSession(owner);
  const { password } = owner;
  const reply = await call("POST", "/api/auth/two-factor/enable", { headers, body: { password } });
  expect(reply.status).toBe(200);
  const { totpURI, backupCodes } = (await reply.json()) as { totpURI: string; backupCodes: string[] };
  expect(totpURI).toMatch(/^otpauth:\/\/totp\/TrackKit/);
  const secret = new TextDecoder().decode(base32.decode(new URL(totpURI).searchParams.get("secret")!));
  const code = () => createOTP(secret).totp();
  const verified = await call("POST", "/api/auth/two-factor/verify-totp", { headers, body: { code: await code() } });
  expect(verified.status).toBe(200);
  // Each code works once, and the next one is there half a minute later.
  later(30);
  return { owner, headers: cookieOf(verified), codes: backupCodes, code };
}

test("the password alone signs nobody in, a code does", async () => {
  const { owner, code } = await givenTwoFactor();
  const half = await signIn(owner.user.email, owner.password);
  expect(await half.clone().json()).toMatchObject({ twoFactorRedirect: true });
  expect(await me(cookieOf(half))).toBe(401);
  const headers = cookieOf(half);
  const wrong = await call("POST", "/api/auth/two-factor/verify-totp", { headers, body: { code: "000000" } });
  expect([wrong.status, await problemOf(wrong)]).toEqual([401, "unauthorized"]);
  const right = await call("POST", "/api/auth/two-factor/verify-totp", { headers, body: { code: await code() } });
  expect(right.status).toBe(200);
  expect(await right.clone().text()).not.toContain('"token"');
  expect(await me(cookieOf(right))).toBe(200);
});

test("each recovery code works once", async () => {
  const { owner, codes } = await givenTwoFactor();
  const enter = async () => {
    const headers = cookieOf(await signIn(owner.user.email, owner.password));
    return call("POST", "/api/auth/two-factor/verify-backup-code", { headers, body: { code: codes[0] } });
  };
  const first = await enter();
  expect(first.status).toBe(200);
  expect(await me(cookieOf(first))).toBe(200);
  expect((await enter()).status).toBe(401);
});

test("guessing codes ends the sign-in", async () => {
  const { owner, code } = await givenTwoFactor();
  const headers = cookieOf(await signIn(owner.user.email, owner.password));
  const guess = async (given: string, address: string) =>
    (
      await call("POST", "/api/auth/two-factor/verify-totp", {
        headers: { ...headers, "cf-connecting-ip": address },
        body: { code: given },
      })
    ).status;
  for (let i = 0; i < 6; i += 1) expect(await guess("000000", `192.0.2.${i}`)).toBeGreaterThanOrEqual(400);
  expect(await guess(await code(), "192.0.2.99")).toBeGreaterThanOrEqual(400);
});

test("turning it off needs the password", async () => {
  const { owner, headers } = await givenTwoFactor();
  const off = (password: string) => call("POST", "/api/auth/two-factor/disable", { headers, body: { password } });
  expect((await off("wrong password")).status).toBe(400);
  const reply = await off(owner.password);
  expect(reply.status).toBe(200);
  const account = await call("GET", "/api/v1/account", { headers: cookieOf(reply) });
  expect(await account.json()).toMatchObject({ user: { two_factor: false } });
  expect(await me(cookieOf(await signIn(owner.user.email, owner.password)))).toBe(200);
});

test("secret and recovery codes are encrypted in the database", async () => {
  const { codes } = await givenTwoFactor();
  const { results } = await env.DB.prepare("select * from twoFactor").all();
  expect(results.length).toBe(1);
  for (const code of codes) expect(JSON.stringify(results)).not.toContain(code);
});

const half = async ({ owner }: Enabled, cookie = "") =>
  cookieOf(
    await call("POST", "/api/auth/sign-in/email", {
      headers: { origin: ORIGIN, "cf-connecting-ip": "192.0.2.7", cookie },
      body: { email: owner.user.email, password: owner.password },
    }),
  );
const enter = (headers: Record<string, string>, code: string, more = {}) =>
  call("POST", "/api/auth/two-factor/verify-totp", { headers, body: { code, ...more } });

describe("a code of the authenticator", () => {
  test("works once, also in another browser and while it is still valid", async () => {
    const enabled = await givenTwoFactor();
    const seen = await enabled.code();
    const [first, second] = [await half(enabled), await half(enabled)];
    expect((await enter(first, seen)).status).toBe(200);
    const again = await enter(second, seen);
    expect([again.status, await again.text()]).toEqual([401, expect.stringContaining("code was used before")]);
    later(29);
    expect((await enter(second, seen)).status).toBe(401);
    later(1);
    expect((await enter(second, await enabled.code())).status).toBe(200);
  });

  test("works once for two requests at the same time", async () => {
    const enabled = await givenTwoFactor();
    const seen = await enabled.code();
    const halves = [await half(enabled), await half(enabled)];
    const replies = await Promise.all(halves.map((headers) => enter(headers, seen)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test("that turned it on does not sign in as well", async () => {
    const enabled = await givenTwoFactor();
    later(-30);
    expect((await enter(await half(enabled), await enabled.code())).status).toBe(401);
  });

  test("that was wrong may be right later", async () => {
    const enabled = await givenTwoFactor();
    const now = Date.now();
    later(90);
    const next = await enabled.code();
    vi.setSystemTime(now);
    const headers = await half(enabled);
    expect((await enter(headers, next)).status).toBe(401);
    later(90);
    expect((await enter(headers, next)).status).toBe(200);
  });
});

describe("no browser skips the second factor", () => {
  test("whatever the caller asks for", async () => {
    const enabled = await givenTwoFactor();
    const { cookie } = cookieOf(await enter(await half(enabled), await enabled.code(), { trustDevice: true }));
    expect(cookie).not.toContain("trust_device");
    expect(await me(await half(enabled, cookie))).toBe(401);
    const headers = await half(enabled);
    const body = { code: enabled.codes[1], trustDevice: true };
    const recovered = await call("POST", "/api/auth/two-factor/verify-backup-code", { headers, body });
    expect(recovered.status).toBe(200);
    expect(cookieOf(recovered).cookie).not.toContain("trust_device");
  });

  test("nor with a cookie of an earlier version", async () => {
    const enabled = await givenTwoFactor();
    const { createAuth } = await import("../../../workers/accounts/auth");
    const context = await createAuth(env, ORIGIN).$context;
    const name = context.createAuthCookie("trust_device").name;
    await context.internalAdapter.createVerificationValue({
      value: enabled.owner.user.id,
      identifier: "trust-device-old",
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    const token = await createHMAC("SHA-256", "base64urlnopad").sign(
      context.secret,
      `${enabled.owner.user.id}!trust-device-old`,
    );
    const value = `${token}!trust-device-old`;
    const signature = await createHMAC("SHA-256", "base64").sign(context.secret, value);
    const cookie = `${name}=${encodeURIComponent(`${value}.${signature}`)}`;
    expect(await me(await half(enabled, cookie))).toBe(401);
  });
});

describe("turning it on, off, and new recovery codes", () => {
  const change = (path: string, { headers, owner: { password } }: Enabled) =>
    call("POST", `/api/auth/two-factor/${path}`, { headers, body: { password } });
  const linksOf = ({ owner }: Enabled) =>
    env.DB.prepare("select count(*) as n from verification where value = ?").bind(owner.user.id).first("n");
  const actions = async () =>
    (await env.DB.prepare("select action from audit_log order by at, rowid").all()).results.map(({ action }) => action);

  test("are told to the owner, logged, and end what was made before", async () => {
    const enabled = await givenTwoFactor();
    for (const [path, subject] of [
      ["generate-backup-codes", "New recovery codes were created"],
      ["disable", "Two-factor authentication was turned off"],
    ] as const) {
      await half(enabled);
      expect(await linksOf(enabled)).toBe(1);
      expect((await change(path, enabled)).status).toBe(200);
      expect(await linksOf(enabled)).toBe(0);
      await vi.waitFor(() => expect(mailbox.sent.at(-1)).toMatchObject({ to: enabled.owner.user.email, subject }));
    }
    expect(mailbox.sent.map(({ subject }) => subject)).toEqual([
      "Two-factor authentication was turned on",
      "New recovery codes were created",
      "Two-factor authentication was turned off",
    ]);
    expect(await actions()).toEqual([
      "account.sign_in",
      "account.two_factor_on",
      "account.recovery_codes",
      "account.two_factor_off",
    ]);
  });

  test("a sign-in is logged when the code is right, and not before", async () => {
    const enabled = await givenTwoFactor();
    const headers = await half(enabled);
    expect((await actions()).length).toBe(2);
    await enter(headers, "000000");
    expect((await actions()).length).toBe(2);
    await enter(headers, await enabled.code());
    expect((await actions()).at(-1)).toBe("account.sign_in");
  });
});
