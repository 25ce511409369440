// The hub's visitor book against the plain one: whatever sleeps, is appended, merged, dropped or read again, every stamp
// is the same. Over midnights, with late events, restarts that replay, and imports of years ago.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VisitorBook } from "../../../durable-objects/visitors/visitor-book";
import type { Event } from "../../../workers/domain/events/event";
import { addDays } from "../../../workers/domain/time/zone";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import { stamp } from "../../../workers/domain/visits/stamp";
import { createBook, type Moment } from "../../../workers/domain/visits/visit";

const MINUTE = 60_000;
const START = Date.UTC(2026, 3, 4, 22);
/** Small, so that a short run fills rows, writes them together, drops indexes, and has room for few. */
const LIMITS = {
  ...{ chunk: 1_500, longest: 1_000_000, compacted: 2, pool: 7 },
  ...{ visitors: 1_000, indexed: 2, awake: 1_500 },
};

type Step =
  | { kind: "event"; who: number; after: number; late: number; type: Event["event_type"]; page: string | null }
  | { kind: "checkpoint" }
  | { kind: "restart"; idle: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("event" as const),
      who: fc.integer({ min: 0, max: 3 }),
      after: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 15 }) }, fc.integer({ min: 0, max: 900 })),
      late: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 70 * 60 })),
      type: fc.constantFrom<Event["event_type"]>("pageview", "pageview", "engagement", "click"),
      page: fc.constantFrom("/", "/a", `/${"long".repeat(20)}`, "/🦊", null),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), idle: fc.integer({ min: 0, max: 90 }) }) },
);

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Runs the steps over both books. */
function compare(sql: SqlStorage, steps: readonly Step[], named: boolean): void {
  sql.exec("DROP TABLE IF EXISTS visitor_rows");
  const plain = createBook();
  let clock = START;
  const open = (): VisitorBook => new VisitorBook(sql, LIMITS);
  let book = open();
  /** What the journal would replay. */
  let since: { event: Event; moment: Moment; carriedFrom: string | null; late: boolean }[] = [];
  steps.forEach((one, index) => {
    if (one.kind === "checkpoint") {
      book.checkpoint();
      since = [];
      return;
    }
    if (one.kind === "restart") {
      clock += one.idle * MINUTE;
      book = open();
      for (const { event, moment, carriedFrom, late } of since) {
        book.passed(event.event_time);
        stamp(book, event, { ...moment, yesterday: () => (carriedFrom === null ? [] : [carriedFrom]), late });
      }
      return;
    }
    clock += one.after * MINUTE;
    const time = Math.max(START, clock - one.late * MINUTE);
    const date = dateOf(time);
    const idOn = (day: string): string => (named ? `u_${one.who}` : `${one.who}@${day}`);
    const moment: Moment = {
      date,
      hour: Math.floor(time / 3_600_000) * 3_600_000,
      visitor: idOn(date),
      yesterday: () => [idOn(addDays(date, -1))],
      person: null,
    };
    const event: Event = {
      ...unpackEvent([]),
      event_id: `e${index}`,
      event_type: one.type,
      name: one.type,
      event_time: time,
      page: one.page,
      source: `source ${index % 3}`,
    };
    const expected = stamp(plain, event, moment);
    book.passed(time);
    const stamped = stamp(book, event, moment);
    expect({ ...stamped.stamp, from: stamped.carriedFrom }).toEqual({ ...expected.stamp, from: expected.carriedFrom });
    since.push({ event, moment, carriedFrom: stamped.carriedFrom, late: stamped.stamp.late === 1 });
  });
}

describe("every stamp is that of the plain book", () => {
  it.each([
    ["cookieless", false],
    ["named visitors", true],
  ])("%s", async (_, named) => {
    await runInDurableObject(env.HUB.getByName("book"), (_hub, { storage }) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 90 }), (steps) => compare(storage.sql, steps, named)),
        { numRuns: 400 },
      );
    });
  });
});

it("a visit that went on after midnight is read back once, as it is now", async () => {
  await runInDurableObject(env.HUB.getByName("midnight"), (_hub, { storage }) => {
    const midnight = Date.UTC(2026, 3, 5);
    const view = (book: VisitorBook, minutes: number, page: string): void => {
      const time = midnight + minutes * MINUTE;
      const date = dateOf(time);
      const moment = {
        date,
        hour: time - (time % 3_600_000),
        visitor: `0@${date}`,
        yesterday: () => ["0@2026-04-04"],
        person: null,
      };
      book.passed(time);
      const event = {
        ...unpackEvent([]),
        event_id: page,
        event_type: "pageview",
        name: "pageview",
        event_time: time,
        page,
      };
      stamp(book, event as Event, moment);
    };
    for (const [minutes, page] of [
      [-2, "/a"],
      [5, "/b"],
      [20, "/c"],
    ] as const) {
      const book = new VisitorBook(storage.sql);
      view(book, minutes, page);
      book.checkpoint();
    }
    const visits = [...new VisitorBook(storage.sql).visitsSince(midnight - 30 * MINUTE)];
    expect(visits.map(({ exit, pageviews }) => [exit, pageviews])).toEqual([["/c", 3]]);
  });
});

describe("a program that opens thousands of pages", () => {
  it("fits its row, and leaves the others their stamps", async () => {
    await runInDurableObject(env.HUB.getByName("program"), (_hub, { storage }) => {
      const book = new VisitorBook(storage.sql);
      const moment: Moment = {
        date: dateOf(START),
        hour: START,
        visitor: "program",
        yesterday: () => [],
        person: null,
      };
      const view = (event_id: string, event_time: number, page: string): Event => ({
        ...unpackEvent([]),
        event_id,
        event_type: "pageview",
        name: "pageview",
        event_time,
        page,
      });
      for (let visit = 0; visit < 20; visit += 1)
        for (let i = 0; i < 2_000; i += 1)
          stamp(book, view(`${visit}-${i}`, START + visit * 31 * MINUTE, `/${visit}-${i}-${"x".repeat(900)}`), moment);
      book.checkpoint();
      const longest = storage.sql.exec<{ n: number }>("SELECT max(length(body)) AS n FROM visitor_rows").one().n;
      expect(longest).toBeLessThan(2_000_000);
      const again = new VisitorBook(storage.sql);
      const honest = stamp(again, view("honest", START + MINUTE, "/"), { ...moment, visitor: "honest" });
      expect([honest.stamp.new_visit, honest.stamp.firsts & 1]).toEqual([1, 1]);
    });
  });
});
