// The latency of filtered and combined questions on a month with a million events, by the scan of an Analyst over HTTP,
// beside native DuckDB on the same Parquet.
import "./resolve.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DAY, eventsOf, stampAll, visits } from "./events.ts";
import { median } from "./load.ts";
import { type Site, serveSite } from "./runtime.ts";
import type { DayFilled, FilledDay } from "./tally.ts";

const { toParquet } = await import("../../workers/domain/lake/parquet.ts");

const EVENTS = 1_000_000;
const DAYS = 28;
const REPEATS = 15;
const DUCKDB_REPEATS = 3;

/** A panel's dimension, and the lake's column for it; null for the totals. */
const PANELS = [
  [null, null],
  ["visit:source", "source"],
  ["event:page", "page"],
  ["visit:country", "country"],
  ["visit:browser", "browser"],
  ["visit:device", "device"],
  ["visit:city", "city"],
] as const;

/** What lets everything through, so that rollups do not answer. */
const ALL = [["is_not", "visit:country", ["Nowhere"]]];
const SOME = [
  ["is", "visit:country", ["DE"]],
  ["is", "visit:browser", ["Chrome"]],
];

export interface AnalysisLatency {
  events: number;
  /** Milliseconds for a batch of all panels. */
  cold: number;
  unfiltered: number;
  filtered: number;
  /** The same seven questions, asked of DuckDB. */
  duckdb: { unfiltered: number; filtered: number };
  /** Bytes of columns in memory afterwards; of the tables, by event. */
  held: number;
  bytesPerEvent: number;
  /** Milliseconds to make the tables of a day. */
  closing: number;
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The first day of the month before this one: all days are over, and one Analyst has them. */
function firstDay(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
}

async function fillMonth(site: Site, folder: string): Promise<{ events: number; days: DayFilled[] }> {
  mkdirSync(folder, { recursive: true });
  const coming = visits(31);
  const first = firstDay(Date.now());
  const days: DayFilled[] = [];
  let events = 0;
  for (let n = 0; n < DAYS; n++) {
    const stamped = [...stampAll(site.siteId, eventsOf(coming, first + n * DAY, Math.ceil(EVENTS / DAYS)))];
    events += stamped.length;
    const date = dateOf(first + n * DAY);
    const body = toParquet(stamped);
    writeFileSync(join(folder, `${date}.parquet`), new Uint8Array(body));
    const about: FilledDay = { site_id: site.siteId, date, rows: stamped.length };
    const headers = { "x-day": JSON.stringify(about) };
    const reply = await fetch(`${site.url}/bench/day`, { method: "POST", headers, body });
    if (!reply.ok) throw new Error(`events of ${date} were not taken: ${await reply.text()}`);
    days.push((await reply.json()) as DayFilled);
  }
  return { events, days };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function timedOften(repeats: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < repeats; n++) times.push(await timed(work));
  return median(times);
}

async function measureDuckDb(folder: string): Promise<AnalysisLatency["duckdb"]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  const all = async (where: string) => {
    for (const [, column] of PANELS)
      await connection.runAndReadAll(`SELECT ${column ?? "NULL"} AS value,
        count(DISTINCT local_date || visitor_id) AS visitors, count(DISTINCT visit_id) AS visits,
        count(*) FILTER (event_type = 'pageview') AS pageviews
        FROM read_parquet('${join(folder, "*.parquet")}') WHERE event_type <> 'engagement' ${where}
        GROUP BY 1 ORDER BY 2 DESC LIMIT 10`);
  };
  return {
    unfiltered: await timedOften(DUCKDB_REPEATS, () => all("")),
    filtered: await timedOften(DUCKDB_REPEATS, () => all("AND country = 'DE' AND browser = 'Chrome'")),
  };
}

export async function measureAnalysis(script: string, folder: string): Promise<AnalysisLatency> {
  const files = join(folder, "analysis-lake");
  const site = await serveSite({ script, state: join(folder, "analysis"), consumes: false });
  try {
    const { events, days } = await fillMonth(site, files);
    const first = firstDay(Date.now());
    const ask = async (filters: unknown[]) => {
      const { results } = await site.api.post<{ results: { results: unknown[]; meta: { source: string } }[] }>(
        "/api/v2/batch",
        {
          site_id: site.siteId,
          date_range: [dateOf(first), dateOf(first + (DAYS - 1) * DAY)],
          filters,
          queries: PANELS.map(([dimension]) => ({
            metrics: ["visitors", "visits", "pageviews"],
            ...(dimension ? { dimensions: [dimension], pagination: { limit: 10 } } : {}),
          })),
        },
      );
      const wrong = results.find(({ results: rows, meta }) => rows.length === 0 || meta.source !== "scan");
      if (wrong) throw new Error(`no answer of a scan: ${JSON.stringify(wrong).slice(0, 300)}`);
    };
    const cold = await timed(() => ask(ALL));
    const unfiltered = await timedOften(REPEATS, () => ask(ALL));
    const filtered = await timedOften(REPEATS, () => ask(SOME));
    const held = (await (
      await fetch(`${site.url}/bench/held?name=${site.siteId}/${dateOf(first).slice(0, 7)}`)
    ).json()) as { bytes: number };
    return {
      events,
      cold,
      unfiltered,
      filtered,
      duckdb: await measureDuckDb(files),
      held: held.bytes,
      bytesPerEvent: days.reduce((sum, { bytes }) => sum + bytes, 0) / events,
      closing: median(days.map(({ ms }) => ms)),
    };
  } finally {
    await site.close();
  }
}
