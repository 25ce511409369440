// The demo's properties: fourteen months of simulated people, the newest first, and then a few at a time, now.
import { MEASUREMENT_NAMES } from "../../workers/domain/events/measurement.ts";
import { localDate } from "../../workers/domain/time/zone.ts";
import { type Api, ApiError } from "../api.ts";
import type { Simulation } from "../simulate/config.ts";
import { COURSES, chunksOf, historyOf } from "../simulate/history.ts";
import { playLive } from "../simulate/live.ts";
import { startProgress } from "../simulate/progress.ts";
import { rulesOf } from "../simulate/property.ts";
import { importEvents } from "../simulate/send.ts";
import { readSites, type SiteName } from "../simulate/sites.ts";
import { traffic } from "../simulate/traffic.ts";
import { welcomeVisits } from "../simulate/welcome.ts";
import type { DemoState } from "./account.ts";
import { closeDays, runPipeline } from "./prepare.ts";
import { saveViews } from "./saved.ts";

/** The last minutes come through the front door, so that the live picture is not empty at first sight. */
const LIVE_MINUTES = 30;
/** Visitors who come as soon as the demo is ready, whatever the hour. */
const WELCOME = 2;

/** The demo shows every measurement. */
const EVERYTHING = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true]));

const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const HOSTS = { shop: "localhost", docs: "docs.localhost" } as const;
const NAMES = { shop: "Northlight Bicycles (demo)", docs: "Northlight Docs (demo)" } as const;
const HOST_OF_EARLIER = "northlight.example";

/** A property of the demo and the simulation of its website. */
export interface DemoSite {
  name: SiteName;
  siteId: string;
  simulation: Simulation;
  hostname: string;
}

/** The demo's properties. Their pages are those of the websites that the demo serves. */
export function demoSites({ site_id, docs_id, site_port }: DemoState): DemoSite[] {
  const sites = readSites();
  const ids = { shop: site_id, docs: docs_id };
  return (["shop", "docs"] as const).flatMap((name) => {
    const siteId = ids[name];
    if (siteId === undefined) return [];
    const hostname = HOSTS[name];
    const place = site_port
      ? ({ scheme: "http", hostname: `${hostname}:${site_port}` } as const)
      : { hostname: HOST_OF_EARLIER };
    return [{ name, siteId, hostname, simulation: { ...sites[name], ...place } }];
  });
}

export interface NewDemo {
  /** Address that reports are mailed to. */
  owner: string;
  /** Whole days of history before today; what there is of today comes on top. */
  days: number;
  sitePort: number;
}

export async function createDemo(api: Api, { owner, days, sitePort }: NewDemo): Promise<DemoState> {
  const end = Date.now() - LIVE_MINUTES * 60_000;
  async function createProperty(name: SiteName): Promise<string> {
    const url = `http://${HOSTS[name]}:${sitePort}`;
    const { site_id } = await api.post<{ site_id: string }>("/api/v1/properties", {
      name: NAMES[name],
      timezone,
      currency: "EUR",
      streams: [{ url, name: "Website", measurements: EVERYTHING }],
    });
    await api.patch(`/api/v1/properties/${site_id}/settings`, { reports: { recipients: [owner] } });
    return site_id;
  }
  const [site_id, docs_id] = [await createProperty("shop"), await createProperty("docs")];
  await saveViews(api, site_id, { simulation: readSites().shop, timezone, end });
  return { site_id, docs_id, site_port: sitePort, end, days, loaded: false };
}

const COUNT_LIMIT_MS = 60_000;

export interface LoadOptions {
  /** Waits until every event is counted, at most so many ms. @returns what is left. */
  counted: (limitMs: number) => Promise<number>;
  signal: AbortSignal;
}

