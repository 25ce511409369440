// The demo property: thirty days of simulated people, and then a few at a time, now.
import { MEASUREMENT_NAMES } from "../../workers/domain/events/measurement.ts";
import { type Api, ApiError } from "../api.ts";
import { readSimulation, type Simulation } from "../simulate/config.ts";
import { playLive } from "../simulate/live.ts";
import { startProgress } from "../simulate/progress.ts";
import { rulesOf } from "../simulate/property.ts";
import { importEvents } from "../simulate/send.ts";
import { traffic } from "../simulate/traffic.ts";
import type { DemoState } from "./account.ts";

const DAY = 86_400_000;
/** Whole days of history before today. */
export const DEMO_DAYS = 30;
/** The last minutes come through the front door, so that the live picture is not empty at first sight. */
const LIVE_MINUTES = 30;
/** Visits per hour: about 50,000 events in a month. */
const HISTORY_RATE = 8;
/** Enough that something happens while one looks at it, at every hour of the day. */
const LIVE_RATE = 40;

/** The demo shows every measurement. */
const EVERYTHING = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true]));

const simulation = (more: Partial<Simulation>): Simulation => ({ ...readSimulation(), ...more });

/** @param days whole days of history before today; what there is of today comes on top. */
export async function createDemo(api: Api, owner: string, days: number): Promise<DemoState> {
  const { hostname, rules } = readSimulation();
  const property = await api.post<{ site_id: string }>("/api/v1/properties", {
    name: "Northlight Bicycles (demo)",
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    currency: "EUR",
    streams: [{ url: `https://${hostname}`, name: "Web site", measurements: EVERYTHING }],
  });
  for (const rule of rules) await api.post(`/api/v1/properties/${property.site_id}/rules`, rule);
  // Every run is told of, so that there is mail to look at.
  const reports = { recipients: [owner], run_summary: "every" };
  await api.patch(`/api/v1/properties/${property.site_id}/settings`, { reports });
  const end = Date.now() - LIVE_MINUTES * 60_000;
  return { site_id: property.site_id, start: end - (days + 1) * DAY, end, loaded: false };
}

const COUNT_LIMIT_MS = 60_000;

export interface LoadOptions {
  /** Waits until every event is counted, at most so many ms. @returns what is left. */
  counted: (limitMs: number) => Promise<number>;
  signal: AbortSignal;
}

/** Sends the history and waits until all of it is counted. @throws when the signal ends it before. */
export async function loadHistory(api: Api, demo: DemoState, { counted, signal }: LoadOptions): Promise<void> {
  const rules = await rulesOf(api, demo.site_id);
  const events = [...traffic(simulation({ rate: HISTORY_RATE }), demo, rules)];
  const progress = startProgress("Demo traffic", events.length, "events");
  const importId = `demo-${demo.start.toString(36)}`;
  const sent = await importEvents(api, events, { siteId: demo.site_id, importId, signal, onSent: progress.to });
  const left = await counted(COUNT_LIMIT_MS);
  signal.throwIfAborted();
  progress.done();
  if (left > 0) console.warn(`Demo traffic is still being counted after ${COUNT_LIMIT_MS / 1000} seconds.`);
  const { rejected } = sent;
  if (rejected.length > 0)
    console.warn(
      `Demo traffic is not complete: ${rejected.length} events were rejected, first ${JSON.stringify(rejected[0])}`,
    );
}

/** Starts the pipeline on what there is: its screens would else be empty until the next cron. One that runs is as good. */
export async function startPipeline(api: Api, { site_id }: DemoState): Promise<void> {
  await api.post(`/api/v1/properties/${site_id}/pipeline/run`, {}).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
  });
}

/**
 * Removes a demo whose loading was interrupted. It cannot be gone on with: the local queue lives in memory, and what was
 * in it is lost.
 */
export async function discardDemo(api: Api, demo: DemoState): Promise<void> {
  await api.delete(`/api/v1/properties/${demo.site_id}`).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}

/** People come, a few at a time, until the signal says so. */
export async function trickle(api: Api, demo: DemoState, signal: AbortSignal): Promise<void> {
  const start = Math.max(demo.end, Date.now() - LIVE_MINUTES * 60_000);
  const live = simulation({ rate: LIVE_RATE, curve: "flat" });
  const rules = await rulesOf(api, demo.site_id);
  let failing = false;
  await playLive(api, traffic(live, { start, end: Number.POSITIVE_INFINITY }, rules), {
    siteId: demo.site_id,
    signal,
    onTick: () => {
      failing = false;
    },
    onError: (error) => {
      if (!failing && !signal.aborted) console.warn(`Live traffic was not taken: ${(error as Error).message}`);
      failing = true;
    },
  });
}
