// Laws of TechStack: it adds up however events are cut, by one dimension it is the rollup, and crossed it is a recount.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rollUp } from "../../../workers/domain/counts/rollup";
import {
  addToTechstack,
  CUBE_COLUMNS,
  type CubeColumn,
  type CubeRow,
  emptyTechstack,
  firstsMask,
  TECH_COLUMNS,
  TECH_DIMENSIONS,
  TECH_FACTS,
  TECHSTACK_COLUMNS,
  type TechColumn,
  type TechstackRow,
  techstackRows,
  toCube,
} from "../../../workers/domain/counts/techstack";
import { bitFor } from "../../../workers/domain/events/catalog";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { stamp } from "../../../workers/domain/visits/stamp";
import { createBook, factsOf } from "../../../workers/domain/visits/visit";

const ZONE = "Australia/Lord_Howe";
const START = Date.UTC(2026, 3, 4, 13); // midnight of the night in which clocks there go back by half an hour
const MINUTE = 60_000;

const VALUES: Record<TechColumn, (string | null)[]> = {
  browser: ["Chrome", "Firefox", null],
  browser_version: ["120", "121"],
  os: ["Windows", "macOS", '["x","y"]'],
  os_version: ["10", null],
  device: ["desktop", "mobile"],
  screen: ["1920x1080", "390x844", null],
  language: ["en", "de"],
  country: ["CH", null],
};

interface Step {
  person: number;
  /** Minutes after START. */
  at: number;
  type: EventType;
  tech: Record<TechColumn, string | null>;
}

const tech = fc.record(
  Object.fromEntries(TECH_COLUMNS.map((column) => [column, fc.constantFrom(...VALUES[column])])),
) as fc.Arbitrary<Step["tech"]>;
const type = fc.constantFrom<EventType>("pageview", "pageview", "engagement", "click", "custom");
const step = fc.record<Step>({ person: fc.nat(3), at: fc.integer({ min: -60, max: 3000 }), type, tech });
/** Some persons keep what they came with on a day, as cookieless visitors do: who has another agent is another visitor. */
const constantStep = (people: Step["tech"][]) =>
  fc
    .record({ person: fc.nat(people.length - 1), at: fc.integer({ min: -60, max: 3000 }), type })
    .map((one) => ({ ...one, tech: people[one.person]! }));

const OTHER_FACTS =
  "referrer source channel utm_source utm_medium utm_campaign utm_term utm_content region city network network_type asn".split(
    " ",
  );

function stampAll(steps: readonly Step[]): StampedEvent[] {
  const book = createBook();
  return steps.map((one, seq) => {
    const event = {
      ...Object.fromEntries(OTHER_FACTS.map((fact) => [fact, null])),
      ...one.tech,
      event_id: `e${seq}`,
      event_type: one.type,
      name: one.type,
      event_time: START + one.at * MINUTE,
      page: "/",
      hostname: "shop.example",
      rule: null,
      props: null,
      engaged_ms: null,
      scroll_depth: null,
      scroll_before: null,
    } as unknown as Event;
    const date = localDate(event.event_time, ZONE);
    const idOn = (day: string) => `${one.person} on ${day}`;
    const { visit, stamp: facts } = stamp(book, event, {
      date,
      hour: localHour(event.event_time, ZONE),
      visitor: idOn(date),
      yesterday: () => [idOn(addDays(date, -1))],
      person: null,
    });
    return {
      ...event,
      ...factsOf(visit),
      ...facts,
      site_id: "site",
      seq,
      visitor_id: idOn(date),
      ip: null,
      visitor_before: null,
      visitor_unnamed: null,
    };
  });
}

function techstackOf(events: readonly StampedEvent[]): TechstackRow[] {
  const techstack = emptyTechstack();
  for (const event of events) addToTechstack(techstack, event);
  return techstackRows(techstack);
}

type Counts = Record<(typeof TECH_FACTS)[number], number>;

/** Sums of rows by day and some of their columns, by the rule of techstack.ts; nothing where nothing is left. */
function sums<Row extends CubeRow>(rows: readonly Row[], columns: readonly (keyof Row & string)[], mask: number) {
  const groups = new Map<string, Counts>();
  for (const row of rows) {
    const key = JSON.stringify([row.day, ...columns.map((column) => row[column])]);
    const into = groups.get(key) ?? (Object.fromEntries(TECH_FACTS.map((fact) => [fact, 0])) as Counts);
    groups.set(key, into);
    for (const fact of TECH_FACTS) into[fact] += fact === "visitors" && (row.firsts & mask) === 0 ? 0 : row[fact];
  }
  return Object.fromEntries([...groups].filter(([, counts]) => TECH_FACTS.some((fact) => counts[fact] !== 0)));
}

