// A stored id that was seen with a user is that user from then on: on later days, in any shard, and after any restart.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PropertyHub } from "../../../durable-objects/property-hub";
import { StoredNames } from "../../../durable-objects/stored-names";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { inTotalOrder } from "../../../workers/domain/events/order";
import type { Property } from "../../../workers/domain/properties/property";
import { privacyInput } from "../../../workers/domain/properties/property";
import { shardName } from "../../../workers/domain/visits/hub";

import { erase } from "../../../workers/maintenance/erasure/erase";
import { restamp } from "../../../workers/maintenance/restamp/task";
import { markedDays } from "../../../workers/storage/lake/restamp-marks";
import { personOfUser } from "../../../workers/storage/visitors/person";
import { aBeacon, sendBeacon } from "../beacons";
import { stubborn } from "../chance";
import { countAll, deliverLetters, givenHeldQueue, type Letter, mainHub } from "../downstream";
import { givenFreshStorage, givenProperty } from "../given";
import { eventsOf, givenLoaded } from "../given-lake";
import { lastFile, processRaw } from "../maintenance/given-days";

givenFreshStorage();
const queue = givenHeldQueue();
// Hubs say that messages have waited for long: their clock is set on by days.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOON = Date.UTC(2026, 9, 5, 12);
const setClock = (time: number) => vi.useFakeTimers({ toFake: ["Date"], now: time });

const aStoringProperty = (shards = 1): Promise<Property> =>
  givenProperty(undefined, {
    timezone: "UTC",
    shards,
    privacy: privacyInput.parse({ storage: "local" }),
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }],
  });
/** The id of a browser as the tracker makes it at a time. */
const idOf = (browser: number, made = NOON) => `${made.toString(36)}.${browser}.123456789`;

interface Said {
  id: string;
  browser: number;
  user?: string;
  time: number;
  /** The clock, where the event comes later than it happened. */
  now?: number;
}

/** A page view of a browser; each has an address of its own on each day. */
async function view({ site_id }: Property, { id, browser, user, time, now = time }: Said): Promise<void> {
  setClock(now);
  const beacon = { ...aBeacon(site_id, { i: id, a: now - time }), v: idOf(browser), ...(user ? { c: user } : {}) };
  const day = Math.floor(time / DAY) % 200;
  const reply = await sendBeacon(beacon, { "cf-connecting-ip": `203.0.${day}.${browser}` });
  expect(reply.status).toBe(202);
}

const hubsOf = ({ site_id, shards }: Property) =>
  Array.from({ length: shards }, (_, shard) => shardName(site_id, shard));
const rowsOf = async (property: Property): Promise<StampedEvent[]> => {
  await countAll(queue, ...hubsOf(property));
  return (await eventsOf(property.site_id)).toSorted(inTotalOrder);
};
/** Persons by event, each by the user or browser that the test means. */
async function personsOf(property: Property): Promise<Record<string, string>> {
  const rows = await rowsOf(property);
  const users = new Map(rows.flatMap(({ person_id, user_id }) => (user_id === null ? [] : [[person_id, user_id]])));
  return Object.fromEntries(
    rows.map(({ event_id, person_id }) => [event_id, users.get(person_id) ?? person_id!.slice(0, 2)]),
  );
}
/** The rows of names that a hub has. */
const namesIn = (hub: string): Promise<unknown[]> =>
  runInDurableObject(env.HUB.getByName(hub), (_, { storage: { sql } }) => {
    const isThere = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'named'").toArray().length > 0;
    return isThere ? sql.exec("SELECT * FROM named").toArray() : [];
  });
const namedIn = async (hub: string): Promise<number> => (await namesIn(hub)).length;

