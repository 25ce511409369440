// The built files that a system serves: copies in its state folder. wrangler reloads the Worker when one of its assets
// changes, and a reload loses the local queue with the events in it, so no build may write where a system serves from.
import { existsSync } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Built, ROOT, servedIn } from "./config.ts";
import { isMadeFrom } from "./sources.ts";

/** Where `npm run build` writes. */
export const CHECKOUT: Built = { tracker: join(ROOT, "dist/assets"), dashboard: join(ROOT, "dashboard/dist") };
/** Carries the mark of the sources that the checkout's build was made from. */
export const CHECKOUT_MARK = join(ROOT, "dist");

/** True when `npm run build` has left everything that a local system serves. */
export const isBuilt = (): boolean =>
  existsSync(join(CHECKOUT.tracker, "tk.js")) && existsSync(join(CHECKOUT.dashboard, "index.html"));

/** Copies a build's folders. */
async function copyParts(from: Built, to: Built): Promise<void> {
  for (const part of ["tracker", "dashboard"] as const) await cp(from[part], to[part], { recursive: true });
}

/** Copies what `npm run build` left in the checkout. @throws Error when it has not run. */
export async function copyBuild(to: Built): Promise<void> {
  if (!isBuilt()) throw new Error("The checkout has not been built. Run `npm run build` first.");
  await copyParts(CHECKOUT, to);
}

/** Copies the checkout's build if it is made from these sources, and says whether it was. */
export async function copyBuildOf(sources: string, to: Built): Promise<boolean> {
  const isCurrent = (): boolean => isBuilt() && isMadeFrom(CHECKOUT_MARK, sources);
  if (!isCurrent()) return false;
  await copyParts(CHECKOUT, to);
  // A build that began meanwhile has taken the mark away.
  return isCurrent();
}

/** Replaces what the system of a state folder serves. It must not be running. */
export async function replaceServed(state: string, build: (to: Built) => Promise<void>): Promise<void> {
  const served = servedIn(state);
  for (const folder of Object.values(served)) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  await build(served);
}
