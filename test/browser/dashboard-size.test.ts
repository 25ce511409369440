// What the dashboard weighs on its first load, and that charts are no part of it.
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

test("the first load is at most 120 KB of script, gzipped, with every page and without charts and tables", () => {
  const scripts = assets().filter(
    (name) => name.endsWith(".js") && !/^(line-chart|world-outlines|zone-choices)/.test(name),
  );
  const bytes = scripts.reduce((sum, name) => sum + weigh(`assets/${name}`), weigh("theme.js"));
  console.log(`dashboard: ${(bytes / 1024).toFixed(1)} KB of script gzipped, budget ${BUDGET / 1024} KB`);
  expect(bytes).toBeLessThanOrEqual(BUDGET);
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

test("the page holds nothing inline, as its content policy demands", () => {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});
