// The second factor: an authenticator's codes, and recovery codes for who has lost it.
import { env } from "cloudflare:workers";
import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import { afterEach, expect, test, vi } from "vitest";
import { call, givenFreshStorage, givenOwner, givenSession, ORIGIN, type Owner, problemOf, signIn } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());

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
