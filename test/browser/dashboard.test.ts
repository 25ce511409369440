// The dashboard as its owner meets it: from signing in over the three steps to the first event and what became of it.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer } from "../../workers/domain/queries/answer.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { type System, startSystem, until } from "./system.ts";

let system: System;
let browser: Browser;
let site: Site;
let owner: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), joinChromium()]);
  site = await openSite();
  owner = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Paris",
  });
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // What the policy forbids is told on the console only.
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await system?.close();
});

const siteId = (): string => new URL(page.url()).pathname.split("/")[2] ?? "";

async function signIn(password: string): Promise<void> {
  await page.getByLabel("Email").fill(system.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("whoever is not signed in is asked to, told what was wrong, and then brought to the page that was wanted", async () => {
  await page.goto(`${system.dashboard}/new`);
  await page.waitForURL("**/sign-in?next=%2Fnew");
  await signIn("not the password");
  await page.getByRole("alert").filter({ hasText: "Email or password is wrong" }).waitFor();
  await signIn(system.password);
  await page.waitForURL("**/new");
});

test("an owner without a property is led to the first one", async () => {
  await page.goto(system.dashboard);
  await page.getByRole("heading", { name: "Add your first site" }).waitFor();
  await page.getByRole("link", { name: "Create a property" }).click();
  await page.waitForURL("**/new");
});

test("three steps lead from nothing to the first event", async () => {
  // One: the property. The browser's time zone is the standard; another is found by a part of its name.
  const zone = page.getByRole("combobox", { name: "Time zone" });
  expect(await zone.inputValue()).toBe("Europe/Paris");
  await page.getByLabel("Property name").fill("Corner shop");
  await zone.click();
  await zone.fill("lisb");
  await zone.press("Enter");
  expect(await zone.inputValue()).toBe("Europe/Lisbon");
  // Whether signals are respected is asked, and nothing is chosen for the owner.
  const signals = page.getByRole("group", { name: "Respect Global Privacy Control and Do Not Track?" });
  expect(await signals.getByRole("radio", { checked: true }).count()).toBe(0);
  await page.getByRole("button", { name: "Continue" }).click();
  expect(new URL(page.url()).pathname).toBe("/new");
  await signals.getByRole("radio", { name: /^Yes/ }).check();
  await page.getByRole("button", { name: "Continue" }).click();

  // Two: the data stream.
  await page.waitForURL("**/new/*/stream");
  await page.getByLabel("Website address").fill(site.origin);
  expect(await page.getByLabel("Stream name").inputValue()).toBe(new URL(site.origin).host);
  expect(await page.getByRole("switch", { name: "Page views" }).isChecked()).toBe(true);
  await page.getByRole("button", { name: "Continue" }).click();

  // Three: the tag.
  await page.waitForURL("**/new/*/install");
  await page.getByText("Waiting for the first event…").waitFor();
  const tag = (await page.locator("pre code").textContent()) ?? "";
  expect(tag).toBe(`<script defer src="${system.worker}/tk.js" data-site-id="${siteId()}"></script>`);

  site.pages["/"] = `<!doctype html><html lang="en"><head>${tag}<title>Shop</title></head><body>Open</body></html>`;
  const visitor = await browser.newContext();
  const visit = await visitor.newPage();
  const taken = visit.waitForResponse((response) => response.url() === `${system.worker}/e`);
  await visit.goto(site.at("/"));
  expect((await taken).status()).toBe(202);
  await visitor.close();

  await page.getByText("First event received").waitFor();
});

test("what was measured is on the overview", async () => {
  await page.getByRole("link", { name: "Go to overview" }).click();
  await page.waitForURL(`**/p/${siteId()}`);
  const headline = page.getByRole("heading", { level: 1 });
  await until(
    async () => {
      await page.reload();
      await page.locator(".card-value", { hasText: /\d/ }).first().waitFor();
      return headline.innerText();
    },
    (text) => text.startsWith("1 visitor today"),
  );

  const card = (name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) }).locator(".card-value");
  expect(await card("Visitors").innerText()).toBe("1");
  expect(await card("Page views").innerText()).toBe("1");
  const row = (panel: string) => page.getByRole("region", { name: panel }).locator("tbody tr").first();
  expect(await row("Sources").innerText()).toMatch(/^Direct\s+1\s+100%$/);
  expect(await row("Technology").innerText()).toMatch(/^Chrome\s+1\s+100%$/);
  expect(await row("Pages").innerText()).toMatch(/^\/\s+1\s+100%$/);
  await page.getByTitle("Visitors in the last 5 minutes").filter({ hasText: "1" }).waitFor();
});

