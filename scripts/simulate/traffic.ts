// The traffic of a site: all visits, or all events in order of time. Pure: the same seed, configuration and start
// give the same events, byte for byte.
import { arrivalsIn } from "./arrivals.ts";
import type { Simulation } from "./config.ts";
import type { SimulatedEvent } from "./event.ts";
import { type Moment, visitOf } from "./journey.ts";
import { peopleOf } from "./people.ts";
import { randomFor } from "./random.ts";
import type { KnownRule } from "./rule-matches.ts";

const HOUR = 3_600_000;
const VISITS = 3;

export interface Period {
  /** Milliseconds since 1970. */
  start: number;
  /** End of the traffic; Infinity for endless traffic. */
  end: number;
}

/** The simulation that holds in the UTC hour which begins at an instant. People, seed and host are the same in all hours. */
export type Course = (hour: number) => Simulation;

/** Visits by hour: of people who arrive from `start` on and before `end`, with one visit at a time each. */
export function* visits(
  given: Simulation | Course,
  { start, end }: Period,
  rules: readonly KnownRule[] = [],
): Generator<{ hour: number; visits: Moment[][] }, void, undefined> {
  const course = typeof given === "function" ? given : () => given;
  const first = Math.floor(start / HOUR) * HOUR;
  const { seed } = course(first);
  const personAt = peopleOf(course(first), seed);
  /** The end of each person's current visit. */
  const busy = new Map<number, number>();
  for (let hour = first; hour < end; hour += HOUR) {
    const simulation = course(hour);
    const begun: Moment[][] = [];
    for (const { at, person } of arrivalsIn(simulation, seed, hour, personAt)) {
      if (at < start || at >= end || at < (busy.get(person.index) ?? 0)) continue;
      // The id depends on person and time only, so traffic that is sent again from another start counts once.
      const id = `sim-${(seed >>> 0).toString(36)}-${person.index.toString(36)}-${at.toString(36)}`;
      const random = randomFor(seed, VISITS, person.index, at % 0x7fffffff);
      const moments = visitOf(simulation, random, { person, start: at, id, rules });
      busy.set(person.index, moments.at(-1)?.at ?? at);
      begun.push(moments);
    }
    yield { hour, visits: begun };
  }
}

/** The events of all visits in order of time, as far as they happen before `end`. */
export function* traffic(
  given: Simulation | Course,
  { start, end }: Period,
  rules: readonly KnownRule[] = [],
): Generator<SimulatedEvent, void, undefined> {
  let waiting: Moment[] = [];
  for (const { hour, visits: begun } of visits(given, { start, end }, rules)) {
    waiting.push(...begun.flat());
    // Sorting is stable, so simultaneous events stay in the order of their visits.
    waiting.sort((a, b) => a.at - b.at);
    const next = hour + HOUR;
    for (const { at, event } of waiting) if (at < next && at < end) yield event;
    waiting = waiting.filter(({ at }) => at >= next);
  }
}
