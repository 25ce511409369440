// Days that an import brings in any order: what the hub has never known is not late, what it has forgotten is.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { VisitorBook } from "../../../durable-objects/visitors/visitor-book";
import type { Event } from "../../../workers/domain/events/event";
import { addDays } from "../../../workers/domain/time/zone";
import { unpackEvent } from "../../../workers/domain/visits/packed";
import { type Stamped, stamp } from "../../../workers/domain/visits/stamp";
import { type Book, createBook } from "../../../workers/domain/visits/visit";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const MINUTE = 60_000;
const FIRST = "2026-03-01";
const inStorage = (name: string, work: (sql: SqlStorage) => void) =>
  runInDurableObject(env.HUB.getByName(name), (_hub, { storage }) => work(storage.sql));

/** A page view of a user at a minute of a day. */
function view(book: Book, date: string, minute: number, who: string): Stamped {
  const time = Date.parse(`${date}T00:00:00Z`) + minute * MINUTE;
  const event: Event = {
    ...unpackEvent([]),
    event_id: `${who} ${time}`,
    event_type: "pageview",
    name: "pageview",
    event_time: time,
    page: `/${minute % 3}`,
    source: "Direct",
  };
  if (book instanceof VisitorBook) book.passed(time);
  return stamp(book, event, {
    date,
    hour: Math.floor(time / 3_600_000) * 3_600_000,
    visitor: who,
    yesterday: () => [who],
    tomorrow: minute >= 1440 - 30 ? () => [who] : undefined,
    person: null,
  });
}

/** The days of a history on which an event was late. Every visitor comes in the morning and over midnight. */
function lateDays(book: VisitorBook, dates: readonly string[]): string[] {
  const late = new Set<string>();
  for (const date of dates) {
    book.others.note(date, "cid", Date.parse(date));
    for (const minute of [3, 500, 505, 1434])
      for (const who of ["ann", "bob"]) if (view(book, date, minute, who).stamp.late === 1) late.add(date);
    for (const [other] of book.takeLate()) late.add(other);
    book.checkpoint();
  }
  return [...late].sort();
}

const daysFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => addDays(FIRST, first + i));

it("takes the months of an import in any order: only days beside a forgotten one are late", async () => {
  await inStorage("months", (sql) => {
    const book = new VisitorBook(sql);
    expect(lateDays(book, daysFrom(0, 40))).toEqual([]);
    // An older month, whose last day goes on into a day that is forgotten by now.
    expect(lateDays(book, daysFrom(-40, 40))).toEqual([addDays(FIRST, -1)]);
    expect(lateDays(book, daysFrom(-100, 30))).toEqual([]);
    // The month before it is known until then; the one after it is forgotten.
    expect(lateDays(book, daysFrom(-70, 30))).toEqual([addDays(FIRST, -41)]);
    // A day that comes again was forgotten: it is late, and stays so after a start.
    expect(lateDays(book, daysFrom(-90, 1))).toEqual([addDays(FIRST, -90)]);
    expect(lateDays(new VisitorBook(sql), daysFrom(-60, 1))).toEqual([addDays(FIRST, -60)]);
    expect(lateDays(new VisitorBook(sql), daysFrom(-200, 20))).toEqual([]);
  });
});

it("takes days one by one from the newest to the oldest", async () => {
  await inStorage("backwards", (sql) => {
    const book = new VisitorBook(sql);
    expect(lateDays(book, daysFrom(0, 1))).toEqual([]);
    // Each day's last visit goes on into the day after, which was stamped before it.
    const dates = daysFrom(-20, 20);
    const quiet = dates.toReversed().filter((date) => view(book, date, 600, "ann").stamp.late === 1);
    expect(quiet).toEqual([]);
  });
});

it("takes all days before those of an earlier version's storage for forgotten", async () => {
  await inStorage("upgrade", (sql) => {
    lateDays(new VisitorBook(sql), daysFrom(0, 12));
    sql.exec("DROP TABLE forgotten_days");
    const book = new VisitorBook(sql);
    expect(lateDays(book, daysFrom(-30, 2))).toEqual(daysFrom(-30, 2));
    expect(lateDays(book, daysFrom(12, 8))).toEqual([]);
    expect(lateDays(new VisitorBook(sql), daysFrom(-50, 1))).toEqual(daysFrom(-50, 1));
  });
});

it("keeps five days, and of older ones five in use", async () => {
  await inStorage("few", (sql) => {
    const datesIn = (table: string) =>
      sql
        .exec<{ date: string }>(`SELECT DISTINCT date FROM ${table} ORDER BY date`)
        .toArray()
        .map(({ date }) => date);
    const book = new VisitorBook(sql);
    lateDays(book, daysFrom(0, 20));
    expect(datesIn("visitor_rows")).toEqual(daysFrom(15, 5));
    expect(datesIn("other_visitors")).toEqual(daysFrom(15, 5));
    lateDays(book, daysFrom(-30, 20));
    expect(datesIn("visitor_rows")).toEqual([...daysFrom(-15, 5), ...daysFrom(15, 5)]);
    expect(datesIn("other_visitors")).toEqual([...daysFrom(-15, 5), ...daysFrom(15, 5)]);
  });
});

it("an event that is not late has the stamps that it has where nothing is forgotten", async () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        day: fc.integer({ min: 0, max: 24 }),
        minute: fc.oneof(fc.constantFrom(0, 5, 1430, 1439), fc.integer({ min: 0, max: 1439 })),
        who: fc.constantFrom("ann", "bob"),
      }),
    },
    { weight: 2, arbitrary: fc.constant("checkpoint" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );
  let compared = 0;
  await inStorage("law", (sql) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
        for (const table of ["visitor_rows", "forgotten_days"]) sql.exec(`DROP TABLE IF EXISTS ${table}`);
        const plain = createBook();
        let book = new VisitorBook(sql);
        for (const one of steps) {
          if (one === "checkpoint" || one === "restart") {
            book.checkpoint();
            if (one === "restart") book = new VisitorBook(sql);
            continue;
          }
          const date = addDays(FIRST, one.day);
          const expected = view(plain, date, one.minute, one.who);
          const stamped = view(book, date, one.minute, one.who);
          // Late ones are stamped again, with what follows them.
          if (stamped.stamp.late === 1) continue;
          compared += 1;
          expect(stamped.stamp).toEqual(expected.stamp);
        }
      }),
      { numRuns: 100 },
    );
  });
  expect(compared).toBeGreaterThan(100);
});
