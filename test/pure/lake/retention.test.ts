// What retention and truncation do to a list of objects, decided without looking into any of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ADDRESS_ZONES,
  type Cutoffs,
  cutoffsFor,
  type DatedFile,
  letterDays,
  planRetention,
  planTruncation,
} from "../../../workers/domain/lake/retention";
import { LAKE_ZONES, type LakeZone } from "../../../workers/domain/lake/zones";

const OLD = "2026-11-01";
const CUTOFF = "2026-11-10";
const NEW = "2026-11-20";
const PLENTY = 1_000_000;

let nextId = 1;
const aFile = (zone: LakeZone, min_date: string, max_date: string, given: Partial<DatedFile> = {}): DatedFile => ({
  ...{ id: nextId++, zone, rows: 100, min_date, max_date, last_id: null, created_at: 0 },
  ...given,
});
const limits = (given: Partial<Cutoffs>): Cutoffs => ({ events: null, rollups: null, addresses: null, ...given });

const anyFiles: fc.Arbitrary<DatedFile[]> = fc
  .array(
    fc.record({
      zone: fc.constantFrom(...LAKE_ZONES),
      rows: fc.integer({ min: 1, max: 400 }),
      dates: fc.tuple(fc.constantFrom(OLD, CUTOFF, NEW), fc.constantFrom(OLD, CUTOFF, NEW)),
      last_id: fc.option(fc.integer({ min: 1, max: 30 })),
      created_at: fc.integer({ min: 0, max: 20 }),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(({ dates, ...file }, i) => {
      const [min_date, max_date] = dates.sort() as [string, string];
      return { ...file, id: i + 1, min_date, max_date };
    }),
  );
const anySettled = fc.integer({ min: 0, max: 30 });
const anyMost = fc.constantFrom(1, 500, PLENTY);

it("thirty days are today and the 29 before, and no number of days is no limit", () => {
  const retention = { events_days: 30, rollups_days: null, addresses_days: 1, dead_letters_days: 30 };
  expect(cutoffsFor(retention, "2026-11-30")).toEqual({ events: "2026-11-01", rollups: null, addresses: "2026-11-30" });
});

it("dead letters outlive neither events nor, where they have any, whole addresses", () => {
  const standard = { events_days: null, rollups_days: 1, addresses_days: 10, dead_letters_days: 30 };
  expect(letterDays(standard, false)).toBe(30);
  expect(letterDays(standard, true)).toBe(10);
  expect(letterDays({ ...standard, events_days: 5 }, true)).toBe(5);
  expect(letterDays({ ...standard, dead_letters_days: null }, false)).toBeNull();
});

describe("retention", () => {
  it("deletes what is older than the limit of its zone, and rewrites what is so in part", () => {
    const old = aFile("events", OLD, OLD);
    const mixed = aFile("events", OLD, CUTOFF);
    const young = aFile("events", CUTOFF, NEW);
    const cube = aFile("techstack", OLD, OLD);
    const files = [old, mixed, young, cube];
    expect(planRetention(files, limits({ events: CUTOFF }), 0, PLENTY)).toEqual({
      deletions: [old],
      rewrites: [mixed],
    });
    expect(planRetention(files, limits({ rollups: CUTOFF }), 0, PLENTY)).toEqual({ deletions: [cube], rewrites: [] });
    expect(planRetention(files, limits({}), 0, PLENTY)).toEqual({ deletions: [], rewrites: [] });
  });

  it("leaves raw objects that the pipeline has not processed, and the enrichment of every raw object that stays", () => {
    const first = aFile("raw", OLD, OLD);
    const waiting = aFile("raw", OLD, OLD);
    const young = aFile("raw", NEW, NEW);
    const ofFirst = aFile("ip_enrichment", OLD, OLD, { last_id: first.id });
    const ofYoung = aFile("ip_enrichment", OLD, OLD, { last_id: young.id });
    const plan = planRetention([first, waiting, young, ofFirst, ofYoung], limits({ events: CUTOFF }), first.id, PLENTY);
    expect(plan).toEqual({ deletions: [first, ofFirst], rewrites: [] });
  });

  it("rewrites objects in their order until the rows are enough, the last one whatever its size", () => {
    const files = [60, 60, 500, 1].map((rows) => aFile("events", OLD, NEW, { rows }));
    const rewritten = (most: number) => planRetention(files, limits({ events: CUTOFF }), 0, most).rewrites.length;
    expect([60, 61, 121, 620, 621].map(rewritten)).toEqual([1, 2, 3, 3, 4]);
  });

  it("deletes no day that stays, rewrites only what has both, and leaves nothing old that is free to go", () => {
    fc.assert(
      fc.property(anyFiles, anySettled, (files, settled) => {
        const { deletions, rewrites } = planRetention(
          files,
          limits({ events: CUTOFF, rollups: CUTOFF }),
          settled,
          PLENTY,
        );
        expect(deletions.every(({ max_date }) => max_date < CUTOFF)).toBe(true);
        expect(rewrites.every(({ min_date, max_date }) => min_date < CUTOFF && max_date >= CUTOFF)).toBe(true);
        const isBound = ({ id, zone }: DatedFile) => (zone === "raw" && id > settled) || zone === "ip_enrichment";
        const left = files.filter((file) => !deletions.includes(file));
        expect(left.filter((file) => file.max_date < CUTOFF && !isBound(file))).toEqual([]);
      }),
    );
  });
});

describe("truncation", () => {
  const plan = (files: readonly DatedFile[], mark: { date: string; at: number } | null = null, settled = 0) =>
    planTruncation(files, CUTOFF, mark, settled, PLENTY);

  it("looks at every object with old days once: at what the mark has passed only if it is newer", () => {
    const old = aFile("events", OLD, OLD, { created_at: 5 });
    const mixed = aFile("ip_list", OLD, NEW, { created_at: 5 });
    const young = aFile("events", CUTOFF, NEW, { created_at: 5 });
    const files = [old, mixed, young];
    expect(plan(files)).toEqual({ files: [old, mixed], isComplete: true });
    expect(plan(files, { date: CUTOFF, at: 6 })).toEqual({ files: [mixed], isComplete: true });
    expect(plan(files, { date: CUTOFF, at: 5 })).toEqual({ files: [old, mixed], isComplete: true });
    expect(plan(files, { date: OLD, at: 6 })).toEqual({ files: [old, mixed], isComplete: true });
  });

  it("is not complete while raw objects wait for the pipeline or need an enrichment as it is", () => {
    const done = aFile("raw", OLD, OLD);
    const waiting = aFile("raw", OLD, OLD);
    const enrichment = aFile("ip_enrichment", OLD, OLD, { last_id: waiting.id });
    expect(plan([done, waiting], null, waiting.id)).toEqual({ files: [done, waiting], isComplete: true });
    expect(plan([done, waiting], null, done.id)).toEqual({ files: [done], isComplete: false });
    expect(plan([waiting, enrichment], null, waiting.id)).toEqual({ files: [waiting], isComplete: false });
    expect(plan([enrichment])).toEqual({ files: [enrichment], isComplete: true });
    // Its addresses are as old as it is, and some of its days are young.
    expect(plan([aFile("ip_enrichment", OLD, NEW)])).toEqual({ files: [], isComplete: false });
  });

  it("is complete when and only when no object with old days is left for later", () => {
    fc.assert(
      fc.property(anyFiles, anySettled, anyMost, (all, settled, most) => {
        const files = all.filter(({ zone }) => (ADDRESS_ZONES as readonly LakeZone[]).includes(zone));
        const { files: due, isComplete } = planTruncation(files, CUTOFF, null, settled, most);
        const old = files.filter(({ min_date }) => min_date < CUTOFF);
        expect(due.every((file) => old.includes(file))).toBe(true);
        expect(isComplete).toBe(due.length === old.length);
        const rows = due.slice(0, -1).reduce((sum, file) => sum + file.rows, 0);
        expect(rows).toBeLessThan(most);
      }),
    );
  });
});
