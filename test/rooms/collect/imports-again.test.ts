// Imports of events that the lake has and the history hub does not know: of an earlier version, or after the hub lost them.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ImportedIds } from "../../../durable-objects/imports/imported-ids";
import { LakeIds } from "../../../durable-objects/imports/lake-ids";
import { importName } from "../../../workers/domain/visits/hub";
import { hash64 } from "../../../workers/domain/visits/seen";
import { compact } from "../../../workers/maintenance/compact";
import { eventIdsOfDays } from "../../../workers/storage/lake/event-ids";
import { listFiles } from "../../../workers/storage/lake/reading";
import { CHROME, sendImport } from "../beacons";
import { stubborn } from "../chance";
import { ask, countAll, deliverLetters, differences, givenHeldQueue } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";

givenFreshStorage();
afterEach(() => vi.useRealTimers());
const queue = givenHeldQueue();
const DAY = 86_400_000;

const hubOf = (siteId: string) => env.HUB.getByName(importName(siteId));
const aLine = (event_time: string, given: Record<string, unknown> = {}) => ({
  event_type: "pageview",
  event_time,
  url: "https://shop.example/",
  ip: "192.0.2.1",
  user_agent: CHROME,
  ...given,
});
let key = "";
beforeEach(async () => {
  key = await givenKey();
});

/** @returns how many lines were accepted, and how many were duplicates. */
async function send(siteId: string, lines: readonly unknown[], importId?: string): Promise<[number, number]> {
  const reply = await sendImport(key, siteId, lines, importId);
  expect(reply.status).toBe(202);
  const { accepted, duplicates } = (await reply.json()) as { accepted: number; duplicates: number };
  return [accepted, duplicates];
}
const pageviews = async (siteId: string) => (await ask(siteId, ["pageviews"]))[0]!.metrics[0];
const count = (siteId: string) => countAll(queue, importName(siteId));

/** What was read of the lake while something ran. */
async function readsOf(act: () => Promise<unknown>): Promise<string[]> {
  const proto = Object.getPrototypeOf(env.LAKE) as R2Bucket;
  const spy = vi.spyOn(proto, "get");
  await act();
  const keys = spy.mock.calls.map(([name]) => name);
  spy.mockRestore();
  return keys;
}

/** How a history hub loses what it knew; its id stays. */
const LOSSES: [string, (siteId: string) => Promise<void>][] = [
  ["which is new", (siteId) => hubOf(siteId).destroy()],
  [
    "of a version without the table",
    async (siteId) => {
      await runInDurableObject(hubOf(siteId), (_, { storage }) => {
        storage.sql.exec("DROP TABLE imported");
        storage.sql.exec("DELETE FROM seen");
      });
      await evictDurableObject(hubOf(siteId));
    },
  ],
  [
    "with an empty table",
    async (siteId) => {
      await runInDurableObject(hubOf(siteId), (_, { storage }) => {
        storage.sql.exec("DELETE FROM imported");
        storage.sql.exec("DELETE FROM seen");
      });
      await evictDurableObject(hubOf(siteId));
    },
  ],
];

