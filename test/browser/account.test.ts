// The account page: what is changed there holds, and a change that cannot be undone asks for the password.
import type { Browser, Page } from "playwright-core";
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