test("the overview names the first day with data, and none for a property without an event", async () => {
  // Its first day is today, so that is what it starts with.
  await page.getByRole("button", { name: "Period: Today" }).waitFor();
  await page.getByRole("status").filter({ hasText: "No data to compare with: data starts on" }).waitFor();
  expect(await page.locator(".card-change:visible").count()).toBe(0);
  const { site_id } = await system.createProperty({ name: "Empty shop", url: "https://empty.example" });
  const empty = await owner.newPage();
  const beginning = empty.waitForResponse((response) => response.request().postData()?.includes('"all"') ?? false);
  await empty.goto(`${system.dashboard}/p/${site_id}`);
  await empty.getByRole("heading", { name: "No events yet" }).waitFor();
  const { results } = (await (await beginning).json()) as { results: Answer[] };
  expect(results.map(({ meta }) => meta.data_from).filter((day) => day !== undefined)).toEqual([null]);
  await empty.locator(".trend table tbody tr").first().waitFor({ state: "attached" });
  expect(await empty.getByText("No data to compare with").count()).toBe(0);
  await empty.close();
  await system.api.delete(`/api/v1/properties/${site_id}`);
});

test("the chart is a picture with a table behind it", async () => {
  await page.keyboard.press("q");
  await page.getByRole("button", { name: "Period: Last 28 days" }).waitFor();
  // The property would start with today, so the address says which period was chosen.
  expect(new URL(page.url()).search).toBe("?period=28d");
  await page.locator(".trend canvas").waitFor();
  const table = page.getByRole("table", { name: "Visitors over time" });
  await table.locator("tbody tr").nth(27).waitFor({ state: "attached" });
  expect(await table.locator("tbody tr").count()).toBe(28);
  expect(await table.locator("tbody tr").last().innerText()).toMatch(/so far\)\s+1/);
});

test("a view is its URL: keys change it, the back button undoes it, a reload shows it again", async () => {
  const query = () => new URL(page.url()).search;
  expect(query()).toBe("?period=28d");
  await page.keyboard.press("w");
  await page.getByRole("button", { name: "Period: Last 7 days" }).waitFor();
  expect(query()).toBe("?period=7d");
  await page.getByRole("button", { name: /^Page views/ }).click();
  await page.getByRole("region", { name: "Pages" }).getByRole("button", { name: "Entry" }).click();
  expect(Object.fromEntries(new URLSearchParams(query()))).toEqual({
    period: "7d",
    metric: "pageviews",
    pages: "entry_page",
  });
  await page.reload();
  await page.locator('.card[aria-pressed="true"]', { hasText: "Page views" }).waitFor();
  await page.locator('.tab[aria-pressed="true"]', { hasText: "Entry" }).waitFor();
  await page.goBack();
  await page.goBack();
  await page.getByRole("button", { name: "Period: Last 28 days" }).waitFor();
});

test("the keyboard reaches the shortcuts, the menus and the dialogs, and leaves them again", async () => {
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByText("Last 7 days").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });

  const period = page.getByRole("button", { name: "Period: Last 28 days" });
  await period.focus();
  await page.keyboard.press("ArrowDown");
  expect(await page.locator(":focus").innerText()).toContain("Last 28 days");
  await page.keyboard.press("Home");
  expect(await page.locator(":focus").innerText()).toContain("Today");
  await page.keyboard.press("Escape");
  expect(await period.evaluate((button) => button === document.activeElement)).toBe(true);

  await page.getByRole("region", { name: "Pages" }).getByRole("button", { name: "Details" }).click();
  const all = page.getByRole("dialog", { name: "Pages · Page" });
  await all.getByText("1 of 1").waitFor();
  expect(new URL(page.url()).search).toBe("?period=28d&all=pages");
  await page.keyboard.press("Escape");
  await all.waitFor({ state: "detached" });
});