describe("a stored id", () => {
  it("is the user's from the first event that names one, and the next user's from theirs, over restarts", async () => {
    const property = await aStoringProperty();
    const { site_id } = property;
    const restart = () => evictDurableObject(env.HUB.getByName(mainHub(site_id)));
    await view(property, { id: "before", browser: 1, time: NOON });
    expect(await namedIn(mainHub(site_id))).toBe(0);
    await view(property, { id: "ann", browser: 1, user: "ann", time: NOON + MINUTE });
    await restart();
    await view(property, { id: "after", browser: 1, time: NOON + 2 * MINUTE });
    await view(property, { id: "another browser", browser: 2, time: NOON + 2 * MINUTE });
    await view(property, { id: "next day", browser: 1, time: NOON + DAY });
    await view(property, { id: "bob", browser: 1, user: "bob", time: NOON + DAY + MINUTE });
    await restart();
    await view(property, { id: "after bob", browser: 1, time: NOON + DAY + 2 * MINUTE });
    const late = { browser: 1, time: NOON + 3 * MINUTE, now: NOON + DAY + 3 * MINUTE };
    await view(property, { id: "late", ...late, now: NOON + DAY });
    expect(await personsOf(property)).toEqual({
      before: "s_",
      ann: "ann",
      after: "ann",
      "another browser": "s_",
      late: "ann",
      "next day": "ann",
      bob: "bob",
      "after bob": "bob",
    });
    expect(await namedIn(mainHub(site_id))).toBe(1);
  });

  it("that is named again and again costs one row, and none where nobody is named", async () => {
    const property = await aStoringProperty();
    const { site_id } = property;
    const written = vi.spyOn(StoredNames.prototype, "write");
    const note = vi.spyOn(StoredNames.prototype, "note");
    for (let i = 0; i < 5; i += 1)
      await view(property, { id: `${i}`, browser: 1, user: "ann", time: NOON + i * MINUTE });
    expect(note.mock.results.map(({ value }) => value)).toEqual([true, false, false, false, false]);
    expect(written).toHaveBeenCalled();
    await view(property, { id: "without", browser: 2, time: NOON + 9 * MINUTE });
    expect(await namedIn(mainHub(site_id))).toBe(1);
  });

  it("has no name where the event that gives it could not be written", async () => {
    const property = await aStoringProperty();
    const hub = env.HUB.getByName(mainHub(property.site_id));
    await view(property, { id: "before", browser: 1, time: NOON });
    await runInDurableObject(hub, (instance) => {
      const { journal } = instance as unknown as { journal: { append(): void } };
      const append = journal.append.bind(journal);
      journal.append = () => {
        append();
        throw new Error("disk is full");
      };
    });
    await view(property, { id: "ann", browser: 1, user: "ann", time: NOON + MINUTE });
    // Collect has given it to the queue.
    const isUnstamped = ({ body }: Letter) => (body as { kind?: string }).kind === "unstamped";
    const waiting = queue.letters.filter(isUnstamped);
    queue.letters = queue.letters.filter((letter) => !isUnstamped(letter));
    expect(waiting).toHaveLength(1);
    expect(await namedIn(mainHub(property.site_id))).toBe(0);
    await view(property, { id: "after", browser: 1, time: NOON + 2 * MINUTE });
    await deliverLetters(waiting);
    await deliverLetters(waiting);
    expect(await namedIn(mainHub(property.site_id))).toBe(1);
    await view(property, { id: "later", browser: 1, time: NOON + 3 * MINUTE });
    expect(await personsOf(property)).toEqual({ before: "s_", ann: "ann", after: "s_", later: "ann" });
    // Only then the name was known: the day is to be stamped again.
    expect((await markedDays(env.DB, 10)).map(({ day }) => day)).toEqual(["2026-10-05"]);
    await processRaw(property.site_id, await lastFile());
    await restamp(env, stubborn(), { kind: "restamp", site_id: null, due: NOON }, "test");
    expect(await personsOf(property)).toEqual({ before: "s_", ann: "ann", after: "ann", later: "ann" });
  });
});

