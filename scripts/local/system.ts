// A whole TrackKit on this machine: the Worker with its storage, and the dashboard on Pages in front of it.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareConfig, prepareDashboard, ROOT, type Secrets } from "./config.ts";
import { requireFree } from "./port.ts";
import { lastLines, type Running, runWrangler, startWrangler } from "./process.ts";

const START_LIMIT_MS = 60_000;
const POLL_MS = 100;

export interface SystemOptions {
  /** Folder that keeps everything the system stores. The same folder is the same system. */
  state: string;
  port: number;
  dashboardPort: number;
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

/**
 * Starts Worker and dashboard and waits until both answer. Needs `npm run build` to have run.
 * @throws Error when a port is taken, a migration fails, or a process dies; then nothing is left running.
 */
export async function startLocalSystem({ state, port, dashboardPort, signal }: SystemOptions): Promise<LocalSystem> {
  await requireFree(port, "PORT");
  await requireFree(dashboardPort, "DASHBOARD_PORT");
  mkdirSync(state, { recursive: true });
  const { config, secrets } = prepareConfig(state, port);
  const data = join(state, "data");
  const log = join(state, "wrangler.log");
  writeFileSync(log, "");
  // A registry of its own, so that two systems on one machine do not find each other's Worker.
  const registry = join(state, "registry");
  rmSync(registry, { recursive: true, force: true });
  const env = { WRANGLER_REGISTRY_PATH: registry };
  const common = { cwd: join(state, "worker"), log, env };

  // Bundled once, beforehand: a Worker that wrangler reloads because a file was saved forgets what is in the local queue.
  const bundle = join(state, "worker", "bundle");
  const migrate = ["d1", "migrations", "apply", "trackkit", "--local", "--config", config, "--persist-to", data];
  const pack = ["deploy", "--dry-run", "--config", config, "--outdir", bundle];
  await Promise.all([
    runWrangler({ name: "Migration", args: migrate, ...common }),
    runWrangler({ name: "Bundling", args: pack, ...common }),
  ]);

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

/** True when the last build left all that a local system serves. */
export function isBuilt(): boolean {
  return existsSync(join(ROOT, "dist/assets/tk.js")) && existsSync(join(ROOT, "dashboard/dist/index.html"));
}
