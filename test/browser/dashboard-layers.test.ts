// The order of the dashboard's style layers: a later one wins, whatever order a bundler or a visit loads the sheets in.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildDashboard } from "../../scripts/build-dashboard.ts";
import { isBuilt } from "../../scripts/local/served.ts";

const ASSETS = join(import.meta.dirname, "../../dashboard/dist/assets");
const SOURCE = join(import.meta.dirname, "../../dashboard/src/style/layers.css");

const sheets = (): string[] => readdirSync(ASSETS).filter((name) => name.endsWith(".css"));
const read = (name: string): string => readFileSync(join(ASSETS, name), "utf8");

beforeAll(async () => {
  if (!isBuilt()) await buildDashboard();
});

/** Layers in the order in which a sheet names them first. */
const layersOf = (css: string): string[] => [
  ...new Set(Array.from(css.matchAll(/@layer ([\w, -]+)[{;]/g), ([, names = ""]) => names.split(",")).flat()),
];

test("the sheet of the entry names every layer in the order of layers.css, so that no screen's rules lose to the reset", () => {
  const declared = layersOf(readFileSync(SOURCE, "utf8").replaceAll(", ", ","));
  const entry = sheets().filter((name) => name.startsWith("index-"));
  expect(entry).toHaveLength(1);
  expect(layersOf(read(entry[0]!))).toEqual(declared);
  expect(new Set(sheets().flatMap((name) => layersOf(read(name))))).toEqual(new Set(declared));
  expect(declared.indexOf("base")).toBeLessThan(declared.indexOf("insight"));
});
