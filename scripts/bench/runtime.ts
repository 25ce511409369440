// Workers under workerd, as deployed: bundled by `wrangler deploy --dry-run`, with wrangler.toml's bindings and queues,
// reached without a proxy in between.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as miniflare from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { type Api, apiAt, bearer, signIn } from "../api.ts";
import { ROOT, toLocalConfig } from "../local/config.ts";
import { reservePort } from "../local/port.ts";
import { runWrangler } from "../local/process.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

// The version that wrangler depends on, wherever npm has installed it.
const wrangler = createRequire(import.meta.url).resolve("wrangler/package.json");
const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = createRequire(wrangler)(
  "miniflare",
) as typeof miniflare;

/** Bundles a Worker as a deployment would. Returns the path of the script. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const name = entry.replace(/\W+/g, "-");
  mkdirSync(folder, { recursive: true });
  // Without Workflows: wrangler wants their classes from every entry, and the bench calls what they do by name. Without
  // assets: they are not served here, and on a fresh clone their folder does not exist.
  const config = join(folder, `${name}.toml`);
  const toml = toLocalConfig(readFileSync(join(ROOT, "wrangler.toml"), "utf8"));
  writeFileSync(config, toml.replace(/^(\[\[workflows\]\]|\[assets\])\n(?:.+\n)*/gm, ""));
  const args = ["deploy", join(ROOT, entry), "--dry-run", "--outdir", join(folder, name), "--config", config];
  await runWrangler({ name: `Bundle of ${entry}`, args, cwd: ROOT, log: join(folder, `${name}.log`) });
  return join(folder, name, entry.split("/").at(-1)?.replace(/\.ts$/, ".js") ?? "");
}

export interface Server {
  port: number;
  url: string;
  /** The address for a debugger. */
  inspector(): Promise<URL>;
  /** CPU milliseconds of workerd; null if the system does not report them. */
  cpuUsed(): number | null;
  /** Kills workerd with all that is in its memory. It starts again by itself, at the same address. Linux only. */
  kill(): void;
  close(): Promise<void>;
}

export interface ServerOptions {
  script: string;
  /** Folder for storage. */
  state: string;
  /** False: messages stay in the queue, to measure only collect. */
  consumes?: boolean;
  /** Bindings and variables; wrangler.toml when nothing is said. */
  config?: string;
}

/** A clock tick of /proc, which is the same on every Linux that node runs on. */
const TICK_MS = 10;

/** The process that listens on a port, from /proc. */
function listenerOn(port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((text) => text.trim().split(/\s+/))
    .find(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A");
  const socket = `socket:[${line?.[9]}]`;
  const holds = (pid: string): boolean => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === socket);
    } catch {
      return false; // Ended just now, or another user's.
    }
  };
  return readdirSync("/proc").find((name) => /^\d+$/.test(name) && holds(name));
}

/** A clock of the CPU that the listener on a port uses; one that tells nothing where there is no /proc. */
function cpuClock(port: number): () => number | null {
  const pid = existsSync("/proc/net/tcp") ? listenerOn(port) : undefined;
  if (!pid) return () => null;
  return () => {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13) ?? [];
    return (Number(user) + Number(system)) * TICK_MS;
  };
}

interface Started {
  server: Server;
  stored: Stored;
  setupToken: string;
}

/** What the Worker stores. After a kill both are to be asked for anew. */
interface Stored {
  database(): Promise<D1>;
  lake(): Promise<R2>;
}

type R2 = Awaited<ReturnType<miniflare.Miniflare["getR2Bucket"]>>;
type D1 = Awaited<ReturnType<miniflare.Miniflare["getD1Database"]>>;

async function start({
  script,
  state,
  consumes = true,
  config = join(ROOT, "wrangler.toml"),
}: ServerOptions): Promise<Started> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  // The tracker is served before the Worker is asked; here the router of assets would only stand in the way.
  // Workflows and mail are not measured as bindings; their functions are called directly.
  const {
    assets: _assets,
    modulesRules: _rules,
    workflows: _workflows,
    email: _email,
    ...options
  } = workerOptions as miniflare.V4WorkerOptionsShape;
  const setupToken = randomBytes(24).toString("hex");
  const port = await reservePort();
  const worker: miniflare.V4WorkerOptions = {
    ...options,
    name: "bench",
    rootPath: dirname(script),
    modulesRoot: dirname(script),
    modules: [{ type: "ESModule", path: script }],
    bindings: { ...options.bindings, AUTH_SECRET: randomBytes(24).toString("hex"), SETUP_TOKEN: setupToken },
    queueConsumers: consumes ? options.queueConsumers : {},
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    stripCfConnectingIp: false,
  };
  const shared = { host: "127.0.0.1", port: 0, inspectorPort: 0, cf: false as const };
  const instance = new Miniflare({
    ...convertV4MiniflareOptions({ ...shared, log: new Log(LogLevel.ERROR), workers: [worker] }),
    // The conversion drops the root of older options, and then nothing outlives the instance.
    resourcePersistencePath: state,
  });
  await instance.ready;
  const server = {
    port,
    url: `http://127.0.0.1:${port}`,
    inspector: () => instance.getInspectorURL(),
    cpuUsed: cpuClock(port),
    kill: () => void process.kill(Number(listenerOn(port)), "SIGKILL"),
    close: () => instance.dispose(),
  };
  const stored = {
    database: () => instance.getD1Database("DB", "bench"),
    lake: () => instance.getR2Bucket("LAKE", "bench"),
  };
  return { server, stored, setupToken };
}

/** A Worker that stores nothing of its own. */
export const serve = async (options: ServerOptions): Promise<Server> => (await start(options)).server;

async function migrate(database: D1): Promise<void> {
  const folder = join(ROOT, "migrations");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const file of files.sort())
    for (const statement of readFileSync(join(folder, file), "utf8").split("--> statement-breakpoint"))
      await database.prepare(statement).run();
}

/** A TrackKit with its owner and one property. */
export interface Site extends Server {
  siteId: string;
  hostname: string;
  /** Uses a key with all scopes. */
  api: Api;
  stored: Stored;
}

export async function serveSite(options: ServerOptions): Promise<Site> {
  const { server, stored, setupToken } = await start(options);
  await migrate(await stored.database());
  const owner = { email: "owner@example.com", password: randomBytes(12).toString("hex"), organization: "Bench" };
  await apiAt(server.url).post("/api/setup", { token: setupToken, name: "Owner", ...owner });
  const session = await signIn(server.url, owner.email, owner.password);
  const scopes = ["ingest", "stats", "manage"];
  const { key } = await apiAt(server.url, session).post<{ key: string }>("/api/v1/keys", { name: "bench", scopes });
  const api = apiAt(server.url, bearer(key));
  const hostname = "www.example.com";
  const { site_id } = await api.post<{ site_id: string }>("/api/v1/properties", {
    name: "Bench",
    timezone: "UTC",
    streams: [{ url: `https://${hostname}`, name: "Bench" }],
  });
  return { ...server, siteId: site_id, hostname, api, stored };
}
