// The account page: what is changed there holds, and a change that cannot be undone asks for the password.
import { base32 } from "@better-auth/utils/base32";
import { createOTP } from "@better-auth/utils/otp";
import type { Browser, Page } from "playwright-core";
import { encode } from "uqr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinChromium } from "./shared-chromium.ts";
import { type System, startSystem } from "./system.ts";

let system: System;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), joinChromium()]);
  const owner = await browser.newContext();
  await system.signIn(owner);
  page = await owner.newPage();
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

test("a name, other sessions, the password's dialog before a property is deleted, and a new password", async () => {
  const { site_id } = await system.createProperty({ name: "Shop", url: "https://shop.example" });
  await page.goto(`${system.dashboard}/account`);
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("button", { name: "Sign out other sessions" }).click();
  await page.getByText("Other sessions were signed out.").waitFor();

  await system.queryD1("update session set confirmedAt = '2026-01-01T00:00:00.000Z'", []);
  await page.goto(`${system.dashboard}/p/${site_id}/settings`);
  await page.locator(".block-danger button").click();
  await page.getByLabel(/Type/).fill("Shop");
  await page.locator(".button-fatal").click();
  const dialog = page.getByRole("dialog", { name: "Confirm your password" });
  await dialog.getByLabel("Password").fill("not the password");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByRole("alert").filter({ hasText: "Password is wrong" }).waitFor();
  await dialog.getByLabel("Password").fill(system.password);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL(`${system.dashboard}/`);
  expect(await system.queryD1("select count(*) as n from properties where deleted_at is null", [])).toEqual([{ n: 0 }]);

  await page.goto(`${system.dashboard}/account`);
  const password = page.locator("section", { has: page.getByRole("heading", { name: "Password", exact: true }) });
  await password.getByLabel("Current password").fill(system.password);
  await password.getByLabel("New password").fill("password1234");
  await password.getByRole("button", { name: "Change password" }).click();
  await password.getByRole("alert").filter({ hasText: "most common passwords" }).waitFor();
  await password.getByLabel("New password").fill("another long secret");
  await password.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Changed. Other sessions were signed out.").waitFor();
});

test("an authenticator is set up by its QR code, which is drawn under the page's policy", async () => {
  const section = page.locator("section", { has: page.getByRole("heading", { name: "Two-factor authentication" }) });
  await section.getByLabel("Current password").fill("another long secret");
  await section.getByRole("button", { name: "Turn on" }).click();
  const code = section.getByRole("img", { name: "QR code for an authenticator app" });
  await code.waitFor();
  const uri = (await section.getByRole("link").getAttribute("href"))!;
  // The page draws what a reader of QR codes would see: each module is dark or light as in the code of the address.
  const { data, size } = encode(uri, { ecc: "M", border: 4 });
  const drawn = await code.evaluate((svg: SVGSVGElement) => {
    const path = svg.querySelector("path")!;
    const modules = svg.viewBox.baseVal.width;
    return Array.from({ length: modules }, (_, y) =>
      Array.from({ length: modules }, (_, x) => path.isPointInFill(new DOMPoint(x + 0.5, y + 0.5))),
    );
  });
  expect([drawn.length, drawn]).toEqual([size, data]);
  const secret = new TextDecoder().decode(base32.decode(new URL(uri).searchParams.get("secret")!));
  await section.getByLabel("Code from the app").fill(await createOTP(secret).totp());
  await section.getByRole("button", { name: "Verify and turn on" }).click();
  await section.getByText("Keep these codes in a safe place").waitFor();
  await section.getByText("On. Signing in needs a code").waitFor();
  await section.getByLabel("Current password").last().fill("another long secret");
  await section.getByRole("button", { name: "Turn off" }).click();
  await section.getByText("Off. Your password alone").waitFor();
});

test("a new address asks for the password, and waits for its link", async () => {
  const profile = page.locator("section", { has: page.getByRole("heading", { name: "Profile" }) });
  await profile.getByLabel("Email").fill("lovelace@example.com");
  await profile.getByLabel("Your password").fill("not the password");
  await profile.getByRole("button", { name: "Save" }).click();
  await profile.getByRole("alert").filter({ hasText: "is wrong" }).waitFor();
  await profile.getByLabel("Your password").fill("another long secret");
  await profile.getByRole("button", { name: "Save" }).click();
  await profile.getByText("Open the link that we sent to lovelace@example.com").waitFor();
  expect(await system.queryD1("select email from user", [])).toEqual([{ email: system.email }]);
  await page.goto(`${system.dashboard}/confirm-address#token=made-up`);
  await page.getByRole("button", { name: "Confirm the address" }).click();
  await page.getByRole("alert").filter({ hasText: "link has expired" }).waitFor();
});

/** Nothing leads away from the page or asks again and again. */
async function expectStay(path: string): Promise<void> {
  let moves = 0;
  const count = (): number => moves++;
  page.on("framenavigated", count);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 1000)));
  page.off("framenavigated", count);
  expect([new URL(page.url()).pathname + new URL(page.url()).search, moves]).toEqual([path, 0]);
}

test("a page whose session was ended elsewhere asks to sign in, once, and then is back", async () => {
  await page.goto(`${system.dashboard}/account`);
  await page.getByText("This browser").waitFor();
  await system.queryD1("delete from session", []);
  await page.getByRole("button", { name: "Sign out other sessions" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await expectStay("/sign-in?next=%2Faccount");
  await page.getByLabel("Email").fill(system.email);
  await page.getByLabel("Password").fill("another long secret");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${system.dashboard}/account`);
  await page.getByText("This browser").waitFor();
});

test("an account that is deleted leads to the door, once", async () => {
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(system.email);
  await dialog.getByRole("button", { name: /^Delete/ }).click();
  await page.getByLabel("Setup token").waitFor();
  await expectStay("/setup");
  expect(await system.queryD1("select count(*) as n from user", [])).toEqual([{ n: 0 }]);
});