describe("an import of what the lake has", () => {
  const files: [string, Record<string, unknown>[]][] = [
    [
      "with ids",
      ["2024-03-01T22:30:00Z", "2024-03-01T23:30:00Z", "2024-03-02T00:30:00Z"].map((time, i) =>
        aLine(time, { event_id: `old-${i}` }),
      ),
    ],
    [
      "without ids",
      ["2024-03-01T22:30:00Z", "2024-03-01T23:30:00Z", "2024-03-01T23:30:00Z"].map((time) => aLine(time)),
    ],
    [
      "over a year",
      Array.from({ length: 366 }, (_, day) => aLine(new Date(Date.UTC(2020, 0, 1) + day * DAY).toISOString())),
    ],
  ];
  const cases = LOSSES.flatMap(([loss, lose]) => files.map(([name, lines]) => [loss, name, lose, lines] as const));

  it.each(cases)("counts nothing twice in a hub %s: %s", async (_, __, lose, lines) => {
    const { site_id } = await givenProperty();
    expect(await send(site_id, lines)).toEqual([lines.length, 0]);
    await count(site_id);
    await runInDurableObject(hubOf(site_id), (hub) => (hub as unknown as { checkpoint(): void }).checkpoint());
    await lose(site_id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 90 * DAY });
    expect(await send(site_id, lines.toReversed(), "again")).toEqual([0, lines.length]);
    await evictDurableObject(hubOf(site_id));
    expect(await send(site_id, [...lines, aLine("2024-03-01T10:00:00Z")])).toEqual([1, lines.length]);
    vi.useRealTimers();
    await count(site_id);
    expect(await pageviews(site_id)).toBe(lines.length + 1);
    expect(await differences(site_id)).toEqual([]);
  });

  it("counts nothing twice after compaction, also when only parts of the objects are read", async () => {
    const { site_id } = await givenProperty();
    const lines = Array.from({ length: 40 }, (_, i) => aLine(`2024-03-0${1 + (i % 3)}T10:${10 + i}:00Z`));
    await send(site_id, lines);
    await count(site_id);
    await givenProcessed(site_id);
    await compact(env, stubborn() as never, { site_id }, "run");
    expect((await listFiles(env.DB, site_id, ["raw"])).length).toBe(0);
    const idsOf = async (whole?: number) => {
      const ids: string[] = [];
      for await (const rows of eventIdsOfDays(env, site_id, ["2024-03-01", "2024-03-03"], whole))
        ids.push(...rows.map(({ event_id, event_time }) => `${event_id} ${event_time}`));
      return ids.sort();
    };
    expect((await idsOf()).length).toBeGreaterThanOrEqual(27);
    expect(await idsOf(0)).toEqual(await idsOf());
    await hubOf(site_id).destroy();
    expect(await send(site_id, lines)).toEqual([0, 40]);
  });

  it("reads the lake once for a date, also for one without events", async () => {
    const { site_id } = await givenProperty();
    const first = [aLine("2024-03-01T10:00:00Z", { event_id: "a" })];
    await send(site_id, first);
    await count(site_id);
    await hubOf(site_id).destroy();
    expect(await readsOf(() => send(site_id, [...first, aLine("2024-03-05T10:00:00Z")]))).toHaveLength(1);
    await evictDurableObject(hubOf(site_id));
    await count(site_id);
    const again = [aLine("2024-03-01T11:00:00Z"), aLine("2024-03-05T11:00:00Z")];
    expect(await readsOf(() => send(site_id, again))).toEqual([]);
  });

  it("does not compare with events of strangers, who choose their ids", async () => {
    const { site_id } = await givenProperty();
    const noon = Date.UTC(2024, 2, 1, 12);
    await givenMessage(site_id, [
      aStampedEvent(site_id, noon, { event_id: "a", anonymous: 1 }),
      aStampedEvent(site_id, noon, { event_id: "b" }),
    ]);
    const lines = ["a", "b"].map((event_id) => aLine("2024-03-01T10:00:00Z", { event_id }));
    expect(await send(site_id, lines)).toEqual([1, 1]);
  });
});

describe("the reading of the lake for a hub", () => {
  /** Runs inside a hub, with an object of ids and what reads the lake into it. */
  function inside<T>(siteId: string, most: number, act: (lakeIds: LakeIds, ids: () => ImportedIds) => Promise<T>) {
    return runInDurableObject(hubOf(siteId), (_, { storage }) => {
      const ids = new ImportedIds(storage.sql, 10_000);
      const write = (work: () => void) => storage.transactionSync(work);
      return act(new LakeIds({ env: () => env, ids: () => ids, write }, most), () => new ImportedIds(storage.sql));
    });
  }
  const times = Array.from({ length: 30 }, (_, day) => Date.UTC(2024, 2, 1 + day, 12));
  const anId = (time: number) => ({ event_id: `id-${time}`, event_time: time, received_at: time + 5 * DAY });
  async function givenEvents() {
    const { site_id } = await givenProperty();
    for (const half of [times.slice(0, 15), times.slice(15)])
      await givenMessage(
        site_id,
        half.map((time) => aStampedEvent(site_id, time, anId(time))),
      );
    return site_id;
  }

  it("begins anew after it broke off, and then knows every id", async () => {
    const siteId = await givenEvents();
    const proto = Object.getPrototypeOf(env.LAKE) as R2Bucket;
    const { get } = proto;
    const spy = vi.spyOn(proto, "get");
    spy.mockImplementationOnce(get).mockRejectedValueOnce(new Error("R2 is away"));
    await inside(siteId, 100, async (lakeIds, restarted) => {
      const first = await lakeIds.complete(siteId, times.map(anId));
      expect(first?.code).toBe("unavailable");
      const dates = times.map((time) => new Date(time).toISOString().slice(0, 10));
      expect(restarted().incomplete(dates)).toEqual(dates);
      // Two at a time: the second finds all done.
      const both = await Promise.all([0, 1].map(() => lakeIds.complete(siteId, times.map(anId))));
      expect([both, spy.mock.calls.length]).toEqual([[null, null], 4]);
      expect(restarted().incomplete(dates)).toEqual([]);
      const again = restarted();
      expect(times.map((time) => again.note(anId(time)))).toEqual(times.map(() => false));
      expect(again.note({ ...anId(times[0]!), event_id: "another" })).toBe(true);
    });
  });

  it("refuses a date with more ids than memory holds", async () => {
    const siteId = await givenEvents();
    await inside(siteId, 0, async (lakeIds) => {
      expect(await lakeIds.complete(siteId, [anId(times[0]!)])).toEqual({
        code: "too_large",
        message: "import must not touch 2024-03-01: this date has more than 0 events with ids",
      });
      expect(await lakeIds.complete(siteId, [anId(times[0]! - DAY)])).toBeNull();
    });
  });
});

