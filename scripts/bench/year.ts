// The latency of questions on ten million events of forty weeks, answered by an Analyst per month. Part of the bench
// only with `--year`: filling them takes a quarter of an hour.
import "./resolve.ts";
import { join } from "node:path";
import { askPanels, fillDays, filteredBy, timed, timedOften, unfilteredBy } from "./analysis.ts";
import { DAY } from "./events.ts";
import { type Site, serveSite } from "./runtime.ts";

const DAYS = 280;
const REPEATS = 7;

export interface YearLatency {
  events: number;
  /** Milliseconds for a batch of all panels. */
  cold: number;
  unfiltered: number;
  filtered: number;
  /** Bytes of columns in the isolate afterwards. */
  held: number;
}

async function heldOf(site: Site, first: number): Promise<number> {
  const month = new Date(first).toISOString().slice(0, 7);
  const reply = await fetch(`${site.url}/bench/held?name=${site.siteId}/${month}`);
  return ((await reply.json()) as { bytes: number }).bytes;
}

export async function measureYear(script: string, folder: string): Promise<YearLatency> {
  const site = await serveSite({ script, state: join(folder, "year"), consumes: false });
  try {
    const today = Math.floor(Date.now() / DAY) * DAY;
    const first = today - (DAYS + 2) * DAY;
    const { events } = await fillDays(site, first, DAYS);
    const cold = await timed(() => askPanels(site, first, DAYS, unfilteredBy()));
    const unfiltered = await timedOften(REPEATS, () => askPanels(site, first, DAYS, unfilteredBy()));
    const filtered = await timedOften(REPEATS, () => askPanels(site, first, DAYS, filteredBy()));
    return { events, cold, unfiltered, filtered, held: await heldOf(site, first) };
  } finally {
    await site.close();
  }
}
