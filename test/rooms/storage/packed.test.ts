// How small heatmaps, vitals and what networks read are kept: rows and bytes per page and day, however many views there
// are.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { HEAT_COLUMNS, HEAT_ROWS, HEAT_WIDTHS, VITALS } from "../../../workers/domain/counts/insight";
import { emptyRollup, merge, rollUp, subtract } from "../../../workers/domain/counts/rollup";
import { LAKE_COLUMN_NAMES } from "../../../workers/domain/events/columns";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { writeCount } from "../../../workers/storage/counts/counts";
import { foldPending } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const DAY = "2026-11-22";

const anEvent = (event_type: "heatmap" | "web_vital", props: StampedEvent["props"]): StampedEvent =>
  ({
    ...Object.fromEntries(LAKE_COLUMN_NAMES.map((column) => [column, null])),
    ...{ event_type, name: event_type, page: "/products/a-rather-usual-address", device: "Desktop", props },
    ...{ local_date: DAY, visit_date: DAY, local_hour: 0, visit_hour: 0, firsts: 0, visit_firsts: 0 },
    ...{ new_visit: 0, bounce_delta: 0, duration_delta: 0 },
  }) as unknown as StampedEvent;

type Cell = [column: number, row: number, count: number];
const text = (cells: readonly Cell[]): string => cells.map((cell) => cell.map((n) => n.toString(36)).join()).join(";");

/** Counts and folds. @returns what was written, and what is there then. */
async function fold(events: readonly StampedEvent[]): Promise<{ rows: number; bytes: number; most: number }> {
  const rollup = rollUp(events);
  await writeCount(
    env.DB,
    { messages: [], rollups: new Map([["site", rollup]]), refusals: [], origins: { sources: [], late: [] } },
    0,
  );
  await foldPending(env.DB, ["site"]);
  const sizes = `SELECT count(*) AS rows, sum(length(counts) + length(dimension) + length(place) + length(day) + 4) AS bytes,
    max(length(counts)) AS most FROM packed_days`;
  return (await env.DB.prepare(sizes).first<{ rows: number; bytes: number; most: number }>())!;
}

test("a heatmap that is full in every cell has four rows per page, width and day, far from D1's 2 MB", async () => {
  const all = Array.from(
    { length: HEAT_ROWS * HEAT_COLUMNS },
    (_, i): Cell => [i % HEAT_COLUMNS, Math.floor(i / HEAT_COLUMNS), 100],
  );
  const events = HEAT_WIDTHS.flatMap((width) =>
    Array.from({ length: all.length / 200 }, (_, i) => {
      const cells = text(all.slice(i * 200, (i + 1) * 200));
      return anEvent("heatmap", { width, clicks: cells, moves: cells, to: 100 });
    }),
  );
  // A hundred and more views of it: numbers of five digits.
  const before = merge(emptyRollup(), rollUp(events));
  const size = await fold(Array.from({ length: 3 }, () => events).flat());
  console.log(`full heatmaps of a page: ${size.rows} rows, ${size.bytes} bytes, the largest ${size.most} bytes`);
  expect(size.rows).toBe(3 * 4);
  expect(size.most).toBeLessThan(100_000);
  // Folded again and again it grows in numbers only.
  for (let n = 0; n < 2; n += 1) expect((await fold(events)).rows).toBe(3 * 4);
  const kept = await readRollup(env.DB, "site");
  for (const of of ["heat/click", "heat/move", "heat/reach", "heat/page"]) {
    const counted = kept.days.get(of)!.get(DAY)!;
    const expected = before.days.get(of)!.get(DAY)!;
    expect(counted.size).toBe(expected.size);
    for (const [value, { events: count }] of expected) expect(counted.get(value)!.events).toBe(count * 5);
  }
});

test("a day of a thousand views on one page is a few kilobytes", async () => {
  // Pointers stay where there is something: half of all in a tenth of the cells. The same in every run.
  let state = 7;
  const chance = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const place = (): [number, number] => [Math.floor(chance() * HEAT_COLUMNS), Math.floor(100 * chance() ** 3)];
  const some = (n: number): Cell[] => {
    const cells = new Map(Array.from({ length: n }, () => place()).map((cell) => [cell.join(), cell]));
    return [...cells.values()].map((cell): Cell => [...cell, 1 + Math.floor(chance() * 9)]);
  };
  const views = Array.from({ length: 1000 }, () =>
    anEvent("heatmap", {
      width: "desktop",
      clicks: text(some(2)),
      moves: text(some(30)),
      to: Math.ceil(chance() * 100),
    }),
  );
  const vitals = views.flatMap(() =>
    VITALS.map((metric) =>
      anEvent("web_vital", { metric, value: 10 ** (metric === "CLS" ? -3 * chance() : 2 + 2 * chance()) }),
    ),
  );
  const heat = await fold(views);
  console.log(`heatmap of 1,000 views: ${heat.rows} rows, ${heat.bytes} bytes, the largest ${heat.most} bytes`);
  expect(heat.rows).toBe(4);
  expect(heat.bytes).toBeLessThan(40_000);
  const both = await fold(vitals);
  console.log(`vitals of 1,000 views: ${both.rows - heat.rows} rows, ${both.bytes - heat.bytes} bytes`);
  expect(both.rows - heat.rows).toBe(VITALS.length);
});

test("pages that a network read are one row a day, and those for which that has no room keep their counts", async () => {
  const view = (n: number): StampedEvent => ({
    ...anEvent("web_vital", null),
    ...{ event_type: "pageview", name: "pageview", network: "Bank", network_type: "business" },
    page: `/${"é".repeat(400)}/${n}`,
  });
  const some = [view(1), view(2), view(2)];
  expect((await fold(some)).rows).toBe(1);
  // 2.4 MB of addresses.
  const many = Array.from({ length: 3000 }, (_, n) => view(n));
  const inRows = () =>
    env.DB.prepare("SELECT count(*) AS n FROM rollup_days WHERE dimension = 'network/page'").first<number>("n");
  for (let n = 0; n < 3; n += 1) {
    const { rows, most } = await fold(many.slice(n * 1000, (n + 1) * 1000));
    console.log(`pages of a network: ${rows} rows, ${most} bytes, ${await inRows()} rows beside`);
    expect([rows, most < 1_000_000]).toEqual([1, true]);
  }
  expect(await inRows()).toBe(2000);
  const kept = await readRollup(env.DB, "site");
  const pages = (days: typeof kept) =>
    [...days.days.get("network/page")!.get(DAY)!].map(([value, { events }]) => [value, events]).sort();
  expect(pages(kept)).toEqual(pages(rollUp([...some, ...many])));
  // What is taken away again leaves nothing to tell whom it was of.
  const taken = subtract(emptyRollup(), rollUp([...some, view(1), view(2), view(3)]));
  await writeCount(
    env.DB,
    { messages: [], rollups: new Map([["site", taken]]), refusals: [], origins: { sources: [], late: [] } },
    0,
  );
  await foldPending(env.DB, ["site"]);
  const left = "SELECT count(*) AS n FROM packed_days, json_each(counts) counted";
  expect(await env.DB.prepare(left).first<number>("n")).toBe(997);
});
