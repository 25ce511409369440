// Laws of stamping and rolling up: counts add up however the events are cut, and the live picture is a recount.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRollup, merge, noFacts, type Rollup, rollUp } from "../../../workers/domain/counts/rollup";
import { bitFor } from "../../../workers/domain/events/catalog";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import { EVENT_TYPES, type EventType, isMeasuring } from "../../../workers/domain/events/measurement";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { emptyLive, liveShare, mergeLive, noteLive } from "../../../workers/domain/visits/live";
import { packStamped, unpackEvent } from "../../../workers/domain/visits/packed";
import { stamp } from "../../../workers/domain/visits/stamp";
import { createBook, factsOf } from "../../../workers/domain/visits/visit";

const ZONE = "Australia/Lord_Howe";
const START = Date.UTC(2026, 3, 4, 13); // the night in which clocks there go back by half an hour
const MINUTE = 60_000;

interface Step {
  person: number;
  /** Minutes after START. */
  at: number;
  type: EventType;
  page: string | null;
  source: string | null;
  interactive?: 0 | 1;
  view?: string;
  user?: string;
}

const step = fc.record<Step>({
  person: fc.integer({ min: 0, max: 3 }),
  at: fc.integer({ min: 0, max: 3000 }),
  type: fc.constantFrom<EventType>("pageview", "pageview", "engagement", "click", "scroll", "custom", "web_vital"),
  page: fc.constantFrom("/", "/a", "/b", "__proto__", null),
  source: fc.constantFrom("Google", "constructor", null),
});

const MEASURING = ["engagement", "first_visit", "web_vital", "heatmap", "rule_seen"] as const;

const aStep = (given: Partial<Step>): Step => ({
  person: 0,
  at: 0,
  type: "pageview",
  page: "/",
  source: null,
  ...given,
});

const FACTS =
  "referrer channel utm_source utm_medium utm_campaign utm_term utm_content device browser browser_version os os_version screen language country region city network".split(
    " ",
  );

function toEvent({ at, type, page, source, interactive, view }: Step, index: number): Event {
  return {
    ...Object.fromEntries(FACTS.map((fact) => [fact, null])),
    event_id: `e${index}`,
    event_type: type,
    name: type,
    event_time: START + at * MINUTE,
    page,
    source,
    hostname: "shop.example",
    asn: null,
    engaged_ms: type === "engagement" ? 1000 : null,
    scroll_depth: null,
    scroll_before: null,
    view_id: view ?? null,
    interactive: interactive ?? null,
  } as unknown as Event;
}

/** Stamps steps in their order, as the hub does. */
function stampAll(steps: readonly Step[], book = createBook(), live = emptyLive()): StampedEvent[] {
  return steps.map((one, index) => {
    const event = toEvent(one, index);
    const date = localDate(event.event_time, ZONE);
    const idOn = (day: string) => `${one.person} on ${day}`;
    const { visit, stamp: facts } = stamp(book, event, {
      date,
      hour: localHour(event.event_time, ZONE),
      visitor: idOn(date),
      yesterday: () => [idOn(addDays(date, -1))],
      person: one.user ?? null,
    });
    if (facts.visit_id !== null) noteLive(live, visit, event);
    return {
      ...event,
      ...factsOf(visit),
      ...facts,
      site_id: "site",
      seq: index,
      visitor_id: idOn(date),
      ip: null,
      visitor_before: null,
      visitor_unnamed: null,
    };
  });
}

function toPlain(rollup: Rollup): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const put = (key: string, facts: Record<string, number>) => {
    if (Object.values(facts).some((count) => count !== 0)) plain[key] = facts;
  };
  for (const [hour, facts] of rollup.hours) put(`hour ${hour}`, facts);
  for (const [dimension, dates] of rollup.days)
    for (const [date, values] of dates)
      for (const [value, facts] of values) put(`${dimension} ${date} ${value}`, facts);
  return plain;
}

const total = (events: StampedEvent[]) => {
  const sum = noFacts();
  for (const values of rollUp(events).days.get("total")?.values() ?? [])
    for (const facts of values.values()) for (const key in facts) sum[key as "visits"] += facts[key as "visits"];
  return sum;
};

