// Shards: who is offered an event while the number of shards changes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Arrival, Sighting } from "../../../workers/domain/events/event";
import { hubCount, hubsFor, namedHubsFor, type ShardChange, withShards } from "../../../workers/domain/visits/shard";

const NOW = Date.UTC(2026, 9, 5, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Each person has a shard key of their own, and new keys at any time. */
const arrival = (person: number, time = NOW) => {
  const keys = { today: `${person} at ${time}`, yesterday: `${person} before ${time}`, shard: person };
  return { user_id: null, keys, ip: null, event_time: time } as Arrival;
};
/** As the version before sent it. */
const formerArrival = (person: number) =>
  ({ user_id: null, address: `192.0.2.${person}`, agent: "agent", event_time: NOW }) as Sighting;
/** Where the version before sent people 0 to 5 of a property with five shards. */
const FORMER_HUBS = ["site/2", "site/2", "site/1", "site/2", "site/2", "site/3"];
const property = (shards: number, shard_changes: ShardChange[] = []) => ({
  site_id: "site",
  timezone: "UTC",
  shards,
  shard_changes,
});
const people = Array.from({ length: 50 }, (_, i) => i);

describe("an event", () => {
  it("goes to one hub where the number never changed, and to each of them from some visitor", () => {
    const hubs = people.map((person) => hubsFor(property(3), arrival(person), NOW));
    expect(hubs.every((one) => one.length === 1)).toBe(true);
    expect(new Set(hubs.flat())).toEqual(new Set(["site/0", "site/1", "site/2"]));
  });

  it("goes to the same hub on every day, whatever the keys of the day", () => {
    for (const person of people)
      for (const shards of [2, 3, 16]) {
        const [today, tomorrow] = [arrival(person), arrival(person, NOW + DAY)].map((one) =>
          hubsFor(property(shards), one, NOW + DAY),
        );
        expect(tomorrow).toEqual(today);
      }
  });

  it("finds every shard about as often, by keys of eight bits", () => {
    const counts = new Map<string, number>();
    for (let shard = 0; shard < 256; shard += 1) {
      const [hub] = hubsFor(property(16), arrival(shard), NOW);
      counts.set(hub!, (counts.get(hub!) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array(16).fill(16));
  });

  it("of the version before goes where that version sent its visitor", () => {
    const hubs = people.map((person) => hubsFor(property(5), formerArrival(person), NOW));
    expect(hubs.slice(0, 6).flat()).toEqual(FORMER_HUBS);
  });

  it("goes where it went until the change is in force, then first where it went, and in the end no more", () => {
    const changes = withShards(property(1), 3, NOW);
    const after = property(3, changes);
    for (const person of people) {
      const [home] = hubsFor(property(3), arrival(person), NOW);
      const at = (time: number) => hubsFor(after, arrival(person, time), time);
      expect(at(NOW + 4 * MINUTE)).toEqual(["site/0"]);
      expect(at(NOW + 6 * MINUTE)).toEqual(home === "site/0" ? [home] : ["site/0", home]);
      expect(at(NOW + 4 * DAY)).toHaveLength(home === "site/0" ? 1 : 2);
      expect(at(NOW + 5 * DAY)).toEqual([home]);
      // Late, of a day when the former hub was asked.
      expect(hubsFor(after, arrival(person, NOW), NOW + 5 * DAY)).toEqual(at(NOW + 6 * MINUTE));
    }
  });

  it("is offered to no hub twice, and last to the one that the number in force says", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 3 * DAY })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, fc.nat(255), (changes, person) => {
        let now = NOW;
        let one = property(2);
        for (const [shards, wait] of changes) {
          now += wait;
          one = property(shards, withShards(one, shards, now));
        }
        const hubs = hubsFor(one, arrival(person, now), now + 6 * MINUTE);
        expect(new Set(hubs).size).toBe(hubs.length);
        expect(hubs.at(-1)).toBe(hubsFor(property(one.shards), arrival(person), now)[0]);
      }),
    );
  });
});

describe("a user whom a page names for a stored id", () => {
  const stored = (person: number, made: string, user_id: string | null) =>
    ({ ...arrival(person), user_id, by_page: true, stored: { id: `s_${person}`, made, isNew: false } }) as Arrival;

  it("is told to every hub that gets the browser's events without a name, today, later, and after a change", () => {
    const changes = [
      { from: 0, shards: 2 },
      { from: NOW + MINUTE, shards: 5 },
    ];
    for (const person of people)
      for (const made of ["2026-10-05", "2026-09-01"]) {
        const told = namedHubsFor(property(5, changes), stored(person, made, "ann"));
        const unnamed = [property(2), property(5)].flatMap((one) => [
          ...hubsFor(one, stored(person, made, null), NOW),
          ...hubsFor(one, { ...stored(person, made, null), event_time: NOW + DAY }, NOW + DAY),
        ]);
        expect(told).toEqual([...new Set(unnamed)].sort());
      }
  });

  it("is nobody else's concern with one shard, without a stored id, and where no page says it", () => {
    const none = [
      namedHubsFor(property(1), stored(1, "", "ann")),
      namedHubsFor(property(3), stored(1, "", null)),
      namedHubsFor(property(3), { ...stored(1, "", "ann"), stored: undefined }),
      namedHubsFor(property(3), { ...stored(1, "", "ann"), by_page: undefined }),
    ];
    expect(none).toEqual([[], [], [], []]);
  });
});

describe("a change", () => {
  it("that is taken back in time never was", () => {
    const first = withShards(property(1), 3, NOW);
    expect(withShards(property(3, first), 1, NOW + MINUTE)).toEqual([{ from: 0, shards: 1 }]);
  });

  it("that somebody may already act on is followed by the next one", () => {
    const first = withShards(property(1), 3, NOW);
    expect(withShards(property(3, first), 1, NOW + 4 * MINUTE).map(({ shards }) => shards)).toEqual([1, 3, 1]);
  });

  it("is forgotten in the end, but not how many hubs there were", () => {
    let one = property(1);
    for (const [days, shards] of [
      [0, 4],
      [30, 2],
      [60, 3],
      [90, 1],
    ] as const) {
      const changes = withShards(one, shards, NOW + days * DAY);
      one = property(shards, changes);
    }
    expect(one.shard_changes.length).toBeLessThan(5);
    expect(hubCount(one)).toBe(4);
  });
});
