// A hub that starts again marks the same events late as one that did not.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { privacyInput } from "../../../workers/domain/properties/property";
import { aBeacon, sendBeacon } from "../beacons";
import { countAll, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2099, 9, 6);

/** Times in minutes after midnight. */
interface Said {
  id: string;
  at: number;
  now: number;
  user?: string;
  browser?: string;
}

async function lateOf(said: readonly Said[], isEvicted: boolean): Promise<Record<string, number | null>> {
  const { site_id } = await givenProperty(undefined, {
    timezone: "UTC",
    privacy: privacyInput.parse({ storage: "local" }),
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }],
  });
  for (const { id, at, now, user, browser } of said) {
    vi.useFakeTimers({ toFake: ["Date"], now: MIDNIGHT + now * MINUTE });
    const who = { ...(user ? { c: user } : {}), ...(browser ? { v: browser } : {}) };
    const beacon = { ...aBeacon(site_id, { i: id, a: (now - at) * MINUTE }), ...who };
    expect((await sendBeacon(beacon, { "cf-connecting-ip": "203.0.113.7" })).status).toBe(202);
    if (isEvicted) await evictDurableObject(env.HUB.getByName(mainHub(site_id)));
  }
  await countAll(queue, mainHub(site_id));
  return Object.fromEntries((await lakeRows(site_id)).map(({ event_id, late }) => [event_id, late]));
}

const MADE = (MIDNIGHT - 100 * 86_400_000).toString(36);
const ONE = `${MADE}.1.123456789`;
const TWO = `${MADE}.2.123456789`;

it.each<[string, Said[]]>([
  [
    "of the day before",
    [
      { id: "a", at: 10, now: 10 },
      { id: "b", at: -10, now: 12 },
      { id: "c", at: 20, now: 20 },
    ],
  ],
  [
    "that names the browser's user",
    [
      { id: "a", at: 610, now: 610, browser: ONE },
      { id: "b", at: 600, now: 612, user: "ann", browser: ONE },
      { id: "c", at: 620, now: 620, browser: ONE },
    ],
  ],
  [
    "that names a user who is known elsewhere",
    [
      { id: "u", at: 590, now: 590, user: "ann", browser: TWO },
      { id: "a", at: 610, now: 610, browser: ONE },
      { id: "b", at: 600, now: 612, user: "ann", browser: ONE },
      { id: "c", at: 620, now: 620, browser: ONE },
    ],
  ],
])("after an event %s", async (_, said) => {
  const late = await lateOf(said, false);
  expect(late["c"]).toBe(1);
  expect(await lateOf(said, true)).toEqual(late);
});
