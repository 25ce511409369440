// A month of events without HTTP: people's visits stamped and rolled up in this process by the Worker's own domain.
import "./resolve.ts";
import type { Event, StampedEvent } from "../../workers/domain/events/event.ts";
import type { EventType } from "../../workers/domain/events/measurement.ts";
import { type Visit, views, visits } from "./people.ts";
import type { Filling, Occurrence } from "./tally.ts";

// A dynamic import, because it must run after resolve.ts.
const { deviceOf, languageOf, screenOf } = await import("../../workers/domain/visitors/device.ts");
const { keyedHash } = await import("../../workers/domain/visitors/keyed-hash.ts");
const { networkTypeFor } = await import("../../workers/domain/networks/network-type.ts");
const { rollUp } = await import("../../workers/domain/counts/rollup.ts");
const { sourceOf } = await import("../../workers/domain/sources/source.ts");
const { createBook, factsOf } = await import("../../workers/domain/visits/visit.ts");
const { stamp } = await import("../../workers/domain/visits/stamp.ts");

const HOST = "www.example.com";
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Reading time of a page, and the share of it in which the page is visible. */
const READ_MS = 40_000;

type Given = Pick<Event, "event_type" | "name" | "engaged_ms" | "scroll_depth">;

function eventOf(
  { person, referrer, query, pages }: Visit,
  at: { id: string; time: number; index: number },
  given: Given,
): Event {
  const page = pages[at.index] ?? "/";
  const url = new URL(`https://${HOST}${page}${at.index === 0 ? query : ""}`);
  const from = at.index === 0 ? referrer || null : `https://${HOST}${pages[at.index - 1]}`;
  return {
    event_id: at.id,
    anonymous: 1,
    event_time: at.time,
    received_at: at.time,
    hostname: HOST,
    page,
    title: `Title of ${page}`,
    button_id: null,
    selector: null,
    rule: null,
    href: null,
    props: null,
    revenue_amount: null,
    revenue_currency: null,
    user_id: null,
    session_id: null,
    scroll_before: null,
    view_id: null,
    interactive: null,
    ...given,
    ...sourceOf({ url, referrer: from, siteHosts: [HOST] }),
    ...deviceOf(person.agent),
    screen: screenOf(person.screen),
    language: languageOf(person.language),
    country: person.country,
    region: person.region,
    city: person.city,
    network: person.network,
    asn: person.asn,
    network_type: networkTypeFor(person.asn, person.network),
  };
}

const fact = (event_type: EventType, engaged_ms: number | null, scroll_depth: number | null): Given => ({
  event_type,
  name: event_type,
  engaged_ms,
  scroll_depth,
});

/** The events of visits that begin on a day (its midnight in UTC, ms), in the order of time. */
export function eventsOf(coming: Iterator<Visit>, midnight: number, count: number): Occurrence[] {
  const all: Occurrence[] = [];
  for (let n = 0; all.length < count; n++) {
    const { value, done } = coming.next();
    if (done) break;
    const { address, agent } = value.person;
    // Spread over the day, so that the last visits end within it.
    let time = midnight + ((n * 7_919) % 79_200) * 1_000;
    value.pages.forEach((_, index) => {
      const id = `${midnight.toString(36)}-${n}-${index}`;
      all.push({ address, agent, event: eventOf(value, { id, time, index }, fact("pageview", null, null)) });
      time += READ_MS;
      const seen = fact("engagement", READ_MS / 2, 10 + ((n * 13 + index) % 90));
      all.push({ address, agent, event: eventOf(value, { id: `${id}e`, time, index }, seen) });
    });
  }
  return all.sort((a, b) => a.event.event_time - b.event.event_time);
}

/** Events of many visits side by side, at an even pace: 1 or 3 for each page view, as beacons.ts has them. */
export function streamOf(seed: number, hits: 1 | 3, start: number, count: number, perSecond: number): Occurrence[] {
  const all: Occurrence[] = [];
  for (const { visit, index } of views(seed)) {
    const { address, agent } = visit.person;
    const time = start + Math.floor((all.length * 1_000) / perSecond);
    const given = [fact("pageview", null, null), fact("custom", null, null), fact("engagement", READ_MS / 2, 50)];
    given.slice(0, hits).forEach((one, n) => {
      all.push({ address, agent, event: eventOf(visit, { id: `${all.length}-${n}`, time, index }, one) });
    });
    if (all.length >= count) break;
  }
  return all;
}

/** A property's counts of some stamped events, as the counting Worker takes them. */
export function fillingOf(siteId: string, events: Iterable<StampedEvent>): Filling {
  const { hours, days } = rollUp(events);
  return {
    site_id: siteId,
    hours: [...hours],
    days: [...days].map(([name, dates]) => [name, [...dates].map(([date, values]) => [date, [...values]])]),
  };
}

/** Stamps events as the hub does. Days and hours are those of UTC. */
export function* stampAll(siteId: string, occurrences: readonly Occurrence[]): Generator<StampedEvent> {
  const book = createBook();
  let seq = 0;
  for (const { address, agent, event } of occurrences) {
    const { event_time: time } = event;
    // As long, and as hard to compress, as in the field.
    const visitor = keyedHash("bench", `${address} ${agent}`);
    const moment = {
      date: new Date(time).toISOString().slice(0, 10),
      hour: time - (time % HOUR),
      visitor,
      yesterday: () => [],
      person: null,
    };
    const stamped = stamp(book, event, moment);
    seq += 1;
    yield {
      ...event,
      ...factsOf(stamped.visit),
      ...stamped.stamp,
      site_id: siteId,
      seq,
      visitor_id: visitor,
      ip: null,
      visitor_before: null,
      visitor_unnamed: null,
    };
  }
}

export { visits };
