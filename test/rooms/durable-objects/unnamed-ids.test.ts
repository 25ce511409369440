// A page names a user whose hub is another one than that of the browser: the browser's hub gives the id without the user.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { Property } from "../../../workers/domain/properties/property";
import { shardName } from "../../../workers/domain/visits/hub";
import { markedDays } from "../../../workers/storage/lake/restamp-marks";
import { aBeacon, sendBeacon } from "../beacons";
import { countAll, givenHeldQueue, lakeRows } from "../downstream";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHARDS = 8;
// Years ahead: the runtime would start an alarm of the past by itself, at once.
const NOON = Date.UTC(2099, 9, 5, 12);
const setClock = (time: number) => vi.useFakeTimers({ toFake: ["Date"], now: time });

const aShardedProperty = (): Promise<Property> =>
  givenProperty(undefined, {
    timezone: "UTC",
    shards: SHARDS,
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }],
  });
const hubsOf = ({ site_id }: Property) => Array.from({ length: SHARDS }, (_, shard) => shardName(site_id, shard));

async function view({ site_id }: Property, id: string, time: number, now: number, user?: string): Promise<void> {
  setClock(now);
  const beacon = { ...aBeacon(site_id, { i: id, a: now - time }), ...(user ? { c: user } : {}) };
  expect((await sendBeacon(beacon, { "cf-connecting-ip": "203.0.113.7" })).status).toBe(202);
}

const evictAll = async (property: Property) => {
  for (const hub of hubsOf(property)) await evictDurableObject(env.HUB.getByName(hub)).catch(() => undefined);
};

it("the salt that a hub makes for it is destroyed, also when nothing else comes there", async () => {
  const property = await aShardedProperty();
  for (let user = 0; user < 4; user += 1) await view(property, `${user}`, NOON, NOON, `user ${user}`);
  const withSalts = await Promise.all(
    hubsOf(property).map((hub) =>
      runInDurableObject(env.HUB.getByName(hub), async (_, { storage }) => {
        const hasMeta = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length > 0;
        const salts = hasMeta ? storage.sql.exec("SELECT 1 FROM meta WHERE key = 'salts'").toArray() : [];
        return salts.length > 0 ? [await storage.getAlarm()] : [];
      }),
    ),
  );
  expect(withSalts.flat()).toHaveLength(1);
  const [alarm] = withSalts.flat();
  expect(alarm).not.toBeNull();
  expect(alarm).toBeLessThanOrEqual(NOON + 48 * HOUR);
});

for (const restarts of [false, true])
  it(`an event that comes later without the user and happened before marks its day${restarts ? ", also after a restart" : ""}`, async () => {
    const property = await aShardedProperty();
    const users = ["ann", "bob", "carl", "dan"];
    for (const [i, user] of users.entries()) {
      const day = NOON + i * 24 * HOUR;
      await view(property, `${user} named`, day, day, user);
      if (restarts) await evictAll(property);
      await view(property, `${user} unnamed`, day - 2 * MINUTE, day + MINUTE);
    }
    await countAll(queue, ...hubsOf(property));
    expect(await lakeRows(property.site_id)).toHaveLength(2 * users.length);
    expect((await markedDays(env.DB, 10)).map(({ day }) => day)).toEqual([
      "2099-10-05",
      "2099-10-06",
      "2099-10-07",
      "2099-10-08",
    ]);
  });
