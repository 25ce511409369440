// Dead letters: listed, counted again exactly once, or discarded for good.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { Sighting } from "../../../workers/domain/events/event";
import { deadLetterKey, rawKey } from "../../../workers/domain/lake/keys";
import type { Property } from "../../../workers/domain/properties/property";
import type { DeadLettersView } from "../../../workers/domain/runs/run";
import { readMessage, type StampedMessage, type UnstampedMessage } from "../../../workers/domain/visits/message";
import { pruneReceipts } from "../../../workers/maintenance/housekeeping";
import { replay, replayLetter } from "../../../workers/maintenance/replay";
import { retain } from "../../../workers/maintenance/retain";
import { discardDeadLetters, keepDeadLetter } from "../../../workers/storage/lake/dead-letters";
import { sweepGarbage } from "../../../workers/storage/lake/garbage";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { atPlace, breakable, byChance, chance, stubborn } from "../chance";
import { Chaos } from "../chaos";
import {
  countAll,
  deliverLetters,
  differences,
  givenHeldQueue,
  type Letter,
  lakeIds,
  lakeRows,
  mainHub,
} from "../downstream";
import { nextEvent } from "../fault-events";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const DAY = 86_400_000;
const away = () => Promise.reject(new Error("away"));
/** What makes every message a dead letter: its object cannot be written, but the letter can. */
const broken = {
  ...env,
  DB: new Proxy(env.DB, {
    get: (db, name) => {
      if (name === "batch")
        return (statements: D1PreparedStatement[]) =>
          isLetter(statements) ? db.batch(statements) : Promise.reject(new Error("away"));
      return (Reflect.get(db, name) as CallableFunction).bind(db);
    },
  }),
  HUB: { getByName: () => ({ accept: away }) },
} as unknown as Cloudflare.Env;
/** The batch that keeps a letter has two statements; one that counts has at least three. */
const isLetter = (statements: D1PreparedStatement[]) => statements.length === 2;

let number = 0;
const arrivalsOf = (count: number, random = chance(1)): Sighting[] => {
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  return Array.from({ length: count }, (_, i) => nextEvent(world, i % 3, Date.now() - 60_000 + i, number++).arrival);
};
const propertyOf = ({ site_id, timezone }: Property) => ({ site_id, timezone, address: "full" as const });

/** Messages of a hub, each of a few events. */
async function givenMessages(property: Property, messages: number): Promise<Letter[]> {
  const hub = env.HUB.getByName(mainHub(property.site_id));
  for (let n = 0; n < messages; n += 1) {
    const before = queue.letters.length;
    const taken = hub.accept({ property: propertyOf(property), arrivals: arrivalsOf(3) } as never);
    const sent = async () => {
      while (queue.letters.length === before) await hub.flush();
    };
    await Promise.all([taken, sent()]);
  }
  return queue.letters.splice(0);
}

/** A message that did not come to its hub. */
function anUnstamped(property: Property, arrivals = arrivalsOf(3)): Letter {
  const message = {
    kind: "unstamped",
    hub: mainHub(property.site_id),
    batch: { property: propertyOf(property), arrivals },
  } as unknown as UnstampedMessage;
  return { id: crypto.randomUUID(), body: message };
}

async function givenDead(letters: readonly Letter[]): Promise<void> {
  for (const letter of letters) {
    const { explicitAcks } = await deliverLetters([letter], "trackkit-dead-letters", broken);
    expect(explicitAcks).toEqual([letter.id]);
  }
}

const root = (siteId: string) => `/api/v1/properties/${siteId}/pipeline/dead-letters`;
async function list(siteId: string): Promise<DeadLettersView> {
  const reply = await call("GET", root(siteId), { key: await givenKey() });
  expect(reply.status).toBe(200);
  return reply.json();
}
const post = async (path: string, body: unknown) => call("POST", path, { key: await givenKey(), body });
const count = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");
const letterObjects = async () => (await env.LAKE.list({ prefix: "dead_letters/" })).objects.length;
const params = (siteId: string, ids?: string[]) =>
  ({ kind: "replay", site_id: siteId, due: 0, ...(ids ? { ids } : {}) }) as const;
const messageOf = ({ body }: Letter) => readMessage(body) as StampedMessage;

/** Everything counted once, and no letter left anywhere. */
async function expectCounted(siteId: string, events: number): Promise<void> {
  await countAll(queue, mainHub(siteId));
  const ids = await lakeIds(siteId);
  expect([ids.length, new Set(ids).size]).toEqual([events, events]);
  expect(await differences(siteId)).toEqual([]);
  expect([await count("dead_letters"), await letterObjects()]).toEqual([0, 0]);
}

