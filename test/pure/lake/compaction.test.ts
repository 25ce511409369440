// The policy of compaction, carried out on lists of rows instead of objects.
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type CompactableFile,
  periodOf,
  planEvents,
  planTables,
  type Situation,
  UNIT,
  type Unit,
} from "../../../workers/domain/lake/compaction";
import { addDays } from "../../../workers/domain/time/zone";

const BYTES_PER_ROW = 150;

interface Row {
  id: string;
  type: string;
  date: string;
}

interface Kept extends CompactableFile {
  of: Row[];
}

/** A lake of rows: what maintenance/compact.ts does with objects. */
class Lake {
  files: Kept[] = [];
  private lastId = 0;
  private lastRow = 0;

  put(zone: Kept["zone"], level: number, event_type: string | null, of: Row[]): void {
    const dates = of.map(({ date }) => date).sort();
    this.files.push({
      id: ++this.lastId,
      zone,
      level,
      event_type,
      of,
      rows: of.length,
      bytes: of.length * BYTES_PER_ROW,
      min_time: Date.parse(dates[0]!),
      min_date: dates[0]!,
      max_date: dates.at(-1)!,
      last_id: null,
    });
  }

  putRaw(rows: readonly Omit<Row, "id">[]): void {
    this.put(
      "raw",
      0,
      null,
      rows.map((row) => ({ ...row, id: `row ${++this.lastRow}` })),
    );
  }

  carryOut({ level, inputs }: Unit, today: string): void {
    const taken = this.files.filter(({ id }) => inputs.includes(id));
    if (taken.length !== inputs.length) throw new Error("an input is gone");
    this.files = this.files.filter(({ id }) => !inputs.includes(id));
    const outputs = Map.groupBy(
      taken.flatMap(({ of }) => of),
      ({ type, date }) => `${type} ${level === 3 ? date.slice(0, 7) : periodOf(date, today)}`,
    );
    for (const of of outputs.values()) this.put("events", level, of[0]!.type, of);
  }

  compact(situation: Situation): number {
    const units = planEvents(this.files, situation);
    for (const unit of units) this.carryOut(unit, situation.today);
    return units.length;
  }

  get ids(): string[] {
    return this.files.flatMap(({ of }) => of.map(({ id }) => id)).sort();
  }
}

const ALL = Number.MAX_SAFE_INTEGER;
const FIRST = "2026-01-01";
const aDate = fc.integer({ min: 0, max: 80 }).map((days) => addDays(FIRST, days));
const aType = fc.constantFrom("pageview", "engagement", "click");
const aRaw = fc.array(fc.record({ type: aType, date: aDate }), { minLength: 1, maxLength: 8 });
const aRound = fc.record({
  raw: fc.array(aRaw, { maxLength: 12 }),
  days: fc.integer({ min: 0, max: 20 }),
  daily: fc.boolean(),
});

it("every row is in exactly one object, whatever is planned when", () => {
  fc.assert(
    fc.property(fc.array(aRound, { maxLength: 8 }), (rounds) => {
      const lake = new Lake();
      let today = FIRST;
      for (const { raw, days, daily } of rounds) {
        for (const rows of raw) lake.putRaw(rows);
        today = addDays(today, days);
        const before = lake.ids;
        const plan = planEvents(lake.files, { today, daily, settled: ALL });
        const inputs = plan.flatMap(({ inputs }) => inputs);
        expect(new Set(inputs).size).toBe(inputs.length);
        expect(new Set(plan.map(({ name }) => name)).size).toBe(plan.length);
        // The order of the list has no part in it.
        expect(planEvents(lake.files.toReversed(), { today, daily, settled: ALL })).toEqual(plan);
        for (const unit of plan) lake.carryOut(unit, today);
        expect(lake.ids).toEqual(before);
      }
    }),
  );
});

it("planning over and over comes to an end", () => {
  fc.assert(
    fc.property(fc.array(aRaw, { maxLength: 40 }), aDate, (raw, today) => {
      const lake = new Lake();
      for (const rows of raw) lake.putRaw(rows);
      const situation = { today, daily: true, settled: ALL };
      let rounds = 0;
      while (lake.compact(situation) > 0) expect(++rounds).toBeLessThan(10);
      expect(lake.files.some(({ zone }) => zone === "raw")).toBe(false);
      // One object for what shares a period that is over.
      const places = lake.files
        .filter(({ max_date }) => max_date < today)
        .map((f) => `${f.event_type} ${periodOf(f.min_date, today)}`);
      expect(new Set(places).size).toBe(places.length);
    }),
  );
});

