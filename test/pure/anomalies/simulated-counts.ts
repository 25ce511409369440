// Hourly and daily counts of made-up properties, with anomalies planted in them: what finding anomalies is measured on.
import { type Random, randomFor } from "../../../scripts/simulate/random";
import type { AnomalyGroup, AnomalyMetric, DayPoint, HourPoint } from "../../../workers/domain/anomalies/anomaly";
import { type Calendar, calendarFor } from "../../../workers/domain/anomalies/calendar";

export interface Site {
  seed: number;
  timezone: string;
  /** Local dates, both included. */
  first: string;
  last: string;
  /** Visitors of a usual day. */
  visitors: number;
  /** Growth in 30 days: 1.1 is 10 %. */
  growth: number;
}

export type Kind = "spike" | "drop" | "outage" | "404s" | "errors" | "bounces" | "day up" | "day down";
export interface Planted {
  kind: Kind;
  group: AnomalyGroup;
  side: "up" | "down";
  start: number;
  end: number;
  /** Visitors, or for 404s and errors additional counts, that the time would have had or got: what there is to see. */
  effect: number;
}

/** What is planted: for how many hours, what it multiplies visitors by, adds to 404s and errors, and to the bounce rate. */
const KINDS: Record<Kind, { hours: number; factor: number; group: AnomalyGroup; side: "up" | "down" }> = {
  spike: { hours: 3, factor: 3, group: "traffic", side: "up" },
  drop: { hours: 6, factor: 0.3, group: "traffic", side: "down" },
  outage: { hours: 4, factor: 0, group: "traffic", side: "down" },
  "404s": { hours: 2, factor: 1, group: "not_found", side: "up" },
  errors: { hours: 2, factor: 1, group: "errors", side: "up" },
  bounces: { hours: 6, factor: 1, group: "bounce_rate", side: "up" },
  "day up": { hours: 24, factor: 2, group: "traffic", side: "up" },
  "day down": { hours: 24, factor: 0.4, group: "traffic", side: "down" },
};
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

const WEEKDAYS = [0.6, 1.05, 1.15, 1.15, 1.1, 1, 0.65];
/** Share of a day's visitors by hour of the clock: a quiet night, a peak at noon and a lesser one in the evening. */
const CLOCK = [
  0.012, 0.008, 0.006, 0.005, 0.006, 0.01, 0.02, 0.035, 0.05, 0.062, 0.067, 0.067, 0.065, 0.064, 0.063, 0.06, 0.058,
  0.056, 0.056, 0.06, 0.062, 0.053, 0.035, 0.02,
];

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** A Poisson count; from 200 on a rounded normal, which is as good and a hundred times as fast. */
function count(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  return mean < 200 ? random.poisson(mean) : Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
}

function binomial(random: Random, n: number, p: number): number {
  if (n > 100) return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal(random))));
  let hits = 0;
  for (let trial = 0; trial < n; trial++) if (random.chance(p)) hits++;
  return hits;
}

/** Page views of some visits: one each, and geometrically more for those that do not bounce. */
function viewsOf(random: Random, visits: number, bounces: number): number {
  const going = visits - bounces;
  if (going > 300) return visits + Math.max(0, Math.round(going * 3 + Math.sqrt(going * 6) * normal(random)));
  let views = visits;
  for (let visit = 0; visit < going; visit++) views += 1 + Math.floor(Math.log(1 - random.unit()) / Math.log(2 / 3));
  return views;
}

export interface Counts {
  hours: Record<AnomalyMetric, HourPoint[]>;
  days: Record<AnomalyMetric, DayPoint[]>;
  planted: Planted[];
  /** Beginning of the day after the last, epoch seconds. */
  end: number;
}

interface Plan {
  from: string;
  kinds: readonly Kind[];
}

/** Chooses a time for each kind, four days apart so that each is seen by itself: waking hours, or a whole day. */
function plant(calendar: Calendar, site: Site, { from, kinds }: Plan): { at: number; to: number; kind: Kind }[] {
  const random = randomFor(site.seed, 2);
  const begin = calendar.dates.indexOf(from);
  const room = (calendar.dates.length - begin - 1) / kinds.length;
  return kinds.map((kind, position) => {
    const day = begin + Math.floor(position * room + random.unit() * Math.max(1, room - 3));
    const first = calendar.firstHour[day]!;
    const { hours } = KINDS[kind];
    if (hours === 24) return { kind, at: first, to: calendar.firstHour[day + 1]! };
    const at = first + random.int(9, 16);
    return { kind, at, to: at + hours };
  });
}

