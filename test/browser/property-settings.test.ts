// Settings of a property by keyboard alone: its time zone, its exclusions and its recipients.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Property } from "../../workers/domain/properties/property";
import { canonicalZones } from "../../workers/domain/time/zone-name.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let system: System;
let browser: Browser;
let owner: BrowserContext;
let page: Page;
let siteId: string;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example", timezone: "Europe/Zurich" }))
    .site_id;
  // Chromium reports this zone under its former name.
  owner = await browser.newContext({ locale: "en-GB", timezoneId: "Asia/Kolkata" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  await page.goto(system.dashboard);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const load = (): Promise<Property> => system.api.get<Property>(`/api/v1/properties/${siteId}`);
const zone = (): Locator => page.getByRole("combobox", { name: "Time zone" });
const options = (): Locator => page.getByRole("option");
const active = (): Locator => page.locator('[role="option"][aria-selected="true"]');

/** True when an option lies in the part of the list that shows. */
const isSeen = (option: Locator): Promise<boolean> =>
  option.evaluate((one) => {
    const [list, own] = [one.parentElement!.getBoundingClientRect(), one.getBoundingClientRect()];
    return own.height > 0 && own.top >= list.top && own.bottom <= list.bottom;
  });

/** What axe finds wrong with a part of the page as it stands. */
async function faultsOf(part: string): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (include) => (window as unknown as { axe: { run(on: string): Promise<AxeResults> } }).axe.run(include),
    part,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

test("Chromium calculates with every canonical name", async () => {
  const unknown = await page.evaluate(
    (names) =>
      names.filter((name) => {
        try {
          return !new Intl.DateTimeFormat("en", { timeZone: name }).format(0);
        } catch {
          return true;
        }
      }),
    canonicalZones(),
  );
  expect(unknown).toEqual([]);
});

test("a new property has the browser's zone under its canonical name", async () => {
  await page.goto(`${system.dashboard}/new`);
  await page.getByText("UTC+05:30").first().waitFor();
  expect(await zone().inputValue()).toBe("Asia/Kolkata");
  await zone().focus();
  await page.keyboard.press("ArrowDown");
  expect(await options().first().innerText()).toMatch(
    /Asia\/Kolkata\s+This browser’s zone · Kolkata, Mumbai, Delhi · India\s+UTC\+05:30/,
  );
  expect(await options().nth(1).innerText()).toContain("UTC-11:00");
  expect(await options().last().innerText()).toContain("UTC+14:00");
});

test("a time zone is found by country, city, former name and offset, and chosen by keyboard", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings`);
  await page
    .getByText(/^UTC\+0[12]:00$/)
    .first()
    .waitFor();
  await zone().focus();
  await page.keyboard.press("ArrowDown");
  expect(await active().innerText()).toContain("Europe/Zurich");
  expect(await isSeen(active())).toBe(true);

  for (const [typed, first] of [
    ["India", "Asia/Kolkata"],
    ["Mumbai", "Asia/Kolkata"],
    ["Kiev", "Europe/Kyiv"],
    ["Kyiv", "Europe/Kyiv"],
  ]) {
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(typed!);
    expect(await active().innerText()).toContain(first);
    expect(await isSeen(active())).toBe(true);
  }
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("+5:30");
  expect(await options().allInnerTexts()).toEqual([
    expect.stringContaining("Asia/Kolkata"),
    expect.stringContaining("Asia/Colombo"),
  ]);
  await page.getByRole("status").filter({ hasText: "2 choices" }).waitFor();
  expect(await faultsOf("form")).toEqual([]);

  // Enter on nothing changes nothing, Escape brings back what was chosen.
  await page.keyboard.type("x");
  await page.getByText("No matches for “+5:30x”.").waitFor();
  expect(await faultsOf("form")).toEqual([]);
  await page.keyboard.press("Enter");
  expect(await zone().getAttribute("aria-expanded")).toBe("true");
  await page.keyboard.press("Escape");
  expect(await zone().inputValue()).toBe("Europe/Zurich");

  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("kiev");
  await page.keyboard.press("Enter");
  expect(await zone().inputValue()).toBe("Europe/Kyiv");
  await page.keyboard.press("Enter");
  await page.getByText("Saved.").waitFor();
  expect((await load()).timezone).toBe("Europe/Kyiv");
});

test("a property that was stored under a former name shows the canonical one", async () => {
  await system.queryD1("UPDATE properties SET timezone = 'Asia/Calcutta' WHERE site_id = ?", [siteId]);
  await page.goto(`${system.dashboard}/p/${siteId}`);
  await page.getByText("Time zone: Asia/Kolkata.").waitFor();
});

/** Marked lines of a text, as they are seen: their numbers from 1. */
const markedLines = (field: Locator): Promise<number[]> =>
  field.evaluate((area) => {
    const { top } = area.getBoundingClientRect();
    const { lineHeight, paddingTop, borderTopWidth } = getComputedStyle(area);
    const first = top + Number.parseFloat(paddingTop) + Number.parseFloat(borderTopWidth);
    return [...area.parentElement!.querySelectorAll(".lines-marks span")].map(
      (mark) => Math.round((mark.getBoundingClientRect().top - first) / Number.parseFloat(lineHeight)) + 1,
    );
  });
const selected = (field: Locator): Promise<string> =>
  field.evaluate((area) => {
    const { value, selectionStart, selectionEnd } = area as HTMLTextAreaElement;
    return document.activeElement === area ? value.slice(selectionStart, selectionEnd) : "not focused";
  });
const isInvalid = (field: Locator): Promise<string | null> => field.getAttribute("aria-invalid");

test("lines that exclude nothing are marked, and are corrected by keyboard", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings/privacy`);
  const addresses = page.getByRole("textbox", { name: "Excluded IP addresses" });
  const paths = page.getByRole("textbox", { name: "Excluded pages" });
  await addresses.focus();
  await page.keyboard.type("203.0.113.7\n\nbogus address\n10.0.0.0/33");
  await page.keyboard.press("Tab");
  await page.keyboard.type("/admin/*\nadmin");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");

  await page.getByRole("alert").filter({ hasText: "Not saved. Fix the marked lines." }).waitFor();
  expect(await selected(addresses)).toBe("bogus address");
  expect([await markedLines(addresses), await markedLines(paths)]).toEqual([[3, 4], [2]]);
  expect([await isInvalid(addresses), await isInvalid(paths)]).toEqual(["true", "true"]);
  const described = (await addresses.getAttribute("aria-describedby"))!;
  expect(await page.locator(`[id="${described}"]`).innerText()).toContain(
    "Line 3 must be an IPv4 or IPv6 address such as 203.0.113.7, or a range such as 203.0.113.0/24.",
  );
  await page.getByText("must have a prefix length from /8 to /32.").waitFor();
  await page.getByText("must begin with /, such as /admin/*.").waitFor();
  expect(await faultsOf("form")).toEqual([]);
  expect((await load()).privacy).toMatchObject({ excluded_addresses: [], excluded_paths: [] });

  // The line is selected, so typing replaces it; the next one is behind its button.
  await page.keyboard.type("203.0.113.8");
  expect(await markedLines(addresses)).toEqual([4]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await selected(addresses)).toBe("10.0.0.0/33");
  await page.keyboard.type("10.0.0.0/8");
  expect([await markedLines(addresses), await isInvalid(addresses)]).toEqual([[], "false"]);

  await page.keyboard.press("Tab");
  expect(await paths.evaluate((area) => document.activeElement === area)).toBe(true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await selected(paths)).toBe("admin");
  await page.keyboard.type("/x/*");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Saved. Takes effect within a minute.").waitFor();
  expect((await load()).privacy).toMatchObject({
    excluded_addresses: ["203.0.113.7", "203.0.113.8", "10.0.0.0/8"],
    excluded_paths: ["/admin/*", "/x/*"],
  });
});

