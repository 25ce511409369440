// The live picture, held to a plain recount of what was sent: for any events, clock steps, checkpoints and evictions.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import type { Arrival } from "../../../workers/domain/events/event";
import { shardName } from "../../../workers/domain/visits/hub";
import { mergeLive } from "../../../workers/domain/visits/live";
import { givenFreshStorage } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const WINDOW = 30 * MINUTE;
/** A morning: late events of the day before would be another visitor's, as docs/metrics.md says. */
const MORNING = Date.UTC(2026, 9, 5, 9);

interface Act {
  person: number;
  /** So long before now it happened (ms). */
  ago: number;
  type: "pageview" | "engagement" | "click" | "scroll";
  page: string | null;
}
type Step =
  | { kind: "events"; acts: Act[] }
  | { kind: "clock"; by: number }
  | { kind: "checkpoint" }
  | { kind: "eviction" };

const act = fc.record<Act>({
  person: fc.integer({ min: 0, max: 5 }),
  ago: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 45 * MINUTE })),
  type: fc.constantFrom("pageview", "pageview", "engagement", "click", "scroll"),
  page: fc.constantFrom("/", "/a", "/b", "__proto__", null),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("events"), acts: fc.array(act, { minLength: 1, maxLength: 6 }) }),
  },
  // Also a little back, as clocks are set.
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("clock"), by: fc.integer({ min: -2 * MINUTE, max: 35 * MINUTE }) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "checkpoint" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "eviction" }) },
) as fc.Arbitrary<Step>;

interface Known extends Act {
  time: number;
}

const toArrival = ({ person, type, page, time }: Known, n: number): Arrival =>
  ({
    ...{ event_id: `event-${n}`, event_type: type, name: type, event_time: time, received_at: time },
    ...{ hostname: "shop.example", page, address: `192.0.2.${person}`, agent: "agent", user_id: null, asn: null },
    ...{ country: ["CH", "IN", null][person % 3], device: "Desktop", source: null, first_visit: false },
    ...{ scroll_depth: null, scroll_before: null, engaged_ms: null, props: null },
  }) as unknown as Arrival;

/** Each person's events, as they came, in visits with gaps of at most 30 minutes. Engagement begins none. */
function visitsOf(events: readonly Known[]): Known[][] {
  const visits: Known[][] = [];
  for (const event of events) {
    if (event.type === "engagement") {
      const going = visits.findLast((visit) => {
        const times = visit.map(({ time }) => time);
        const isGoing = event.time >= Math.min(...times) && event.time <= Math.max(...times) + WINDOW;
        return visit[0]!.person === event.person && isGoing;
      });
      going?.push(event);
      continue;
    }
    const near = visits.findLast((visit) => {
      const times = visit.map(({ time }) => time);
      const isNear = event.time >= Math.min(...times) - WINDOW && event.time <= Math.max(...times) + WINDOW;
      return visit[0]!.person === event.person && isNear;
    });
    if (near) near.push(event);
    else visits.push([event]);
  }
  return visits;
}

function rowsOf(visits: readonly Known[][], labelOf: (visit: Known[]) => string | null) {
  const people = new Map<string, Set<number>>();
  for (const visit of visits) {
    const value = labelOf(visit);
    if (value !== null) people.set(value, (people.get(value) ?? new Set()).add(visit[0]!.person));
  }
  return [...people]
    .map(([value, { size }]) => ({ value, visitors: size }))
    .sort((a, b) => b.visitors - a.visitors || (a.value < b.value ? -1 : 1));
}

function exitOf(visit: Known[]): string | null {
  const views = visit.filter(({ type }) => type === "pageview");
  return views.reduce((exit, view) => (view.time >= exit.time ? view : exit), views[0] ?? { page: null, time: 0 }).page;
}

/** The picture from its definitions alone. */
function recount(events: readonly Known[], now: number) {
  const visits = visitsOf(events);
  const since = (ms: number) =>
    new Set(
      visits
        .flat()
        .filter(({ time }) => time >= now - ms)
        .map(({ person }) => person),
    ).size;
  const minute = Math.floor(now / MINUTE);
  const perMinute = Array.from({ length: 30 }, (_, i) =>
    events.filter(({ type, time }) => type === "pageview" && Math.floor(time / MINUTE) === minute - 29 + i),
  ).map(({ length }) => length);
  const times = (visit: Known[]) => visit.map(({ time }) => time);
  const active = visits.filter((visit) => Math.max(...times(visit)) >= now - WINDOW);
  const began = visits.filter((visit) => Math.min(...times(visit)) >= now - WINDOW);
  const bounces = began.filter(
    (visit) =>
      visit.filter(({ type }) => type === "pageview").length === 1 && visit.every(({ type }) => type !== "click"),
  );
  const seconds = began.map(
    (visit) => Math.floor(Math.max(...times(visit)) / 1000) - Math.floor(Math.min(...times(visit)) / 1000),
  );
  const country = ({ person }: Known) => ["CH", "IN", "(unknown)"][person % 3]!;
  const shown = events.filter(({ type }) => type !== "engagement").map(({ time }) => time);
  return {
    active_5m: since(5 * MINUTE),
    active_30m: since(WINDOW),
    per_minute: perMinute,
    pageviews_30m: perMinute.reduce((sum, views) => sum + views, 0),
    bounce_rate_30m: began.length ? Math.round((bounces.length / began.length) * 1000) / 10 : null,
    avg_duration_30m: began.length ? Math.round(seconds.reduce((a, b) => a + b, 0) / began.length) : null,
    pages: rowsOf(active, exitOf),
    countries: rowsOf(active, ([first]) => country(first!)),
    devices: rowsOf(active, () => "Desktop"),
    last_event_at: events.length ? new Date(Math.max(...events.map(({ time }) => time))).toISOString() : null,
    feed: shown.sort((a, b) => b - a).slice(0, 50),
  };
}

interface Inside {
  groups: { commit(): void };
  checkpoint(): void;
}

let runs = 0;
it("equals the recount after any events, clock steps, checkpoints and evictions", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const siteId = `site-${runs++}`;
      const hub = () => env.HUB.getByName(shardName(siteId, 0));
      const property = { site_id: siteId, timezone: "UTC", address: "none" as const };
      const events: Known[] = [];
      let now = MORNING;
      let latest = now;
      vi.useFakeTimers({ toFake: ["Date"], now });
      for (const one of steps) {
        if (one.kind === "clock") {
          now = Math.max(now + one.by, latest - 4 * MINUTE);
          latest = Math.max(latest, now);
          vi.setSystemTime(now);
        } else if (one.kind === "events") {
          const known = one.acts.map((given) => ({ ...given, time: now - given.ago }));
          const arrivals = known.map((event, i) => toArrival(event, events.length + i));
          await hub().accept({ property, arrivals });
          events.push(...known);
        } else if (one.kind === "checkpoint") {
          if (events.length > 0)
            await runInDurableObject(hub(), (instance) => {
              const inside = instance as unknown as Inside;
              inside.groups.commit();
              inside.checkpoint();
            });
        } else await evictDurableObject(hub()).catch(() => undefined);
        const picture = mergeLive([await hub().live()]);
        const expected = recount(events, now);
        expect({ ...picture, feed: picture.feed.map(({ time }) => Date.parse(time)) }).toMatchObject(expected);
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});