describe("several shards", () => {
  const browsers = Array.from({ length: 12 }, (_, i) => i + 1);

  it("know the user of a stored id on the day it was made and on every day after", async () => {
    const property = await aStoringProperty(3);
    const expected: Record<string, string> = {};
    // Some were here before they had a name, and some have another one on the third day.
    const isOther = (browser: number) => browser % 3 === 0;
    const steps: { what: string; at: number; named?: true }[] = [
      { what: "first", at: 0 },
      { what: "named", at: MINUTE, named: true },
      { what: "unnamed", at: 2 * MINUTE },
      { what: "next day", at: DAY },
      { what: "third day, named", at: 2 * DAY, named: true },
      { what: "third day", at: 2 * DAY + MINUTE },
      { what: "fourth day", at: 3 * DAY },
      { what: "fourth day, named", at: 3 * DAY + MINUTE, named: true },
      { what: "fifth day", at: 4 * DAY },
    ];
    // Two users who take turns are each known to a shard that took their events before.
    const userAt = (browser: number, at: number) =>
      `${at >= 2 * DAY && at < 3 * DAY + MINUTE && isOther(browser) ? "other" : "user"} ${browser}`;
    for (const [n, { what, at, named }] of steps.entries()) {
      const here = browsers.filter((browser) => at > 0 || browser % 2 === 0);
      await Promise.all(
        here.map((browser) => {
          const user = userAt(browser, at);
          const id = `${browser} ${what}`;
          expected[id] = at === 0 ? "s_" : user;
          return view(property, { id, browser, time: NOON + at, ...(named ? { user } : {}) });
        }),
      );
      await evictDurableObject(env.HUB.getByName(hubsOf(property)[n % 3]!)).catch(() => undefined);
    }
    expect(await personsOf(property)).toEqual(expected);
    expect(await Promise.all(hubsOf(property).map(namedIn))).not.toContain(0);
  });

  it("know of another user also where the shard that takes the event is the one that knew the first", async () => {
    const property = await aStoringProperty(3);
    // With twelve browsers, each shard takes some of each kind. The first user comes again, to the shard of theirs.
    const said: { what: string; hour: number; user?: string }[] = [
      { what: "ann", hour: 1, user: "ann" },
      { what: "unnamed", hour: 24 },
      { what: "bob", hour: 24.2, user: "bob" },
      { what: "ann again", hour: 50, user: "ann" },
      { what: "ann's", hour: 52 },
    ];
    for (const { what, hour, user } of said)
      for (const browser of browsers) {
        const more = user ? { user: `${user} ${browser}` } : {};
        await view(property, { id: `${browser} ${what}`, browser, time: NOON + hour * 60 * MINUTE, ...more });
      }
    const persons = await personsOf(property);
    for (const browser of browsers) expect(persons[`${browser} ann's`]).toBe(`ann ${browser}`);
  });

  it("give a browser back to the user whom any of them has seen again after a name that comes late", async () => {
    const property = await aStoringProperty(3);
    // Users and browsers are spread over the shards. Each moment is a visit of its own.
    const said: { what: string; hour: number; user?: string; late?: true }[] = [
      { what: "ann", hour: 0, user: "ann" },
      { what: "ann again", hour: 2.5, user: "ann" },
      { what: "ann later", hour: 4, user: "ann" },
      { what: "carl", hour: 6, user: "carl" },
      { what: "carl again", hour: 9, user: "carl" },
      { what: "bob", hour: 1, user: "bob", late: true },
      { what: "dan", hour: 7, user: "dan", late: true },
      { what: "bob's", hour: 1.8, late: true },
      { what: "ann's again", hour: 3.2, late: true },
      { what: "dan's", hour: 7.8, late: true },
      { what: "carl's", hour: 10 },
    ];
    for (const { what, hour, user, late } of said)
      for (const browser of browsers) {
        const [time, now] = [hour, late ? 9.5 : hour].map((at) => NOON + at * 60 * MINUTE) as [number, number];
        await view(property, {
          id: `${browser} ${what}`,
          browser,
          time,
          now,
          ...(user && { user: `${user} ${browser}` }),
        });
      }
    const persons = await personsOf(property);
    for (const browser of browsers)
      expect(["bob's", "ann's again", "dan's", "carl's"].map((what) => persons[`${browser} ${what}`])).toEqual(
        ["bob", "ann", "dan", "carl"].map((user) => `${user} ${browser}`),
      );
  });

  it("take no event whose name another shard could not store", async () => {
    const property = await aStoringProperty(3);
    const hear = vi.spyOn(PropertyHub.prototype, "hearNames").mockRejectedValue(new Error("hub is away"));
    for (const browser of browsers)
      await view(property, { id: `${browser} named`, browser, user: `user ${browser}`, time: NOON + browser });
    expect(hear).toHaveBeenCalled();
    const waiting = queue.letters.splice(0);
    expect(waiting.length).toBeGreaterThan(0);
    hear.mockRestore();
    for (const hub of hubsOf(property)) await evictDurableObject(env.HUB.getByName(hub)).catch(() => undefined);
    for (const letter of waiting) await deliverLetters([letter]);
    for (const browser of browsers) await view(property, { id: `${browser} next`, browser, time: NOON + DAY });
    const persons = await personsOf(property);
    expect(Object.keys(persons)).toHaveLength(24);
    for (const browser of browsers) expect(persons[`${browser} next`]).toBe(`user ${browser}`);
  });

  it("stamp a day again when a name comes after what it names", async () => {
    const property = await aStoringProperty(3);
    const today = NOON + DAY;
    for (const browser of browsers)
      await view(property, { id: `${browser} later`, browser, time: today + 10 * MINUTE });
    // It was held back on the way; half of the users are known on the day already.
    for (const browser of browsers) {
      const [user, now] = [`user ${browser}`, today + 20 * MINUTE];
      if (browser % 2 === 0) await view(property, { id: `${browser} known`, browser: browser + 20, user, time: today });
      await view(property, { id: `${browser} named`, browser, user, time: today + MINUTE, now });
    }
    await rowsOf(property);
    expect((await markedDays(env.DB, 10)).map(({ day }) => day)).toEqual(["2026-10-06"]);
    await processRaw(property.site_id, await lastFile());
    await restamp(env, stubborn(), { kind: "restamp", site_id: null, due: today }, "test");
    const persons = await personsOf(property);
    for (const browser of browsers) expect(persons[`${browser} later`]).toBe(`user ${browser}`);
  });
});

