// Questions that counts cannot answer, over HTTP: filters, crossings, props and money, from closed and open days, equal to a
// recount of the lake's rows.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { StampedEvent } from "../../../workers/domain/events/event";
import type { Answer } from "../../../workers/domain/queries/answer";
import type { MetricValue } from "../../../workers/domain/queries/metric";
import type { ProblemBody } from "../../../workers/domain/requests/problem";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { chance } from "../chance";
import { countAll, givenHeldQueue, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { eventsOf, givenProcessed } from "../given-lake";
import { FIRST, givenCounted } from "../maintenance/given-days";

givenFreshStorage();
const queue = givenHeldQueue();

const RANGE = [addDays(FIRST, -1), addDays(FIRST, 4)];
const MEASURING = ["engagement", "first_visit", "web_vital", "heatmap", "rule_seen"];

it("filters, crossings and props are answered from closed and open days", async () => {
  const random = chance(Number(env.FAULT_SEED));
  const { site_id } = await givenCounted(queue, random, 260);
  const key = await givenKey();
  const ask = async (question: object): Promise<Answer<MetricValue>> => {
    const reply = await call("POST", "/api/v2/query", { key, body: { site_id, date_range: RANGE, ...question } });
    expect([reply.status, question]).toEqual([200, question]);
    return (await reply.json()) as Answer<MetricValue>;
  };
  const rows = await eventsOf(site_id);
  const counted = rows.filter(({ event_type }) => !MEASURING.includes(event_type));
  const visitors = (events: readonly StampedEvent[]) =>
    new Set(events.map(({ local_date, visitor_id }) => `${local_date} ${visitor_id}`)).size;
  // What only measures may belong to no visit.
  const visits = (events: readonly StampedEvent[]) =>
    new Set(events.flatMap(({ visit_id }) => (visit_id === null ? [] : [visit_id]))).size;

  const compareAll = async () => {
    const swiss = counted.filter(({ country }) => country === "CH");
    const byPage = await ask({
      metrics: ["visitors", "pageviews", "events"],
      dimensions: ["event:page"],
      filters: [["is", "visit:country", ["CH"]]],
    });
    const expected = [...Map.groupBy(swiss, ({ page }) => page ?? "(none)")].map(([page, own]) => [
      page,
      visitors(own),
      own.filter(({ event_type }) => event_type === "pageview").length,
      own.length,
    ]);
    expect(byPage.results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]).sort()).toEqual(
      expected.sort(),
    );
    expect(byPage.meta.source).toBe("scan");

    // Crossed as alone: an event without a rule has no row by rule, and a prop that it lacks is (none).
    const byRule = await ask({
      metrics: ["events"],
      dimensions: ["event:page", "event:rule", "event:props:plan"],
    });
    const ruled = Map.groupBy(
      counted.filter(({ rule }) => rule !== null),
      ({ page, rule, props }) => `${page ?? "(none)"}\n${rule}\n${props?.plan ?? "(none)"}`,
    );
    expect(ruled.size).toBeGreaterThan(0);
    expect(
      Object.fromEntries(byRule.results.map(({ dimensions, metrics }) => [dimensions.join("\n"), metrics[0]])),
    ).toEqual(Object.fromEntries([...ruled].map(([key, own]) => [key, own.length])));

    const crossed = await ask({ metrics: ["visits", "events"], dimensions: ["visit:source", "event:name"] });
    const pairs = Map.groupBy(
      rows.filter(({ event_type }) => event_type !== "engagement"),
      ({ source, name }) => JSON.stringify([source ?? "(direct)", name]),
    );
    expect(Object.fromEntries(crossed.results.map((row) => [JSON.stringify(row.dimensions), row.metrics]))).toEqual(
      Object.fromEntries([...pairs].map(([pair, own]) => [pair, [visits(own), own.length]])),
    );

    const plans = await ask({
      metrics: ["visitors"],
      dimensions: ["event:props:plan"],
      filters: [["is", "event:name", ["custom"]]],
    });
    const custom = counted.filter(({ name }) => name === "custom");
    const byPlan = Map.groupBy(custom, ({ props }) => String(props?.plan ?? "(none)"));
    expect(Object.fromEntries(plans.results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]))).toEqual(
      Object.fromEntries([...byPlan].map(([plan, own]) => [plan, visitors(own)])),
    );
  };
  await compareAll();

  await givenProcessed(site_id);
  for (const day of [FIRST, addDays(FIRST, 1)])
    expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed" });
  await compareAll();
  // Asked again, from memory.
  await compareAll();

  const wrong = await call("POST", "/api/v2/query", {
    key,
    body: { site_id, date_range: RANGE, metrics: ["visitors"], filters: [["matches", "event:page", ["("]]] },
  });
  expect(wrong.status).toBe(400);
  // What an Analyst finds wrong is said as by the Worker.
  const { error } = (await wrong.json()) as { error: ProblemBody };
  expect(error).toEqual({
    code: "invalid",
    message: expect.stringMatching(/^filters\[0\]\[2\]/),
    details: [{ path: expect.stringMatching(/^filters\[0\]\[2\]/), message: error.message }],
  });
});

