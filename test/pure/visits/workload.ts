// Random visits of a few people around midnights and clock changes, as hubs stamp them.
import fc from "fast-check";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { noPast, restampDay } from "../../../workers/domain/visits/order/restamp";
import { packStamped, unpackEvent } from "../../../workers/domain/visits/packed";
import { stamp } from "../../../workers/domain/visits/stamp";
import { type Book, createBook, VISIT_GAP } from "../../../workers/domain/visits/visit";

export const MINUTE = 60_000;
/** A day before a clock change each, but for the last: half an hour back, an hour on at midnight, none. */
export const PLACES = [
  { zone: "Australia/Lord_Howe", start: Date.UTC(2026, 3, 3, 13) },
  { zone: "Africa/Cairo", start: Date.UTC(2026, 3, 22, 22) },
  { zone: "Asia/Kolkata", start: Date.UTC(2026, 9, 3, 18, 30) },
] as const;
export type Place = (typeof PLACES)[number];

export interface Step {
  person: number;
  /** Minutes after the beginning. */
  at: number;
  type: EventType;
  page: string | null;
  source: string | null;
  device: string;
  user: string | null;
  /** Whether it names its page view. */
  isNamed: boolean;
  hub: number;
}

export const step = fc.record<Step>({
  person: fc.integer({ min: 0, max: 2 }),
  // Around two midnights, where most can go wrong.
  at: fc.oneof(
    fc.integer({ min: 0, max: 4320 }),
    fc.integer({ min: 1400, max: 1480 }),
    fc.integer({ min: 2840, max: 2920 }),
    fc.integer({ min: 600, max: 700 }),
  ),
  type: fc.constantFrom<EventType>("pageview", "pageview", "engagement", "click", "scroll", "custom", "web_vital"),
  page: fc.constantFrom("/", "/a", null),
  source: fc.constantFrom("Google", null),
  device: fc.constantFrom("Desktop", "Mobile"),
  user: fc.constantFrom(null, null, null, "u_anna"),
  isNamed: fc.boolean(),
  hub: fc.constant(0),
});

export interface Sent extends Step {
  event: Event;
  date: string;
}

export function toSent(one: Step, n: number, { zone, start }: Place): Sent {
  const { type, page, source, device, at } = one;
  const event = {
    ...unpackEvent([]),
    event_id: `e${n}`,
    event_type: type,
    name: type,
    event_time: start + at * MINUTE,
    received_at: start,
    page,
    source,
    device,
    hostname: "shop.example",
    user_id: one.user,
    view_id: type !== "pageview" && one.isNamed ? "named" : null,
    engaged_ms: type === "engagement" ? 1000 : null,
  } as Event;
  return { ...one, event, date: localDate(event.event_time, zone) };
}

/** Hubs that stamp what arrives; each has its own memory and its own places in the record. */
export function hubs({ zone }: Place) {
  const of = new Map<number, { book: Book; seq: number }>();
  return ({ event, date, person, user, hub }: Sent): StampedEvent => {
    const known = of.get(hub) ?? { book: createBook(), seq: 0 };
    of.set(hub, known);
    known.seq += 1;
    // Ids of cookieless visitors say nothing of their other days. A user keeps theirs.
    const idOn = (day: string) => user ?? `${person} on ${day}`;
    const beside = (ms: number) => localDate(event.event_time + ms, zone);
    const visitor = idOn(date);
    const before = beside(-VISIT_GAP) < date ? idOn(addDays(date, -1)) : null;
    const done = stamp(known.book, event, {
      date,
      hour: localHour(event.event_time, zone),
      visitor,
      yesterday: () => [idOn(addDays(date, -1))],
      person: user,
      ...(beside(VISIT_GAP) > date ? { tomorrow: () => [idOn(addDays(date, 1))] } : {}),
    });
    const about = {
      ...{ site_id: "site", seq: known.seq, visitor_id: visitor, ip: null },
      visitor_before: before === visitor ? null : before,
      visitor_unnamed: null,
    };
    return unpackEvent(
      JSON.parse(JSON.stringify(packStamped(event, done.visit, { ...done.stamp, ...about }))) as unknown[],
    );
  };
}

export const arrive = (sent: readonly Sent[], place: Place): StampedEvent[] => sent.map(hubs(place));

/** Restamps day by day, as long as there are days. */
export function restampAll(rows: readonly StampedEvent[]): StampedEvent[] {
  const past = noPast();
  return [...Map.groupBy(rows, ({ local_date }) => local_date)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, day]) => restampDay(day, past).events);
}