it("a user who is erased is gone from days on which nobody named them, and from what hubs know", async () => {
  const property = await aStoringProperty(3);
  const { site_id } = property;
  const at = (id: string, browser: number, time: number, user?: string) =>
    view(property, { id, browser, time, ...(user ? { user } : {}) });
  await at("ann", 1, NOON, "ann");
  await at("ann, next day", 1, NOON + DAY);
  await at("bob", 1, NOON + DAY + 2 * 3_600_000, "bob");
  await at("bob, third day", 1, NOON + 2 * DAY);
  await at("carl", 2, NOON + 2 * DAY, "carl");
  await rowsOf(property);
  await givenLoaded(site_id);
  const steps = { ...stubborn(), waitFor: async () => true };
  expect(await erase(env, steps, { site_id, user_id: "ann" }, crypto.randomUUID())).toMatchObject({ rows_removed: 2 });
  expect(await personsOf(property)).toEqual({ bob: "bob", "bob, third day": "bob", carl: "carl" });
  const stored = JSON.stringify(await Promise.all(hubsOf(property).map(namesIn)));
  expect(stored).toContain(personOfUser(site_id, "bob"));
  expect(stored).not.toContain(personOfUser(site_id, "ann"));
  // The browser is nobody's now for the time before bob came.
  await view(property, { id: "late", browser: 1, time: NOON + DAY + 3_600_000, now: NOON + 2 * DAY });
  expect((await personsOf(property)).late).toBe("s_");
});