it("goals, conversions, people, money and page groups are answered for the running day, also in a batch", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "Asia/Kolkata", currency: "CHF" });
  const key = await givenKey();
  const post = async (path: string, body: object) => {
    const reply = await call("POST", path, { key, body });
    expect([path, reply.status < 300]).toEqual([path, true]);
    return reply;
  };
  const event = (user_id: string, event_type: string, page_path: string, more: object = {}) => ({
    ...{ site_id, user_id, event_type, page_path, hostname: "shop.example" },
    ...more,
  });
  const sold = (amount: number, currency: string) => ({ revenue: { amount, currency } });
  await post("/api/events", {
    events: [
      event("anna", "pageview", "/"),
      event("anna", "pageview", "/shoes/red"),
      event("anna", "Signup", "/shoes/red", { props: { plan: "pro" } }),
      event("anna", "Purchase", "/shoes/red", sold(20, "CHF")),
      event("bert", "pageview", "/shoes/blue"),
      event("bert", "Purchase", "/shoes/blue", sold(10, "CHF")),
      event("bert", "Purchase", "/shoes/blue", sold(5, "EUR")),
      event("bert", "Purchase", "/shoes/blue", sold(1_000, "JPY")),
      event("carl", "pageview", "/"),
      event("dora", "pageview", "/"),
    ],
  });
  await countAll(queue, mainHub(site_id));
  await post(`/api/v1/properties/${site_id}/goals`, { name: "Signed up", filter: ["is", "event:name", ["Signup"]] });
  await post(`/api/v1/properties/${site_id}/goals`, { name: "Shoes", filter: ["contains", "event:page", ["/shoes/"]] });
  const segment = (await (
    await post(`/api/v1/properties/${site_id}/segments`, {
      name: "Saw red",
      filter: ["has_done", ["is", "event:page", ["/shoes/red"]]],
    })
  ).json()) as { id: string };
  const groups = { patterns: [{ pattern: "/shoes/:colour", label: "Shoes" }] };
  expect((await call("PUT", `/api/v1/properties/${site_id}/path-groups`, { key, body: groups })).status).toBe(200);

  const { results } = (await (
    await post("/api/v2/batch", {
      site_id,
      date_range: "day",
      queries: [
        { metrics: ["visitors", "conversion_rate"], dimensions: ["event:goal"] },
        { metrics: ["visitors", "conversion_rate"], filters: [["is", "event:goal", ["Signed up"]]] },
        { metrics: ["users", "total_revenue", "average_revenue"] },
        { metrics: ["pageviews", "percentage"], dimensions: ["event:page_group"] },
        { metrics: ["visits", "exit_rate"], dimensions: ["visit:exit_page"] },
        {
          metrics: ["visitors", "group_conversion_rate"],
          dimensions: ["event:page"],
          filters: [["is", "event:goal", ["Signed up"]]],
        },
        { metrics: ["visitors"], filters: [["is", "segment", [segment.id]]] },
        { metrics: ["visitors", "pageviews"] },
      ],
    })
  ).json()) as { results: Answer<MetricValue>[] };
  const told = results.map((answer) => answer.results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]));
  expect(told).toEqual([
    [
      ["Shoes", 2, 50],
      ["Signed up", 1, 25],
    ],
    [[1, 25]],
    [[4, { value: 30, currency: "CHF" }, { value: 15, currency: "CHF" }]],
    [
      ["/", 3, 75],
      ["Shoes", 2, 50],
    ],
    [
      ["/", 2, 66.7],
      ["/shoes/blue", 1, 100],
      ["/shoes/red", 1, 100],
    ],
    [["/shoes/red", 1, 100]],
    [[1]],
    [[4, 5]],
  ]);
  expect(results[2]!.meta.unconverted_revenue).toEqual({ EUR: 5, JPY: 1_000 });
  // A rate changes the past.
  const rates = [{ date: "2020-01-01", currency: "EUR", rate: 0.9333 }];
  await post(`/api/v1/properties/${site_id}/settings/currency-rates`, { rates });
  const body = {
    site_id,
    date_range: "day",
    metrics: ["total_revenue", "average_revenue"],
    dimensions: ["event:page"],
  };
  const converted = (await (await post("/api/v2/query", body)).json()) as Answer<MetricValue>;
  expect(converted.results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]).slice(0, 2)).toEqual([
    ["/shoes/red", { value: 20, currency: "CHF" }, { value: 20, currency: "CHF" }],
    // 10 CHF and 5 × 0.9333 CHF; half a cent and more goes up.
    ["/shoes/blue", { value: 14.67, currency: "CHF" }, { value: 7.33, currency: "CHF" }],
  ]);
  expect(converted.meta.unconverted_revenue).toEqual({ JPY: 1_000 });
  expect(results.map(({ meta }) => meta.source)).toEqual([...Array<string>(7).fill("scan"), "rollups"]);
  const wrong = { site_id, date_range: "day", queries: [{ metrics: ["visits"] }, { metrics: ["clicks"] }] };
  const reply = await call("POST", "/api/v2/batch", { key, body: wrong });
  expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining('queries[1]: metric \\"clicks\\"')]);
});

