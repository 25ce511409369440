// The tracker as its tests serve it: built once before them, from the sources as they are, into a folder of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildTracker } from "../../scripts/build-tracker.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the script; its chunks are beside it. */
    trackerScript: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "tracker-"));
  project.provide("trackerScript", await buildTracker(folder));
  return () => rm(folder, { recursive: true, force: true });
}
