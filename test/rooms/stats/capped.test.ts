// Days whose rollups were capped: counts beyond the cap are under `(other)`, and the events answer instead.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import { OTHER } from "../../../workers/domain/counts/value";
import { toQuery } from "../../../workers/domain/queries/query";
import { answerQueries } from "../../../workers/stats/answer-query";
import { foldPending } from "../../../workers/storage/counts/pending";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage } from "../given-lake";

givenFreshStorage();

const NOON = Date.parse("2026-10-05T12:00:00Z");
const DAY = 24 * 3_600_000;
const [FIRST, SECOND] = ["2026-10-05", "2026-10-06"];

it("every value has its row and its numbers, whatever page, period or comparison the capped day is in", async () => {
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  const on = (day: number, pages: string[]) =>
    pages.map((page, i) => aStampedEvent(site_id, NOON + day * DAY + i, { page, entry_page: page }));
  await givenMessage(site_id, [...on(0, ["/a", "/a", "/a", "/b", "/c"]), ...on(1, ["/a", "/b"])]);
  await foldPending(env.DB, [site_id]);
  const queries = [
    { date_range: [FIRST, FIRST], dimensions: ["event:page"] },
    { date_range: [FIRST, SECOND], dimensions: ["event:page"], pagination: { limit: 1 } },
    { date_range: [FIRST, SECOND], dimensions: ["time:day", "event:page"] },
    {
      date_range: [SECOND, SECOND],
      dimensions: ["event:page"],
      include: { comparisons: { mode: "previous_period" }, total_rows: true },
      pagination: { limit: 1 },
    },
    { date_range: [SECOND, SECOND], dimensions: ["event:page"] },
    { date_range: [FIRST, FIRST], dimensions: ["visit:entry_page"] },
    { date_range: [FIRST, FIRST] },
  ].map((more) => toQuery({ site_id, metrics: ["visitors", "pageviews"], ...more }));
  const answered = async (limits = LIMITS) => {
    const answers = await answerQueries(env, property, queries, NOON + 2 * DAY, { limits });
    return answers.map(({ results, meta }) => ({ results, total: meta.total_rows, source: meta.source }));
  };
  const before = await answered();
  expect(before.map(({ source }) => source)).toEqual(Array(queries.length).fill("rollups"));
  // As a cap of two values leaves the first day.
  await env.DB.prepare(
    "UPDATE rollup_days SET value = ? WHERE site_id = ? AND dimension = 'page' AND day = ? AND value = '/c'",
  )
    .bind(OTHER, site_id, FIRST)
    .run();
  const after = await answered();
  expect(after.map(({ source }) => source)).toEqual([...Array(4).fill("scan"), ...Array(3).fill("rollups")]);
  expect(after.map(({ source: _, ...answer }) => answer)).toEqual(before.map(({ source: _, ...answer }) => answer));
  // What is too large to be scanned has the row that says so.
  const [refused] = await answered({ ...LIMITS, events: 4 });
  expect(refused!.source).toBe("rollups");
  expect(refused!.results.map(({ dimensions }) => dimensions[0])).toEqual(["/a", OTHER, "/b"]);
});