it("a wrong filter in a batch is named with its query, and counted from that query's first; one of the batch stands alone", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const page = ["is", "event:page", ["/"]];
  const wrong: [filter: unknown, place: string][] = [
    [["matches", "event:page", ["("]], "[2][0]"],
    [["is", "visit:contry", ["CH"]], "[1]"],
    [["is", "segment", ["nothing"]], "[2][0]"],
  ];
  const problemOf = async (body: object) => {
    const reply = await call("POST", "/api/v2/batch", { key, body: { site_id, date_range: "day", ...body } });
    expect(reply.status).toBe(400);
    return ((await reply.json()) as { error: { message: string } }).error.message;
  };
  for (const [filter, place] of wrong) {
    const own = [{ metrics: ["visits"] }, { metrics: ["visits"], filters: [page, filter] }];
    expect(await problemOf({ queries: own })).toContain(`queries[1]: filters[1]${place}`);
    expect(await problemOf({ filters: [page, page], queries: own })).toContain(`queries[1]: filters[1]${place}`);
    const shared = { filters: [page, filter], queries: [{ metrics: ["visits"] }, { metrics: ["visitors"] }] };
    expect(await problemOf(shared)).toMatch(new RegExp(`^filters\\[1\\]${place.replaceAll(/[[\]]/g, "\\$&")}`));
    const query = { site_id, date_range: "day", metrics: ["visits"], filters: [page, filter] };
    const alone = await call("POST", "/api/v2/query", { key, body: query });
    expect([alone.status, await alone.text()]).toEqual([400, expect.stringContaining(`"message":"filters[1]${place}`)]);
  }
});
