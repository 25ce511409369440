// Merging objects of events: nothing lost, nothing doubled, sorted, and readable in parts.
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { GROUP_ROWS, type MergedObject, mergeEvents, readColumns } from "../../../workers/domain/lake/merge";
import { fromParquet, portionsOf, toParquet } from "../../../workers/domain/lake/parquet";
import { unpackEvent } from "../../../workers/domain/visits/packed";

const DAY = Date.UTC(2026, 10, 22);

const anEvent = (given: Partial<StampedEvent>): StampedEvent => ({
  ...unpackEvent([]),
  ...{ site_id: "site", event_id: "one", event_type: "pageview", name: "pageview", visitor_id: "visitor" },
  ...{ event_time: DAY, received_at: DAY, local_hour: DAY, visit_hour: DAY, local_date: "2026-11-22", seq: 1 },
  ...{ visit_id: "visit", visit_date: "2026-11-22", new_visit: 0, bounce_delta: 0, duration_delta: 0, firsts: 0 },
  ...{ visit_firsts: 0, visit_bounce: 0, visit_duration: 0, exit_lost: 0, exit_gained: 0 },
  ...given,
});

const text = fc.option(fc.string({ maxLength: 12 }));
const event = fc
  .record({
    event_type: fc.constantFrom("pageview" as const, "engagement" as const, "custom" as const),
    minute: fc.integer({ min: 0, max: 3 * 1440 }),
    seq: fc.integer({ min: 0, max: 9 }),
    page: text,
    props: fc.option(fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()))),
    ip: fc.option(fc.constantFrom("192.0.2.0", "198.51.100.7")),
    asn: fc.option(fc.integer({ min: 1, max: 4_294_967_295 })),
    user_id: fc.option(fc.constantFrom("u1", "u2")),
    revenue_amount: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    engaged_ms: fc.option(fc.integer({ min: 0, max: 2_000_000_000 })),
  })
  .map(({ minute, ...rest }) =>
    anEvent({ ...rest, event_time: DAY + minute * 60_000, local_date: `2026-11-${22 + Math.floor(minute / 1440)}` }),
  );
/** Files of events, each event with an id of its own. */
const files = fc
  .array(fc.array(event, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 })
  .map((all) => all.map((events, i) => events.map((one, j) => ({ ...one, event_id: `${i} ${j}` }))));

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

const none = new Map();
const inputs = (all: readonly StampedEvent[][]) => all.map((events) => ({ file: toParquet(events), found: none }));
const byDay = { periodOf: (date: string) => date };
const byId = (a: StampedEvent, b: StampedEvent) => (a.event_id < b.event_id ? -1 : 1);
const rowsOf = async (objects: readonly MergedObject[]) =>
  (await Promise.all(objects.map(({ body }) => fromParquet(body)))).flat();

it("every row comes out once, unchanged, with others of its type and day, in order of time", async () => {
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      const objects = await gather(mergeEvents(inputs(all), byDay));
      expect((await rowsOf(objects)).sort(byId)).toEqual(all.flat().sort(byId));
      expect(new Set(objects.map(({ event_type, min_date }) => `${event_type} ${min_date}`)).size).toBe(objects.length);
      for (const object of objects) {
        const rows = await fromParquet(object.body);
        const times = rows.map(({ event_time }) => event_time);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect([object.rows, object.min_time, object.max_time]).toEqual([rows.length, times[0], times.at(-1)]);
        expect([object.min_date, object.max_date]).toEqual([rows[0]!.local_date, rows[0]!.local_date]);
        expect(rows.every(({ event_type }) => event_type === object.event_type)).toBe(true);
        const places = rows.map(({ event_time, seq }) => event_time * 10 + seq);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 20 },
  );
}, 60_000);

it("the same inputs give the same bytes, and merging what was merged changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      const byMonth = { periodOf: (date: string) => date.slice(0, 7) };
      const [once, again] = [
        await gather(mergeEvents(inputs(all), byMonth)),
        await gather(mergeEvents(inputs(all), byMonth)),
      ];
      expect(once).toEqual(again);
      const days = await gather(mergeEvents(inputs(all), byDay));
      const twice = await gather(
        mergeEvents(
          days.map(({ body }) => ({ file: body, found: none })),
          byMonth,
        ),
      );
      expect((await rowsOf(twice)).sort(byId)).toEqual((await rowsOf(once)).sort(byId));
    }),
    { numRuns: 10 },
  );
}, 60_000);

