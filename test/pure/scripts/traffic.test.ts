// The simulated people: the same for a seed, in the order of time, and like people.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { activityAt, expectedVisits } from "../../../scripts/simulate/arrivals";
import { readSimulation, type Simulation, toDuration, toSimulation } from "../../../scripts/simulate/config";
import type { SimulatedEvent } from "../../../scripts/simulate/event";
import { randomFor } from "../../../scripts/simulate/random";
import { traffic } from "../../../scripts/simulate/traffic";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2026, 10, 16);

const demo = readSimulation();

/** A small site whose description does not change when the demo's does. */
const small = toSimulation({
  users: 40,
  duration: "1d",
  rate: 12,
  seed: 1,
  hostname: "site.example",
  regulars: { share: 0.2, visits: 0.5 },
  signed_in: 0.3,
  curve: "flat",
  countries: [
    {
      code: "CH",
      weight: 1,
      timezone: "Europe/Zurich",
      languages: { "de-CH": 1 },
      places: [{ region: "Bern", city: "Bern", weight: 1 }],
    },
  ],
  devices: [{ name: "phone", weight: 1, agent: "Phone/1", screens: ["390x844", "412x915"] }],
  sources: [
    { name: "direct", weight: 1 },
    {
      name: "search",
      weight: 2,
      referrer: ["https://search.example/"],
      query: "utm_source=search",
      landing: { "/b": 1 },
    },
  ],
  pages: [
    {
      path: "/",
      title: "Home",
      entry: 1,
      read: 20,
      scroll: 50,
      leave: 0.3,
      next: { "/b": 1 },
      actions: [{ event_type: "buy", chance: 0.5, revenue: { amount: [1, 2], currency: "EUR" } }],
    },
    { path: "/b", title: "B", read: 40, scroll: 70, leave: 0.5, next: { "/": 1 } },
  ],
});

function play(simulation: Simulation, start = MONDAY, length = DAY): SimulatedEvent[] {
  return [...traffic(simulation, { start, end: start + length })];
}

const timeOf = (event: SimulatedEvent): number => Date.parse(event.event_time);
const visitOf = (event: SimulatedEvent): string => event.event_id.split("-").slice(0, 4).join("-");
const byVisit = (events: SimulatedEvent[]): SimulatedEvent[][] => [...Map.groupBy(events, visitOf).values()];

describe("the same seed", () => {
  test("gives the same events, byte for byte", () => {
    const text = JSON.stringify(play(small));
    expect(JSON.stringify(play(small))).toBe(text);
    expect(createHash("sha256").update(text).digest("hex")).toBe(
      "7535f912e6ce90bc62da58b27a8cc1ae814a325c595fad79c8ea1abb9ad6ffed",
    );
  });

  test("and another seed, or another start, gives other events with other ids", () => {
    const ids = new Set(play(small).map((event) => event.event_id));
    const others = [...play({ ...small, seed: 2 }), ...play(small, MONDAY + 7 * DAY)];
    expect(others.length).toBeGreaterThan(50);
    expect(others.filter((event) => ids.has(event.event_id))).toEqual([]);
  });

  test("gives the same beginning whether the traffic goes on or breaks off", () => {
    const short = play(small, MONDAY, 5 * HOUR);
    expect(play(small).slice(0, short.length)).toEqual(short);
  });
});

