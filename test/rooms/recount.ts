// A plain recount of sent events, written from the definitions in docs/metrics.md and from nothing else: no code of the
// domain is used, so that an error there is not made twice. For a zone with a fixed offset.

import { detailsOf } from "./recount-details";

export interface Sent {
  event_id: string;
  type: string;
  interactive: boolean;
  time: number;
  /** Who did it: address and agent. */
  person: string;
  /** Values by dimension column; null where it has none. */
  event: Record<string, string | null>;
  visit: Record<string, string | null>;
  page: string | null;
  engaged: number;
  scroll: number | null;
  scrollBefore: number | null;
  props: Record<string, unknown> | null;
  href: string | null;
}

type Counts = Record<string, number>;
const FACTS = [
  "visitors",
  "visits",
  "bounces",
  "duration",
  "pageviews",
  "events",
  "engaged_ms",
  "scroll_sum",
  "scroll_views",
];
const ABSENT: Record<string, string> = { source: "(direct)", referrer: "(direct)" };
const UNKNOWN =
  "device browser browser_version os os_version screen language country region city network network_type".split(" ");
for (const column of UNKNOWN) ABSENT[column] = "(unknown)";
const label = (column: string, value: string | null | undefined) => value ?? ABSENT[column] ?? "(none)";

interface Visit {
  events: Sent[];
  first: Sent;
  start: number;
  end: number;
}

/** Events that only measure: no events of anybody's. */
const MEASURING = ["engagement", "first_visit", "web_vital", "heatmap", "rule_seen"];

/**
 * Splits each person's events, in their order of arrival, into visits with gaps of at most 30 minutes. What only measures
 * joins the visit that goes on, and is alone where none does.
 */
export function visitsOf(sent: readonly Sent[]): { visits: Visit[]; alone: Sent[] } {
  const byPerson = new Map<string, Visit[]>();
  const alone: Sent[] = [];
  for (const event of sent) {
    const visits = byPerson.get(event.person) ?? [];
    byPerson.set(event.person, visits);
    if (MEASURING.includes(event.type)) {
      const going = visits.findLast(({ start, end }) => event.time >= start && event.time <= end + 1_800_000);
      (going?.events ?? alone).push(event);
      if (going) going.end = Math.max(going.end, event.time);
      continue;
    }
    const near = visits.findLast(
      (visit) => event.time >= visit.start - 1_800_000 && event.time <= visit.end + 1_800_000,
    );
    if (!near) visits.push({ events: [event], first: event, start: event.time, end: event.time });
    else {
      near.events.push(event);
      near.start = Math.min(near.start, event.time);
      near.end = Math.max(near.end, event.time);
    }
  }
  return { visits: [...byPerson.values()].flat(), alone };
}

