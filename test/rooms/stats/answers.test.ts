// What an answer says beside its rows, over HTTP: buckets of minutes, bounds, and how many
// events were looked at.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { LIMITS, type Limits } from "../../../workers/domain/analysis/limits";
import type { Answer } from "../../../workers/domain/queries/answer";
import type { MetricValue } from "../../../workers/domain/queries/metric";
import { toQuery } from "../../../workers/domain/queries/query";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { type AnswerEnv, answerQuery } from "../../../workers/stats/answer-query";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";

givenFreshStorage();

const NOON = Date.parse("2026-10-05T12:00:00Z");
const MINUTE = 60_000;

async function givenAsker(timezone = "Asia/Kolkata") {
  const { site_id } = await givenProperty("organization", { timezone });
  const key = await givenKey();
  const post = (path: string, body: object) => call("POST", path, { key, body: { site_id, ...body } });
  const ask = async (question: object): Promise<Answer<MetricValue>> => {
    const reply = await post("/api/v2/query", question);
    expect([reply.status, question]).toEqual([200, question]);
    return (await reply.json()) as Answer<MetricValue>;
  };
  return { site_id, post, ask };
}

it("a day by minute counts the visitors of each minute, labelled by the clock on the wall, also in a batch", async () => {
  const { site_id, post, ask } = await givenAsker();
  const event = (at: number, visitor_id: string, visit_id: string, more: object = {}) =>
    aStampedEvent(site_id, NOON + at, { visitor_id, visit_id, new_visit: 0, ...more });
  await givenMessage(site_id, [
    event(10_000, "anna", "1", { new_visit: 1 }),
    event(59_000, "anna", "1"),
    event(61_000, "anna", "1"),
    event(62_000, "bert", "2", { new_visit: 1 }),
  ]);
  const question = { metrics: ["visitors", "visits", "events"], dimensions: ["time:minute"] };
  const include = { time_labels: true };
  const date_range = [NOON, NOON + 3 * MINUTE].map((time) => new Date(time).toISOString());
  const { results, meta } = await ask({ ...question, date_range, include });
  const rows = [
    { dimensions: ["2026-10-05 17:30:00"], metrics: [1, 1, 2] },
    { dimensions: ["2026-10-05 17:31:00"], metrics: [2, 1, 2] },
  ];
  expect(results).toEqual(rows);
  expect(meta.time_labels).toEqual(["2026-10-05 17:30:00", "2026-10-05 17:31:00", "2026-10-05 17:32:00"]);
  const batch = await post("/api/v2/batch", { date_range: ["2026-10-05", "2026-10-05"], queries: [question] });
  const { results: answers } = (await batch.json()) as { results: Answer[] };
  expect(answers[0]!.results).toEqual(rows);
  const wrong = await post("/api/v2/query", { ...question, date_range: ["2026-10-05", "2026-10-06"] });
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("time:minute needs a date_range")]);
});

