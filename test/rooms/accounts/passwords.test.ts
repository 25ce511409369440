// New passwords: how long they are and which are refused. Older ones stay valid.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createAuth } from "../../../workers/accounts/auth";
import { call, givenFreshStorage, givenOwner, givenSession, ORIGIN, signIn } from "../given";

givenFreshStorage();

const WEAK = [
  "password1234",
  "123456789012",
  "aaaaaaaaaaaaa",
  "qwertyuiop12",
  "passwordpassword",
  "P@ssw0rd!!!!",
  "owner@example.com",
];

describe("a password that is easy to guess is refused", () => {
  test.each(WEAK)("when it is changed to %s", async (newPassword) => {
    const owner = await givenOwner();
    const headers = await givenSession(owner);
    const body = { currentPassword: owner.password, newPassword };
    const reply = await call("POST", "/api/auth/change-password", { headers, body });
    expect(reply.status).toBe(400);
    const { error } = (await reply.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^password (is|contains) .*; choose another$|^password contains little/);
    expect((await signIn(owner.user.email, owner.password)).status).toBe(200);
  });

  test("at setup, with the reason", async () => {
    const body = { token: "rooms-setup-token", email: "ada@example.com", password: "password1234" };
    const reply = await call("POST", "/api/setup", { body });
    expect(await reply.json()).toMatchObject({
      error: {
        code: "invalid",
        message: "password is one of the most common passwords, or one with a few characters added; choose another",
      },
    });
    expect(await env.DB.prepare("select count(*) as n from user").first("n")).toBe(0);
  });

  test("when it has fewer than 12 characters", async () => {
    const owner = await givenOwner();
    const body = { currentPassword: owner.password, newPassword: "x7#Kq2!vP9z" };
    const reply = await call("POST", "/api/auth/change-password", { headers: await givenSession(owner), body });
    expect(await reply.json()).toMatchObject({
      error: { code: "invalid", message: "password is too short: it must have at least 12 characters" },
    });
  });
});

test("a password of before that is short and common still signs in", async () => {
  const owner = await givenOwner();
  const hash = await (await createAuth(env, ORIGIN).$context).password.hash("password1");
  await env.DB.prepare("update account set password = ?").bind(hash).run();
  expect((await signIn(owner.user.email, "password1")).status).toBe(200);
});