describe("lines that an earlier version imported without ids", () => {
  const lines = ["10:00", "10:00", "10:05"].map((time) => JSON.stringify(aLine(`2024-03-01T${time}:00Z`)));
  async function givenEarlier(siteId: string, importId: string): Promise<void> {
    const body = hash64(lines.join("\n"))
      .map((half) => half.toString(36))
      .join("");
    await givenMessage(
      siteId,
      lines.map((line, i) =>
        aStampedEvent(siteId, Date.parse(JSON.parse(line).event_time as string), {
          event_id: `${importId}-${body}-${i}`,
        }),
      ),
    );
  }

  it.each(["old-tool", "x-1-2.3", "m"])(
    "are known when the same body comes again, whatever its name: %s",
    async (id) => {
      const { site_id } = await givenProperty();
      await givenEarlier(site_id, id);
      expect(await send(site_id, lines, "another")).toEqual([0, 3]);
      // From then on they are known by their content, also in a new start of the hub.
      await evictDurableObject(hubOf(site_id));
      expect(await send(site_id, [lines[2], aLine("2024-03-01T10:10:00Z"), lines[0], lines[0]])).toEqual([1, 3]);
    },
  );

  it("are not known in another body, as the documentation says", async () => {
    const { site_id } = await givenProperty();
    await givenEarlier(site_id, "old-tool");
    expect(await send(site_id, [...lines, aLine("2024-03-01T10:10:00Z")])).toEqual([4, 0]);
  });
});

describe("an import while the lake is away", () => {
  const lines = [aLine("2024-03-01T10:00:00Z", { event_id: "a" }), aLine("2024-03-01T11:00:00Z")];
  async function givenLostHub() {
    const { site_id } = await givenProperty();
    await send(site_id, [lines[0]]);
    await count(site_id);
    await hubOf(site_id).destroy();
    const proto = Object.getPrototypeOf(env.LAKE) as R2Bucket;
    const away = vi.spyOn(proto, "get").mockRejectedValue(new Error("R2 is away"));
    return { site_id, away };
  }

  it("is unavailable and takes nothing; afterwards it counts once", async () => {
    const { site_id, away } = await givenLostHub();
    const reply = await sendImport(key, site_id, lines);
    expect([reply.status, await problemOf(reply)]).toEqual([503, "unavailable"]);
    expect(queue.letters).toEqual([]);
    away.mockRestore();
    expect(await send(site_id, lines)).toEqual([1, 1]);
    await count(site_id);
    expect(await pageviews(site_id)).toBe(2);
  });

  it("comes again where it waited in the queue", async () => {
    const { site_id, away } = await givenLostHub();
    const proto = Object.getPrototypeOf(env.HUB) as typeof env.HUB;
    const gone = vi.spyOn(proto, "getByName").mockImplementation(() => {
      throw new Error("hub is away");
    });
    expect(await send(site_id, lines)).toEqual([2, 0]);
    gone.mockRestore();
    const letters = queue.letters.splice(0);
    expect((await deliverLetters(letters)).retryMessages).toHaveLength(1);
    away.mockRestore();
    expect((await deliverLetters(letters)).retryMessages).toEqual([]);
    await count(site_id);
    expect(await pageviews(site_id)).toBe(2);
  });
});

describe("a line a few minutes in the future", () => {
  const before = Date.UTC(2026, 9, 19, 23, 58);
  const line = aLine("2026-10-20T00:01:00Z");
  const restarts: [string, (siteId: string) => Promise<unknown>][] = [
    ["in the same hub", async () => undefined],
    ["after a start of the hub", (siteId) => evictDurableObject(hubOf(siteId))],
    ["in a hub that reads the lake", (siteId) => hubOf(siteId).destroy()],
  ];

  it.each(restarts)("counts once, on whichever side of midnight it is imported: %s", async (_, restart) => {
    const { site_id } = await givenProperty();
    vi.useFakeTimers({ toFake: ["Date"], now: before });
    expect(await send(site_id, [line])).toEqual([1, 0]);
    await count(site_id);
    await restart(site_id);
    vi.setSystemTime(before + 3 * DAY);
    expect(await send(site_id, [line])).toEqual([0, 1]);
  });
});