describe("the list", () => {
  it("tells reason, first and last time, and how often", async () => {
    const property = await givenProperty();
    const [first, second] = (await givenMessages(property, 2)) as [Letter, Letter];
    await givenDead([first, second, first]);
    const { dead_letters, total } = await list(property.site_id);
    expect(total).toBe(2);
    expect(dead_letters.map(({ id, count, events }) => [id, count, events])).toEqual([
      [messageOf(first).id, 2, messageOf(first).events.length],
      [messageOf(second).id, 1, messageOf(second).events.length],
    ]);
    const [twice] = dead_letters;
    expect(twice!.reason).toBe("Error: away");
    expect(twice!.first_failed_at < twice!.failed_at).toBe(true);
  });

  it("has letters of the property only, also those of which nothing but the property can be read", async () => {
    const [mine, theirs] = [await givenProperty(), await givenProperty()];
    const strange = { id: "strange", body: JSON.stringify({ kind: "unheard of", site_id: mine.site_id }) };
    await givenDead([strange, anUnstamped(theirs)]);
    expect((await list(mine.site_id)).dead_letters).toMatchObject([
      { id: "strange", reason: "Error: message is of no known kind", count: 1, events: null },
    ]);
    expect((await list(theirs.site_id)).dead_letters).toMatchObject([{ events: 3 }]);
  });
});

describe("a replay", () => {
  it("counts all of a property, once, however often it is told", async () => {
    const property = await givenProperty();
    const other = await givenProperty();
    await givenDead([...(await givenMessages(property, 4)), anUnstamped(property), ...(await givenMessages(other, 1))]);
    const { site_id } = property;
    expect(await replay(env, stubborn(), params(site_id), "run")).toEqual({ letters: 5, counted: 5, failed: 0 });
    expect(await replay(env, stubborn(), params(site_id), "run")).toEqual({ letters: 0, counted: 0, failed: 0 });
    await countAll(queue, mainHub(site_id));
    expect((await lakeIds(site_id)).length).toBe(15);
    expect(await differences(site_id)).toEqual([]);
    expect([(await list(site_id)).total, (await list(other.site_id)).total]).toEqual([0, 1]);
  });

  it("counts nothing that has been counted meanwhile, though its object is compacted and its receipt is old", async () => {
    const property = await givenProperty();
    const { site_id } = property;
    const letters = await givenMessages(property, 1);
    await givenDead(letters);
    await deliverLetters(letters);
    const { objects } = await env.LAKE.list({ prefix: `raw/site_id=${site_id}/` });
    await env.LAKE.delete(objects.map(({ key }) => key));
    await pruneReceipts(env.DB, Date.now() + 60 * DAY);
    await replay(env, stubborn(), params(site_id), "run");
    expect(await letterObjects()).toBe(0);
    // No object came back, no file was listed twice.
    expect([(await env.LAKE.list({ prefix: "raw/" })).objects.length, await count("lake_files")]).toEqual([0, 1]);
    await pruneReceipts(env.DB, Date.now() + 60 * DAY);
    expect(await count("receipts")).toBe(0);
  });

  it("hands over no event that the lake has, when the hub has long forgotten it", async () => {
    const property = await givenProperty();
    const { site_id } = property;
    const arrivals = arrivalsOf(4);
    await env.HUB.getByName(mainHub(site_id)).accept({
      property: propertyOf(property),
      arrivals: arrivals.slice(0, 3),
    } as never);
    await countAll(queue, mainHub(site_id));
    await givenDead([anUnstamped(property, arrivals)]);
    // As it does by itself after a day.
    await env.HUB.getByName(mainHub(site_id)).destroy();
    await replay(env, stubborn(), params(site_id), "run");
    await expectCounted(site_id, 4);
  });

  it("leaves what fails again, with the new reason", async () => {
    const { site_id } = await givenProperty();
    const strange = { id: "strange", body: JSON.stringify({ kind: "stamped", id: "x", site_id }) };
    await givenDead([strange]);
    await env.DB.prepare("UPDATE dead_letters SET reason = 'old', failed_at = 5, first_failed_at = 5").run();
    expect(await replay(env, stubborn(), params(site_id), "run")).toEqual({ letters: 1, counted: 0, failed: 1 });
    const [letter] = (await list(site_id)).dead_letters;
    expect(letter).toMatchObject({ id: "strange", count: 2, first_failed_at: "1970-01-01T00:00:00.005Z" });
    expect(letter!.reason).toMatch(/^TypeError/);
    expect(letter!.failed_at > letter!.first_failed_at).toBe(true);
  });

  it("killed before or after any effect, and told again, counts once", { timeout: 300_000 }, async () => {
    // A property for each place: to count all that came before anew at every place would take a minute.
    const properties: Property[] = [];
    for (const isStamped of [true, false])
      for (let place = 0; ; place += 1) {
        const property = await givenProperty();
        properties.push(property);
        const { site_id } = property;
        const letters = isStamped ? await givenMessages(property, 1) : [anUnstamped(property)];
        await givenDead(letters);
        const { dead_letters } = await list(site_id);
        const { effect, reached } = atPlace(place);
        await replayLetter(breakable(effect), site_id, dead_letters[0]!.id, Date.now()).catch(() => undefined);
        await replay(env, stubborn(), params(site_id), `run ${place}`);
        await sweepGarbage(env, Date.now() + DAY);
        await expectCounted(site_id, 3);
        if (!reached()) break;
      }
    for (const { site_id } of properties) expect((await lakeIds(site_id)).length).toBe(3);
  });

  it("counts once under faults, by several at once, while the queue brings the same again", {
    timeout: 300_000,
  }, async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const random = chance(Number(env.FAULT_SEED));
    let faults = 0;
    const faulty = breakable(
      byChance(
        random,
        () => 0.15,
        () => {
          faults += 1;
        },
      ),
    );
    const property = await givenProperty();
    const { site_id } = property;
    const some = Math.ceil(Number(env.FAULT_ROUNDS ?? 400) / 100);
    const stamped = await givenMessages(property, 2 * some);
    const letters = [...stamped, ...Array.from({ length: some }, () => anUnstamped(property))];
    await givenDead(letters);
    const again = stamped.filter(() => random() < 0.4);
    await Promise.allSettled([
      replay(faulty, stubborn(), params(site_id), "a"),
      replay(faulty, stubborn(), params(site_id), "b"),
      ...again.map((letter) => deliverLetters([letter], "trackkit-events", faulty)),
    ]);
    for (let round = 0; (await list(site_id)).total > 0 && round < 50; round += 1)
      await replay(faulty, stubborn(), params(site_id), `round ${round}`);
    await sweepGarbage(env, Date.now() + DAY);
    await expectCounted(site_id, letters.length * 3);
    console.log(`replay: ${letters.length} letters, ${faults} faults, ${again.length} brought again by the queue`);
  });
});

