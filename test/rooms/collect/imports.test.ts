// Imports (POST …/imports): the past, in time order, counted once and where it belongs.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { importName } from "../../../workers/domain/visits/hub";
import { aBeacon, CHROME, sendBeacon, sendImport } from "../beacons";
import { ask, countAll, differences, givenHeldQueue, lakeRows, mainHub, storedTraces } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();
afterEach(() => vi.useRealTimers());
const queue = givenHeldQueue();

interface ImportReply {
  import_id: string;
  property: string;
  accepted: number;
  duplicates: number;
  refused: Record<string, number>;
  rejected_total: number;
  rejected: { index: number; code: string; message: string }[];
}
const toReply = async (reply: Response) => (await reply.json()) as ImportReply;

/** A line of the past: a page view by a person. */
const aLine = (event_time: string, person = 1, given: Record<string, unknown> = {}) => ({
  event_type: "pageview",
  event_time,
  url: "https://shop.example/",
  ip: `192.0.2.${person}`,
  user_agent: CHROME,
  ...given,
});

async function count(siteId: string) {
  await countAll(queue, importName(siteId));
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type !== "first_visit");
}

describe("an import", () => {
  it("takes NDJSON and says what became of it", async () => {
    const { site_id } = await givenProperty();
    const lines = [aLine("2024-03-01T10:00:00Z"), "", aLine("2024-03-01T10:05:00Z"), aLine("2024-03-01T12:00:00Z", 2)];
    const reply = await sendImport(await givenKey(), site_id, lines);
    expect(reply.status).toBe(202);
    const { import_id, ...told } = await toReply(reply);
    expect(told).toEqual({
      property: site_id,
      accepted: 3,
      duplicates: 0,
      refused: {},
      rejected_total: 0,
      rejected: [],
    });
    expect(await count(site_id)).toHaveLength(3);
    expect(await ask(site_id, ["visitors", "visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [2, 2, 3] }]);
    expect(await differences(site_id)).toEqual([]);
  });

  it("can be continued: a visit goes on over two requests", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const { import_id } = await toReply(await sendImport(key, site_id, [aLine("2024-03-01T10:00:00Z")]));
    const next = await toReply(await sendImport(key, site_id, [aLine("2024-03-01T10:10:00Z")], import_id));
    expect(next.import_id).toBe(import_id);
    await count(site_id);
    expect(await ask(site_id, ["visits", "pageviews", "visit_duration"])).toEqual([
      { dimensions: [], metrics: [1, 2, 600] },
    ]);
  });

  it.each([
    ["with ids of its events", (i: number) => ({ event_id: `old-${i}` }), "mine"],
    ["without ids", () => ({}), "mine"],
    ["without ids and without an import_id, whose reply was never seen", () => ({}), undefined],
  ])("sent again counts nothing twice: %s", async (_, ids, importId) => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const lines = Array.from({ length: 700 }, (__, i) => aLine(`2024-03-01T10:${10 + (i % 40)}:00Z`, i % 50, ids(i)));
    const first = await toReply(await sendImport(key, site_id, lines, importId));
    const second = await toReply(await sendImport(key, site_id, lines, importId));
    expect([first.accepted, first.duplicates, second.accepted, second.duplicates]).toEqual([700, 0, 0, 700]);
    expect(await count(site_id)).toHaveLength(700);
    expect(await ask(site_id, ["pageviews"])).toEqual([{ dimensions: [], metrics: [700] }]);
  });

  it("may hold the same line twice: two events that look alike are two", async () => {
    const { site_id } = await givenProperty();
    const line = aLine("2024-03-01T10:00:00Z");
    const { accepted } = await toReply(await sendImport(await givenKey(), site_id, [line, line]));
    expect(accepted).toBe(2);
    expect(await count(site_id)).toHaveLength(2);
  });

  it("may overlap with others, in any order and months later: each line counts as often as in the file that has most of it", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const [a, b, c] = ["10:00", "10:01", "10:02"].map((time) =>
      aLine(`2024-03-01T${time}:00Z`, 1, { user_id: "anna" }),
    );
    const accepted = async (...lines: unknown[]) => (await toReply(await sendImport(key, site_id, lines))).accepted;
    expect(await accepted(b, b, c)).toBe(3);
    expect(await accepted(a, b)).toBe(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 90 * 86_400_000 });
    await evictDurableObject(env.HUB.getByName(importName(site_id)));
    expect(await accepted(c, b, b, b, a)).toBe(1);
    expect(await accepted(aLine("2024-03-02T10:00:00Z", 1, { user_id: "anna" }), a)).toBe(1);
    vi.useRealTimers();
    expect(await count(site_id)).toHaveLength(6);
    expect(await ask(site_id, ["visitors", "pageviews"])).toEqual([{ dimensions: [], metrics: [2, 6] }]);
  });

  it("in several files of neighbouring days gives the numbers of one", async () => {
    const { site_id } = await givenProperty("organization", { timezone: "UTC" });
    const key = await givenKey();
    await sendImport(key, site_id, [aLine("2024-03-01T23:50:00Z")], "first");
    await sendImport(key, site_id, [aLine("2024-03-02T00:10:00Z"), aLine("2024-03-02T00:20:00Z")], "second");
    await count(site_id);
    expect(await ask(site_id, ["visitors", "visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [2, 1, 3] }]);
  });

  it("tells bad lines by their index and counts the others", async () => {
    const { site_id } = await givenProperty();
    const lines = [
      aLine("2024-03-01T10:00:00Z"),
      "{not json",
      aLine("2024-03-01T10:01:00Z"),
      { event_type: "pageview", url: "https://shop.example/" },
      aLine("2999-01-01T00:00:00Z"),
      aLine("1970-01-01T00:00:00Z"),
      aLine("2024-03-01T10:02:00Z", 1, { site_id: "another" }),
      aLine("2024-03-01T10:03:00Z", 1, { user_agent: "Googlebot/2.1" }),
    ];
    const reply = await toReply(await sendImport(await givenKey(), site_id, lines));
    expect(reply.accepted).toBe(2);
    expect(reply.refused).toEqual({ bot: 1 });
    expect(reply.rejected_total).toBe(5);
    expect(reply.rejected.map(({ index, message }) => [index, message])).toEqual([
      [1, "body must be valid JSON"],
      [3, "event_time must be given in an import"],
      [4, "event_time must not be in the future"],
      [5, "event_time must be after 1995"],
      [6, "site_id must be that of the import's property"],
    ]);
  });

  it("with nothing but bad lines is 400 and stores nothing, however many they are", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    for (const lines of [["nonsense"], ["1", "[]", '"x"'], new Array(200_000).fill("{")]) {
      const reply = await sendImport(key, site_id, lines, "bad");
      expect([reply.status, await problemOf(reply)]).toEqual([400, "invalid"]);
    }
    await count(site_id);
    expect(await storedTraces()).toBe(0);
  });

  it("of another organization's property finds no property; without a key or scope nothing is done", async () => {
    const { site_id } = await givenProperty();
    const lines = [aLine("2024-03-01T10:00:00Z")];
    expect((await sendImport(await givenKey("another"), site_id, lines)).status).toBe(404);
    expect((await sendImport(await givenKey(), "nosuchsite", lines)).status).toBe(404);
    expect((await sendImport(await givenKey("organization", ["stats"]), site_id, lines)).status).toBe(403);
    const path = `/api/v1/properties/${site_id}/imports`;
    expect((await call("POST", path, { body: JSON.stringify(lines[0]) })).status).toBe(401);
    expect(await storedTraces()).toBe(0);
  });

  it.each(["a/b", "", "x".repeat(65), "%00", "ü"])("cannot be named %j", async (id) => {
    const { site_id } = await givenProperty();
    const reply = await sendImport(await givenKey(), site_id, [aLine("2024-03-01T10:00:00Z")], id);
    expect(reply.status).toBe(400);
  });

  it("makes visits by the time of the events, not of the import", async () => {
    const { site_id } = await givenProperty();
    const times = ["10:00:00", "10:29:59", "10:59:59", "11:30:00"];
    const lines = times.map((time) => aLine(`2024-03-01T${time}Z`));
    await sendImport(await givenKey(), site_id, lines);
    const rows = await count(site_id);
    expect(rows.map(({ new_visit }) => new_visit)).toEqual([1, 0, 0, 1]);
    expect(await ask(site_id, ["visitors", "visits"])).toEqual([{ dimensions: [], metrics: [1, 2] }]);
  });

  it("of years ago lands in the local days of then, summer and winter", async () => {
    const { site_id } = await givenProperty();
    // Zurich is one hour ahead of UTC in winter and two in summer.
    const lines = ["2009-01-01T22:59:59Z", "2009-01-01T23:00:00Z", "2015-07-01T21:59:59Z", "2015-07-01T22:00:00Z"].map(
      (time, person) => aLine(time, person),
    );
    await sendImport(await givenKey(), site_id, lines);
    await count(site_id);
    const days = await ask(site_id, ["pageviews"], {
      dimensions: ["time:day"],
      date_range: ["2009-01-01", "2009-01-03"],
    });
    expect(days).toEqual([
      { dimensions: ["2009-01-01"], metrics: [1] },
      { dimensions: ["2009-01-02"], metrics: [1] },
    ]);
    const summer = await ask(site_id, ["pageviews"], {
      dimensions: ["time:day"],
      date_range: ["2015-07-01", "2015-07-02"],
    });
    expect(summer).toEqual([
      { dimensions: ["2015-07-01"], metrics: [1] },
      { dimensions: ["2015-07-02"], metrics: [1] },
    ]);
    expect(await differences(site_id)).toEqual([]);
  });

  it("over a year of days makes each day's visitors anew", async () => {
    const { site_id } = await givenProperty();
    const lines = Array.from({ length: 366 }, (_, day) =>
      aLine(new Date(Date.UTC(2020, 0, 1 + day, 12)).toISOString(), 5),
    );
    await sendImport(await givenKey(), site_id, lines);
    const rows = await count(site_id);
    expect(new Set(rows.map(({ visitor_id }) => visitor_id)).size).toBe(366);
    expect(await ask(site_id, ["visitors", "visits"])).toEqual([{ dimensions: [], metrics: [366, 366] }]);
  });

  it("does not disturb the live picture", async () => {
    // Pictures of different minutes cannot be compared: the clock stops, timers run on.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const live = async () => (await call("GET", `/api/v1/properties/${site_id}/live`, { key })).json();
    await sendBeacon(aBeacon(site_id));
    const before = await live();
    const justNow = new Date(Date.now() - 60_000).toISOString();
    const reply = await sendImport(key, site_id, [aLine("2024-03-01T10:00:00Z"), aLine(justNow, 2)]);
    expect((await toReply(reply)).accepted).toBe(2);
    expect(await live()).toEqual(before);
    await countAll(queue, mainHub(site_id));
  });
});
