// A real access log, replayed: what TrackKit says of it equals a recount of the log that knows nothing of TrackKit.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { isbot } from "isbot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

/** Another log may be named. */
const LOG = process.env.ACCESS_LOG ?? "test/fixtures/access.log";
const SPAMMERS = new Set(readFileSync("test/fixtures/sources/referrer-spammers.txt", "utf8").split("\n"));

interface View {
  person: string;
  day: string;
  time: number;
  page: string;
  referrer: string;
  browser: string;
}

/** The big browsers by the marks they leave; the order is that of who claims to be whom. */
const BROWSERS: [string, RegExp][] = [
  ["Firefox", /^(?!.*(SeaMonkey|Iceweasel|PaleMoon)).* Firefox\/\d/],
  ["Opera", /OPR\/|Opera/],
  ["Internet Explorer", /^(?!.*MAXTHON).*(MSIE |Trident\/)/],
  ["Chrome", /^(?!.*(OPR|Edge|YaBrowser|Iron|Chromium|MetaSr|Version\/\d)).*(Chrome|CriOS)\/\d/],
];

/** Page views of people, by plain reading of the log. */
function readLog(): View[] {
  const views: View[] = [];
  for (const line of readFileSync(LOG, "utf8").split("\n")) {
    const [, asked = "", rest = "", referrer = "", , agent = ""] = line.split('"');
    const [method, target = ""] = asked.split(" ");
    const status = rest.trim().split(" ")[0];
    if (method !== "GET" || (status !== "200" && status !== "304")) continue;
    const page = target.split(/[?#]/)[0]!;
    const file = page.split("/").at(-1)!;
    const isPage = !file.includes(".") || /\.(x?html?|php)$/.test(file);
    if (!isPage || /flav=(rss|atom)/.test(target) || /\/(feed|rss|atom)\/?$/.test(page)) continue;
    if (agent === "-" || agent === "" || isbot(agent)) continue;
    const from = URL.canParse(referrer) ? new URL(referrer) : null;
    const host = from?.hostname.replace(/^www\./, "") ?? "";
    if ([...SPAMMERS].some((spammer) => spammer && (host === spammer || host.endsWith(`.${spammer}`)))) continue;
    const own = host === "semicomplete.com" || host.endsWith(".semicomplete.com");
    const [, day, month, year, clock] = /\[(\d\d)\/(\w+)\/(\d{4}):([\d:]+) \+0000\]/.exec(line)!;
    const time = Date.parse(`${day} ${month} ${year} ${clock} UTC`);
    views.push({
      person: `${line.split(" ")[0]} ${agent}`,
      day: new Date(time).toISOString().slice(0, 10),
      time,
      page,
      referrer: from && !own && host ? host + from.pathname.replace(/\/+$/, "") : "(direct)",
      browser: BROWSERS.find(([, mark]) => mark.test(agent))?.[0] ?? "another",
    });
  }
  return views;
}

/** Visits: a person's views with gaps of at most 30 minutes, in the log's order (which is not quite that of time). */
function toVisits(views: readonly View[]): View[][] {
  const visits: View[][] = [];
  for (const view of views) {
    const near = visits.findLast(
      (visit) => visit[0]!.person === view.person && visit.some(({ time }) => Math.abs(view.time - time) <= 1_800_000),
    );
    if (near) near.push(view);
    else visits.push([view]);
  }
  return visits;
}

/** The page of the last view; of two in the same second the one that the log has later. */
const exitOf = (visit: readonly View[]): string =>
  visit.reduce((last, view) => (view.time >= last.time ? view : last)).page;

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

let system: System;
let siteId: string;
beforeAll(async () => {
  system = await joinSystem();
  const property = await system.createProperty({
    name: "Semicomplete",
    timezone: "UTC",
    url: "https://semicomplete.com",
  });
  siteId = property.site_id;
});
afterAll(() => system?.close());

const replay = async () => {
  const flags = ["--log", LOG, "--url", system.worker, "--key", system.apiKey, "--site", siteId];
  return (await promisify(execFile)(process.execPath, ["scripts/simulate.ts", ...flags])).stdout;
};

interface Reply {
  results: { dimensions: string[]; metrics: number[] }[];
}
const ask = (metrics: string[], dimensions: string[] = []) =>
  system.api.post<Reply>("/api/v2/query", {
    site_id: siteId,
    metrics,
    date_range: ["2015-05-01", "2015-05-31"],
    dimensions,
  });
const table = async (metric: string, dimension: string): Promise<Record<string, number>> =>
  Object.fromEntries((await ask([metric], [dimension])).results.map((row) => [row.dimensions[0]!, row.metrics[0]!]));

test("page views, visitors, visits, pages, referrers and browsers equal a recount of the log; a second replay adds nothing", async () => {
  const views = readLog();
  const visits = toVisits(views);
  expect(views.length).toBeGreaterThan(150);
  expect(await replay()).toContain(`Accepted ${views.length} events`);
  const total = async () => (await ask(["pageviews", "visitors", "visits", "bounce_rate"])).results[0]!.metrics;
  await system.settled(siteId);
  const bounces = visits.filter((visit) => visit.length === 1).length;
  expect(await total()).toEqual([
    views.length,
    new Set(views.map(({ person, day }) => `${person} ${day}`)).size,
    visits.length,
    Math.round((bounces / visits.length) * 1000) / 10,
  ]);
  expect(await table("pageviews", "event:page")).toEqual(countBy(views, ({ page }) => page));
  expect(await table("pageviews", "time:day")).toEqual(countBy(views, ({ day }) => day));
  expect(await table("visits", "visit:referrer")).toEqual(countBy(visits, ([first]) => first!.referrer));
  expect(await table("visits", "visit:exit_page")).toEqual(countBy(visits, exitOf));
  const browsers = await table("visits", "visit:browser");
  for (const [name, count] of Object.entries(countBy(visits, ([first]) => first!.browser)))
    if (name !== "another") expect([name, browsers[name]]).toEqual([name, count]);

  expect(await replay()).toContain("Accepted 0 events");
  await system.settled(siteId);
  expect((await total())[0]).toBe(views.length);

  const browser = await joinChromium();
  const context = await browser.newContext();
  await system.signIn(context);
  const owner = await context.newPage();
  await owner.goto(`${system.dashboard}/p/${siteId}?period=custom&from=2015-05-01&to=2015-05-31`);
  await owner
    .locator(".card-value", { hasText: views.length.toLocaleString("en-US") })
    .first()
    .waitFor();
  const [top] = Object.entries(countBy(views, ({ page }) => page)).sort(([, a], [, b]) => b - a);
  await owner.getByText(top![0], { exact: true }).first().waitFor();
  await browser.close();
});
