// What filters select in insight, by example: visits that did something, goals and segments, pages, suspected bots; large days
// in parts, and the limit.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type {
  EventInsight,
  EventsInsight,
  HeatmapInsight,
  HeatmapsInsight,
  NetworksInsight,
  RulesInsight,
  VitalsInsight,
} from "../../../workers/domain/counts/insight";
import { Problem } from "../../../workers/domain/requests/problem";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { INSIGHT_LIMITS } from "../../../workers/stats/insight/filtered/asker";
import { filteredSource } from "../../../workers/stats/insight/filtered/source";
import { countedSource, type InsightSource } from "../../../workers/stats/insight/source";
import { chance } from "../chance";
import { call, givenFreshStorage } from "../given";
import { FIRST, givenCounted, lastFile, processRaw } from "../maintenance/given-days";
import { givenInsight, type Sent, today } from "./given-insight";

givenFreshStorage();
const { send, insight, siteId, key, queue } = givenInsight();

const under = (...filters: unknown[]) => ({ ...today(), filters: JSON.stringify(filters) });
const vital = (value: number, more: Partial<Sent> = {}): Sent => ({
  event_type: "web_vital",
  props: { metric: "LCP", value, rating: "good" },
  ...more,
});

/** A buyer who reads /pricing and /, a reader of /pricing, and a program. */
const givenPeople = () =>
  send([
    { event_type: "pageview", page_path: "/pricing" },
    vital(100, { page_path: "/pricing" }),
    { event_type: "heatmap", page_path: "/pricing", props: { width: "desktop", clicks: "1,1,1", to: 50 } },
    { event_type: "pageview", page_path: "/" },
    vital(200, { page_path: "/" }),
    { event_type: "Purchase", page_path: "/", props: { plan: "pro" } },
    { event_type: "pageview", page_path: "/pricing", person: 2 },
    vital(400, { page_path: "/pricing", person: 2 }),
    { event_type: "heatmap", page_path: "/pricing", person: 2, props: { width: "desktop", clicks: "1,1,2", to: 50 } },
    { event_type: "pageview", page_path: "/pricing", person: 3, network: "Hetzner Online", asn: 24940 },
    vital(800, { page_path: "/pricing", person: 3, network: "Hetzner Online", asn: 24940 }),
  ]);

const samplesOf = async (...filters: unknown[]): Promise<[string, number][]> =>
  (await insight<VitalsInsight>("vitals", under(...filters))).pages.map(({ value, samples }) => [value, samples]);
const clicksOf = async (...filters: unknown[]): Promise<number> =>
  (
    await insight<HeatmapInsight>("heatmap", { ...under(...filters), page: "/pricing", width: "desktop" })
  ).clicks.reduce((sum, [, , count]) => sum + count, 0);
const namesOf = async (...filters: unknown[]): Promise<string[]> =>
  (await insight<EventsInsight>("events", under(...filters))).events.map(({ name, events }) => `${events} ${name}`);

it("filters select events that meet them, and what measures by its page and visit", async () => {
  await givenPeople();
  const bought = ["is", "event:name", ["Purchase"]];
  // A page: its own measurements.
  expect(await samplesOf(["is", "event:page", ["/pricing"]])).toEqual([["/pricing", 3]]);
  expect(await namesOf(["is", "event:page", ["/"]])).toEqual(["1 Purchase", "1 pageview", "1 web_vital"]);
  // An event, a prop or a goal: measurements of the visits with such an event; in the list of events only these.
  for (const filter of [bought, ["is", "event:props:plan", ["pro"]]]) {
    expect(await samplesOf(filter)).toEqual([
      ["/", 1],
      ["/pricing", 1],
    ]);
    expect(await samplesOf(filter, ["is", "event:page", ["/pricing"]])).toEqual([]);
    expect(await clicksOf(filter)).toBe(1);
    expect(await namesOf(filter)).toEqual(["1 Purchase"]);
  }
  // Visits that did something: everything in them.
  expect(await clicksOf(["has_done", bought])).toBe(1);
  expect(await clicksOf(["has_not_done", bought])).toBe(2);
  expect(await samplesOf(["has_done", bought], ["is", "event:page", ["/pricing"]])).toEqual([["/pricing", 1]]);
  expect(await namesOf(["has_done", bought])).toEqual([
    "2 pageview",
    "2 web_vital",
    "1 Purchase",
    "1 first_visit",
    "1 heatmap",
  ]);
  // A measurement by its name.
  expect(await namesOf(["is", "event:name", ["web_vital"]])).toEqual(["4 web_vital"]);
  expect(await insight<EventInsight>("events/web_vital", under(["is", "event:name", ["web_vital"]]))).toMatchObject({
    events: 4,
  });
});