/** The counts of a site: clumped, overdispersed by hour and by day, with the anomalies of a plan. */
export function simulateCounts(site: Site, plan: Plan = { from: site.first, kinds: [] }): Counts {
  const random = randomFor(site.seed, 1);
  const calendar = calendarFor(site.timezone, site.first, site.last);
  const plans = plant(calendar, site, plan);
  const points = <T>(): Record<AnomalyMetric, T[]> => ({
    visitors: [],
    pageviews: [],
    events: [],
    bounce_rate: [],
    not_found: [],
    errors: [],
  });
  const [hours, days] = [points<HourPoint>(), points<DayPoint>()];
  const base = 0.4 + 0.3 * random.unit();
  /** Some sites have a steady trickle of 404s and errors, some next to none. */
  const [missing, failing] = [0.002 + 0.02 * random.unit(), 0.001 + 0.01 * random.unit()];
  const means: number[] = [];
  let sum: Record<AnomalyMetric, number> = {
    visitors: 0,
    pageviews: 0,
    events: 0,
    bounce_rate: 0,
    not_found: 0,
    errors: 0,
  };
  let [dayVisits, mood, drift] = [0, 1, 0];
  for (let hour = 0; hour < calendar.hourStart.length; hour++) {
    const day = calendar.dayOfHour[hour]!;
    const date = calendar.dates[day]!;
    if (hour === calendar.firstHour[day]) mood = random.logNormal(1, 0.1);
    drift = 0.6 * drift + 0.08 * normal(random);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const length = (calendar.hourEnd[hour]! - calendar.hourStart[hour]!) / 3600;
    const clock = CLOCK[calendar.hourOfDay[hour]!]!;
    const trend = site.growth ** (day / 30);
    const mean = site.visitors * WEEKDAYS[weekday]! * clock * length * trend;
    means.push(mean);
    const here = plans.find(({ at, to }) => at <= hour && hour < to);
    const kind = here?.kind;
    const factor = kind ? KINDS[kind].factor : 1;
    const visitors = count(random, mean * mood * Math.exp(drift) * factor);
    const visits = visitors + binomial(random, visitors, 0.08);
    const rate = Math.min(
      0.95,
      base + 0.03 * Math.sin(weekday) + 0.03 * normal(random) + (kind === "bounces" ? 0.25 : 0),
    );
    const bounces = binomial(random, visits, rate);
    const pageviews = viewsOf(random, visits, bounces);
    const burst = random.chance(1 / 300) ? random.int(2, 6) : 0;
    const counts: Record<AnomalyMetric, number> = {
      visitors,
      pageviews,
      events: pageviews + binomial(random, pageviews, 0.3),
      bounce_rate: bounces,
      not_found:
        count(random, missing * pageviews) + (visitors > 0 ? burst : 0) + (kind === "404s" ? extra(mean, missing) : 0),
      errors: count(random, failing * pageviews) * random.int(1, 3) + (kind === "errors" ? extra(mean, failing) : 0),
    };
    for (const metric of Object.keys(counts) as AnomalyMetric[]) {
      const of = metric === "bounce_rate" ? { of: visits } : {};
      // As in the rollups: a bucket in which nothing happened has no row.
      if (counts[metric] > 0 || visits > 0)
        hours[metric].push({ hour: calendar.hourStart[hour]!, value: counts[metric], ...of });
      sum[metric] += counts[metric];
    }
    dayVisits += visits;
    if (hour + 1 < calendar.firstHour[day + 1]!) continue;
    // One visitor in seven comes again in another hour of the day.
    sum.visitors -= binomial(random, sum.visitors, 0.15);
    for (const metric of Object.keys(sum) as AnomalyMetric[])
      days[metric].push({ date, value: sum[metric], ...(metric === "bounce_rate" ? { of: dayVisits } : {}) });
    sum = { visitors: 0, pageviews: 0, events: 0, bounce_rate: 0, not_found: 0, errors: 0 };
    dayVisits = 0;
  }
  const planted = plans.map(({ kind, at, to }): Planted => {
    const { group, side } = KINDS[kind];
    const mean = means.slice(at, to).reduce((total, each) => total + each, 0);
    const more = kind === "404s" ? missing : failing;
    const effect = kind === "404s" || kind === "errors" ? extra(mean / (to - at), more) * (to - at) : mean;
    return { kind, group, side, start: calendar.hourStart[at]!, end: calendar.hourEnd[to - 1]!, effect };
  });
  return { hours, days, planted, end: calendar.dayEnd.at(-1)! };
}

/** 404s or errors that a burst adds to an hour: 15, or nine times what there usually are. */
const extra = (visitors: number, rate: number): number => 15 + Math.round(9 * 2.6 * visitors * rate);