it("what is left out is told, and addresses are rewritten by their day", async () => {
  const all = [
    [anEvent({ event_id: "a", user_id: "u1", ip: "192.0.2.9" }), anEvent({ event_id: "b", ip: "192.0.2.9" })],
    [anEvent({ event_id: "c", local_date: "2026-11-23", ip: "192.0.2.9" }), anEvent({ event_id: "d", user_id: "u1" })],
  ];
  const removed: StampedEvent[] = [];
  const objects = await gather(
    mergeEvents(inputs(all), {
      ...byDay,
      keeps: ({ user_id }) => user_id !== "u1",
      addressOf: (ip, date) => (date < "2026-11-23" ? "192.0.2.0" : ip),
      onRemoved: (one) => removed.push(one),
    }),
  );
  expect(removed).toEqual([all[0]![0], all[1]![1]]);
  expect((await rowsOf(objects)).map(({ event_id, ip }) => [event_id, ip])).toEqual([
    ["b", "192.0.2.0"],
    ["c", "192.0.2.9"],
  ]);
});

it("what a provider said is in what comes out", async () => {
  const found = new Map([
    [
      "192.0.2.0",
      { network: "Example AG", network_type: "business" as const, asn: 64500, country: null, region: null, city: null },
    ],
  ]);
  const edge = { network: "Carrier", network_type: "isp", asn: 64501 };
  const file = toParquet([
    anEvent({ event_id: "a", ip: "192.0.2.0", ...edge }),
    anEvent({ event_id: "b", ip: null, ...edge }),
  ]);
  const rows = await rowsOf(await gather(mergeEvents([{ file, found }], byDay)));
  expect(rows.map(({ network, network_type, asn }) => [network, network_type, asn])).toEqual([
    ["Example AG", "business", 64500],
    ["Carrier", "isp", 64501],
  ]);
});

it("a reader can skip row groups by time, and read a few thousand rows at a time", async () => {
  const total = 2 * GROUP_ROWS + 500;
  const events = Array.from({ length: total }, (_, i) =>
    anEvent({ event_id: `${i}`, event_time: DAY + ((i * 7919) % total) * 1000, page: `/${i % 50}` }),
  );
  const [object, ...others] = await gather(mergeEvents(inputs([events]), byDay));
  expect(others).toEqual([]);
  const metadata = parquetMetadata(object!.body);
  const place = metadata.schema.findIndex(({ name }) => name === "event_time") - 1;
  const ranges = metadata.row_groups.map(({ num_rows, columns }) => {
    const { min_value, max_value } = columns[place]!.meta_data!.statistics!;
    return [Number(num_rows), (min_value as Date).getTime(), (max_value as Date).getTime()];
  });
  const at = (row: number) => DAY + row * 1000;
  expect(ranges).toEqual([
    [GROUP_ROWS, at(0), at(GROUP_ROWS - 1)],
    [GROUP_ROWS, at(GROUP_ROWS), at(2 * GROUP_ROWS - 1)],
    [500, at(2 * GROUP_ROWS), at(total - 1)],
  ]);
  // Of the bytes of one column a reader with a filter on time takes only those of the group that may match.
  const read: number[] = [];
  const file = {
    byteLength: object!.body.byteLength,
    slice: (start: number, end?: number) => {
      read.push((end ?? object!.body.byteLength) - start);
      return object!.body.slice(start, end);
    },
  };
  const filter = { event_time: { $gte: new Date(at(2 * GROUP_ROWS)) } };
  const rows = await parquetReadObjects({ file, metadata, columns: ["event_id"], filter });
  expect(rows.length).toBe(500);
  const all = await parquetReadObjects({ file: object!.body, metadata, columns: ["event_id", "event_time"] });
  expect(all.length).toBe(total);
  expect(read.reduce((a, b) => a + b, 0)).toBeLessThan(object!.body.byteLength / 10);
  const portions = await gather(portionsOf(object!.body));
  expect(portions.map((portion) => portion.length)).toEqual([GROUP_ROWS, GROUP_ROWS, 500]);
}, 60_000);

it("columns that are younger than a file are null", async () => {
  const { page, seq } = await readColumns(toParquet([anEvent({ page: "/a" })]), ["page", "seq"]);
  expect([page, seq]).toEqual([["/a"], [1n]]);
});
