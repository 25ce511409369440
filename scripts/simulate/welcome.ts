// Visits that begin at a given instant: at night nobody else might come for half an hour.
import type { Simulation } from "./config.ts";
import type { SimulatedEvent } from "./event.ts";
import { type Moment, visitOf } from "./journey.ts";
import { peopleOf } from "./people.ts";
import { randomFor } from "./random.ts";
import type { KnownRule } from "./rule-matches.ts";

const WELCOME = 5;
/** Pages that such a visit has at least, so that one can watch it. */
const LEAST_PAGES = 3;
const ATTEMPTS = 100;

export interface WelcomeOptions {
  now: number;
  count: number;
  rules: readonly KnownRule[];
}

/** The events of some visits that begin one after the other, each of several pages. */
export function welcomeVisits(simulation: Simulation, { now, count, rules }: WelcomeOptions): SimulatedEvent[] {
  const { seed, users } = simulation;
  const personAt = peopleOf(simulation, seed);
  const visit = (place: number): Moment[] => {
    const start = now + place * 5_000;
    let found: Moment[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const random = randomFor(seed, WELCOME, now % 0x7fffffff, place, attempt);
      const person = personAt(random.int(0, users - 1));
      const id = `welcome-${now.toString(36)}-${place}`;
      found = visitOf(simulation, random, { person, start, id, rules });
      if (found.filter(({ event }) => event.event_type === "pageview").length >= LEAST_PAGES) break;
    }
    return found;
  };
  return Array.from({ length: count }, (_, place) => visit(place))
    .flat()
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}
