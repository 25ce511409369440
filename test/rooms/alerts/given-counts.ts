// Builders for tests of what is judged by counts: weeks of made-up traffic as rollups, with something planted in them.
import { env } from "cloudflare:workers";
import { emptyRollup, noFacts, type Rollup } from "../../../workers/domain/counts/rollup";
import { type HourlyName, hoursOf } from "../../../workers/domain/counts/suspects";
import type { Facts } from "../../../workers/domain/events/catalog";
import { addDays, localDate, nextHour, startOfDate } from "../../../workers/domain/time/zone";
import { countStatements } from "../../../workers/storage/counts/counts";
import { foldPending } from "../../../workers/storage/counts/pending";
import { chance } from "../chance";

export interface ZonedProperty {
  site_id: string;
  timezone: string;
}

/** What one hour counts, of whom. */
export interface Crowd {
  visitors: number;
  source?: string;
  page?: string;
  country?: string;
  /** Share of their visits that are bounces. */
  bounces?: number;
}

function add(rollup: Rollup, dimension: string, date: string, value: string, facts: Partial<Facts>): void {
  const dates = rollup.days.get(dimension) ?? new Map<string, Map<string, Facts>>();
  rollup.days.set(dimension, dates);
  const values = dates.get(date) ?? new Map<string, Facts>();
  dates.set(date, values);
  const sum = values.get(value) ?? noFacts();
  values.set(value, sum);
  for (const [fact, count] of Object.entries(facts)) sum[fact as keyof Facts] += count;
}

/** Counts a crowd in an hour, as ingest would count their events. */
export function addCrowd(rollup: Rollup, { timezone }: ZonedProperty, hour: number, crowd: Crowd): void {
  const { visitors, source = "(direct)", page = "/", country = "CH", bounces = 0.5 } = crowd;
  if (visitors === 0) return;
  const pageviews = 3 * visitors;
  const counted = { visitors, pageviews, events: pageviews };
  const facts = { ...counted, visits: visitors, bounces: Math.round(bounces * visitors) };
  const sum = rollup.hours.get(hour / 1000) ?? noFacts();
  rollup.hours.set(hour / 1000, sum);
  for (const [fact, count] of Object.entries(facts)) sum[fact as keyof Facts] += count;
  const date = localDate(hour, timezone);
  add(rollup, "total", date, "", facts);
  add(rollup, "name", date, "pageview", counted);
  add(rollup, "page", date, page, counted);
  for (const [dimension, value] of [
    ["source", source],
    ["country", country],
    ["entry_page", page],
    ["device", "desktop"],
  ] as const)
    add(rollup, dimension, date, value, facts);
}

/** Counts errors of a day, with their details; their hours are counted by `givenErrorHours`. */
export function addErrors(rollup: Rollup, date: string, name: HourlyName, events: number, page = "/") {
  if (events === 0) return;
  add(rollup, "name", date, name, { events });
  add(rollup, `event_page/${name}`, date, page, { events });
  if (name === "js_error") add(rollup, `prop/${name}`, date, `message\nfailed on ${page}`, { events });
}

/** Hours of errors, as ingest counts them beside the property. */
export async function givenErrorHours(
  { site_id }: ZonedProperty,
  name: HourlyName,
  hours: readonly [hour: number, events: number][],
) {
  const rollup = emptyRollup();
  for (const [hour, events] of hours) rollup.hours.set(hour / 1000, { ...noFacts(), events });
  const counts = new Map([[hoursOf(site_id, name), rollup]]);
  for (const statement of countStatements(env.DB, counts, Date.now())) await statement.run();
}

/** By hour of the clock: a quiet night, a busy noon. */
const CLOCK = [1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 13, 13, 12, 12, 11, 11, 11, 12, 12, 10, 7, 4];
const MIX = [
  { share: 0.5, source: "Google", page: "/" },
  { share: 0.3, source: "(direct)", page: "/pricing" },
  { share: 0.2, source: "Bing", page: "/docs", country: "DE" },
] as const;

export interface Traffic {
  /** ms: what is counted until then. */
  until: number;
  days?: number;
  /** Visitors of a usual day. */
  visitors?: number;
  seed?: number;
  /** What an hour's visitors are multiplied by. */
  factor?: (hour: number) => number;
}

/** Weeks of steady traffic, a little different from hour to hour. */
export function usualTraffic(
  place: ZonedProperty,
  { until, days = 60, visitors = 1400, seed = 1, factor }: Traffic,
): Rollup {
  const random = chance(seed);
  const rollup = emptyRollup();
  const { timezone } = place;
  const total = CLOCK.reduce((sum, each) => sum + each, 0);
  const first = startOfDate(addDays(localDate(until, timezone), -days), timezone);
  for (let hour = first; hour < until; hour = nextHour(hour, timezone)) {
    const clock = Math.round(((hour - startOfDate(localDate(hour, timezone), timezone)) / 3_600_000) % 24);
    const mean = ((visitors * CLOCK[clock % 24]!) / total) * (factor?.(hour) ?? 1);
    for (const { share, ...crowd } of MIX) {
      // As wide as Poisson, to see that nothing is found in it.
      const noise = Array.from({ length: 6 }, random).reduce((sum, each) => sum + each - 0.5, 0) * Math.SQRT2;
      addCrowd(rollup, place, hour, {
        ...crowd,
        visitors: Math.max(0, Math.round(mean * share + Math.sqrt(mean * share) * noise)),
      });
    }
  }
  return rollup;
}

/** Has them counted; they wait to be folded, or are. */
export async function givenCounts({ site_id }: ZonedProperty, rollup: Rollup, folded = true): Promise<void> {
  for (const statement of countStatements(env.DB, new Map([[site_id, rollup]]), Date.now())) await statement.run();
  if (folded) await foldPending(env.DB, [site_id]);
}