describe("for every seed and start", () => {
  const anyPlay = fc.record({
    seed: fc.integer(),
    start: fc.integer({ min: MONDAY, max: MONDAY + 400 * DAY }),
    users: fc.integer({ min: 1, max: 200 }),
  });
  const eventsOf = ({ seed, start, users }: { seed: number; start: number; users: number }): SimulatedEvent[] =>
    play({ ...small, seed, users }, start, 8 * HOUR);

  test("events come in the order of time, within the period, each with an id of its own", () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { start } = given;
        const events = eventsOf(given);
        const times = events.map(timeOf);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const time of times) expect(time >= start && time < start + 8 * HOUR).toBe(true);
        expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length);
      }),
      { numRuns: 60 },
    );
  });

  test("nobody is in two visits at once, and no visit pauses for half an hour", () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const events = eventsOf(given);
        for (const ofPerson of Map.groupBy(events, (event) => event.ip).values()) {
          const visits = ofPerson.map(visitOf);
          // Once another visit has begun, the one before does not come back.
          const turns = visits.filter((visit, i) => visit !== visits[i - 1]);
          expect(new Set(turns).size).toBe(turns.length);
        }
        for (const visit of byVisit(events))
          visit.forEach((event, i) => {
            expect(timeOf(event) - timeOf(visit[i - 1] ?? event)).toBeLessThan(30 * 60_000);
          });
      }),
      { numRuns: 60 },
    );
  });

  test("a visit begins with a page view, and each page view is followed by its reading", () => {
    fc.assert(
      fc.property(anyPlay, (given) => {
        const { start } = given;
        const events = eventsOf(given);
        for (const visit of byVisit(events).filter(([first]) => first && timeOf(first) < start + 6 * HOUR)) {
          expect(visit[0]?.event_type).toBe("pageview");
          const steps = visit.map((event) => event.event_type).filter((type) => type !== "buy");
          steps.forEach((type, i) => {
            expect(type).toBe(i % 2 === 0 ? "pageview" : "engagement");
          });
          visit.forEach((event, i) => {
            if (event.event_type !== "engagement") return;
            const view = visit.slice(0, i).findLast((other) => other.event_type === "pageview");
            expect(event.url).toBe(view?.url);
            expect(event.engaged_ms).toBeLessThanOrEqual(timeOf(event) - timeOf(view ?? event));
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the demo", () => {
  const week = play({ ...demo, rate: 60 }, MONDAY, 7 * DAY);
  const visits = byVisit(week);

  test("has about as many visits as its rate says", () => {
    const expected = expectedVisits({ ...demo, rate: 60 }, MONDAY, MONDAY + 7 * DAY);
    expect(expected).toBeCloseTo(60 * 24 * 7, 3);
    expect(visits.length).toBeGreaterThan(expected * 0.95);
    expect(visits.length).toBeLessThan(expected * 1.05);
  });

  test("sleeps at night and is awake at day, each country by its own clock", () => {
    for (const country of demo.countries) {
      const hours = Array.from({ length: 24 }, (_, hour) => ({
        local: Number(
          new Intl.DateTimeFormat("en", { timeZone: country.timezone, hour: "numeric", hourCycle: "h23" }).format(
            MONDAY + hour * HOUR,
          ),
        ),
        activity: activityAt(demo, country, MONDAY + hour * HOUR),
      }));
      const night = hours.filter(({ local }) => local >= 1 && local <= 4);
      expect(Math.max(...night.map((one) => one.activity))).toBeLessThan(0.4);
    }
  });

  test("has people who leave at once, people who come again, and people who buy", () => {
    const bounced = visits.filter((visit) => visit.filter((event) => event.event_type === "pageview").length === 1);
    expect(bounced.length / visits.length).toBeGreaterThan(0.3);
    expect(bounced.length / visits.length).toBeLessThan(0.8);
    const days = [...Map.groupBy(week, (event) => event.ip).values()].map(
      (events) => new Set(events.map((event) => event.event_time.slice(0, 10))).size,
    );
    expect(days.filter((count) => count > 1).length).toBeGreaterThan(200);
    expect(week.some((event) => event.event_type === "Purchase" && event.revenue)).toBe(true);
  });

  test("has nobody where nobody is expected", () => {
    expect(randomFor(1).poisson(0)).toBe(0);
  });

  test("uses addresses that belong to nobody, one for each person", () => {
    for (const event of week) expect(event.ip).toMatch(/^7\.[01]\.\d{1,3}\.\d{1,3}$/);
  });
});

describe("a configuration", () => {
  test("that links a page which does not exist is turned down with its path", () => {
    const pages = [{ ...small.pages[0], next: { "/nowhere": 1 } }];
    expect(() => toSimulation({ ...small, duration: "1d", sources: [{ name: "direct", weight: 1 }], pages })).toThrow(
      "/nowhere is linked, but no page has this path",
    );
  });

  test("with an unknown word is turned down: it would be a typing error without effect", () => {
    expect(() => toSimulation({ ...small, duration: "1d", usres: 3 })).toThrow("usres");
  });

  test("says durations in seconds, minutes, hours and days", () => {
    expect(["90s", "10m", "1.5h", "30d"].map(toDuration)).toEqual([90_000, 600_000, 5_400_000, 2_592_000_000]);
    for (const wrong of ["", "10", "m", "-1h", "10 m"]) expect(() => toDuration(wrong)).toThrow("duration must be");
  });
});
