// The law of corrections: what providers say of addresses brings counts to what counting effective events gives; and
// what suspects are counted for: all less the suspected is what the others alone would count.
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  addCorrection,
  effective,
  emptyCorrection,
  type SaidOfNetwork,
} from "../../../workers/domain/counts/correction";
import { emptyRollup, merge, type Rollup, rollUp, subtract } from "../../../workers/domain/counts/rollup";
import { OF_SUSPECTS, rollUpWithSuspects } from "../../../workers/domain/counts/suspects";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { SIGNAL_NAMES, signalOf, suspectsId } from "../../../workers/domain/networks/network";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { stamp } from "../../../workers/domain/visits/stamp";
import { createBook, factsOf } from "../../../workers/domain/visits/visit";

const ZONE = "Asia/Kolkata";
const START = Date.UTC(2026, 9, 3, 17);

interface Step {
  person: number;
  /** Minutes after START. */
  at: number;
  type: EventType;
  page: string;
}

const NETWORKS: Pick<Event, "network" | "network_type" | "asn">[] = [
  { network: "Swisscom (Schweiz) AG", network_type: "isp", asn: 3303 },
  { network: "Hetzner Online GmbH", network_type: "hosting", asn: 24940 },
  { network: null, network_type: null, asn: null },
  { network: "Bank", network_type: null, asn: null },
  { network: "Rheinbank AG", network_type: "business", asn: 64507 },
];

const steps = fc.array(
  fc.record<Step>({
    person: fc.integer({ min: 0, max: 5 }),
    at: fc.integer({ min: 0, max: 3000 }),
    type: fc.constantFrom<EventType>("pageview", "pageview", "engagement", "click", "custom"),
    page: fc.constantFrom("/", "/a", "/b"),
  }),
  { maxLength: 60 },
);

/** Of the visitor, who has one network and one address; or, for users, of the event. */
const networkOf = (person: number) => NETWORKS[person % NETWORKS.length]!;

function stampAll(given: readonly Step[], network: (one: Step, index: number) => (typeof NETWORKS)[number]) {
  const book = createBook();
  return given.map((one, index): StampedEvent => {
    const event = {
      event_id: `e${index}`,
      event_type: one.type,
      name: one.type,
      event_time: START + one.at * 60_000,
      page: one.page,
      hostname: "shop.example",
      props: one.type === "custom" ? { plan: "pro" } : null,
      engaged_ms: one.type === "engagement" ? 1000 : null,
      scroll_depth: null,
      scroll_before: null,
      rule: null,
      ...network(one, index),
    } as unknown as Event;
    const date = localDate(event.event_time, ZONE);
    const idOn = (day: string) => `${one.person} on ${day}`;
    const { visit, stamp: facts } = stamp(book, event, {
      date,
      hour: localHour(event.event_time, ZONE),
      visitor: idOn(date),
      yesterday: () => [idOn(addDays(date, -1))],
      person: null,
    });
    const about = {
      site_id: "site",
      seq: index,
      visitor_id: idOn(date),
      ip: `192.0.2.${one.person}`,
      visitor_before: null,
      visitor_unnamed: null,
    };
    return { ...event, ...factsOf(visit), ...facts, ...about };
  });
}

/** Counts by their place, places where nothing is left out. */
function plain(rollup: Rollup): Record<string, unknown> {
  const counts: Record<string, unknown> = {};
  const put = (place: string, facts: Record<string, number>) => {
    if (Object.values(facts).some((count) => count !== 0)) counts[place] = facts;
  };
  for (const [hour, facts] of rollup.hours) put(`hour ${hour}`, facts);
  for (const [dimension, dates] of rollup.days)
    for (const [date, values] of dates)
      for (const [value, facts] of values) put(`${dimension} ${date} ${value}`, facts);
  return counts;
}

const said = fc.option(
  fc.record<SaidOfNetwork>({
    network: fc.constantFrom(null, "Hetzner Online GmbH", "Uni Bern", "Init7 (Switzerland) Ltd."),
    network_type: fc.constantFrom(null, "isp", "hosting", "education"),
    asn: fc.constantFrom(null, 24940, 559),
  }),
  { nil: undefined },
);

it("counts and their correction are the counts of effective events, in all and of the suspects of every signal", () => {
  fc.assert(
    fc.property(
      steps,
      fc.boolean(),
      fc.array(said, { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      (given, areUsers, of, spread) => {
        // Users may have another network and another address at every event.
        const events = stampAll(given, ({ person }, i) => networkOf(areUsers ? person + i * spread : person)).map(
          (event, i) => ({ event, found: of[areUsers ? i % of.length : given[i]!.person] }),
        );
        const effectives = events.map(({ event, found }) => effective(event, found));
        const correction = emptyCorrection();
        events.forEach(({ event }, i) => {
          addCorrection(correction, event, effectives[i]!);
        });
        const counted = rollUpWithSuspects(
          "site",
          events.map(({ event }) => event),
        );
        const wanted = rollUpWithSuspects("site", effectives);
        expect(plain(merge(counted.get("site")!, correction.rollup))).toEqual(plain(wanted.get("site")!));
        for (const signal of SIGNAL_NAMES) {
          const id = suspectsId("site", signal);
          const corrected = merge(counted.get(id) ?? emptyRollup(), correction.suspects.get(signal) ?? emptyRollup());
          expect(plain(corrected)).toEqual(plain(wanted.get(id) ?? emptyRollup()));
        }
        expect([...correction.rollup.days.keys()].filter((column) => !column.startsWith("network"))).toEqual([]);
      },
    ),
  );
});

it("all less the suspects is what the events without a signal count, also visitors where each has one network", () => {
  fc.assert(
    fc.property(steps, (given) => {
      const events = stampAll(given, ({ person }) => networkOf(person));
      const rollups = rollUpWithSuspects("site", events);
      const without = emptyRollup();
      merge(without, rollUp(events, OF_SUSPECTS));
      for (const signal of SIGNAL_NAMES) subtract(without, rollups.get(suspectsId("site", signal)) ?? emptyRollup());
      const others = events.filter((event) => signalOf(event) === null);
      expect(plain(without)).toEqual(plain(rollUp(others, OF_SUSPECTS)));
      // And what the hub would have stamped if the suspected had never come.
      const alone = stampAll(
        given.filter(({ person }) => signalOf(networkOf(person)) === null),
        ({ person }) => networkOf(person),
      );
      expect(plain(without)).toEqual(plain(rollUp(alone, OF_SUSPECTS)));
    }),
  );
});

it("a word that changes nothing leaves the event as it is, and an organization without a type has its own", () => {
  const [event] = stampAll([{ person: 0, at: 0, type: "pageview", page: "/" }], () => NETWORKS[0]!);
  expect(effective(event!, undefined)).toBe(event);
  expect(effective(event!, { network: null, network_type: null, asn: null })).toBe(event);
  expect(effective(event!, { network: "Swisscom (Schweiz) AG", network_type: null, asn: 3303 })).toBe(event);
  expect(effective(event!, { network: "ETH Zurich", network_type: null, asn: 559 })).toMatchObject({
    network: "ETH Zurich",
    asn: 559,
    network_type: "education",
  });
  expect(effective(event!, { network: "Meyer AG", network_type: null, asn: null }).network_type).toBe("business");
});
