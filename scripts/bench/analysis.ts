// The latency of filtered and combined questions on a month with a million events, by the scan of an Analyst over HTTP,
// beside native DuckDB on the same Parquet.
import "./resolve.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DAY, eventsOf, stampAll, visits } from "./events.ts";
import { median } from "./load.ts";
import { HUB_GB, PRICES, UNITS, type Unit } from "./prices.ts";
import { type Site, serveSite } from "./runtime.ts";
import type { DayFilled, FilledDay, Tally } from "./tally.ts";

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

/** Each is a new question, so that no answer is kept from before. */
let asked = 0;
/** What lets everything through, so that rollups do not answer. */
export const unfilteredBy = (): unknown[] => [["is_not", "visit:country", [`Nowhere ${asked++}`]]];
export const filteredBy = (): unknown[] => [
  ["is", "visit:country", ["DE", `Nowhere ${asked++}`]],
  ["is", "visit:browser", ["Chrome"]],
];

export interface AnalysisLatency {
  events: number;
  /** Milliseconds for a batch of all panels. */
  cold: number;
  unfiltered: number;
  filtered: number;
  /** The unfiltered batch again, while nothing has changed. */
  repeated: number;
  /** The same seven questions, asked of DuckDB. */
  duckdb: { unfiltered: number; filtered: number };
  /** Bytes of columns in memory afterwards; of the tables, by event. */
  held: number;
  bytesPerEvent: number;
  /** Milliseconds to make the tables of a day. */
  closing: number;
  bill: AnalysisBill;
}

/** Billable units and dollars. */
interface Bill {
  units: Partial<Record<Unit, number>>;
  dollars: number;
}

export interface AnalysisBill {
  /** The tables of a million events. */
  zone: Bill;
  /** A thousand filtered dashboards, one every two minutes: the Analyst never sleeps. Without CPU. */
  steady: Bill;
  /** A thousand dashboards, each asked of an Analyst that sleeps and has to read its columns. Without CPU. */
  rare: Bill;
}

/** An Analyst stays awake so long (s) after a question. */
const AWAKE_S = 120;

function billOf(tally: Partial<Tally>, times: number, awakeSeconds = 0): Bill {
  const units: Bill["units"] = {};
  for (const unit of UNITS) {
    const count = unit === "hub_gb_seconds" ? awakeSeconds * HUB_GB : (tally[unit as keyof Tally] ?? 0);
    if (count > 0) units[unit] = count * times;
  }
  const dollars = UNITS.reduce((sum, unit) => sum + ((units[unit] ?? 0) * PRICES[unit].perMillion) / 1e6, 0);
  return { units, dollars };
}

const sumOf = (tallies: readonly Tally[]): Partial<Tally> => {
  const sum: Record<string, number> = {};
  for (const tally of tallies) for (const [name, count] of Object.entries(tally)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
};

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The first day of the month before this one: all days are over, and one Analyst has them. */
function firstDay(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
}

/**
 * Gives the property a million events a month.
 * @param keep takes each day's events as Parquet.
 */
export async function fillDays(
  site: Site,
  first: number,
  count: number,
  keep: (date: string, body: ArrayBuffer) => void = () => undefined,
): Promise<{ events: number; days: DayFilled[] }> {
  const coming = visits(31);
  const days: DayFilled[] = [];
  let events = 0;
  for (let n = 0; n < count; n++) {
    const stamped = [...stampAll(site.siteId, eventsOf(coming, first + n * DAY, Math.ceil(EVENTS / DAYS)))];
    events += stamped.length;
    const date = dateOf(first + n * DAY);
    const body = toParquet(stamped);
    keep(date, body);
    const about: FilledDay = { site_id: site.siteId, date, rows: stamped.length };
    const headers = { "x-day": JSON.stringify(about) };
    const reply = await fetch(`${site.url}/bench/day`, { method: "POST", headers, body });
    if (!reply.ok) throw new Error(`events of ${date} were not taken: ${await reply.text()}`);
    days.push((await reply.json()) as DayFilled);
  }
  return { events, days };
}

/** Asks all panels in one batch. */
export async function askPanels(site: Site, first: number, days: number, filters: unknown[]): Promise<void> {
  const { results } = await site.api.post<{ results: { results: unknown[]; meta: { source: string } }[] }>(
    "/api/v2/batch",
    {
      site_id: site.siteId,
      date_range: [dateOf(first), dateOf(first + (days - 1) * DAY)],
      filters,
      queries: PANELS.map(([dimension]) => ({
        metrics: ["visitors", "visits", "pageviews"],
        ...(dimension ? { dimensions: [dimension], pagination: { limit: 10 } } : {}),
      })),
    },
  );
  const wrong = results.find(({ results: rows, meta }) => rows.length === 0 || meta.source !== "scan");
  if (wrong) throw new Error(`no answer of a scan: ${JSON.stringify(wrong).slice(0, 300)}`);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export async function timedOften(repeats: number, work: () => Promise<unknown>): Promise<number> {
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
    mkdirSync(files, { recursive: true });
    const first = firstDay(Date.now());
    const { events, days } = await fillDays(site, first, DAYS, (date, body) =>
      writeFileSync(join(files, `${date}.parquet`), new Uint8Array(body)),
    );
    const ask = (filters: unknown[]) => askPanels(site, first, DAYS, filters);
    const used = async (work: () => Promise<unknown>): Promise<Partial<Tally>> => {
      const read = async () => (await (await fetch(`${site.url}/bench/tally`)).json()) as Record<string, number>;
      const before = await read();
      await work();
      const after = await read();
      return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]!]));
    };
    let cold = 0;
    const coldly = await used(async () => {
      cold = await timed(() => ask(unfilteredBy()));
    });
    const warmly = await used(() => ask(filteredBy()));
    const unfiltered = await timedOften(REPEATS, () => ask(unfilteredBy()));
    const filtered = await timedOften(REPEATS, () => ask(filteredBy()));
    const same = unfilteredBy();
    await ask(same);
    const repeated = await timedOften(REPEATS, () => ask(same));
    const held = (await (
      await fetch(`${site.url}/bench/held?name=${site.siteId}/${dateOf(first).slice(0, 7)}`)
    ).json()) as { bytes: number };
    return {
      events,
      cold,
      unfiltered,
      filtered,
      repeated,
      duckdb: await measureDuckDb(files),
      held: held.bytes,
      bytesPerEvent: days.reduce((sum, { bytes }) => sum + bytes, 0) / events,
      closing: median(days.map(({ ms }) => ms)),
      bill: {
        zone: billOf(sumOf(days.map(({ tally }) => tally)), 1e6 / events),
        steady: billOf(warmly, 1000, AWAKE_S),
        rare: billOf(coldly, 1000, AWAKE_S),
      },
    };
  } finally {
    await site.close();
  }
}
