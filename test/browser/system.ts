// A whole TrackKit for a browser test: Worker and dashboard on free ports, with storage of its own that is thrown away.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { type Api, apiAt, bearer } from "../../scripts/api.ts";
import { freePort } from "../../scripts/local/port.ts";
import { downloadLake, queryD1, type Row } from "../../scripts/local/storage.ts";
import { preparedIn, startLocalSystem } from "../../scripts/local/system.ts";
import { ensureAccount } from "../../scripts/start/account.ts";
import type { Property } from "../../workers/domain/property.ts";

export interface System {
  /** Address of the Worker: `/tk.js`, `/e`, `/api/…`. */
  worker: string;
  dashboard: string;
  email: string;
  password: string;
  /** May ingest, ask and manage in the owner's organization. */
  apiKey: string;
  /** The Worker's interface, called with the key. */
  api: Api;
  createProperty(property: NewProperty): Promise<Property>;
  /** Rows of D1. */
  queryD1(sql: string, params?: (string | number)[]): Promise<Row[]>;
  /** Downloads every Parquet object whose key begins so; the paths on this machine. */
  lakeFiles(prefix?: string): Promise<string[]>;
  /** Fires a cron trigger, as the platform would. */
  fireCron(schedule: string): Promise<void>;
  /** What wrangler and the Worker have said, for a test that fails. */
  log: string;
  close(): Promise<void>;
}

export interface NewProperty {
  name?: string;
  timezone?: string;
  /** Address of the property's only data stream. */
  url: string;
  measurements?: Record<string, boolean>;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 200;

/** Waits for what comes about in the end. @throws the last error, or that it did not come about. */
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

/** A new system with a storage of its own, which begins as the copy of an empty one: see prepared-state.ts. */
export async function startSystem(): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), "trackkit-"));
  const state = join(folder, "state");
  try {
    const [from, to] = [preparedIn(inject("preparedState")), preparedIn(state)];
    await Promise.all([cp(from.data, to.data, { recursive: true }), cp(from.bundle, to.bundle, { recursive: true })]);
    const ports = { port: await freePort(), dashboardPort: await freePort() };
    const local = await startLocalSystem({ state, ...ports, isPrepared: true });
    const {
      email,
      password,
      api_key: apiKey,
    } = await ensureAccount(local, state).catch(async (error) => {
      await local.close();
      throw error;
    });
    const api = apiAt(local.worker, bearer(apiKey));
    let downloads = 0;
    return {
      worker: local.worker,
      dashboard: local.dashboard,
      email,
      password,
      apiKey,
      api,
      log: local.log,
      createProperty: ({ name = "Site", timezone = "UTC", url, measurements }) =>
        api.post<Property>("/api/v1/properties", {
          name,
          timezone,
          streams: [{ url, name: "Web site", ...(measurements ? { measurements } : {}) }],
        }),
      queryD1: (sql, params) => queryD1(local.worker, sql, params),
      lakeFiles: (prefix) => downloadLake(local.worker, join(folder, `lake-${downloads++}`), prefix),
      async fireCron(schedule) {
        const query = new URLSearchParams({ cron: schedule });
        const response = await fetch(`${local.worker}/cdn-cgi/local/scheduled?${query}`);
        if (!response.ok) throw new Error(`cron trigger answered ${response.status}`);
      },
      async close() {
        await local.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