it("goals and segments are known to filters, of whoever asks", async () => {
  await givenPeople();
  const save = async (path: string, body: object) =>
    (await (await call("POST", `/api/v1/properties/${siteId()}/${path}`, { key: key(), body })).json()) as {
      id: string;
    };
  await save("goals", { name: "Bought", filter: ["is", "event:name", ["Purchase"]] });
  await save("goals", { name: "Saw prices", filter: ["is", "event:page", ["/pricing"]] });
  const { id } = await save("segments", { name: "Buyers", filter: ["has_done", ["is", "event:goal", ["Bought"]]] });
  expect(await clicksOf(["is", "event:goal", ["Bought"]])).toBe(1);
  expect(await clicksOf(["is", "segment", [id]])).toBe(1);
  expect(await namesOf(["is", "event:goal", ["Bought"]])).toEqual(["1 Purchase"]);
  // A goal is done by a visit, also where it is a page.
  expect(await samplesOf(["is", "event:goal", ["Saw prices"]], ["has_done", ["is", "event:goal", ["Bought"]]])).toEqual(
    [
      ["/", 1],
      ["/pricing", 1],
    ],
  );
  const { events } = await insight<EventInsight>("events/Purchase", under(["is", "segment", [id]]));
  expect(events).toBe(1);
});

it("path groups take the place of pages, as they are now: a group has what its pages have together", async () => {
  await givenPeople();
  const group = async (...patterns: { pattern: string; label: string }[]) => {
    const url = `/api/v1/properties/${siteId()}/path-groups`;
    expect((await call("PUT", url, { key: key(), body: { patterns } })).status).toBe(200);
  };
  const grouped = { ...today(), grouped: "true" };
  const samples = async (query: Record<string, string>) =>
    (await insight<VitalsInsight>("vitals", query)).pages.map(({ value, samples }) => [value, samples]);
  await group({ pattern: "/pri*", label: "Sales" });
  expect(await samples(grouped)).toEqual([
    ["Sales", 3],
    ["/", 1],
  ]);
  const heatmap = { ...grouped, width: "desktop" };
  expect(await insight<HeatmapsInsight>("heatmap", heatmap)).toEqual({
    pages: [{ page: "Sales", width: "desktop", clicks: 3, moves: 0, views: 2 }],
  });
  expect((await insight<HeatmapInsight>("heatmap", { ...heatmap, page: "Sales" })).clicks).toEqual([[1, 1, 3]]);
  expect((await insight<HeatmapInsight>("heatmap", { ...heatmap, page: "/pricing" })).views).toBe(0);
  await group({ pattern: "/**", label: "All" });
  expect(await samples(grouped)).toEqual([["All", 4]]);
  expect(await samples({ ...grouped, page: "All" })).toEqual([["All", 4]]);
  expect((await insight<VitalsInsight>("vitals", { ...grouped, page: "All" })).metrics[0]).toMatchObject({
    samples: 4,
  });
  expect((await insight<VitalsInsight>("vitals", { ...grouped, page: "/" })).metrics[0]).toMatchObject({ samples: 0 });
});

it("suspected bots are left out with and without filters", async () => {
  await givenPeople();
  const humans = { suspected_bots: "false" };
  const types = async (query: Record<string, string>) =>
    (await insight<NetworksInsight>("networks", { ...today(), ...query })).types.map((type) => type.network_type);
  expect((await types({})).sort()).toEqual(["(unknown)", "hosting"]);
  expect(await types(humans)).toEqual(["(unknown)"]);
  const vitals = await insight<VitalsInsight>("vitals", { ...today(), ...humans });
  expect(vitals.metrics[0]).toMatchObject({ metric: "LCP", samples: 3 });
  const narrow = { ...under(["is", "event:page", ["/pricing"]]), ...humans };
  expect((await insight<VitalsInsight>("vitals", narrow)).metrics[0]).toMatchObject({ samples: 2 });
  const events = (await insight<EventsInsight>("events", { ...today(), ...humans })).events;
  expect(events.find(({ name }) => name === "web_vital")).toMatchObject({ events: 3, visitors: 2 });
});

