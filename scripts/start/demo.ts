// The demo property: thirty days of simulated people, and then a few at a time, now.
import type { Api } from "../api.ts";
import { readSimulation, type Simulation } from "../simulate/config.ts";
import { playLive } from "../simulate/live.ts";
import { startProgress } from "../simulate/progress.ts";
import { importEvents } from "../simulate/send.ts";
import { traffic } from "../simulate/traffic.ts";
import type { DemoState } from "./account.ts";

const DAY = 86_400_000;
/** Thirty whole days before today, and what there is of today. */
const HISTORY_DAYS = 31;
/** The last minutes come through the front door, so that the live picture is not empty at first sight. */
const LIVE_MINUTES = 30;
/** Visits per hour: about 50,000 events in a month. */
const HISTORY_RATE = 14;
/** Enough that something happens while one looks at it, at every hour of the day. */
const LIVE_RATE = 40;

const simulation = (more: Partial<Simulation>): Simulation => ({ ...readSimulation(), ...more });

export async function createDemo(api: Api): Promise<DemoState> {
  const { hostname } = readSimulation();
  const property = await api.post<{ site_id: string }>("/api/v1/properties", {
    name: "Northlight Bicycles (demo)",
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    currency: "EUR",
    streams: [{ url: `https://${hostname}`, name: "Web site" }],
  });
  const end = Date.now() - LIVE_MINUTES * 60_000;
  return { site_id: property.site_id, start: end - HISTORY_DAYS * DAY, end, sent: 0, loaded: false };
}

/**
 * Goes on where an interrupted start broke off: the events are the same each time.
 * @param onSent told after each request how many events have gone out in all.
 */
export async function loadHistory(api: Api, demo: DemoState, onSent: (count: number) => void): Promise<void> {
  const events = [...traffic(simulation({ rate: HISTORY_RATE }), demo)];
  const left = events.slice(demo.sent);
  const progress = startProgress("Demo traffic", events.length, "events");
  const sent = await importEvents(api, left, {
    siteId: demo.site_id,
    importId: `demo-${demo.start.toString(36)}`,
    onSent(count) {
      progress.to(demo.sent + count);
      onSent(demo.sent + count);
    },
  });
  progress.done();
  if (sent.accepted + sent.duplicates < left.length) {
    const why = JSON.stringify({ refused: sent.refused, rejected: sent.rejected.slice(0, 3) });
    console.warn(`Demo traffic is incomplete: ${sent.accepted} of ${left.length} events were accepted. ${why}`);
  }
}

/** People come, a few at a time, until the signal says so. */
export async function trickle(api: Api, demo: DemoState, signal: AbortSignal): Promise<void> {
  const start = Math.max(demo.end, Date.now() - LIVE_MINUTES * 60_000);
  const live = simulation({ rate: LIVE_RATE, curve: "flat" });
  let failing = false;
  await playLive(api, traffic(live, { start, end: Number.POSITIVE_INFINITY }), {
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
