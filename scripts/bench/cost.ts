// The cost of events: real-time traffic through the real Worker, hub, queue and consumer, at Cloudflare's prices.
// Real time, because group commit, alarms and the queue's batches depend on how fast events come.
import { join } from "node:path";
import { beacons } from "./beacons.ts";
import { type CpuBySource, profileCpu } from "./cpu.ts";
import { DAY, fillingOf, stampAll, streamOf } from "./events.ts";
import { loadPaced, percentile } from "./load.ts";
import { HUB_GB, PRICES, UNITS, type Unit } from "./prices.ts";
import { type Site, serveSite } from "./runtime.ts";
import type { CronCost, Mark, Tally } from "./tally.ts";

export interface Cost {
  /** Dollars per million events. */
  dollars: number;
  /** Units per million events, and their cost. */
  lines: { unit: Unit; units: number; dollars: number }[];
  /** The conditions of the measurement, and explanations. */
  events: number;
  seconds: number;
  eventsPerGroup: number;
  eventsPerMessage: number;
  messagesPerDelivery: number;
  bytesPerEvent: number;
  d1RowsPerDelivery: number;
  checkpointRows: number;
  /** Milliseconds until collect answers, including the hold. */
  p50: number;
  p95: number;
}

const EVENTS_PER_SECOND = 100;
/** The first delivery comes after some 30 seconds and ends the warm-up; two more after the same time each are measured. */
const SECONDS = 96;
const DELIVERIES = 2;
/** The hub's part is billed as duration, not as CPU. */
const isHub = (source: string): boolean => source.startsWith("durable-objects/");
const PROFILE_FROM_SECONDS = 55;
const PROFILE_SECONDS = 20;

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

const difference = (from: Tally, to: Tally): Tally =>
  Object.fromEntries(
    Object.entries(to).map(([name, count]) => [name, count - from[name as keyof Tally]]),
  ) as unknown as Tally;

/** CPU of the Worker only. V8's own work (garbage, compiling) is distributed in proportion to the rest. */
function workerCpu(cpu: CpuBySource, used: number | null): number {
  const engine = cpu.get("engine") ?? 0;
  let worker = 0;
  let all = 0;
  for (const [source, ms] of cpu) {
    if (source === "engine") continue;
    all += ms;
    if (!isHub(source)) worker += ms;
  }
  // A profile measures time between samples, which is too long if other processes use the processor.
  const scale = used === null ? 1 : Math.min(1, used / (all + engine));
  return all === 0 ? 0 : ((all + engine) * scale * worker) / all;
}

/** The cron folds day counts that long together, and the queue brings them in so many deliveries. */
const FOLD_SECONDS = 300;
const DELIVERY_SECONDS = 30;

/** D1 rows per event when the cron folds the waiting counts of ten deliveries. A shorter run would not show them. */
async function measureFold(site: Site, hits: 1 | 3): Promise<CronCost> {
  const cron = async (): Promise<CronCost> => (await fetch(`${site.url}/bench/cron`)).json() as Promise<CronCost>;
  await cron();
  const count = FOLD_SECONDS * EVENTS_PER_SECOND;
  const start = Math.floor(Date.now() / DAY) * DAY;
  const stamped = [...stampAll(site.siteId, streamOf(20 + hits, hits, start, count, EVENTS_PER_SECOND))];
  for (let from = 0; from < count; from += DELIVERY_SECONDS * EVENTS_PER_SECOND) {
    const filling = fillingOf(site.siteId, stamped.slice(from, from + DELIVERY_SECONDS * EVENTS_PER_SECOND));
    const response = await fetch(`${site.url}/bench/fill`, { method: "POST", body: JSON.stringify(filling) });
    if (!response.ok) throw new Error(`counts were not taken: ${await response.text()}`);
  }
  const used = await cron();
  return { d1_rows_written: used.d1_rows_written / count, d1_rows_read: used.d1_rows_read / count };
}

export async function measureCost(script: string, folder: string, hits: 1 | 3): Promise<Cost> {
  const site = await serveSite({ script, state: join(folder, `cost-${hits}`) });
  try {
    const requests = beacons({ siteId: site.siteId, hostname: site.hostname, seed: 10 + hits, hits });
    const profile = pause(PROFILE_FROM_SECONDS).then(async () => {
      const before = site.cpuUsed();
      const profiled = await profileCpu(await site.inspector(), script, PROFILE_SECONDS);
      const after = site.cpuUsed();
      return workerCpu(profiled, before === null || after === null ? null : after - before);
    });
    const pace = { perSecond: EVENTS_PER_SECOND / hits, seconds: SECONDS };
    const [load, cpu] = await Promise.all([loadPaced(site.port, requests, pace), profile]);
    const lost = Object.keys(load.statuses).filter((status) => status !== "202");
    if (lost.length > 0) throw new Error(`expected only 202, got ${JSON.stringify(load.statuses)}`);
    const marks = (await (await fetch(`${site.url}/bench/marks`)).json()) as Mark[];
    const [first, last] = [marks[0], marks[DELIVERIES]];
    if (!first || !last) throw new Error(`expected ${DELIVERIES + 1} deliveries of the queue, saw ${marks.length}`);
    const used = difference(first.tally, last.tally);
    const seconds = (last.at - first.at) / 1_000;
    const fold = await measureFold(site, hits);
    const units: Record<Unit, number> = {
      ...used,
      d1_rows_written: used.d1_rows_written + fold.d1_rows_written * used.events,
      d1_rows_read: used.d1_rows_read + fold.d1_rows_read * used.events,
      worker_cpu_ms: (cpu / (PROFILE_SECONDS * load.rate * hits)) * used.events,
      // As if it never rested, because it hardly rests between two events.
      hub_gb_seconds: seconds * HUB_GB,
    };
    const lines = UNITS.map((unit) => {
      const perMillion = (units[unit] / used.events) * 1_000_000;
      return { unit, units: perMillion, dollars: (perMillion * PRICES[unit].perMillion) / 1_000_000 };
    });
    return {
      dollars: lines.reduce((sum, line) => sum + line.dollars, 0),
      lines,
      events: used.events,
      seconds,
      eventsPerGroup: used.events / used.journal_rows,
      eventsPerMessage: used.events / used.messages,
      messagesPerDelivery: used.messages / used.deliveries,
      bytesPerEvent: used.message_bytes / used.events,
      d1RowsPerDelivery: used.d1_rows_written / used.deliveries,
      checkpointRows: used.checkpoint_rows,
      p50: percentile(load.latencies, 0.5),
      p95: percentile(load.latencies, 0.95),
    };
  } finally {
    await site.close();
  }
}