const dayText = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Sends a chunk of both properties and waits until all of it is counted. @returns the number of events. */
async function loadChunk(api: Api, demo: DemoState, index: number, { counted, signal }: LoadOptions): Promise<number> {
  const { end, days = 0 } = demo;
  const chunk = chunksOf(end, days)[index]!;
  const now = Date.now();
  const parts = [];
  for (const { name, siteId, simulation } of demoSites(demo)) {
    const rules = await rulesOf(api, siteId);
    parts.push({ siteId, events: historyOf(chunk, { site: name, simulation, end, rules, now }) });
  }
  const total = parts.reduce((sum, { events }) => sum + events.length, 0);
  const progress = startProgress(`Demo traffic since ${dayText(chunk.start)}`, total, "events");
  let before = 0;
  for (const { siteId, events } of parts) {
    const importId = `demo-${chunk.start.toString(36)}`;
    const onSent = (count: number): void => progress.to(before + count);
    const { rejected } = await importEvents(api, events, { siteId, importId, signal, onSent });
    before += events.length;
    if (rejected.length > 0)
      console.warn(
        `Demo traffic is not complete: ${rejected.length} events were rejected, first ${JSON.stringify(rejected[0])}`,
      );
  }
  const left = await counted(COUNT_LIMIT_MS);
  signal.throwIfAborted();
  progress.done();
  if (left > 0) console.warn(`Demo traffic is still being counted after ${COUNT_LIMIT_MS / 1000} seconds.`);
  return total;
}

/** Runs the pipeline, and closes the days that are over, the latest 400. @param from a day of the demo's history. */
async function prepare(api: Api, demo: DemoState, from: number, signal: AbortSignal): Promise<void> {
  await runPipeline(api, demo.site_id, signal);
  const day = localDate(from, timezone);
  await Promise.all(demoSites(demo).map(({ siteId }) => closeDays(api, siteId, day, signal)));
}

/** Loads the newest chunk of the history. @throws when the signal ends it before. */
export async function loadNewest(api: Api, demo: DemoState, options: LoadOptions): Promise<DemoState> {
  const events = await loadChunk(api, demo, 0, options);
  return { ...demo, loaded: true, chunks: 1, events };
}

/**
 * Loads the rest of the history, chunk by chunk, and makes all of it ready for analysis. It may be broken off and gone on
 * with: events that are sent again are duplicates.
 */
export async function loadRest(
  api: Api,
  demo: DemoState,
  options: LoadOptions,
  onChunk: (demo: DemoState) => void,
): Promise<DemoState> {
  const { end, days, chunks: done = 0, complete } = demo;
  if (days === undefined || complete) return demo;
  const chunks = chunksOf(end, days);
  let state = demo;
  if (done === 1) await prepare(api, demo, chunks[0]!.start, options.signal);
  for (let index = done; index < chunks.length; index++) {
    const events = await loadChunk(api, state, index, options);
    state = { ...state, chunks: index + 1, events: (state.events ?? 0) + events };
    onChunk(state);
  }
  if (chunks.length > 1) {
    await prepare(api, demo, chunks[1]!.start, options.signal);
    // A run closes at most 400 days.
    await prepare(api, demo, chunks.at(-1)!.start, options.signal);
  }
  state = { ...state, complete: true };
  onChunk(state);
  return state;
}

/** The properties of the demo are removed when its newest days were not loaded whole: they would be too few for a look. */
export async function discardDemo(api: Api, { site_id, docs_id }: DemoState): Promise<void> {
  for (const id of [site_id, ...(docs_id ? [docs_id] : [])])
    await api.delete(`/api/v1/properties/${id}`).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    });
}

async function trickleTo(api: Api, { end }: DemoState, site: DemoSite, signal: AbortSignal): Promise<void> {
  const { name, siteId, simulation } = site;
  const now = Date.now();
  const start = Math.max(end, now - LIVE_MINUTES * 60_000);
  const rules = await rulesOf(api, siteId);
  const course = COURSES[name](simulation, end);
  let failing = false;
  const play = (events: Iterable<ReturnType<typeof historyOf>[number]>) =>
    playLive(api, events, {
      siteId,
      signal,
      onTick: () => {
        failing = false;
      },
      onError: (error) => {
        if (!failing && !signal.aborted) console.warn(`Live traffic was not taken: ${(error as Error).message}`);
        failing = true;
      },
    });
  const welcome = name === "shop" ? welcomeVisits(simulation, { now, count: WELCOME, rules }) : [];
  await Promise.all([play(traffic(course, { start, end: Number.POSITIVE_INFINITY }, rules)), play(welcome)]);
}

/** People come to both websites, as many as at the end of the history, until the signal says so. */
export async function trickle(api: Api, demo: DemoState, signal: AbortSignal): Promise<void> {
  await Promise.all(demoSites(demo).map((site) => trickleTo(api, demo, site, signal)));
}