test("subdomains and what comes without a key are switches, off where anybody could make it up", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings/privacy`);
  const toggle = (name: string): Locator => page.getByRole("switch", { name: new RegExp(`^${name}`) });
  const group = page.getByRole("group", { name: "Events sent without an API key" });
  await group.waitFor();
  expect(await toggle("Count subdomains").isChecked()).toBe(true);
  for (const name of ["User IDs", "Revenue", "Measurements"]) expect(await toggle(name).isChecked()).toBe(false);
  expect(await faultsOf("form")).toEqual([]);
  await toggle("Count subdomains").focus();
  await page.keyboard.press("Space");
  await toggle("Revenue").focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. Takes effect within a minute.").waitFor();
  expect((await load()).privacy).toMatchObject({ subdomains: false, without_key: ["revenue"] });

  await page.goto(`${system.dashboard}/p/${siteId}/settings/streams`);
  await page.locator("details.stream summary").click();
  const stream = page.getByRole("group", { name: "Users and revenue" });
  expect(await stream.getByRole("switch", { name: /^User IDs/ }).isChecked()).toBe(true);
  await stream.getByRole("switch", { name: /^Revenue/ }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: false }).first().waitFor();
  await expect
    .poll(async () => (await load()).streams[0]!.measurements)
    .toMatchObject({ identify: true, revenue: false });
  await page.goto(`${system.dashboard}/p/${siteId}/settings/privacy`);
  await page.getByRole("textbox", { name: "Excluded IP addresses" }).waitFor();
});

test("a mark stays with its line when the text scrolls", async () => {
  const addresses = page.getByRole("textbox", { name: "Excluded IP addresses" });
  const valid = Array.from({ length: 30 }, (_, n) => `203.0.113.${n}`);
  await addresses.fill([...valid, "nonsense"].join("\n"));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Line 31" }).waitFor();
  await expect.poll(() => selected(addresses)).toBe("nonsense");
  const isSeen = await addresses.evaluate((area) => {
    const box = area.getBoundingClientRect();
    const mark = area.parentElement!.querySelector(".lines-marks span")!.getBoundingClientRect();
    return { top: mark.top >= box.top, bottom: mark.bottom <= box.bottom };
  });
  expect(isSeen).toEqual({ top: true, bottom: true });
});

test("what makes one page another is set, and a name that is none is marked", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings/pages`);
  const parameters = page.getByRole("textbox", { name: "Query parameters that belong to the page" });
  await page.getByRole("radio", { name: "Remove" }).check();
  await parameters.fill("lang\nid=1");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Line 2 must be the name of one parameter, such as id.").waitFor();
  expect(await markedLines(parameters)).toEqual([2]);
  expect((await load()).pages).toEqual({ trailing_slash: "keep", query_parameters: [] });
  expect(await faultsOf("form")).toEqual([]);
  await parameters.fill("lang\nid");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. Takes effect within a minute.").waitFor();
  expect((await load()).pages).toEqual({ trailing_slash: "strip", query_parameters: ["lang", "id"] });
  await page.reload();
  expect([await page.getByRole("radio", { name: "Remove" }).isChecked(), await parameters.inputValue()]).toEqual([
    true,
    "lang\nid",
  ]);
});

test("recipients that are no addresses are marked", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings/reports`);
  const recipients = page.getByRole("textbox", { name: "Recipients" });
  await recipients.fill("a@example.com\nb@example.com, nobody");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("(nobody) must be a valid email address.").waitFor();
  expect(await markedLines(recipients)).toEqual([2]);
  await expect.poll(() => selected(recipients)).toBe("b@example.com, nobody");
});

test("nothing went wrong on the page itself", () => {
  expect(complaints).toEqual([]);
});
