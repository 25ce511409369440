// What the dashboard weighs on its first load, and that charts, dialogs and editors are no part of it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildDashboard } from "../../scripts/build-dashboard.ts";
import { isBuilt } from "../../scripts/local/served.ts";

const DIST = join(import.meta.dirname, "../../dashboard/dist");
const BUDGET = 120 * 1024;

const assets = (): string[] => readdirSync(join(DIST, "assets"));
const weigh = (path: string): number => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;

beforeAll(async () => {
  if (!isBuilt()) await buildDashboard();
});

/** The files that a page needs before it runs: the entry, and what each of them imports by itself. */
function firstLoad(): Set<string> {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  const waiting = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name]) => name!);
  const loaded = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (loaded.has(name)) continue;
    loaded.add(name);
    const text = readFileSync(join(DIST, "assets", name), "utf8");
    // `import(…)` has a parenthesis, and is asked for later.
    for (const [, other] of text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([\w.-]+\.js)"/g)) waiting.push(other!);
  }
  return loaded;
}

test("the first load is at most 120 KB of script, gzipped, without charts", () => {
  const first = [...firstLoad()];
  expect(first.length).toBeGreaterThan(0);
  expect(first.filter((name) => name.startsWith("line-chart"))).toEqual([]);
  const bytes = first.reduce((sum, name) => sum + weigh(`assets/${name}`), weigh("theme.js"));
  const all = assets().filter((name) => name.endsWith(".js"));
  const whole = all.reduce((sum, name) => sum + weigh(`assets/${name}`), 0);
  const kilobytes = (count: number): string => `${(count / 1024).toFixed(1)} KB`;
  console.log(
    `dashboard: ${kilobytes(bytes)} of script gzipped at first, budget ${kilobytes(BUDGET)}; all screens ${kilobytes(whole)}`,
  );
  expect(bytes).toBeLessThanOrEqual(BUDGET);
  expect(first.map((name) => readFileSync(join(DIST, "assets", name), "utf8")).join("")).toContain("panel-goals");
});

test("screens, dialogs and editors come when they are opened, and none is above 20 KB", () => {
  const first = firstLoad();
  const later = assets().filter(
    (name) => name.endsWith(".js") && !first.has(name) && !/^(line-chart|world-outlines|zone-choices)/.test(name),
  );
  for (const part of ["goal-dialog", "segment-dialog", "note-dialog", "settings", "realtime"])
    expect(later.some((name) => name.startsWith(`${part}-`))).toBe(true);
  expect(later.filter((name) => weigh(`assets/${name}`) > 20 * 1024)).toEqual([]);
});

test("Chart.js is in one file of its own, which the page does not ask for by itself", () => {
  const holders = assets().filter((name) =>
    readFileSync(join(DIST, "assets", name), "utf8").includes("borderJoinStyle"),
  );
  expect(holders).toHaveLength(1);
  expect(holders[0]).toMatch(/^line-chart/);
  expect(readFileSync(join(DIST, "index.html"), "utf8")).not.toContain("line-chart");
});

test("the map of the world comes when it is shown, and is at most 20 KB", () => {
  const [map, ...others] = assets().filter((name) => name.startsWith("world-outlines"));
  expect(others).toEqual([]);
  expect(weigh(`assets/${map}`)).toBeLessThanOrEqual(20 * 1024);
  expect(readFileSync(join(DIST, "index.html"), "utf8")).not.toContain("world-outlines");
});

test("the table of time zones comes where a zone is chosen, and is at most 20 KB", () => {
  const [table, ...others] = assets().filter((name) => name.startsWith("zone-choices"));
  expect(others).toEqual([]);
  console.log(`time zones: ${(weigh(`assets/${table}`) / 1024).toFixed(1)} KB gzipped`);
  expect(weigh(`assets/${table}`)).toBeLessThanOrEqual(20 * 1024);
  expect(readFileSync(join(DIST, "index.html"), "utf8")).not.toContain("zone-choices");
  const holders = assets().filter((name) => readFileSync(join(DIST, "assets", name), "utf8").includes("Asia/Kolkata"));
  expect(holders).toEqual([table]);
});

test("the calendar comes when a range is chosen, and is at most 4 KB", () => {
  const [calendar, ...others] = assets().filter((name) => /^range-dialog.*js$/.test(name));
  expect(others).toEqual([]);
  expect(weigh(`assets/${calendar}`)).toBeLessThanOrEqual(4 * 1024);
  expect(readFileSync(join(DIST, "index.html"), "utf8")).not.toContain("range-dialog");
});

test("the page holds nothing inline, as its content policy demands", () => {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});
