// Reading a part of a day from the lake's objects: whichever objects its events are in, and whichever ids a visit's visitor
// has on each side of midnight, the part is what the day's events give.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { toDay } from "../../../workers/domain/analysis/zone/day";
import type { StampedEvent } from "../../../workers/domain/events/event";
import type { LakeFile } from "../../../workers/domain/lake/object";
import { toParquet } from "../../../workers/domain/lake/parquet";
import type { DaySnapshot } from "../../../workers/storage/analysis/day-list";
import { TooManyEvents } from "../../../workers/storage/analysis/event-rows";
import { ObjectReader } from "../../../workers/storage/analysis/object-reader";
import { eventsOfDays } from "../../../workers/storage/analysis/open-days";
import { someSteps, toRows } from "../../pure/analysis/given-visits";
import { PLACES } from "../../pure/visits/workload";
import { aStampedEvent } from "../given-lake";

const SEED = Number(env.FAULT_SEED);

/** A lake whose objects have the rows by turns. */
function givenLake(rows: readonly StampedEvent[], objects: number) {
  const portions = Array.from({ length: objects }, (_, n) => rows.filter((_, i) => i % objects === n)).filter(
    (own) => own.length > 0,
  );
  const bodies = new Map(portions.map((own, id) => [String(id), toParquet(own)]));
  const events = portions.map((own, id) => {
    const dates = own.map(({ local_date }) => local_date).sort();
    return { id, zone: "events", key: String(id), rows: own.length, min_date: dates[0]!, max_date: dates.at(-1)! };
  });
  const lake = {
    get: async (key: string) => ({ arrayBuffer: async () => bodies.get(key)! }),
  } as unknown as R2Bucket;
  const snapshot: DaySnapshot = { tables: [], enrichments: [], processed: 0, events: events as unknown as LakeFile[] };
  return { lake, snapshot };
}

it(`the parts that are read are those of the day (seed ${SEED})`, async () => {
  const work = fc.record({
    place: fc.constantFrom(...PLACES),
    steps: someSteps,
    isSorted: fc.boolean(),
    parts: fc.integer({ min: 1, max: 5 }),
    objects: fc.integer({ min: 1, max: 4 }),
  });
  let renamed = 0;
  await fc.assert(
    fc.asyncProperty(work, async ({ place, steps, isSorted, parts, objects }) => {
      const rows = toRows(steps, place, isSorted);
      const { lake, snapshot } = givenLake(rows, objects);
      for (const date of new Set(rows.map(({ local_date }) => local_date))) {
        for (let part = 0; part < parts; part++) {
          const cut = { part, parts };
          const { events } = await eventsOfDays(new ObjectReader(lake), snapshot, [date], { cut });
          const read = toDay(date, events, cut);
          expect([date, cut, read]).toEqual([date, cut, toDay(date, rows, cut)]);
          const own = new Set(read.visits.map(({ visit_id }) => visit_id));
          const ids = Map.groupBy(
            rows.filter(({ visit_id }) => visit_id !== null && own.has(visit_id)),
            ({ visit_id }) => visit_id,
          );
          for (const visit of ids.values()) if (new Set(visit.map((row) => row.visitor_id)).size > 1) renamed += 1;
        }
      }
    }),
    { seed: SEED, numRuns: 30 },
  );
  // Among them are visits whose visitor has another id after midnight.
  expect(renamed).toBeGreaterThan(0);
});

it("a part that one visitor makes too large is refused, not read into memory", async () => {
  const { lake, snapshot } = givenLake([aStampedEvent("site", Date.parse("2026-10-05T12:00:00Z"))], 1);
  const one = snapshot.events[0]!;
  // The same object again and again, as many as it takes.
  const events = Array.from({ length: 30 }, (_, id) => ({ ...one, id }));
  const read = (part: number) =>
    eventsOfDays(new ObjectReader(lake), { ...snapshot, events }, ["2026-10-05"], {
      cut: { part, parts: 2 },
      most: 29,
    }).then(
      (found) => found.events.length,
      (error: unknown) => error instanceof TooManyEvents,
    );
  expect(new Set([await read(0), await read(1)])).toEqual(new Set([0, true]));
});
