// One random workload with everything at once: late events, imports that overlap beside live traffic, several shards, stored
// ids, users named late, reading after 40 minutes and after midnight, restarts. After restamping, every count, visit and
// person equals a recount from the definitions in docs/metrics.md.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { deliver } from "../../../workers/collect/deliver";
import { flatten } from "../../../workers/domain/counts/difference";
import type { Sighting, StampedEvent } from "../../../workers/domain/events/event";
import { inTotalOrder } from "../../../workers/domain/events/order";
import { suspectsId } from "../../../workers/domain/networks/network";
import { type Property, privacyInput } from "../../../workers/domain/properties/property";
import { importName, shardName } from "../../../workers/domain/visits/hub";

import { checkAll } from "../../../workers/maintenance/rebuild";
import { restamp } from "../../../workers/maintenance/restamp/task";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { markedDays } from "../../../workers/storage/lake/restamp-marks";
import { chance, stubborn } from "../chance";
import { countAll, deliverLetters, givenHeldQueue } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";
import { flatAsKept, givenCapsOfSeed } from "../given-caps";
import { eventsOf } from "../given-lake";
import { lastFile, processRaw } from "../maintenance/given-days";
import { recount, recountSuspected, type Sent, visitsOf } from "../recount";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 20);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SHARDS = 3;
/** Kolkata's. */
const OFFSET = 5.5 * HOUR;
/** Midnight in Kolkata. */
const FIRST = Date.UTC(2026, 9, 2, 18, 30);
const dateOf = (time: number) => new Date(time + OFFSET).toISOString().slice(0, 10);
/** When somebody is here: an evening, a night, a day, and the next evening; with their length. */
const PHASES = [
  [20 * HOUR, 2 * HOUR],
  [23.5 * HOUR, 1.5 * HOUR],
  [DAY + 9 * HOUR, 4 * HOUR],
  [2 * DAY + 18 * HOUR, 3 * HOUR],
] as const;

/** Cookieless visitors; cookieless ones whom pages name; browsers that keep an id, some of them since today; servers' users. */
const KINDS = ["plain", "plain", "plain", "plain", "named", "named", ...Array(5).fill("stored"), "server"] as const;
const kindOf = (person: number) => KINDS[person]!;
/**
 * Who is known by more than an address sleeps from 23:00 to 1:00: their visitor changes from day to day, and which visits
 * then go over midnight depends on the order of arrival.
 */
const sleeps = (person: number, time: number) => {
  const hour = ((time + OFFSET) % DAY) / HOUR;
  return kindOf(person) !== "plain" && kindOf(person) !== "server" && (hour >= 23 || hour < 1);
};

interface Told extends Sent {
  user: string | null;
  /** The browser that keeps an id, as a person. */
  browser: string | null;
  /** Where a page names a user: who its browser is without the name. */
  unnamed: string | null;
}

class World {
  readonly random: () => number;
  readonly told = new Map<string, Told>();
  private readonly times = new Set<number>();
  private readonly imported: Sighting[] = [];
  now = FIRST;

  constructor(seed: number) {
    this.random = chance(seed);
  }

  pick = <T>(list: readonly T[]): T => list[Math.floor(this.random() * list.length)]!;

  /** No two events at one time: then time alone is their order. */
  private own(time: number): number {
    let free = Math.floor(time);
    while (this.times.has(free)) free += 1;
    this.times.add(free);
    return free;
  }

  /** Something that a person does now, or did up to an hour ago; null where they sleep. */
  act(person: number, isReading: boolean): Sighting | null {
    const late = this.random() < 0.2 ? this.random() * 55 * MINUTE : 0;
    const time = this.own(this.now - late);
    if (sleeps(person, this.now) || sleeps(person, time)) return null;
    const { arrival, sent } = this.next(person, time, isReading);
    const user = this.userOf(person);
    const isStored = kindOf(person) === "stored";
    const made = person % 2 === 0 ? "2026-09-30" : "2026-10-03";
    const unnamed = isStored && dateOf(time) > made ? `browser ${person}` : String(person);
    const isServer = kindOf(person) === "server";
    this.told.set(sent.event_id, {
      ...{ ...sent, person: user ?? unnamed, user, browser: isStored ? `browser ${person}` : null },
      unnamed: user === null || isServer ? null : unnamed,
    });
    if (isServer) return { ...arrival, user_id: user };
    return {
      ...arrival,
      ...{ user_id: user, anonymous: 1, by_page: true },
      ...(isStored ? { stored: { id: `s_${person}`, made, isNew: false } } : {}),
    };
  }

