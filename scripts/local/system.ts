// A whole TrackKit on this machine: the Worker with its storage, and the dashboard on Pages in front of it.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Built, prepareConfig, prepareDashboard, type Secrets, servedIn } from "./config.ts";
import { requireFree } from "./port.ts";
import { lastLines, type Running, runWrangler, startWrangler } from "./process.ts";
import { copyBuild, replaceServed } from "./served.ts";
import { digestOfSources, isMadeFrom, markMade, unmark } from "./sources.ts";

/** For a start that hangs. A busy machine needs more than a minute, and a process that dies is noticed at once. */
const START_LIMIT_MS = 240_000;
const POLL_MS = 100;

type Build = (to: Built, sources: string) => Promise<void>;

export interface SystemOptions {
  /** Folder that keeps everything the system stores. The same folder is the same system. */
  state: string;
  port: number;
  dashboardPort: number;
  /** Builds the sources of this digest into the folders that the system serves. Without it, `npm run build` has to have run. */
  build?: Build;
  /** Breaks off the start. */
  signal?: AbortSignal;
}

export interface LocalSystem {
  worker: string;
  dashboard: string;
  secrets: Secrets;
  /** What wrangler said. */
  log: string;
  /** Resolves, with the reason, when the system stops by itself. */
  died: Promise<Error>;
  close(): Promise<void>;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "manual" });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function until(ready: () => Promise<boolean>, what: string, log: string, signal?: AbortSignal): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await ready())) {
    if (signal?.aborted) throw new Error("Stopped.");
    if (Date.now() > limit)
      throw new Error(`${what} did not answer within ${START_LIMIT_MS / 1000} seconds:\n${lastLines(log)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function deathOf(running: Running, log: string): Promise<Error> {
  const code = await running.exited;
  return new Error(`${running.name} stopped (exit ${code}). Its last lines, from ${log}:\n${lastLines(log)}`);
}

/** The page, and through the proxy the Worker. */
const dashboardAnswers = async (url: string): Promise<boolean> =>
  (await answers(url)) && (await answers(`${url}/api/setup`));

/** What both commands and servers are started with; the log is the state folder's. */
const surroundings = (state: string) => ({
  cwd: join(state, "worker"),
  log: join(state, "wrangler.log"),
  // A registry of its own, so that two systems on one machine do not find each other's Worker.
  env: { WRANGLER_REGISTRY_PATH: join(state, "registry") },
});

/** Where a state folder keeps what `prepareState` makes: the database, and the Worker in one file. */
const preparedIn = (state: string) => ({ data: join(state, "data"), bundle: join(state, "worker", "bundle") });

const isComplete = (state: string): boolean => {
  const { data, bundle } = preparedIn(state);
  const { tracker, dashboard } = servedIn(state);
  return [data, join(bundle, "index.js"), join(tracker, "tk.js"), join(dashboard, "index.html")].every((path) =>
    existsSync(path),
  );
};

/**
 * Builds what the system of a state folder serves, bundles its Worker and migrates its database, unless all of it was made
 * from the same sources before. The system must not be running. @throws Error when one of them fails.
 */
export async function prepareState(state: string, port: number, build: Build = copyBuild): Promise<void> {
  const sources = digestOfSources();
  if (isComplete(state) && isMadeFrom(state, sources)) return;
  unmark(state);
  await replaceServed(state, (to) => build(to, sources));
  const { config } = prepareConfig(state, port, null);
  const { data, bundle } = preparedIn(state);
  const migrate = ["d1", "migrations", "apply", "trackkit", "--local", "--config", config, "--persist-to", data];
  // Bundled once, beforehand: a Worker that wrangler reloads because a file was saved forgets what is in the local queue.
  const pack = ["deploy", "--dry-run", "--config", config, "--outdir", bundle];
  await Promise.all([
    runWrangler({ name: "Migration", args: migrate, ...surroundings(state) }),
    runWrangler({ name: "Bundling", args: pack, ...surroundings(state) }),
  ]);
  markMade(state, sources);
}

/**
 * Starts Worker and dashboard and waits until both answer. What they serve and watch lies in the state folder, so the
 * checkout may be built or changed while they run.
 * @throws Error when a port is taken, nothing is built, a migration fails, or a process dies; then nothing is left running.
 */
export async function startLocalSystem(options: SystemOptions): Promise<LocalSystem> {
  const { state, port, dashboardPort, build, signal } = options;
  await requireFree(port, "PORT");
  await requireFree(dashboardPort, "DASHBOARD_PORT");
  mkdirSync(state, { recursive: true });
  const common = surroundings(state);
  const { log, env } = common;
  writeFileSync(log, "");
  rmSync(env.WRANGLER_REGISTRY_PATH, { recursive: true, force: true });
  await prepareState(state, port, build);
  const { config, secrets } = prepareConfig(state, port, dashboardPort);
  const { data, bundle } = preparedIn(state);

  const serve = (on: number) => ["--ip", "127.0.0.1", "--port", `${on}`, "--inspector-port", "0"];
  const quiet = "--show-interactive-dev-session=false";
  const worker = startWrangler({
    name: "Worker",
    args: [
      "dev",
      join(bundle, "index.js"),
      "--no-bundle",
      "--config",
      config,
      "--persist-to",
      data,
      quiet,
      ...serve(port),
    ],
    ...common,
  });
  const dashboard = startWrangler({
    name: "Dashboard",
    args: ["pages", "dev", "dist", "--persist-to", join(state, "pages"), quiet, ...serve(dashboardPort)],
    cwd: prepareDashboard(state),
    log,
    env,
  });
  const died = Promise.race([deathOf(worker, log), deathOf(dashboard, log)]);
  const close = async (): Promise<void> => {
    await Promise.all([worker.stop(), dashboard.stop()]);
  };
  const urls = { worker: `http://127.0.0.1:${port}`, dashboard: `http://127.0.0.1:${dashboardPort}` };
  const ready = Promise.all([
    until(() => answers(`${urls.worker}/health`), "Worker", log, signal),
    until(() => dashboardAnswers(urls.dashboard), "Dashboard", log, signal),
  ]);
  const failure = await Promise.race([ready.then(() => null), died]).catch((error: Error) => error);
  if (failure) {
    await close();
    throw failure;
  }
  return { ...urls, secrets, log, died, close };
}
