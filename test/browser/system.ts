// A whole TrackKit for browser tests: Worker and dashboard on reserved ports, with a storage that is thrown away.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { inject } from "vitest";
import { type Api, apiAt, bearer, signIn } from "../../scripts/api.ts";
import { untilCounted } from "../../scripts/local/counted.ts";
import { reservePort } from "../../scripts/local/port.ts";
import { downloadLake, queryD1, type Row } from "../../scripts/local/storage.ts";
import { type LocalSystem, startLocalSystem } from "../../scripts/local/system.ts";
import { ensureAccount } from "../../scripts/start/account.ts";
import type { Property } from "../../workers/domain/properties/property.ts";

/** A system that runs, as plain data: it crosses from the process that started it to those of the tests. */
export interface Running {
  /** Address of the Worker: `/tk.js`, `/e`, `/api/…`. */
  worker: string;
  dashboard: string;
  email: string;
  password: string;
  /** May ingest, ask and manage in the owner's organization. */
  apiKey: string;
  /** Of a session of the owner: signing in is limited to some attempts a minute, and files sign in together. */
  cookie: string;
  /** Where wrangler and the Worker log, for a test that fails. */
  log: string;
}

export interface System extends Running {
  /** The Worker's interface, called with the key. */
  api: Api;
  createProperty(property: NewProperty): Promise<Property>;
  /** Signs the owner in to the dashboard in this context, without the form. */
  signIn(context: BrowserContext): Promise<void>;
  /** Rows of D1. */
  queryD1(sql: string, params?: (string | number)[]): Promise<Row[]>;
  /** Downloads every Parquet object whose key begins so; the paths on this machine. */
  lakeFiles(prefix?: string): Promise<string[]>;
  /** Fires a cron trigger, as the platform would. */
  fireCron(schedule: string): Promise<void>;
  /** Waits until every event of a property that the Worker has acknowledged is counted. */
  settled(siteId: string): Promise<void>;
  close(): Promise<void>;
}

/** A time zone in which it is noon: its day does not end while a test runs, and has some hours behind it. */
export function noonZone(): string {
  const offset = new Date().getUTCHours() - 12;
  return offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "+" : ""}${offset}`;
}

export interface NewProperty {
  name?: string;
  /** Where it is noon when nothing is said. */
  timezone?: string;
  /** Address of the property's only data stream. */
  url: string;
  measurements?: Record<string, boolean>;
}

/** Far above what any machine needs: a test that waits for nothing fails by its own time limit at the latest. */
const PATIENCE_MS = 120_000;
const POLL_MS = 200;

/**
 * Waits until what is looked at is as it should be: for the screen, the live picture, a run. For numbers that depend on
 * events use `settled`, and then look once. @throws the last error, or what was seen last.
 */
export async function until<T>(look: () => Promise<T>, isThere: (seen: T) => boolean = Boolean): Promise<T> {
  const limit = Date.now() + PATIENCE_MS;
  for (;;) {
    let why: unknown;
    try {
      const seen = await look();
      if (isThere(seen)) return seen;
      why = new Error(`still ${JSON.stringify(seen)?.slice(0, 500)} after ${PATIENCE_MS / 1000} seconds`);
    } catch (error) {
      why = error;
    }
    if (Date.now() > limit) throw why;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Starts a system on a copy of a prepared state folder. */
export async function runSystem(prepared: string): Promise<{ running: Running; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "trackkit-"));
  const state = join(folder, "state");
  let local: LocalSystem | undefined;
  const close = async (): Promise<void> => {
    await local?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await cp(prepared, state, { recursive: true });
    const ports = { port: await reservePort(), dashboardPort: await reservePort() };
    local = await startLocalSystem({ state, ...ports });
    const { worker, dashboard, log } = local;
    const { email, password, api_key: apiKey } = await ensureAccount(local, state);
    const { Cookie: cookie = "" } = await signIn(dashboard, email, password);
    return { running: { worker, dashboard, email, password, apiKey, cookie, log }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(running: Running, close: () => Promise<void>): Promise<System> {
  const { worker, dashboard, apiKey, cookie } = running;
  const api = apiAt(worker, bearer(apiKey));
  const downloads = await mkdtemp(join(tmpdir(), "trackkit-lake-"));
  let count = 0;
  return {
    ...running,
    api,
    createProperty: ({ name = "Site", timezone = noonZone(), url, measurements }) =>
      api.post<Property>("/api/v1/properties", {
        name,
        timezone,
        streams: [{ url, name: "Web site", ...(measurements ? { measurements } : {}) }],
      }),
    async signIn(context) {
      const cookies = cookie.split("; ").map((cookie) => {
        const [name = "", ...value] = cookie.split("=");
        return { name, value: value.join("="), url: dashboard };
      });
      await context.addCookies(cookies);
    },
    queryD1: (sql, params) => queryD1(worker, sql, params),
    lakeFiles: (prefix) => downloadLake(worker, join(downloads, `${count++}`), prefix),
    async fireCron(schedule) {
      const query = new URLSearchParams({ cron: schedule });
      const response = await fetch(`${worker}/cdn-cgi/local/scheduled?${query}`);
      if (!response.ok) throw new Error(`cron trigger answered ${response.status}`);
    },
    async settled(siteId) {
      const left = await untilCounted(worker, PATIENCE_MS, { siteId });
      if (left > 0)
        throw new Error(`${left} rows of the hubs' journals are still not counted; the log is ${running.log}`);
    },
    async close() {
      await rm(downloads, { recursive: true, force: true });
      await close();
    },
  };
}

/** A system of its own, for a file that needs an owner without properties, or all of the storage. */
export async function startSystem(): Promise<System> {
  const { running, close } = await runSystem(inject("preparedState"));
  return open(running, close);
}

/** The system that files share. Closing it ends nothing but what this file holds of it. */
export const joinSystem = (): Promise<System> => open(inject("system"), async () => undefined);
