// Cost and speed of the pipeline: a day of a busy property through the real run and the real compaction.
import "./resolve.ts";
import { join } from "node:path";
import { openInspector } from "./cpu.ts";
import { DAY, stampAll, streamOf } from "./events.ts";
import { PRICES, UNITS, type Unit } from "./prices.ts";
import { serveSite } from "./runtime.ts";
import type { PipelinePart, Tally } from "./tally.ts";

const { toParquet } = await import("../../workers/domain/lake/parquet.ts");

/** Half an hour of 100 events a second: six runs' worth, as they come every five minutes. */
const EVENTS = 180_000;
const EVENTS_PER_SECOND = 100;
const RUNS = 6;
/** Events per message at this rate (see "events per queue message" of the cost). */
const EVENTS_PER_MESSAGE = 500;
const POLL_MS = 20;

export interface PipelineCost {
  events: number;
  /** Rows of the raw zone a second, through extract, transform, enrichment and load. */
  transformRate: number;
  compactionRate: number;
  /** Of the isolate, with code and garbage: 128 MB is the limit. */
  peakBytes: number;
  /** For a million events. */
  dollars: number;
  lines: { unit: Unit; units: number; dollars: number }[];
  filesBefore: number;
  filesAfter: number;
}

interface Zones {
  zones: { zone: string; files: number; rows: number }[];
}

const add = (into: Record<string, number>, part: object): void => {
  for (const [name, count] of Object.entries(part)) into[name] = (into[name] ?? 0) + Number(count);
};

export async function measurePipeline(script: string, folder: string): Promise<PipelineCost> {
  const site = await serveSite({ script, state: join(folder, "pipeline"), consumes: false });
  const inspector = await openInspector(await site.inspector());
  let peakBytes = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const { usedSize } = await inspector.send<{ usedSize: number }>("Runtime.getHeapUsage");
      peakBytes = Math.max(peakBytes, usedSize);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  const post = async <T>(path: string, body?: ArrayBuffer): Promise<T> => {
    const response = await fetch(`${site.url}${path}`, { method: "POST", body: body ?? null });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  const objects = async (): Promise<number> => {
    const { zones } = await site.api.get<Zones>(`/api/v1/properties/${site.siteId}/pipeline`);
    return zones.reduce((sum, { files }) => sum + files, 0);
  };
  try {
    const start = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
    // Truncated addresses (networks of 256), so that lists are as long as real ones.
    const stamped = [...stampAll(site.siteId, streamOf(40, 1, start, EVENTS, EVENTS_PER_SECOND))].map((event, n) => ({
      ...event,
      ip: `81.${(n >> 9) % 256}.${(n >> 2) % 128}.0`,
    }));
    const used: Record<string, number> = {};
    let ms = 0;
    for (let run = 0; run < RUNS; run++) {
      const share = stamped.slice((run * EVENTS) / RUNS, ((run + 1) * EVENTS) / RUNS);
      for (let at = 0; at < share.length; at += EVENTS_PER_MESSAGE)
        await post("/bench/lake", toParquet(share.slice(at, at + EVENTS_PER_MESSAGE)));
      const part = await post<PipelinePart>("/bench/run");
      ms += part.ms;
      add(used, part.tally);
    }
    const filesBefore = await objects();
    const compaction = await post<PipelinePart>(`/bench/compact?site=${site.siteId}`);
    add(used, compaction.tally);
    const filesAfter = await objects();
    const lines = UNITS.filter((unit) => unit in used).map((unit) => {
      const units = ((used as unknown as Tally)[unit as keyof Tally] / EVENTS) * 1_000_000;
      return { unit, units, dollars: (units * PRICES[unit].perMillion) / 1_000_000 };
    });
    return {
      events: EVENTS,
      transformRate: EVENTS / (ms / 1000),
      compactionRate: EVENTS / (compaction.ms / 1000),
      peakBytes,
      dollars: lines.reduce((sum, { dollars }) => sum + dollars, 0),
      lines: lines.filter(({ units }) => units > 0),
      filesBefore,
      filesAfter,
    };
  } finally {
    isOver = true;
    await watching.catch(() => undefined);
    inspector.close();
    await site.close();
  }
}
