// What every system of the browser tests begins with, made once before them: a migrated, empty database and the bundled
// Worker. Each system copies it, so none sees what another stored.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { build } from "../../scripts/build.ts";
import { freePort } from "../../scripts/local/port.ts";
import { isBuilt, prepareState } from "../../scripts/local/system.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The state folder that systems copy. */
    preparedState: string;
  }
}

/** Builds only what was never built: `npm test` builds before it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!isBuilt()) await build();
  const folder = await mkdtemp(join(tmpdir(), "trackkit-prepared-"));
  await prepareState(folder, await freePort());
  project.provide("preparedState", folder);
  return () => rm(folder, { recursive: true, force: true });
}