  private next(person: number, time: number, isReading: boolean): { arrival: Sighting; sent: Sent } {
    for (;;) {
      const one = nextEvent(this, person, time, this.told.size);
      if (isReading && one.sent.type !== "engagement") continue;
      // Some say themselves whether anybody did them on purpose.
      const interactive = this.random() < 0.1 ? !one.sent.interactive : one.sent.interactive;
      one.sent.interactive = interactive;
      one.arrival.interactive = interactive ? 1 : 0;
      return one;
    }
  }

  /** A browser's user, where its page names one. Two users share each of those that keep an id. */
  private userOf(person: number): string | null {
    const kind = kindOf(person);
    if (kind === "server") return `user ${person}`;
    if (kind === "plain" || this.random() < 0.6) return null;
    return kind === "stored" && this.random() < 0.4 ? `guest ${person}` : `user ${person}`;
  }

  /** A file of what the same users, and others, did since the beginning; with lines that an earlier file had too. */
  file(lines: number): { sightings: Sighting[]; again: number } {
    const before = this.imported.filter(() => this.random() < 0.3);
    const fresh: Sighting[] = [];
    for (let i = 0; i < lines; i += 1) {
      const person = this.pick([0, 1, 2, 4, 6, 7, 8]);
      const time = this.own(this.now - this.random() * 6 * HOUR);
      const { arrival, sent } = this.next(person, time, false);
      const user = kindOf(person) === "plain" ? null : `user ${person}`;
      this.told.set(sent.event_id, { ...sent, person: user ?? `import ${person}`, user, browser: null, unnamed: null });
      fresh.push({ ...arrival, user_id: user });
    }
    this.imported.push(...fresh);
    const sightings = [...before, ...fresh].sort((a, b) => a.event_time - b.event_time);
    return { sightings, again: before.length };
  }
}

async function play(property: Property, world: World): Promise<void> {
  const people = KINDS.map((_, person) => person);
  const hubs = [...shardsOf(property), importName(property.site_id)];
  for (const [begin, length] of PHASES) {
    world.now = Math.max(world.now, FIRST + begin);
    for (let round = 0; round < ROUNDS; round += 1) {
      // Now and then nobody does anything for a while, and then some were still reading.
      const isPause = world.random() < 0.15;
      world.now += isPause ? 40 * MINUTE : Math.ceil((world.random() * 2 * length) / ROUNDS);
      vi.useFakeTimers({ toFake: ["Date"], now: world.now });
      // One event of each at a time: what a page sends together has one user.
      const here = people.filter(() => world.random() < 0.5);
      const acts = here
        .map((person) => world.act(person, isPause && world.random() < 0.7))
        .filter((one) => one !== null);
      const reply = await deliver(env, property, acts, {});
      expect(reply).toMatchObject({ accepted: acts.length, duplicates: 0 });
      if (world.random() < 0.2) {
        const { sightings, again } = world.file(8);
        const done = await deliver(env, property, sightings, {}, { isImport: true });
        expect(done).toMatchObject({ accepted: sightings.length - again, duplicates: again });
      }
      if (world.random() < 0.2) await deliverSome(world);
      if (world.random() < 0.2) await evictDurableObject(env.HUB.getByName(world.pick(hubs))).catch(() => undefined);
    }
  }
  await countAll(queue, ...hubs);
}

/** Some messages, in another order than they were sent, and some of them twice. */
async function deliverSome(world: World): Promise<void> {
  const letters = queue.letters.splice(0).sort(() => world.random() - 0.5);
  const [now, later] = [letters.slice(0, 6), letters.slice(6)];
  await deliverLetters(now);
  queue.letters.push(...later, ...now.slice(0, 1));
}

const shardsOf = ({ site_id }: Property) => Array.from({ length: SHARDS }, (_, shard) => shardName(site_id, shard));

/**
 * What was sent, in the order in which it happened. First visits are where hubs made them. A user whom a page names is the
 * visitor who came to that browser without the name, if they were here earlier that day and the user was not.
 */
