// Arrivals of people: by the local hour and weekday; some come often, most rarely.
import { offsetAt } from "../../workers/domain/time/zone.ts";
import type { Country, Simulation } from "./config.ts";
import type { Person } from "./people.ts";
import { type Random, randomFor } from "./random.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ARRIVALS = 2;

/** Offsets by zone and UTC day; null for days on which clocks are put forward or back. */
const offsets = new Map<string, number | null>();

/** The same as `offsetAt`, which asks the runtime for each quarter of an hour: too slow for fourteen months. */
function dailyOffset(instant: number, timezone: string): number {
  const day = Math.floor(instant / DAY);
  const key = `${timezone} ${day}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    const morning = offsetAt(day * DAY, timezone);
    offset = morning === offsetAt((day + 1) * DAY, timezone) ? morning : null;
    offsets.set(key, offset);
  }
  return offset ?? offsetAt(instant, timezone);
}

const sum = (hours: readonly number[]): number => hours.reduce((all, one) => all + one, 0);

/** The average hour of the week by curve. */
const means = new WeakMap<object, number>();
function meanOf(curve: Exclude<Simulation["curve"], "flat">): number {
  const mean = means.get(curve) ?? (5 * sum(curve.weekday) + 2 * sum(curve.weekend)) / 168;
  means.set(curve, mean);
  return mean;
}

/** How busy an hour is in a country, relative to the average hour of the week (1). */
export function activityAt(simulation: Simulation, country: Country, instant: number): number {
  const { curve } = simulation;
  if (curve === "flat") return 1;
  const local = new Date(instant + dailyOffset(instant, country.timezone));
  const day = local.getUTCDay();
  const hours = day === 0 || day === 6 ? curve.weekend : curve.weekday;
  return (hours[local.getUTCHours()] ?? 0) / meanOf(curve);
}

function worldActivity(simulation: Simulation, instant: number): number {
  const weights = simulation.countries.reduce((sum, country) => sum + country.weight, 0);
  const active = simulation.countries.map((country) => country.weight * activityAt(simulation, country, instant));
  return active.reduce((sum, one) => sum + one, 0) / weights;
}

/** The expected number of visits between two instants. */
export function expectedVisits(simulation: Simulation, start: number, end: number): number {
  let visits = 0;
  for (let hour = Math.floor(start / HOUR) * HOUR; hour < end; hour += HOUR) {
    const share = (Math.min(end, hour + HOUR) - Math.max(start, hour)) / HOUR;
    visits += share * simulation.rate * worldActivity(simulation, hour);
  }
  return visits;
}

export interface Arrival {
  at: number;
  person: Person;
}

function pickPerson(simulation: Simulation, personAt: (index: number) => Person, random: Random, at: number): Person {
  const { users, regulars } = simulation;
  const often = Math.max(1, Math.round(users * regulars.share));
  const busiest = Math.max(...simulation.countries.map((country) => activityAt(simulation, country, at)));
  for (;;) {
    const index = random.chance(regulars.visits) ? random.int(0, often - 1) : random.int(0, users - 1);
    const person = personAt(index);
    // Skip people who sleep now, so that each country follows its own clock.
    if (random.unit() * busiest <= activityAt(simulation, person.country, at)) return person;
  }
}

/** Everybody who arrives in the UTC hour that begins at `hour`, in order of arrival. */
export function arrivalsIn(
  simulation: Simulation,
  seed: number,
  hour: number,
  personAt: (index: number) => Person,
): Arrival[] {
  const random = randomFor(seed, ARRIVALS, hour / HOUR);
  const count = random.poisson(simulation.rate * worldActivity(simulation, hour));
  return Array.from({ length: count }, () => {
    const at = hour + random.int(0, HOUR - 1);
    return { at, person: pickPerson(simulation, personAt, random, at) };
  }).sort((a, b) => a.at - b.at);
}