test("a theme that was chosen by hand stays", async () => {
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.keyboard.press("j");
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await paper()).toBe(dark);
  await page.keyboard.press("j");
});

test("a failure is told where it happened, and trying again mends it", async () => {
  await page.route("**/api/v2/batch", (route) =>
    route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "database cannot be reached" } } }),
  );
  await page.reload();
  const failure = page.getByRole("alert").filter({ hasText: "Pages could not be loaded. Database cannot be reached." });
  await failure.waitFor();
  await page.unroute("**/api/v2/batch");
  await failure.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("region", { name: "Pages" }).locator("tbody tr").first().waitFor();
});

test("settings are kept, a key is shown once, and a property is deleted only by its name", async () => {
  const home = `${system.dashboard}/p/${siteId()}/settings`;
  await page.goto(home);
  await page.getByLabel("Property name").fill("Corner shop, new");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();

  await page.goto(`${home}/keys`);
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("button", { name: "Create API key" }).click();
  const key = await page.locator(".fresh-key code").innerText();
  const asked = await fetch(`${system.worker}/api/v1/properties/${siteId()}/live`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(asked.status).toBe(200);
  await page.reload();
  await page.getByText("Nightly report").waitFor();
  expect(await page.getByText(key).count()).toBe(0);

  await page.goto(`${home}/privacy`);
  await page.getByLabel("Excluded pages").fill("/admin/*\n\n/drafts/*");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").filter({ hasText: "Saved." }).waitFor();
  await page.reload();
  expect(await page.getByLabel("Excluded pages").inputValue()).toBe("/admin/*\n/drafts/*");

  await page.goto(home);
  await page.getByRole("button", { name: "Delete…" }).click();
  const sure = page.getByRole("dialog", { name: "Delete Corner shop, new" });
  await sure.getByRole("textbox").fill("Corner shop");
  await sure.getByRole("button", { name: "Delete permanently" }).click();
  await sure.getByText("Type Corner shop, new exactly as shown.").waitFor();
  await sure.getByRole("textbox").fill("Corner shop, new");
  await sure.getByRole("button", { name: "Delete permanently" }).click();
  await page.getByRole("heading", { name: "Add your first site" }).waitFor();
});

test("text that would run something never becomes HTML, and the licences of what the dashboard includes are there", async () => {
  const outcomes = await page.evaluate(() => {
    const tries: Record<string, () => void> = {
      handler: () => (document.createElement("div").innerHTML = "<img src=x onerror=alert(1)>"),
      script: () => document.body.insertAdjacentHTML("beforeend", "<script>alert(1)</script>"),
      frame: () => document.createElement("div").append(document.createRange().createContextualFragment("<iframe>")),
      source: () => (document.createElement("script").src = "https://attacker.test/x.js"),
      text: () => (document.createElement("script").textContent = "alert(1)"),
      plain: () => (document.createElement("div").innerHTML = "<p>text</p>"),
    };
    return Object.entries(tries).map(([name, run]) => {
      try {
        run();
        return `${name}: done`;
      } catch (error) {
        return `${name}: ${(error as Error).name}`;
      }
    });
  });
  expect(outcomes).toEqual([
    "handler: TypeError",
    "script: TypeError",
    "frame: TypeError",
    "source: TypeError",
    "text: TypeError",
    "plain: done",
  ]);
  complaints.length = 0;
  const notices = await (await fetch(`${system.dashboard}/third-party-notices.txt`)).text();
  for (const name of ["solid-js", "chart.js", "@solidjs/router"]) expect(notices).toContain(`${name} `);
});

test("signing out ends it, and nothing on the way broke a script or the content policy", async () => {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await page.goto(system.dashboard);
  await page.waitForURL("**/sign-in");
  const answer = await fetch(system.dashboard);
  expect(answer.headers.get("content-security-policy")).toContain("script-src 'self';");
  expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(complaints).toEqual([]);
});
