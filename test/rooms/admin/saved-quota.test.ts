// Personal segments and annotations have a bound by account: whoever reaches it leaves the others theirs, and the shared ones.
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import {
  MOST_OWN_ANNOTATIONS,
  MOST_OWN_SEGMENTS,
  MOST_SEGMENTS,
  type SavedFilter,
} from "../../../workers/domain/analysis/saved/saved";
import { createAnnotation, updateAnnotation } from "../../../workers/storage/saved/annotations";
import { createSegment, listSegments, updateSegment } from "../../../workers/storage/saved/segments";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();

const FILTER: SavedFilter = ["is", "visit:device", ["Mobile"]];

/** Copies a row, under other ids, until there are so many. */
async function copyRow(table: "segments" | "annotations", id: string, copies: number): Promise<void> {
  const { results } = await env.DB.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
  const copied = results.map(({ name }) => (name === "id" ? "hex(randomblob(6))" : name));
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
     INSERT INTO ${table} SELECT ${copied.join()} FROM ${table}, numbers WHERE id = ?`,
  )
    .bind(copies, id)
    .run();
}

test("a member who has as many personal segments as there may be leaves others theirs, and the shared ones", async () => {
  const { site_id } = await givenProperty();
  const make = (viewer: string | null, shared: boolean) =>
    createSegment(env.DB, site_id, viewer, { name: "S", filter: FILTER, shared }, 1);
  const own = (await make("anna", false))!;
  await copyRow("segments", own.id, MOST_OWN_SEGMENTS - 2);
  const atOnce = await Promise.all([1, 2, 3].map(() => make("anna", false)));
  expect(atOnce.filter((made) => made !== null)).toHaveLength(1);
  expect(await make("bert", false)).not.toBe(null);
  const shared = (await make("anna", true))!;
  expect((await listSegments(env.DB, site_id, "anna")).length).toBe(MOST_OWN_SEGMENTS + 1);
  // Nor can one become personal, until another has become shared.
  const change = (id: string, to: boolean) => updateSegment(env.DB, site_id, "anna", id, { shared: to });
  expect(await change(shared.id, false)).toBe("full");
  expect(await updateSegment(env.DB, site_id, "anna", own.id, { name: "Other", shared: false })).toMatchObject({
    name: "Other",
  });
  expect(await change(own.id, true)).toMatchObject({ shared: true });
  expect(await change(shared.id, false)).toMatchObject({ shared: false });
  // The shared ones have their own bound.
  await copyRow("segments", own.id, MOST_SEGMENTS - 1);
  expect([await make(null, true), await change(shared.id, true)]).toEqual([null, "full"]);
  expect(await change("unknown", true)).toBe(null);
  // In another property she has room.
  const other = await givenProperty();
  expect(await createSegment(env.DB, other.site_id, "anna", { name: "S", filter: FILTER, shared: false }, 1)).not.toBe(
    null,
  );
});

test("the same holds for annotations", async () => {
  const { site_id } = await givenProperty();
  const make = (viewer: string | null, shared: boolean) =>
    createAnnotation(env.DB, site_id, viewer, { date: "2026-11-01", time: null, text: "Release", shared }, 1);
  const own = (await make("anna", false))!;
  await copyRow("annotations", own.id, MOST_OWN_ANNOTATIONS - 1);
  expect([await make("anna", false), (await make("bert", false)) === null]).toEqual([null, false]);
  const shared = (await make("anna", true))!;
  expect(await updateAnnotation(env.DB, site_id, "anna", shared.id, { shared: false })).toBe("full");
  expect(await updateAnnotation(env.DB, site_id, "bert", shared.id, { shared: false })).toBe(null);
});