it("an event that was packed is what it was with the facts of its visit and its stamp, also through JSON", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const book = createBook();
      steps.forEach((one, index) => {
        const event = toEvent(one, index);
        const moment = {
          date: localDate(event.event_time, ZONE),
          hour: 0,
          visitor: "v",
          yesterday: () => [],
          person: null,
        };
        const { visit, stamp: facts } = stamp(book, event, moment);
        const about = {
          ...facts,
          site_id: "site",
          seq: index,
          visitor_id: "v",
          ip: null,
          visitor_before: null,
          visitor_unnamed: null,
        };
        const whole = { ...unpackEvent([]), ...event, ...factsOf(visit), ...about };
        const packed = packStamped({ ...unpackEvent([]), ...event }, visit, about);
        expect(unpackEvent(JSON.parse(JSON.stringify(packed)))).toEqual(whole);
      });
    }),
  );
});

describe("rolling up", () => {
  it("adds up however the events are cut into messages", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (steps, side) => {
          const events = stampAll(steps);
          const left = events.filter((_, i) => side[i]);
          const right = events.filter((_, i) => !side[i]);
          const merged = merge(merge(emptyRollup(), rollUp(right)), rollUp(left));
          expect(toPlain(merged)).toEqual(toPlain(rollUp(events)));
        },
      ),
    );
  });

  it("counts as many visits by source, by entry page and by exit page as in all", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const events = stampAll(steps);
        const { days } = rollUp(events);
        const sum = (dimension: string, fact: "visits" | "bounces" | "duration") =>
          [...(days.get(dimension)?.values() ?? [])]
            .flatMap((values) => [...values.values()])
            .reduce((all, f) => all + f[fact], 0);
        for (const fact of ["visits", "bounces", "duration"] as const)
          for (const dimension of ["source", "entry_page", "exit_page", "city"])
            expect(sum(dimension, fact)).toBe(total(events)[fact]);
      }),
    );
  });

  it("has no negative count at the end, whatever moved", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        for (const facts of Object.values(toPlain(rollUp(stampAll(steps)))) as Record<string, number>[])
          for (const count of Object.values(facts)) expect(count).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

it("events of an earlier version are counted by its rules until their day is stamped again", () => {
  const [view, vital] = stampAll([aStep({}), aStep({ type: "web_vital", at: 1 })]).map((event) => ({
    ...event,
    stamp_version: null,
    // What that version stamped: the vital was an event of the page, the entry page a fact of the first event.
    firsts: event.event_type === "pageview" ? event.firsts | bitFor("entry_page") : event.firsts,
    entry_gained: null,
  }));
  const { days } = rollUp([view!, vital!]);
  const factsOf = (dimension: string, value: string) => [...days.get(dimension)!.values()][0]!.get(value);
  expect(factsOf("total", "")).toMatchObject({ events: 2, visitors: 1, visits: 1 });
  expect(factsOf("page", "/")).toMatchObject({ events: 2 });
  expect(factsOf("entry_page", "/")).toMatchObject({ events: 2, visitors: 1, visits: 1 });
});

describe("a visit", () => {
  it("goes on while gaps are at most 30 minutes", () => {
    expect(total(stampAll([aStep({}), aStep({ at: 30 }), aStep({ at: 60 })])).visits).toBe(1);
    expect(total(stampAll([aStep({}), aStep({ at: 31 })])).visits).toBe(2);
  });

  it("bounces with one page view, unless something was done on purpose", () => {
    expect(total(stampAll([aStep({})])).bounces).toBe(1);
    expect(total(stampAll([aStep({}), aStep({ type: "engagement" }), aStep({ type: "scroll" })])).bounces).toBe(1);
    expect(total(stampAll([aStep({}), aStep({ type: "outbound" })])).bounces).toBe(0);
    expect(total(stampAll([aStep({}), aStep({ type: "click" })])).bounces).toBe(0);
    expect(total(stampAll([aStep({}), aStep({})])).bounces).toBe(0);
    expect(total(stampAll([aStep({ type: "custom" })])).bounces).toBe(0);
  });

  it("lasts from its first event to its last, engagement included", () => {
    expect(total(stampAll([aStep({}), aStep({ at: 4, type: "engagement" })])).duration).toBe(240);
  });

  it("bounces as its events say of themselves, whatever their type", () => {
    expect(total(stampAll([aStep({}), aStep({ type: "custom", interactive: 0 })])).bounces).toBe(1);
    expect(total(stampAll([aStep({ interactive: 1 })])).bounces).toBe(0);
  });

  it("begins with nothing that only measures, and nobody is a visitor by it", () => {
    for (const type of MEASURING) {
      const [alone] = stampAll([aStep({ type })]);
      expect(alone).toMatchObject({ visit_id: null, new_visit: 0, firsts: 0, visit_firsts: 0 });
      const { hours, days } = rollUp([{ ...alone!, props: {} }]);
      expect([hours.size, days.has("total"), days.has("page"), days.has("source")]).toEqual([0, false, false, false]);
      expect(days.has("name")).toBe(type !== "engagement");
      const late = stampAll([aStep({}), aStep({ at: 40, type }), aStep({ at: 50, type: "engagement" })]);
      expect(late.map(({ visit_id }) => visit_id)).toEqual(["e0", null, null]);
      expect(total(late)).toMatchObject({ visits: 1, visitors: 1, events: 1, engaged_ms: 0, duration: 0 });
    }
  });

  it("of yesterday takes what only measures after midnight, and stays where it is for the next event", () => {
    const events = stampAll([aStep({ at: -10 }), aStep({ at: 5, type: "engagement" })]);
    expect(total(events)).toMatchObject({ visits: 1, visitors: 1, duration: 900, engaged_ms: 1000 });
    const more = stampAll([aStep({ at: -10 }), aStep({ at: 5, type: "engagement" }), aStep({ at: 20 })]);
    expect(total(more)).toMatchObject({ visits: 1, visitors: 2, bounces: 0, duration: 1800, pageviews: 2 });
  });

  it("counts what only measures by its name alone, once for each visitor", () => {
    const vital = { type: "web_vital" } as const;
    const { days } = rollUp(stampAll([aStep({}), aStep({ ...vital, at: 1 }), aStep({ ...vital, at: 2 })]));
    const [names, pages] = ["name", "page"].map((dimension) => [...days.get(dimension)!.values()][0]!);
    expect(names!.get("web_vital")).toMatchObject({ events: 2, visitors: 1, visits: 1 });
    expect(pages!.get("/")).toMatchObject({ events: 1, visitors: 1, visits: 1 });
  });

  it("begins and ends on a page view, and takes with it what came before the first", () => {
    const ends = (steps: Step[]) => {
      const { days } = rollUp(stampAll(steps));
      const of = (dimension: string) =>
        Object.fromEntries(
          [...(days.get(dimension)?.values() ?? [])]
            .flatMap((values) => [...values])
            .filter(([, facts]) => Object.values(facts).some((count) => count !== 0)),
        );
      return { entry: of("entry_page"), exit: of("exit_page") };
    };
    const custom = { type: "custom" } as const;
    const none = ends([aStep({ ...custom, page: "/a" })]);
    expect(none.entry["(none)"]).toMatchObject({ visits: 1, visitors: 1, events: 1 });
    expect(none.exit["(none)"]).toMatchObject({ visits: 1, visitors: 1 });
    const moved = ends([
      aStep({ ...custom, page: "/a", at: -5 }),
      aStep({ page: "/b", at: 3 }),
      aStep({ page: "/c", at: 6 }),
      aStep({ ...custom, page: "/d", at: 9 }),
    ]);
    expect(Object.keys(moved.entry)).toEqual(["/b"]);
    expect(Object.keys(moved.exit)).toEqual(["/c"]);
  });

  it("gives each event a page view: its own, the one it names, or the latest of its page", () => {
    const events = stampAll([
      aStep({ page: "/a" }),
      aStep({ page: "/b", at: 1 }),
      aStep({ page: "/a", at: 2 }),
      aStep({ page: "/a", at: 3, type: "engagement", view: "e0" }),
      aStep({ page: "/a", at: 3, type: "click" }),
      aStep({ page: "/b", at: 3, type: "engagement" }),
      aStep({ page: "/never", at: 3, type: "click" }),
    ]);
    expect(events.map(({ view_id }) => view_id)).toEqual(["e0", "e1", "e2", "e0", "e2", "e1", null]);
  });

  it("is of the person who was named last", () => {
    const events = stampAll([aStep({}), aStep({ at: 1, user: "anna" }), aStep({ at: 2 })]);
    expect(events.map(({ person_id }) => person_id)).toEqual([null, "anna", "anna"]);
  });

  it("crosses midnight as one, and its visitor counts on both days", () => {
    // Midnight of 5 April on Lord Howe is at 13:00 UTC of 4 April: START.
    const events = stampAll([aStep({ at: -10 }), aStep({ at: 10 })]);
    expect(new Set(events.map((event) => event.local_date)).size).toBe(2);
    expect(total(events)).toMatchObject({ visits: 1, visitors: 2, bounces: 0, duration: 1200 });
    expect(new Set(events.map((event) => event.visit_id)).size).toBe(1);
  });
});

describe("the live picture", () => {
  it("has the same feed in whatever order and on however many hubs the events come", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 4 }), (steps, hubs) => {
        const feedOf = (parts: readonly Step[][]) =>
          mergeLive(
            parts.map((part) => {
              const live = emptyLive();
              stampAll(part, createBook(), live);
              return liveShare(live, START + 3000 * MINUTE);
            }),
          ).feed;
        // Every step a visit of its own: what an event says must not depend on the visit's first.
        const own = steps.filter(({ type }) => !isMeasuring(type)).map((one, person) => ({ ...one, person }));
        const parts = Array.from({ length: hubs }, (_, hub) => own.filter(({ person }) => person % hubs === hub));
        expect(feedOf(parts)).toEqual(feedOf([own.toReversed()]));
      }),
    );
  });

  it("keeps the latest steps of visitors in its feed, however many web vitals come with them", () => {
    const feedOf = (hubs: number, isReversed = false) => {
      const lives = Array.from({ length: hubs }, () => emptyLive());
      const order = Array.from({ length: 60 }, (_, at) => at);
      // A view every minute, each by another visitor, with six vitals.
      for (const at of isReversed ? order.toReversed() : order)
        stampAll(
          [
            aStep({ person: at, at }),
            ...Array.from({ length: 6 }, () => aStep({ person: at, at, type: "web_vital", page: "/a" })),
          ],
          createBook(),
          lives[at % hubs],
        );
      return mergeLive(lives.map((live) => liveShare(live, START + 60 * MINUTE))).feed;
    };
    const feed = feedOf(1);
    expect(feed).toHaveLength(50);
    const views = feed.filter(({ type }) => type === "pageview").map(({ time }) => Date.parse(time));
    expect(views).toEqual(Array.from({ length: 35 }, (_, n) => START + (59 - n) * MINUTE));
    expect(feed.slice(0, 7).map(({ type }) => type)).toEqual([
      ...Array.from({ length: 6 }, () => "web_vital"),
      "pageview",
    ]);
    for (const other of [feedOf(1, true), feedOf(3), feedOf(4, true)]) expect(other).toEqual(feed);
  });

  it("equals a recount of the last 30 minutes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 3100 }), (steps, nowAt) => {
        // In order of time and none after now, as live events come.
        const past = steps.filter(({ at }) => at <= nowAt).sort((a, b) => a.at - b.at);
        const live = emptyLive();
        const events = stampAll(past, createBook(), live).filter(({ visit_id }) => visit_id !== null);
        const now = START + nowAt * MINUTE;
        const recent = events.filter((event) => event.event_time >= now - 30 * MINUTE);
        const picture = mergeLive([liveShare(live, now)]);
        const people = (list: StampedEvent[]) => new Set(list.map((event) => past[event.seq]!.person)).size;
        expect(picture.active_30m).toBe(people(recent));
        expect(picture.active_5m).toBe(people(recent.filter((event) => event.event_time >= now - 5 * MINUTE)));
        const minute = Math.floor(now / MINUTE);
        expect(picture.pageviews_30m).toBe(
          events.filter((e) => e.event_type === "pageview" && Math.floor(e.event_time / MINUTE) > minute - 30).length,
        );
        const began = new Map<string | null, StampedEvent[]>();
        for (const event of events) began.set(event.visit_id, [...(began.get(event.visit_id) ?? []), event]);
        const visits = [...began.values()].filter((visit) => visit[0]!.event_time >= now - 30 * MINUTE);
        const bounces = visits.filter(
          (visit) =>
            visit.filter((e) => e.event_type === "pageview").length === 1 &&
            !visit.some((e) => EVENT_TYPES[e.event_type].interactive),
        );
        expect(picture.bounce_rate_30m).toBe(
          visits.length ? Math.round((bounces.length / visits.length) * 1000) / 10 : null,
        );
        expect(picture.devices).toEqual(picture.active_30m ? [{ value: "(unknown)", visitors: people(recent) }] : []);
        const shown = events.filter(({ event_type }) => event_type !== "engagement").map((e) => e.event_time);
        expect(picture.feed.map(({ time }) => Date.parse(time))).toEqual(shown.sort((a, b) => b - a).slice(0, 50));
      }),
    );
  });
});
