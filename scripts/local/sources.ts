// What a build is made from. A start builds, bundles and migrates again only when one of these files has changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./config.ts";

/** Files and folders that decide what the tracker, the dashboard, the Worker's bundle and the database look like. */
const SOURCES = [
  "dashboard",
  "durable-objects",
  "migrations",
  "package-lock.json",
  "scripts/build-dashboard.ts",
  "scripts/build-tracker.ts",
  "tracker",
  "tsconfig.base.json",
  "tsconfig.json",
  "workers",
  "wrangler.toml",
];
const MADE = join(ROOT, "dashboard/dist");

function* filesIn(path: string): Generator<string> {
  if (path === MADE) return;
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* filesIn(join(path, name));
}

/** A digest of the names and contents of all sources, as hex. */
export function digestOfSources(): string {
  const digest = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of filesIn(join(ROOT, source))) {
      const content = readFileSync(file);
      digest.update(`${relative(ROOT, file)}\0${content.length}\0`).update(content);
    }
  }
  return digest.digest("hex");
}

/** The mark that a folder of built files carries: the digest of the sources they were made from. */
const markIn = (folder: string): string => join(folder, "made-from");

export const isMadeFrom = (folder: string, sources: string): boolean =>
  existsSync(markIn(folder)) && readFileSync(markIn(folder), "utf8") === sources;

/** Marks a folder once everything in it is made. */
export const markMade = (folder: string, sources: string): void => writeFileSync(markIn(folder), sources);

/** Takes the mark away before anything in the folder changes. */
export const unmark = (folder: string): void => rmSync(markIn(folder), { force: true });
