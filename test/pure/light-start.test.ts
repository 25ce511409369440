// Collect must start light: what answers a page view must not bring better-auth, over half of the script, into memory.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

const sources = ["workers", "durable-objects"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(`${folder}/${path}`, "utf8") })),
);

/** Files with an import that is more than a type and whose module matches. */
const importersOf = (module: RegExp | ((name: string, from: string) => boolean)): string[] =>
  sources
    .filter(({ path, text }) =>
      [...text.matchAll(/^import (?!type\b)[^;]*?"([^"]+)";/gm)].some(([, name = ""]) =>
        module instanceof RegExp ? module.test(name) : module(name, path),
      ),
    )
    .map(({ path }) => path);

const AUTH = "workers/accounts/auth.ts";

test("better-auth is imported in one file, and in those that only this file leads to", () => {
  const importers = importersOf(/^better-auth/);
  expect(importers).toContain(AUTH);
  for (const path of importers.filter((one) => one !== AUTH)) {
    const above = importersOf((name, from) => `${posix.join(posix.dirname(from), name)}.ts` === path);
    expect(above.length, path).toBeGreaterThan(0);
    for (const one of above) expect(importers, `${one} imports ${path}`).toContain(one);
  }
});

test("nobody imports that file before a request needs it", () => {
  expect(importersOf(/(accounts|\.)\/auth$/)).toEqual([]);
  expect(sources.filter(({ text }) => text.includes('import("./auth")')).map(({ path }) => path)).toEqual([
    "workers/accounts/auth-for.ts",
  ]);
});

test("the parser of selectors is imported by nobody before an owner writes a rule", () => {
  expect(importersOf(/^css-selector-parser/)).toEqual([]);
});

test("the reader of MMDB files is imported by nobody before a run needs it", () => {
  expect(importersOf(/^mmdb-lib/)).toEqual([]);
});
