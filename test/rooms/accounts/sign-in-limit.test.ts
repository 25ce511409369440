// Wrong passwords count by account, from all networks. A stranger who uses the count up does not lock the owner out.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attemptKey, PASSWORD_LIMIT, takeAttempt } from "../../../workers/storage/accounts/attempts";
import { ATTEMPTS_IN_A_ROW, givenWrongPasswords } from "../attempts";
import { call, givenFreshStorage, givenMember, givenOwner, givenSession, ORIGIN, problemOf, signIn } from "../given";
import { givenMailbox } from "../mailbox";

givenFreshStorage();
const mailbox = givenMailbox();

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

test("ten wrong passwords from ten networks slow the account down, and say for how long", async () => {
  const { user, password } = await givenOwner();
  const statuses = await givenWrongPasswords(user.email, ATTEMPTS_IN_A_ROW);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(statuses.at(-1)).toBe(429);
  const held = await signIn(user.email, password);
  expect([held.status, held.headers.get("retry-after")]).toEqual([429, "40"]);
  expect(await held.json()).toMatchObject({
    error: { code: "too_many", message: "account had too many wrong passwords; wait 40 seconds" },
  });
  later(40);
  expect((await signIn(user.email, password)).status).toBe(200);
});

test("attempts at the same time do not exceed the limit", async () => {
  const { user } = await givenOwner();
  const replies = await Promise.all(Array.from({ length: 20 }, () => signIn(user.email, "wrong password")));
  expect(replies.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(ATTEMPTS_IN_A_ROW);
  expect(await env.DB.prepare("select max(failures) as n from sign_in_attempts").first("n")).toBe(ATTEMPTS_IN_A_ROW);
  await vi.waitFor(() => expect(mailbox.sent.map(({ to }) => to)).toEqual([user.email]));
});

test("an unknown address is slowed down in the same way", async () => {
  expect(await givenWrongPasswords("nobody@example.com", 12)).toEqual([...Array(10).fill(401), 429, 429]);
});

test("however the address is written, it is the same account", async () => {
  const { user } = await givenOwner();
  for (let i = 0; i < 6; i += 1) {
    await signIn(user.email.toUpperCase(), "wrong password");
    await signIn(user.email, "wrong password");
  }
  expect((await signIn(user.email, "wrong password")).status).toBe(429);
});

test("the owner's own browser is not locked out, signed in or not", async () => {
  const owner = await givenOwner();
  const { cookie } = await givenSession(owner);
  await givenWrongPasswords(owner.user.email, 15);
  const enter = (headers: Record<string, string>) =>
    call("POST", "/api/auth/sign-in/email", {
      headers: { "cf-connecting-ip": "192.0.2.44", origin: ORIGIN, ...headers },
      body: { email: owner.user.email, password: owner.password },
    });
  expect((await enter({})).status).toBe(429);
  const device = cookie!.split("; ").find((one) => one.includes("device="))!;
  const session = cookie!.split("; ").find((one) => one.includes("session_token="))!;
  expect((await enter({ cookie: device })).status).toBe(200);
  expect((await enter({ cookie: session })).status).toBe(200);
  expect((await call("GET", "/api/v1/me", { headers: { cookie: session } })).status).toBe(200);
});

test("the browser of another account is a stranger", async () => {
  const owner = await givenOwner();
  const { cookie } = await givenSession(await givenMember("owner"));
  await givenWrongPasswords(owner.user.email, 15);
  const reply = await call("POST", "/api/auth/sign-in/email", {
    headers: { cookie: cookie!, origin: ORIGIN },
    body: { email: owner.user.email, password: owner.password },
  });
  expect([reply.status, await problemOf(reply)]).toEqual([429, "too_many"]);
});

test("a stolen session has no more attempts at the password, and the owner hears of them", async () => {
  const owner = await givenOwner();
  const headers = await givenSession(owner);
  const guess = () =>
    call("POST", "/api/v1/account/confirm", { headers, body: { password: "wrong password" } }).then(
      ({ status }) => status,
    );
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push(await guess());
  expect(statuses).toEqual([...Array(10).fill(400), 429, 429]);
  await vi.waitFor(() =>
    expect(mailbox.sent.map(({ to, subject }) => [to, subject])).toEqual([
      [owner.user.email, "Someone entered wrong passwords for your account"],
    ]),
  );
});

test("the owner gets one mail about it a day, and an unknown address none", async () => {
  const { user } = await givenOwner();
  await givenWrongPasswords("nobody@example.com", 11);
  await givenWrongPasswords(user.email, 15);
  await vi.waitFor(() =>
    expect(mailbox.sent.map(({ to, subject }) => [to, subject])).toEqual([
      [user.email, "Someone entered wrong passwords for your account"],
    ]),
  );
  later(3600);
  await givenWrongPasswords(user.email, 15);
  later(25 * 3600);
  await givenWrongPasswords(user.email, 15);
  await vi.waitFor(() => expect(mailbox.sent.length).toBeGreaterThan(1));
  expect(mailbox.sent.length).toBe(2);
});

test("a correct password gives its place back", async () => {
  const { user, password } = await givenOwner();
  for (let i = 0; i < 15; i += 1) expect((await signIn(user.email, password)).status).toBe(200);
});

test("the table holds no address", async () => {
  const { user } = await givenOwner();
  await signIn(user.email, "wrong password");
  const { results } = await env.DB.prepare("select * from sign_in_attempts").all();
  expect(results.length).toBe(1);
  expect(JSON.stringify(results)).not.toContain("owner@");
});

test("a stranger with any number of networks has about a hundred attempts an hour, and 90 in each later one", async () => {
  const key = await attemptKey("owner@example.com", "stranger");
  const taken = [0, 0, 0];
  for (const hour of taken.keys())
    for (let second = 0; second < 3600; second += 10)
      if (!(await takeAttempt(env.DB, key, PASSWORD_LIMIT, (hour * 3600 + second) * 1000)).refused) taken[hour]! += 1;
  expect(taken).toEqual([100, 90, 90]);
});