describe("a discarded letter", () => {
  it("is gone, and is not counted when the queue brings it again; its object in the lake is swept", async () => {
    const property = await givenProperty();
    const { site_id } = property;
    const letters = await givenMessages(property, 2);
    await givenDead(letters);
    const [first, second] = letters.map(messageOf) as [StampedMessage, StampedMessage];
    // Its object was written before the batch failed.
    expect(await env.LAKE.head(rawKey(site_id, first.events[0]!.local_date, first.id))).not.toBeNull();
    const reply = await post(`${root(site_id)}/discard`, { ids: [first.id, first.id] });
    expect([reply.status, await reply.json()]).toEqual([200, { discarded: 1 }]);
    expect((await list(site_id)).dead_letters.map(({ id }) => id)).toEqual([second.id]);
    expect(await letterObjects()).toBe(1);
    expect((await deliverLetters(letters)).explicitAcks.length).toBe(2);
    await sweepGarbage(env, Date.now() + DAY);
    expect((await lakeRows(site_id)).map(({ event_id }) => event_id).sort()).toEqual(
      second.events.map(({ event_id }) => event_id).sort(),
    );
    expect(await differences(site_id)).toEqual([]);
  });

  it("keeps its rows when it was counted", async () => {
    const property = await givenProperty();
    const letters = await givenMessages(property, 1);
    await givenDead(letters);
    await deliverLetters(letters);
    await post(`${root(property.site_id)}/discard`, { ids: [messageOf(letters[0]!).id] });
    await sweepGarbage(env, Date.now() + DAY);
    await expectCounted(property.site_id, 3);
  });

  it("killed before or after any effect is there or gone", { timeout: 300_000 }, async () => {
    const property = await givenProperty();
    const { site_id } = property;
    for (let place = 0; ; place += 1) {
      const letters = await givenMessages(property, 1);
      await givenDead(letters);
      const { id } = messageOf(letters[0]!);
      const { effect, reached } = atPlace(place);
      await discardDeadLetters(breakable(effect), site_id, [id], Date.now()).catch(() => undefined);
      if ((await list(site_id)).total > 0) await discardDeadLetters(env, site_id, [id], Date.now());
      await deliverLetters(letters);
      await sweepGarbage(env, Date.now() + DAY);
      await expectCounted(site_id, 0);
      if (!reached()) break;
    }
  });
});