it("the page views on which a rule was in sight are those of the click rate in queries", async () => {
  const created = await call("POST", `/api/v1/properties/${siteId()}/rules`, {
    key: key(),
    body: { name: "Buy", selector: "#buy", trigger: "click" },
  });
  const rule_id = ((await created.json()) as { id: string }).id;
  await send([
    { event_type: "pageview", page_path: "/a" },
    { event_type: "rule_seen", rule_id, page_path: "/a" },
    { event_type: "rule_seen", rule_id, page_path: "/b" },
    { event_type: "rule", rule_id, page_path: "/a", props: { sku: 7 } },
    { event_type: "rule", rule_id, page_path: "/a", props: { sku: 8 } },
  ]);
  const rulesOf = async (filter: unknown) =>
    (await insight<RulesInsight>("rules", under(filter))).rules.map(({ clicks, views, ctr }) => [clicks, views, ctr]);
  const queried = async (filter: unknown) => {
    const body = { site_id: siteId(), metrics: ["ctr"], dimensions: ["event:rule"], date_range: "day" };
    const reply = await call("POST", "/api/v2/query", { key: key(), body: { ...body, filters: [filter] } });
    return ((await reply.json()) as { results: { metrics: number[] }[] }).results.map(({ metrics }) => metrics[0]);
  };
  for (const [filter, expected] of [
    [
      ["is", "event:props:sku", ["7"]],
      [1, 2, 50],
    ],
    [
      ["is", "event:page", ["/a"]],
      [2, 1, 200],
    ],
    [
      ["is", "event:rule", [rule_id]],
      [2, 2, 100],
    ],
  ] as const) {
    expect(await rulesOf(filter)).toEqual([expected]);
    expect(await queried(filter)).toEqual([expected[2]]);
  }
});

it("large days are counted in parts, and too many events are refused with the advice to ask for fewer days", async () => {
  const { site_id } = await givenCounted(queue, chance(Number(env.FAULT_SEED)), 240);
  await processRaw(site_id, await lastFile());
  expect(await closeLakeDay(env, site_id, FIRST, Date.now(), 40)).toMatchObject({ outcome: "closed" });
  const days = { site_id, from: FIRST, to: addDays(FIRST, 3) };
  const filters = [["is_not", "visit:country", ["Atlantis"]]];
  const sourceOf = (limits: Partial<typeof INSIGHT_LIMITS>) =>
    filteredSource({
      ...{ env, days, filters, humansOnly: false, by: "event:page", viewer: null },
      limits: { ...INSIGHT_LIMITS, ...limits },
    });
  // Cells, steps and samples come in no order.
  const sorted = (reply: object) =>
    Object.entries(reply).map(([name, list]) => [name, (list as object[]).map((one) => inOrder(one)).sort()]);
  const inOrder = (one: object) => JSON.stringify(Object.entries(one).sort());
  const all: ((source: InsightSource) => Promise<object>)[] = [
    (source) => source.eventNames(500),
    (source) => source.event("Signup", 100),
    async (source) => sorted(await source.heatmap("/pricing", "phone")),
    (source) => source.heatmaps(null, 100),
    (source) => source.rules(),
    (source) => source.rule("rule-1", 100),
    (source) => source.networks(200, 5),
    async (source) => sorted({ vitals: await source.vitals({ page: null, device: null }, 100) }),
  ];
  const counted = countedSource(env.DB, days);
  const inParts = await sourceOf({ part: 40 });
  for (const ask of all) expect(await ask(inParts)).toEqual(await ask(counted));

  const few = await sourceOf({ detailed: 100 });
  const refused =
    /^period has about \d+ events, and filters and page groups look at the details of at most 100; ask for fewer days$/;
  for (const ask of [all[1]!, all[2]!, all[7]!])
    expect(await ask(few).catch((problem: Problem) => [problem.code, problem.message])).toEqual([
      "invalid",
      expect.stringMatching(refused),
    ]);
  // Lists of names and rules are scans of columns.
  expect(await few.eventNames(500)).toEqual(await counted.eventNames(500));
  const tiny = await sourceOf({ events: 100 });
  await expect(tiny.eventNames(500)).rejects.toThrow(Problem);
});
