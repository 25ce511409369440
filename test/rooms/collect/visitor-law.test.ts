// The law of identity: whichever way an event takes to its hub, in whatever order, over a midnight at which clocks change,
// with one shard or several, it has the visitor and the visit that it has when addresses themselves are compared.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import type { Property } from "../../../workers/domain/properties/property";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { shardName } from "../../../workers/domain/visits/hub";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import { stamp } from "../../../workers/domain/visits/stamp";
import { createBook } from "../../../workers/domain/visits/visit";
import { CHROME, sendEvents } from "../beacons";
import { countAll, deliverLetters, differences, givenHeldQueue, type Letter, lakeRows } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Midnights (UTC) near which clocks change, by zone; in Havana at midnight itself, in Lord Howe by half an hour. */
const NIGHTS = [
  { timezone: "Europe/Zurich", midnight: Date.UTC(2026, 9, 24, 22) },
  { timezone: "Europe/Zurich", midnight: Date.UTC(2026, 9, 25, 23) },
  { timezone: "America/Havana", midnight: Date.UTC(2026, 2, 8, 5) },
  { timezone: "Australia/Lord_Howe", midnight: Date.UTC(2026, 3, 4, 13) },
  { timezone: "Asia/Kolkata", midnight: Date.UTC(2026, 9, 5, 18, 30) },
];

/** One address in the ways in which servers write it. */
const SPELLINGS = [
  (n: number) => `203.0.113.${n}`,
  (n: number) => `203.0.113.${n}:4711`,
  (n: number) => `[::ffff:203.0.113.${n}]:443`,
  (n: number) => ` 203.0.113.${n}, 10.0.0.1`,
];

interface Act {
  person: number;
  /** Minutes after midnight. */
  at: number;
  spelling: number;
}
/** Some acts, sent together: to the hub, or, while it is away, to the queue, which delivers them before a later step. */
interface Step {
  acts: Act[];
  waits: number;
}

const step = fc.record<Step>({
  acts: fc.array(
    fc.record({
      person: fc.integer({ min: 1, max: 6 }),
      at: fc.integer({ min: -75, max: 75 }),
      spelling: fc.nat(SPELLINGS.length - 1),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  waits: fc.constantFrom(0, 0, 1, 2, 5),
});

type Known = Act & { id: string; time: number };

/** Visit and visitor of each event as addresses themselves give them, in the order in which hubs took them. */
function expected(taken: readonly Known[], timezone: string): Record<string, string> {
  const book = createBook();
  const all: Record<string, string> = {};
  for (const { id, time, person } of taken) {
    const date = localDate(time, timezone);
    const visitor = `${person}@${date}`;
    const event = {
      ...unpackEvent([]),
      event_id: id,
      event_type: "pageview",
      name: "pageview",
      event_time: time,
    } as Event;
    const yesterday = () => [`${person}@${addDays(date, -1)}`];
    const { stamp: made } = stamp(book, event, {
      date,
      hour: localHour(time, timezone),
      visitor,
      yesterday,
      person: null,
    });
    all[id] = `${visitor} ${made.visit_id} ${made.new_visit}`;
  }
  return all;
}

/** The same of the record: a visitor is named by the person and date of its first event here. */
function recorded(rows: readonly StampedEvent[], acts: readonly Known[]): Record<string, string> {
  const people = new Map(acts.map(({ id, person }) => [id, person]));
  const names = new Map<string, string>();
  const all: Record<string, string> = {};
  for (const { event_id, visitor_id, visit_id, local_date, new_visit } of rows) {
    const name = names.get(visitor_id) ?? `${people.get(event_id)}@${local_date}`;
    names.set(visitor_id, name);
    all[event_id] = `${name} ${visit_id} ${new_visit}`;
  }
  // Two ids of one visitor would have one name.
  expect(new Set(names.values()).size).toBe(names.size);
  return all;
}

async function play(property: Property, midnight: number, steps: readonly Step[]): Promise<void> {
  const { site_id, timezone, shards } = property;
  const key = await givenKey();
  const hubs = Array.from({ length: shards }, (_, shard) => shardName(site_id, shard));
  const acts: Known[] = [];
  const taken: Known[] = [];
  let waiting: { due: number; letters: Letter[]; acts: Known[] }[] = [];
  const deliverDue = async (now: number) => {
    for (const one of waiting.filter(({ due }) => due <= now)) {
      await deliverLetters(one.letters);
      taken.push(...one.acts);
    }
    waiting = waiting.filter(({ due }) => due > now);
  };
  for (const [n, { acts: some, waits }] of steps.entries()) {
    await deliverDue(n);
    const known = some.map((act, i) => ({ ...act, id: `${n}-${i}`, time: midnight + act.at * MINUTE + n * 1000 + i }));
    const events = known.map(({ id, time, person, spelling }) => ({
      ...{ event_type: "pageview", site_id, event_id: id, url: "https://shop.example/", user_agent: CHROME },
      ...{ event_time: new Date(time).toISOString(), ip: SPELLINGS[spelling]!(person) },
    }));
    const away =
      waits > 0 &&
      vi.spyOn(Object.getPrototypeOf(env.HUB) as DurableObjectNamespace, "getByName").mockImplementation(() => {
        throw new Error("hub is away");
      });
    expect(await (await sendEvents(key, { events })).json()).toMatchObject({ accepted: events.length });
    acts.push(...known);
    if (away) {
      away.mockRestore();
      waiting.push({ due: n + waits, letters: queue.letters.splice(0), acts: known });
    } else taken.push(...known);
    if (n % 3 === 2) await evictDurableObject(env.HUB.getByName(hubs[n % shards]!)).catch(() => undefined);
  }
  await deliverDue(Number.POSITIVE_INFINITY);
  await countAll(queue, ...hubs);
  // With several hubs `seq` orders each hub's events; visits never cross hubs.
  expect(recorded(await lakeRows(site_id), acts)).toEqual(expected(taken, timezone));
  expect(await differences(site_id)).toEqual([]);
}

it("holds for any events", { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...NIGHTS),
      fc.constantFrom(1, 4),
      fc.array(step, { minLength: 3, maxLength: 10 }),
      async ({ timezone, midnight }, shards, steps) => {
        vi.useFakeTimers({ toFake: ["Date"], now: midnight + 2 * HOUR });
        const streams = [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }];
        await play(await givenProperty(undefined, { timezone, shards, streams }), midnight, steps);
      },
    ),
    { numRuns: 25 },
  );
});