it("a unit stays within its bounds, unless a single object is larger", () => {
  const aSize = fc.record({
    rows: fc.integer({ min: 1, max: 2 * UNIT.rows }),
    bytes: fc.integer({ min: 1, max: 2 * UNIT.bytes }),
    zone: fc.constantFrom("raw" as const, "events" as const),
    level: fc.integer({ min: 1, max: 3 }),
    date: aDate,
    type: aType,
  });
  fc.assert(
    fc.property(fc.array(aSize, { maxLength: 60 }), (sizes) => {
      const files: CompactableFile[] = sizes.map(({ date, type, zone, level, ...size }, i) => ({
        ...size,
        id: i + 1,
        zone,
        level: zone === "raw" ? 0 : level,
        event_type: zone === "raw" ? null : type,
        min_time: Date.parse(date),
        min_date: date,
        max_date: date,
        last_id: null,
      }));
      const byId = new Map(files.map((file) => [file.id, file]));
      for (const { inputs, rows, zone } of planEvents(files, {
        today: addDays(FIRST, 90),
        daily: true,
        settled: ALL,
      })) {
        const of = inputs.map((id) => byId.get(id)!);
        expect(rows).toBe(of.reduce((sum, file) => sum + file.rows, 0));
        if (zone === "events") expect(inputs.length).toBeGreaterThan(1);
        if (inputs.length === 1) continue;
        expect(inputs.length).toBeLessThanOrEqual(UNIT.files);
        expect(rows).toBeLessThanOrEqual(UNIT.rows);
        expect(of.reduce((sum, file) => sum + file.bytes, 0)).toBeLessThanOrEqual(UNIT.bytes);
      }
    }),
  );
});

it("raw objects behind no watermark are left alone, and those of a quiet property until the day's run", () => {
  const lake = new Lake();
  for (let i = 0; i < 59; i++) lake.putRaw([{ type: "pageview", date: FIRST }]);
  const hourly = { today: FIRST, daily: false, settled: ALL };
  expect(planEvents(lake.files, hourly)).toEqual([]);
  expect(planEvents(lake.files, { ...hourly, daily: true, settled: 0 })).toEqual([]);
  lake.putRaw([{ type: "pageview", date: FIRST }]);
  expect(planEvents(lake.files, hourly).map(({ inputs }) => inputs.length)).toEqual([60]);
  const halfway = planEvents(lake.files, { ...hourly, daily: true, settled: 30 });
  expect(halfway.flatMap(({ inputs }) => inputs)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
});

it("a year of a small property is at most 60 objects per event type, at any time", () => {
  const lake = new Lake();
  let most = 0;
  let written = 0;
  let rows = 0;
  for (let day = 0; day < 500; day++) {
    const today = addDays("2025-11-10", day);
    // 200 events a day in 24 messages; some of yesterday, now and then one of a week ago.
    for (let hour = 0; hour < 24; hour++)
      lake.putRaw(
        Array.from({ length: 8 }, (_, i) => ({
          type: i % 4 === 3 ? "engagement" : "pageview",
          date: addDays(today, hour === 0 && i < 2 ? -1 : day % 9 === 0 && hour === 5 && i === 0 ? -7 : 0),
        })),
      );
    rows += 24 * 8;
    // The cron comes at some hour of the property's day, when part of it has passed: here, at its end.
    for (const unit of planEvents(lake.files, { today, daily: true, settled: ALL })) {
      written += unit.rows;
      lake.carryOut(unit, today);
    }
    const yearAgo = addDays(today, -365);
    for (const type of ["pageview", "engagement"])
      most = Math.max(
        most,
        lake.files.filter(({ event_type, max_date }) => event_type === type && max_date > yearAgo).length,
      );
  }
  console.log(
    `compaction: at most ${most} objects per type of a year; each row was written ${(written / rows).toFixed(1)} times`,
  );
  expect(most).toBeLessThanOrEqual(60);
});

it("tables of a day become one when it is over and no raw object is left that they were made of", () => {
  const table = (id: number, min_date: string, last_id: number): CompactableFile => ({
    id,
    zone: "ip_list",
    rows: 10,
    bytes: 100,
    min_time: 0,
    min_date,
    max_date: min_date,
    level: 0,
    event_type: null,
    last_id,
  });
  const files = [table(10, FIRST, 3), table(11, FIRST, 5), table(12, FIRST, 8), table(13, addDays(FIRST, 1), 9)];
  const raw = (id: number): CompactableFile => ({ ...table(id, FIRST, 0), zone: "raw", last_id: null });
  expect(planTables(files, { today: FIRST })).toEqual([]);
  expect(planTables([...files, raw(6)], { today: addDays(FIRST, 1) }).map(({ inputs }) => inputs)).toEqual([[10, 11]]);
  expect(planTables([...files, raw(20)], { today: addDays(FIRST, 1) }).map(({ inputs }) => inputs)).toEqual([
    [10, 11, 12],
  ]);
});