describe("the routes", () => {
  it("know no letter that is not the property's", async () => {
    const [mine, theirs] = [await givenProperty(), await givenProperty()];
    const letters = await givenMessages(theirs, 1);
    await givenDead(letters);
    const { id } = messageOf(letters[0]!);
    for (const action of ["replay", "discard"]) {
      const reply = await post(`${root(mine.site_id)}/${action}`, { ids: [id] });
      expect([reply.status, await problemOf(reply)]).toEqual([404, "not_found"]);
    }
    expect(await problemOf(await post(`${root(mine.site_id)}/replay`, {}))).toBe("not_found");
    expect(await problemOf(await post(`${root(mine.site_id)}/discard`, {}))).toBe("invalid");
    expect(await problemOf(await post(`${root(mine.site_id)}/discard`, { ids: [] }))).toBe("invalid");
    expect((await list(theirs.site_id)).total).toBe(1);
  });

  it("ask for the scope", async () => {
    const { site_id } = await givenProperty();
    const reader = await givenKey("organization", ["stats"]);
    expect((await call("GET", root(site_id), { key: reader })).status).toBe(200);
    for (const action of ["replay", "discard"])
      expect(
        await problemOf(await call("POST", `${root(site_id)}/${action}`, { key: reader, body: { ids: ["a"] } })),
      ).toBe("forbidden");
    expect(await problemOf(await call("GET", root(site_id), { key: await givenKey("another") }))).toBe("not_found");
  });

  it("start a replay, whose report says what was counted", async () => {
    const property = await givenProperty();
    const letters = await givenMessages(property, 2);
    await givenDead(letters);
    const reply = await post(`${root(property.site_id)}/replay`, { ids: [messageOf(letters[1]!).id] });
    expect(reply.status).toBe(202);
    const { run_id } = (await reply.json()) as { run_id: string };
    await vi.waitFor(
      async () => {
        const row = await env.DB.prepare("SELECT * FROM pipeline_runs WHERE id = ?").bind(run_id).first();
        expect([row?.status, row?.kind]).toEqual(["done", "replay"]);
        expect(JSON.parse(String(row?.report))).toEqual({ letters: 1, counted: 1, failed: 0 });
      },
      { timeout: 30_000, interval: 200 },
    );
    expect((await list(property.site_id)).total).toBe(1);
  });
});

describe("expiry", () => {
  const ageOf = async (id: string, days: number) =>
    env.DB.prepare("UPDATE dead_letters SET first_failed_at = ?, failed_at = ? WHERE id = ?")
      .bind(Date.now() - days * DAY, Date.now() - DAY, id)
      .run();
  const left = async () => {
    const { results } = await env.DB.prepare("SELECT id FROM dead_letters ORDER BY id").all<{ id: string }>();
    const { objects } = await env.LAKE.list({ prefix: "dead_letters/" });
    // A letter is its row and its object, or neither.
    expect(objects.map(({ key }) => key).sort()).toEqual(results.map(({ id }) => deadLetterKey(id)).sort());
    return results.map(({ id }) => id);
  };
  const nameless = (id: string) =>
    keepDeadLetter(env, {
      ...{ id, site_id: null, key: deadLetterKey(id), reason: "unreadable", failed_at: Date.now(), events: null },
      body: "nothing",
    });
  const retainAll = () => {
    const chaos = new Chaos(1);
    chaos.odds = 0;
    return retain(env, chaos.steps(new Map()), { site_id: null }, crypto.randomUUID());
  };

  it("comes after 30 days, earlier where events go earlier, and a letter that has gone is never counted", async () => {
    const property = await givenProperty("organization", { timezone: "UTC" });
    const letters = await givenMessages(property, 3);
    await deliverLetters(letters, "trackkit-dead-letters", broken);
    const idOf = (body: unknown) => (readMessage(body) as StampedMessage).id;
    const ids = letters.map(({ body }) => idOf(body)).sort();
    expect(await left()).toEqual(ids);
    await nameless("~a");
    await nameless("~b");
    await ageOf("~a", 31);
    await ageOf(ids[0]!, 31);
    await ageOf(ids[1]!, 29);
    expect(await retainAll()).toMatchObject({ letters_deleted: 2 });
    expect(await left()).toEqual([...ids.slice(1), "~b"]);
    await changeSettings(env.DB, property.site_id, { retention: { events_days: 10 } });
    expect(await retainAll()).toMatchObject({ letters_deleted: 1 });
    expect(await left()).toEqual([ids[2], "~b"]);
    await changeSettings(env.DB, property.site_id, { retention: { events_days: null, dead_letters_days: null } });
    await ageOf(ids[2]!, 3_000);
    expect(await retainAll()).toMatchObject({ letters_deleted: 0 });
    // The queue delivers once more what has expired.
    await deliverLetters(letters);
    await sweepGarbage(env, Date.now() + 2 * DAY);
    const kept = (readMessage(letters.find(({ body }) => idOf(body) === ids[2])!.body) as StampedMessage).events;
    expect(await lakeIds(property.site_id)).toEqual(kept.map(({ event_id }) => event_id).sort());
  });
});
