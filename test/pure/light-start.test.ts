// Collect must start light: what answers a page view must not bring better-auth, over half of the script, into memory.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sources = ["workers", "durable-objects"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(`${folder}/${path}`, "utf8") })),
);

/** Files with an import that is more than a type and whose module matches. */
const importersOf = (module: RegExp): string[] =>
  sources
    .filter(({ text }) =>
      [...text.matchAll(/^import (?!type\b)[^;]*?"([^"]+)";/gm)].some(([, name = ""]) => module.test(name)),
    )
    .map(({ path }) => path);

test("better-auth is imported in one file, and in one that only this file imports", () => {
  expect(importersOf(/^better-auth/)).toEqual(["workers/accounts/auth.ts", "workers/accounts/sign-in/hooks.ts"]);
  expect(importersOf(/\/hooks$/)).toEqual(["workers/accounts/auth.ts"]);
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