it("a question beyond the bounds is refused before anything is read, with the advice to ask for fewer days", async () => {
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  const on = (day: number, n: number) =>
    Array.from({ length: n }, (_, i) =>
      aStampedEvent(site_id, NOON + day * 24 * 60 * MINUTE + i, { person_id: `person ${day} ${i % 3}` }),
    );
  await givenMessage(site_id, on(0, 3));
  await givenMessage(site_id, [...on(26, 2), ...on(27, 6)]);
  const asked: string[] = [];
  const bindings = {
    DB: env.DB,
    ANALYST: {
      getByName: (name: string) => {
        asked.push(name);
        return env.ANALYST.getByName(name);
      },
    },
  } as unknown as AnswerEnv;
  const answer = (metrics: string[], range: string[], limits: Limits, more: object = {}) => {
    const filters = [["is", "event:name", ["pageview"]]];
    const query = toQuery({ site_id, metrics, filters, date_range: range, ...more });
    return answerQuery(bindings, property, query, Date.now(), { limits });
  };
  const days = ["2026-10-05", "2026-11-01"];
  const users = async (persons: number, more: object = {}) =>
    (await answer(["users"], days, { ...LIMITS, persons }, more)).results.map(({ metrics }) => metrics[0]);
  const scan = (events: number, more: object = {}) => answer(["visits"], days, { ...LIMITS, events }, more);
  await expect(scan(10)).rejects.toMatchObject({
    code: "invalid",
    message: "date_range has about 11 events, and a question scans at most 10; ask for a shorter date_range",
  });
  expect(asked).toEqual([]);
  expect((await scan(11)).results[0]!.metrics).toEqual([11]);
  // Half of the object's two days.
  const compared = { include: { comparisons: { mode: "custom", date_range: ["2026-10-31", "2026-10-31"] } } };
  await expect(scan(14, compared)).rejects.toMatchObject({ message: expect.stringContaining("about 15 events") });
  expect(await users(8)).toEqual([8]);
  // An Analyst says so of its month, the Worker of all.
  for (const most of [2, 7]) await expect(users(most)).rejects.toMatchObject({ code: "invalid" });
  expect(await users(8, { dimensions: ["time:day"] })).toEqual([3, 2, 3]);
  await expect(users(7, { dimensions: ["time:day"] })).rejects.toMatchObject({
    message: "date_range has more than 7 people in the rows of metric users; ask for a shorter date_range",
  });
});

it("events_scanned counts the events of the days that were asked for, and is absent where counts answer", async () => {
  const { site_id, ask } = await givenAsker("UTC");
  const on = (day: number, n: number) =>
    Array.from({ length: n }, (_, i) => aStampedEvent(site_id, NOON + day * 24 * 60 * MINUTE + i));
  await givenMessage(site_id, [...on(0, 3), ...on(1, 5), ...on(2, 4)]);
  const scannedOn = async (first: string, last: string, more: object = {}) => {
    const filters = [["is", "event:name", ["pageview"]]];
    return (await ask({ metrics: ["visits"], date_range: [first, last], filters, ...more })).meta.events_scanned;
  };
  const all = async () => [
    await scannedOn("2026-10-06", "2026-10-06"),
    await scannedOn("2026-10-05", "2026-10-07"),
    await scannedOn("2026-10-07", "2026-10-07", { include: { comparisons: { mode: "previous_period" } } }),
    await scannedOn("2026-10-08", "2026-10-09"),
    await scannedOn("2026-10-05", "2026-10-07", { filters: [] }),
  ];
  expect(await all()).toEqual([5, 12, 9, 0, undefined]);
  await givenProcessed(site_id);
  for (const day of ["2026-10-05", "2026-10-06"])
    expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed" });
  expect(await all()).toEqual([5, 12, 9, 0, undefined]);
});

it("rows are ordered by value alike, whatever answers", async () => {
  const { site_id, ask } = await givenAsker("UTC");
  const pages = ["/😀", "/Ａ", "/a", "/é", "/\ue000", "/\u{10ffff}", "/Z"];
  await givenMessage(
    site_id,
    pages.map((page, i) => aStampedEvent(site_id, NOON + i, { page })),
  );
  for (const direction of ["asc", "desc"]) {
    const question = { metrics: ["pageviews"], dimensions: ["event:page"], date_range: ["2026-10-05", "2026-10-05"] };
    const asked = { ...question, order_by: [["event:page", direction]] };
    const [counted, scanned] = [await ask(asked), await ask({ ...asked, filters: [["is_not", "event:page", [""]]] })];
    expect([counted.meta.source, scanned.meta.source]).toEqual(["rollups", "scan"]);
    const order = (answer: Answer<MetricValue>) => answer.results.map(({ dimensions }) => dimensions[0]);
    const expected = ["/Z", "/a", "/é", "/\ue000", "/Ａ", "/😀", "/\u{10ffff}"];
    expect([order(counted), order(scanned)]).toEqual(
      Array(2).fill(direction === "asc" ? expected : expected.toReversed()),
    );
  }
});