describe("techstack", () => {
  it("adds up however the events are cut into runs", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (steps, side) => {
          const events = stampAll(steps);
          const parts = [true, false].map((one) => techstackOf(events.filter((_, i) => side[i] === one)));
          const keys = [...TECH_COLUMNS, "firsts"] as const;
          expect(sums(parts.flat(), keys, -1)).toEqual(sums(techstackOf(events), keys, -1));
          const cubeKeys = [...CUBE_COLUMNS, "firsts"] as const;
          expect(sums(parts.flatMap(toCube), cubeKeys, -1)).toEqual(sums(toCube(techstackOf(events)), cubeKeys, -1));
        },
      ),
    );
  });

  it("is by every single dimension what the rollups are", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const events = stampAll(steps);
        const rollup = rollUp(events);
        const rows = techstackOf(events);
        const rolledUp = (column: string) =>
          Object.fromEntries(
            [...(rollup.days.get(column) ?? [])].flatMap(([day, values]) =>
              [...values]
                .map(([value, facts]) => [
                  JSON.stringify([day, value]),
                  Object.fromEntries(TECH_FACTS.map((fact) => [fact, facts[fact]])),
                ])
                .filter(([, facts]) => Object.values(facts as Counts).some((count) => count !== 0)),
            ),
          );
        for (const column of TECH_COLUMNS) expect(sums(rows, [column], bitFor(column))).toEqual(rolledUp(column));
        const cube = toCube(rows);
        for (const column of CUBE_COLUMNS) expect(sums(cube, [column], firstsMask([column]))).toEqual(rolledUp(column));
      }),
    );
  });

  it("has by several dimensions as many visitors as came with each combination on a day, whatever they come with", () => {
    fc.assert(
      fc.property(
        fc
          .array(tech, { minLength: 1, maxLength: 6 })
          .chain((people) => fc.array(constantStep(people), { maxLength: 80 })),
        fc.subarray([...CUBE_COLUMNS], { minLength: 2 }),
        (steps, columns) => {
          const events = stampAll(steps);
          expect(visitorsOf(toCube(techstackOf(events)), columns)).toEqual(distinct(acted(events), columns));
        },
      ),
    );
  });

  it("misses of visitors who change what they come with only those whose values were all there before, never together", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.subarray([...CUBE_COLUMNS], { minLength: 2 }),
        (steps, columns) => {
          const events = stampAll(steps);
          const counted = visitorsOf(toCube(techstackOf(events)), columns);
          expect(counted).toEqual(distinct(withoutRecombination(acted(events), columns), columns));
        },
      ),
    );
  });

  it("is written sorted, without rows that say nothing, and read back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const rows = techstackOf(stampAll(steps));
        expect(techstackOf(stampAll(steps).reverse())).toEqual(rows);
        expect(
          await tableFromParquet<TechstackRow>(TECHSTACK_COLUMNS, tableToParquet(TECHSTACK_COLUMNS, rows)),
        ).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });

  it("is read by DuckDB, which finds the visitors of a combination by the bits of its dimensions", async () => {
    const steps = fc.sample(step, { numRuns: 200, seed: 4 });
    const rows = techstackOf(stampAll(steps));
    const file = join(mkdtempSync(join(tmpdir(), "trackkit-techstack-")), "techstack.parquet");
    writeFileSync(file, new Uint8Array(tableToParquet(TECHSTACK_COLUMNS, rows)));
    const db = await (await DuckDBInstance.create()).connect();
    const mask = bitFor("browser") | bitFor("os");
    const read = await db.runAndReadAll(
      `SELECT day, browser, os, (sum(visitors) FILTER (WHERE firsts & ${mask} <> 0))::INT AS visitors
       FROM '${file}' GROUP BY ALL HAVING visitors > 0`,
    );
    const found = read.getRowObjects().map((row) => [JSON.stringify([row.day, row.browser, row.os]), row.visitors]);
    expect(Object.fromEntries(found)).toEqual(visitorsOf(toCube(rows), ["browser", "os"]));
  });
});

const visitorsOf = (cube: readonly CubeRow[], columns: readonly CubeColumn[]) =>
  Object.fromEntries(
    Object.entries(sums(cube, columns, firstsMask(columns)))
      .map(([key, { visitors }]) => [key, visitors] as const)
      .filter(([, visitors]) => visitors > 0),
  );

const labelsOf = (event: StampedEvent, columns: readonly CubeColumn[]): string[] =>
  columns.map((column) => event[column] ?? TECH_DIMENSIONS.find((known) => known.column === column)!.absent);

/** Engagement makes nobody a visitor. */
const acted = (events: readonly StampedEvent[]) => events.filter(({ event_type }) => event_type !== "engagement");

/** A plain recount: distinct visitors by day and combination. */
function distinct(events: readonly StampedEvent[], columns: readonly CubeColumn[]): Record<string, number> {
  const people = new Map<string, Set<string>>();
  for (const event of events) {
    const key = JSON.stringify([event.local_date, ...labelsOf(event, columns)]);
    people.set(key, (people.get(key) ?? new Set()).add(event.visitor_id));
  }
  return Object.fromEntries([...people].map(([key, set]) => [key, set.size]));
}

/** Without the events of visitors whose combination is new on the day while none of its values is. */
function withoutRecombination(events: readonly StampedEvent[], columns: readonly CubeColumn[]): StampedEvent[] {
  const values = new Map<string, Set<string>>();
  const combinations = new Map<string, Set<string>>();
  return events.filter((event) => {
    const day = `${event.visitor_id} ${event.local_date}`;
    const seen = values.get(day) ?? new Set();
    const together = combinations.get(day) ?? new Set();
    values.set(day, seen);
    combinations.set(day, together);
    const mine = columns.map((column) => JSON.stringify([column, event[column]]));
    const combination = JSON.stringify(labelsOf(event, columns));
    if (!together.has(combination) && mine.every((value) => seen.has(value))) return false;
    for (const value of mine) seen.add(value);
    together.add(combination);
    return true;
  });
}
