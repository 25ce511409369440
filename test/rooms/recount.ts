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

/** Splits each person's events, in their order of arrival, into visits with gaps of at most 30 minutes. */
function visitsOf(sent: readonly Sent[]): Visit[] {
  const byPerson = new Map<string, Visit[]>();
  for (const event of sent) {
    const visits = byPerson.get(event.person) ?? [];
    byPerson.set(event.person, visits);
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
  return [...byPerson.values()].flat();
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
  for (const visit of visitsOf(sent)) {
    const { first } = visit;
    const began = dateOf(first.time);
    const views = visit.events.filter(({ type }) => type === "pageview");
    const bounce = views.length === 1 && !visit.events.some(({ interactive }) => interactive) ? 1 : 0;
    const duration = Math.floor(visit.end / 1000) - Math.floor(visit.start / 1000);
    // The last page view by time; of two at the same time the one that arrived later.
    const exit = views.reduce<{ time: number; page: string | null }>(
      (last, view) => (view.page !== null && view.time >= last.time ? view : last),
      { time: first.time, page: first.page },
    ).page;
    const visitDimensions: Record<string, string | null> = { ...first.visit, entry_page: first.page };
    const whole = (where: string) => {
      add(where, "visits", 1);
      add(where, "bounces", bounce);
      add(where, "duration", duration);
    };
    whole(`hour ${hourOf(first.time)}`);
    whole(`total ${began} `);
    for (const [column, value] of Object.entries(visitDimensions)) whole(`${column} ${began} ${label(column, value)}`);
    whole(`exit_page ${began} ${label("exit_page", exit)}`);
    meet(`exit_page ${began} ${label("exit_page", exit)}`, first.person);

    const touched = new Set<string>();
    for (const event of visit.events) {
      const date = dateOf(event.time);
      const places = [`hour ${hourOf(event.time)}`, `total ${date} `];
      for (const [column, value] of Object.entries(visitDimensions))
        places.push(`${column} ${date} ${label(column, value)}`);
      for (const [column, value] of Object.entries(event.event)) {
        if (column === "name" && event.type === "engagement") continue;
        // Matches only: that an element was seen is none, and an event of no rule has no row.
        if (column === "rule" && (value === null || event.type === "rule_seen")) continue;
        const place = `${column} ${date} ${label(column, value)}`;
        places.push(place);
        const key = `${column}\n${value}`;
        if (!touched.has(key)) add(place, "visits", 1);
        touched.add(key);
      }
      for (const place of places) {
        meet(place, event.person);
        if (event.type === "pageview") add(place, "pageviews", 1);
        if (event.type !== "engagement") add(place, "events", 1);
        if (event.engaged) add(place, "engaged_ms", event.engaged);
        if (event.scroll === null) continue;
        add(place, "scroll_sum", event.scroll - (event.scrollBefore ?? 0));
        if (event.scrollBefore === null) add(place, "scroll_views", 1);
      }
      if (!withDetails) continue;
      for (const [dimension, value, events] of detailsOf(event, first.visit))
        add(`${dimension} ${date} ${value}`, "events", events);
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

/** The page views after which the hub adds a `first_visit`: they begin both the person's day and a visit. */
export function firstVisits(sent: readonly Sent[], offset: number): Sent[] {
  const beginnings = new Set(visitsOf(sent).map(({ first }) => first));
  const days = new Set<string>();
  return sent.filter((event) => {
    const day = `${event.person}\n${Math.floor((event.time + offset) / 86_400_000)}`;
    const isFirst = !days.has(day);
    days.add(day);
    return isFirst && event.type === "pageview" && beginnings.has(event);
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