function inOrder(rows: readonly StampedEvent[], told: ReadonlyMap<string, Told>): Told[] {
  const seen = new Set<string>();
  return rows.toSorted(inTotalOrder).map(({ event_id, event_time }) => {
    const event = told.get(event_id) ?? told.get(event_id.slice(0, -"-first".length))!;
    const isHere = (who: string) => seen.has(`${dateOf(event_time)} ${who}`);
    const { unnamed } = event;
    const person = unnamed !== null && isHere(unnamed) && !isHere(event.person) ? unnamed : event.person;
    seen.add(`${dateOf(event_time)} ${person}`);
    if (event.event_id === event_id) return { ...event, person };
    const nothing = { engaged: 0, scroll: null, scrollBefore: null, props: null, interactive: false };
    return { ...event, person, ...nothing, event_id, type: "first_visit", event: firstVisitOf(event) };
  });
}
const firstVisitOf = ({ event }: Sent) => ({ ...event, name: "first_visit", rule: null, button_id: null });

/**
 * Who each event's visitor is known to be by then: the user, else the one with whom the browser was seen last, else the
 * browser; and for a whole visit the last one of those.
 */
function personsIn(told: readonly Told[]): Map<string, string | null> {
  const names = new Map<string, string>();
  const own = new Map<string, string | null>();
  for (const { event_id, user, browser } of told) {
    if (user !== null && browser !== null) names.set(browser, user);
    own.set(event_id, user ?? (browser === null ? null : (names.get(browser) ?? browser)));
  }
  const { visits } = visitsOf(told);
  for (const { events } of visits) {
    let person: string | null = null;
    for (const { event_id } of events) {
      person = own.get(event_id) ?? person;
      own.set(event_id, person);
    }
  }
  return own;
}

async function expectRecount({ site_id }: Property, world: World): Promise<void> {
  const rows = await eventsOf(site_id);
  const ids = rows.filter(({ event_type }) => event_type !== "first_visit").map(({ event_id }) => event_id);
  expect(ids).toEqual([...world.told.keys()].sort());
  const told = inOrder(rows, world.told);
  const [suspects, flat] = [suspectsId(site_id, "hosting_network"), flatAsKept];
  const kept = async (id: string) => flat(site_id, id, flatten(await readRollup(env.DB, id)));
  expect(await kept(site_id)).toEqual(await flat(site_id, site_id, recount(told, OFFSET)));
  expect(await kept(suspects)).toEqual(await flat(site_id, suspects, recountSuspected(told, OFFSET)));
  expect(await checkAll(env, site_id)).toEqual([]);

  const visits = new Map(
    visitsOf(told).visits.flatMap(({ events }) => events.map((event) => [event.event_id, events[0]!.event_id])),
  );
  expect(Object.fromEntries(rows.map(({ event_id, visit_id }) => [event_id, visit_id]))).toEqual(
    Object.fromEntries(rows.map(({ event_id }) => [event_id, visits.get(event_id) ?? null])),
  );
  // Each person of the recount has one id, and no other has it.
  const persons = personsIn(told);
  const idOf = new Map(rows.map(({ event_id, person_id }) => [persons.get(event_id) ?? null, person_id]));
  expect(rows.map(({ event_id, person_id }) => [event_id, person_id])).toEqual(
    rows.map(({ event_id }) => [event_id, idOf.get(persons.get(event_id) ?? null)]),
  );
  expect(new Set(idOf.values()).size).toBe(idOf.size);
}

it(`equals the recount, whatever happens in whatever order (seed ${SEED})`, { timeout: 600_000 }, async () => {
  // Hubs say that messages have waited for long.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const world = new World(SEED);
  vi.useFakeTimers({ toFake: ["Date"], now: FIRST });
  const property = await givenProperty("organization", {
    timezone: "Asia/Kolkata",
    shards: SHARDS,
    privacy: privacyInput.parse({ storage: "local", address: "full" }),
  });
  await givenCapsOfSeed(property.site_id, SEED);
  await play(property, world);
  expect((await markedDays(env.DB, 10)).length).toBeGreaterThan(1);
  await processRaw(property.site_id, await lastFile());
  const report = await restamp(env, stubborn(), { kind: "restamp", site_id: null, due: world.now }, "test");
  await expectRecount(property, world);
  expect(await markedDays(env.DB, 10)).toEqual([]);
  console.log(`everything: seed ${SEED}, ${world.told.size} events, ${report.events_restamped} stamped anew`);
});
