// What the browser tests run against, made once before them: an empty, migrated state with all that is served, which a
// system of its own begins with, and one running system for all files that need nothing but a property of their own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { build } from "../../scripts/build.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { isBuilt } from "../../scripts/local/served.ts";
import { prepareState } from "../../scripts/local/system.ts";
import { type Running, runSystem } from "./system.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The state folder that new systems copy. */
    preparedState: string;
    /** The system that files share. */
    system: Running;
  }
}

/** Builds only what was never built: `npm test` builds before it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!isBuilt()) await build();
  const folder = await mkdtemp(join(tmpdir(), "trackkit-prepared-"));
  await prepareState(folder, await reservePort());
  project.provide("preparedState", folder);
  const { running, close } = await runSystem(folder);
  project.provide("system", running);
  return async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  };
}