/** Every count of every bucket and value, as `hour <epoch s>` and `<dimension> <date> <value>`. */
export function recount(sent: readonly Sent[], offset: number, withDetails = true): Map<string, Counts> {
  const dateOf = (time: number) => new Date(time + offset).toISOString().slice(0, 10);
  const hourOf = (time: number) => (Math.floor((time + offset) / 3_600_000) * 3_600_000 - offset) / 1000;
  const counts = new Map<string, Counts>();
  const people = new Set<string>();
  const add = (where: string, fact: string, by: number) => {
    const at = counts.get(where) ?? Object.fromEntries(FACTS.map((name) => [name, 0]));
    counts.set(where, at);
    at[fact] = at[fact]! + by;
  };
  const meet = (where: string, person: string) => {
    if (people.has(`${where}\n${person}`)) return;
    people.add(`${where}\n${person}`);
    add(where, "visitors", 1);
  };
  const { visits, alone } = visitsOf(sent);
  const addDetails = (event: Sent, visit: Sent["visit"]) => {
    if (!withDetails) return;
    for (const [dimension, value, events] of detailsOf(event, visit))
      add(`${dimension} ${dateOf(event.time)} ${value}`, "events", events);
  };
  // Outside of a visit an event has its name and what it says; engagement has nothing.
  for (const event of alone.filter(({ type }) => type !== "engagement")) {
    add(`name ${dateOf(event.time)} ${event.event.name}`, "events", 1);
    addDetails(event, event.visit);
  }
  for (const visit of visits) {
    const { first } = visit;
    const began = dateOf(first.time);
    const views = visit.events.filter(({ type }) => type === "pageview");
    const bounce = views.length === 1 && !visit.events.some(({ interactive }) => interactive) ? 1 : 0;
    const duration = Math.floor(visit.end / 1000) - Math.floor(visit.start / 1000);
    // The last page view by time; of two at the same time the one that arrived later. The first is the first to arrive.
    const exit = views.reduce((last, view) => (view.time >= last.time ? view : last), views[0] ?? first);
    const visitDimensions: Record<string, string | null> = { ...first.visit };
    const entryPlace = (date: string) => `entry_page ${date} ${label("entry_page", views[0]?.page)}`;
    const exitPlace = `exit_page ${began} ${label("exit_page", views.length > 0 ? exit.page : null)}`;
    const whole = (where: string) => {
      add(where, "visits", 1);
      add(where, "bounces", bounce);
      add(where, "duration", duration);
    };
    whole(`hour ${hourOf(first.time)}`);
    whole(`total ${began} `);
    for (const [column, value] of Object.entries(visitDimensions)) whole(`${column} ${began} ${label(column, value)}`);
    for (const place of [entryPlace(began), exitPlace]) {
      whole(place);
      meet(place, first.person);
    }

    const touched = new Set<string>();
    for (const event of visit.events) {
      const date = dateOf(event.time);
      const isMeasuring = MEASURING.includes(event.type);
      const places = [`hour ${hourOf(event.time)}`, `total ${date} `];
      for (const [column, value] of Object.entries(visitDimensions))
        places.push(`${column} ${date} ${label(column, value)}`);
      for (const [column, value] of Object.entries(event.event)) {
        if (column === "name" && event.type === "engagement") continue;
        // Matches only: that an element was seen is none, and an event of no rule has no row.
        if (column === "rule" && (value === null || event.type === "rule_seen")) continue;
        // Nor has an event that was about no button.
        if (column === "button_id" && value === null) continue;
        const place = `${column} ${date} ${label(column, value)}`;
        places.push(place);
        // What only measures has a row of its own by name, and did nothing on any page.
        if (isMeasuring && column !== "name") continue;
        const key = `${column}\n${value}`;
        if (!touched.has(key)) add(`${column} ${began} ${label(column, value)}`, "visits", 1);
        touched.add(key);
        if (isMeasuring) {
          meet(place, event.person);
          add(place, "events", 1);
        }
      }
      for (const place of [...places, entryPlace(date)]) {
        // Visitors by entry page count where the visit began.
        if (!isMeasuring && place !== entryPlace(date)) meet(place, event.person);
        if (event.type === "pageview") add(place, "pageviews", 1);
        if (!isMeasuring) add(place, "events", 1);
        if (event.engaged) add(place, "engaged_ms", event.engaged);
        if (event.scroll === null) continue;
        add(place, "scroll_sum", event.scroll - (event.scrollBefore ?? 0));
        if (event.scrollBefore === null) add(place, "scroll_views", 1);
      }
      addDetails(event, first.visit);
    }
  }
  for (const [where, at] of counts) if (FACTS.every((fact) => at[fact] === 0)) counts.delete(where);
  return counts;
}

/** The same of those alone who come from hosting networks, without details: what is suspected to be bots. */
export const recountSuspected = (sent: readonly Sent[], offset: number): Map<string, Counts> =>
  recount(
    sent.filter(({ visit }) => visit.network_type === "hosting"),
    offset,
    false,
  );

/** The events after which the hub adds a `first_visit`: each person's first of a day that does not only measure. */
export function firstVisits(sent: readonly Sent[], offset: number): Sent[] {
  const days = new Set<string>();
  return sent.filter((event) => {
    if (MEASURING.includes(event.type)) return false;
    const day = `${event.person}\n${Math.floor((event.time + offset) / 86_400_000)}`;
    const isFirst = !days.has(day);
    days.add(day);
    return isFirst;
  });
}

/** The matches of each rule and the time of the last one, by id: what the live counters must say. */
export function recountRules(
  sent: Iterable<Pick<Sent, "type" | "time"> & { rule: string | null }>,
): { id: string; clicks: number; last_click_at: string }[] {
  const counts = new Map<string, number[]>();
  for (const { type, time, rule } of sent)
    if (rule !== null && (type === "rule" || type === "rule_view"))
      counts.set(rule, [...(counts.get(rule) ?? []), time]);
  return [...counts]
    .map(([id, times]) => ({ id, clicks: times.length, last_click_at: new Date(Math.max(...times)).toISOString() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
