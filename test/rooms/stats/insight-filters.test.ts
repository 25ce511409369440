// Insight under filters, over HTTP: a filter that everything meets changes nothing, and random filters give what a plain
// recount of the lake's rows gives, from open and from closed days.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type {
  EventInsight,
  EventsInsight,
  HeatmapInsight,
  HeatmapsInsight,
  NetworksInsight,
  RuleInsight,
  RulesInsight,
  VitalsInsight,
} from "../../../workers/domain/counts/insight";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import type { Asked } from "../../pure/analysis/recount";
import { chance } from "../chance";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey } from "../given";
import { eventsOf } from "../given-lake";
import { FIRST, givenCounted, lastFile, processRaw } from "../maintenance/given-days";
import { compare, detailsIn, InsightRecount, visitorsIn } from "./insight-recount";

givenFreshStorage();
const queue = givenHeldQueue();
const random = chance(Number(env.FAULT_SEED));
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const PERIOD = { from: addDays(FIRST, -1), to: addDays(FIRST, 4) };

async function givenDays(events: number) {
  const { site_id } = await givenCounted(queue, random, events);
  const key = await givenKey();
  return {
    site_id,
    async insight<T>(path: string, query: Record<string, string>): Promise<T> {
      const url = `/api/v1/properties/${site_id}/insight/${path}?${new URLSearchParams({ ...PERIOD, ...query })}`;
      const reply = await call("GET", url, { key });
      expect([reply.status, url]).toEqual([200, url]);
      return (await reply.json()) as T;
    },
    /** Closes the first days; those after them stay open. */
    async close(): Promise<void> {
      await processRaw(site_id, await lastFile());
      for (const day of [FIRST, addDays(FIRST, 1)])
        expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed" });
    },
  };
}

const PAGES = ["/", "/pricing", "/🦊", "(none)"];
const ROUTES: [path: string, query: Record<string, string>][] = [
  ["events", {}],
  ...["Signup", "__proto__", "field_focus", "rule", "web_vital", "pageview"].map(
    (name): [string, Record<string, string>] => [`events/${name}`, {}],
  ),
  ["vitals", {}],
  ["vitals", { page: "/pricing" }],
  ["vitals", { device: "Mobile", page: "/" }],
  // A property without path groups has its pages as they are.
  ["vitals", { grouped: "true" }],
  ["heatmap", { grouped: "true" }],
  ["heatmap", {}],
  ["heatmap", { width: "phone" }],
  ...PAGES.map((page): [string, Record<string, string>] => ["heatmap", { page, width: pick(["phone", "desktop"]) }]),
  ["networks", {}],
  ["rules", {}],
  ["rules/rule-1", {}],
  ["rules/__proto__", {}],
];

/** Cells come in no order. */
const inOrder = (reply: object): object =>
  "clicks" in reply && "moves" in reply
    ? { ...reply, clicks: (reply.clicks as unknown[]).toSorted(), moves: (reply.moves as unknown[]).toSorted() }
    : reply;

const MET_BY_ALL: Asked[] = [
  ["is_not", "visit:country", ["Atlantis"]],
  ["contains", "event:page", [""]],
  ["matches", "event:hostname", [".*"]],
  ["not", ["is", "visit:browser", ["Nobody's"]]],
  ["has_not_done", ["is", "event:name", ["never"]]],
];

it("a filter that everything meets gives the answer without filters, of open and of closed days", async () => {
  const { insight, close } = await givenDays(280);
  const compareAll = async () => {
    for (const [path, query] of ROUTES) {
      const filters = JSON.stringify(pick([MET_BY_ALL, pick(MET_BY_ALL), [pick(MET_BY_ALL), pick(MET_BY_ALL)]]));
      const filtered = inOrder(await insight<object>(path, { ...query, filters }));
      expect([path, query, filtered]).toEqual([path, query, inOrder(await insight<object>(path, query))]);
    }
  };
  await compareAll();
  await close();
  await compareAll();
  // Asked again, from memory.
  await compareAll();
});

const leaf = (): Asked =>
  pick<() => Asked>([
    () => [pick(["is", "is_not"]), "visit:country", [pick(["CH", "IN", ""])]],
    () => [pick(["is", "is_not"]), "visit:device", [pick(["Mobile", "Desktop"])]],
    () => [pick(["is", "is_not"]), "visit:network_type", [pick(["hosting", "business"])]],
    () => [pick(["is", "contains"]), "event:page", [pick(["/", "/pricing", "/blog"])]],
    () => ["is", "event:hostname", [pick(["shop.example", "www.shop.example"])]],
    () => ["is", "event:name", [pick(["Signup", "pageview", "rule", "web_vital"]), "toString"]],
    () => ["is_not", "event:name", [pick(["Signup", "pageview", "field_focus"])]],
    () => [pick(["is", "is_not"]), "event:props:plan", [pick(["pro", ""])]],
    () => ["is", "event:rule", [pick(["rule-1", "rule-2"])]],
    () => [pick(["has_done", "has_not_done"]), ["is", "event:name", [pick(["Signup", "rule", "heatmap"])]]],
    () => [pick(["has_done", "has_not_done"]), ["is", "event:page", ["/pricing"]]],
  ])();
function tree(depth: number): Asked {
  const dice = random();
  if (depth === 0 || dice < 0.6) return leaf();
  if (dice < 0.7) return ["not", tree(depth - 1)];
  return [pick(["and", "or"]), [tree(depth - 1), tree(depth - 1)]];
}

const VITALS = ["LCP", "INP", "CLS", "FCP", "TTFB"];

/** The 75th percentile of samples by bucket, as the contract of vitals says. */
function p75(metric: string, buckets: readonly number[]): number | null {
  if (buckets.length === 0) return null;
  const bucket = buckets.toSorted((a, b) => a - b)[Math.ceil(buckets.length * 0.75) - 1]!;
  const value = (2 * 1.05 ** (bucket + 1)) / 2.05;
  return metric === "CLS" ? Math.round(value * 1000) / 1000 : Math.round(value);
}

interface Sample {
  metric: string;
  page: string;
  device: string;
  bucket: number;
  rating: string;
}

const samplesIn = (selected: ReturnType<InsightRecount["measured"]>): Sample[] =>
  VITALS.flatMap((metric) =>
    detailsIn(selected, `vital/${metric}`).flatMap(([value, events]) => {
      const [page, device, bucket, rating] = value.split(/[\n\t]/) as [string, string, string, string];
      return Array<Sample>(events).fill({ metric, page, device, bucket: Number(bucket), rating });
    }),
  );

const toRows = (samples: readonly Sample[], by: "page" | "device") =>
  [...Map.groupBy(samples, (sample) => sample[by])]
    .map(([value, own]) => ({
      value,
      samples: own.length,
      p75: Object.fromEntries(
        VITALS.map((metric) => [
          metric,
          p75(
            metric,
            own.filter((sample) => sample.metric === metric).map(({ bucket }) => bucket),
          ),
        ]),
      ),
    }))
    .sort((a, b) => b.samples - a.samples || (a.value < b.value ? -1 : 1));

const toCells = (details: readonly [string, number][], place: string): number[][] =>
  details
    .filter(([value]) => value.startsWith(`${place}\t`))
    .map(([value, events]) => [...value.split("\t")[1]!.split(",").map(Number), events])
    .sort();

const PATH_GROUPS = [
  { pattern: "/pri*", label: "Sales" },
  { pattern: "/", label: "Sales" },
];
const groupOf = (page: string | null): string | null => (page === "/" || page?.startsWith("/pri") ? "Sales" : page);

it("random filters give what a recount of the rows gives, of single pages and of path groups", async () => {
  const { site_id, insight, close } = await givenDays(400);
  const key = await givenKey();
  const body = { patterns: PATH_GROUPS };
  expect((await call("PUT", `/api/v1/properties/${site_id}/path-groups`, { key, body })).status).toBe(200);
  const rows = await eventsOf(site_id);
  const compareAll = async () => {
    const given = Array.from({ length: 1 + Math.floor(random() * 2) }, () => tree(2));
    const humansOnly = random() < 0.3;
    const [first, last] = [addDays(FIRST, Math.floor(random() * 2)), addDays(FIRST, 2)] as [string, string];
    const all = humansOnly ? [...given, ["is_not", "visit:network_type", ["hosting"]]] : given;
    const counter = new InsightRecount(rows, { filters: all, first, last });
    const bots: Record<string, string> = humansOnly ? { suspected_bots: "false" } : {};
    const asked: Record<string, string> = { from: first, to: last, filters: JSON.stringify(given), ...bots };
    const isGrouped = random() < 0.4;
    const byPage: Record<string, string> = isGrouped ? { ...asked, grouped: "true" } : asked;
    const measured = (name: string) =>
      counter.measured(name).map(({ event, visit }) => ({
        event: isGrouped ? { ...event, page: groupOf(event.page) } : event,
        visit,
      }));
    const pageNames = isGrouped ? ["Sales", "/🦊", "(none)"] : PAGES;
    const same = (reply: unknown, expected: unknown) =>
      expect({ asked, told: reply }).toEqual({ asked, told: expected });

    const named = [...Map.groupBy(counter.byName(), ({ event }) => event.name)];
    const { events } = await insight<EventsInsight>("events", asked);
    same(
      events.map(({ name, events: count, visitors }) => [name, count, visitors]),
      named
        .map(([name, own]): [string, number, number] => [name, own.length, visitorsIn(own)])
        .sort(([a, x], [b, y]) => y - x || compare(a, b)),
    );

    for (const name of ["Signup", "rule", "form_submit", "web_vital"]) {
      const told = await insight<EventInsight>(`events/${name}`, asked);
      const own = counter.counted().filter(({ event }) => event.name === name);
      const props = detailsIn(own, `prop/${name}`).map(([value, count]) => {
        const [key, ...rest] = value.split("\n");
        return { key: key!, value: rest.join("\n"), events: count };
      });
      const keys = [...Map.groupBy(props, ({ key }) => key)].map(([key, values]) => ({
        key,
        sum: values.reduce((sum, { events: count }) => sum + count, 0),
        values: values.map(({ key: _, ...value }) => value),
      }));
      same(
        [told.events, told.pages, told.props],
        [
          named.find(([other]) => other === name)?.[1].length ?? 0,
          detailsIn(own, `event_page/${name}`).map(([value, count]) => ({ value, events: count })),
          keys.sort((a, b) => b.sum - a.sum || compare(a.key, b.key)).map(({ key, values }) => ({ key, values })),
        ],
      );
    }

    const samples = samplesIn(measured("web_vital"));
    const narrow = pick<Record<string, string>>([{}, { page: pageNames[0]! }, { device: "Mobile" }]);
    const isOf = (by: "page" | "device") => (sample: Sample) => (narrow[by] ?? sample[by]) === sample[by];
    const vitals = await insight<VitalsInsight>("vitals", { ...byPage, ...narrow });
    same(vitals, {
      metrics: VITALS.map((metric) => {
        const own = samples.filter(
          (sample) => sample.metric === metric && isOf("page")(sample) && isOf("device")(sample),
        );
        const rated = (rating: string) => own.filter((sample) => sample.rating === rating).length;
        return {
          metric,
          samples: own.length,
          p75: p75(
            metric,
            own.map(({ bucket }) => bucket),
          ),
          ...{ good: rated("good"), needs_improvement: rated("needs-improvement"), poor: rated("poor") },
        };
      }),
      pages: toRows(samples.filter(isOf("device")), "page"),
      devices: toRows(samples.filter(isOf("page")), "device"),
    });

    const heat = measured("heatmap");
    const sums = detailsIn(heat, "heat/page");
    const sumOf = (place: string, name: string) => sums.find(([value]) => value === `${place}\t${name}`)?.[1] ?? 0;
    const maps = [...new Set(sums.map(([value]) => value.split("\t")[0]!))].map((place) => {
      const [page, width] = place.split("\n");
      return {
        ...{ page, width, clicks: sumOf(place, "clicks"), moves: sumOf(place, "moves"), views: sumOf(place, "views") },
      };
    });
    maps.sort(
      (a, b) => b.views - a.views || b.clicks - a.clicks || compare(a.page!, b.page!) || compare(a.width!, b.width!),
    );
    same((await insight<HeatmapsInsight>("heatmap", byPage)).pages, maps);
    const [page, width] = [pick(pageNames), pick(["phone", "desktop"])];
    const map = await insight<HeatmapInsight>("heatmap", { ...byPage, page, width });
    const place = `${page}\n${width}`;
    const reached = detailsIn(heat, "heat/reach");
    same(inOrder(map), {
      page,
      width,
      clicks: toCells(detailsIn(heat, "heat/click"), place),
      moves: toCells(detailsIn(heat, "heat/move"), place),
      reach: Array.from(
        { length: 20 },
        (_, i) => reached.find(([value]) => value === `${place}\t${5 * (i + 1)}`)?.[1] ?? 0,
      ),
      views: sumOf(place, "views"),
    });

    const matches = counter.counted().filter(({ event }) => event.rule !== null && event.event_type !== "rule_seen");
    const seen = counter.seen();
    const ids = [...new Set([...matches, ...seen].map(({ event }) => event.rule!))];
    const rateOf = (clicks: number, views: number) => (views > 0 ? Math.round((1000 * clicks) / views) / 10 : null);
    const rules = ids.map((id) => {
      const own = matches.filter(({ event }) => event.rule === id);
      const views = seen.filter(({ event }) => event.rule === id).length;
      return { id, clicks: own.length, visitors: visitorsIn(own), views, ctr: rateOf(own.length, views) };
    });
    rules.sort((a, b) => b.clicks - a.clicks || b.views - a.views || compare(a.id, b.id));
    const told = await insight<RulesInsight>("rules", asked);
    same(
      told.rules.map(({ last_click_at: _, ...rule }) => rule),
      rules,
    );
    const { last_click_at: _, ...one } = await insight<RuleInsight>("rules/rule-1", asked);
    const ofRule = (selected: typeof seen, dimension: string) =>
      detailsIn(selected, dimension)
        .filter(([value]) => value.startsWith("rule-1\n"))
        .map(([value, count]): [string, number] => [value.slice("rule-1\n".length), count]);
    const [clicksOf, seenOf] = [new Map(ofRule(matches, "rule_page")), new Map(ofRule(seen, "rule_seen_page"))];
    const pages = [...new Set([...clicksOf.keys(), ...seenOf.keys()])].map((value) => {
      const [clicks, views] = [clicksOf.get(value) ?? 0, seenOf.get(value) ?? 0];
      return { page: value, clicks, seen: views, ctr: rateOf(clicks, views) };
    });
    same(one, {
      ...(rules.find(({ id }) => id === "rule-1") ?? { id: "rule-1", clicks: 0, visitors: 0, views: 0, ctr: null }),
      pages: pages.sort((a, b) => b.clicks - a.clicks || b.seen - a.seen || compare(a.page, b.page)),
      elements: ofRule(matches, "rule_text").map(([value, clicks]) => {
        const [text, ...href] = value.split("\n");
        return { text: text || null, href: href.join("\n") || null, clicks };
      }),
      devices: ofRule(matches, "rule_device").map(([device, clicks]) => ({ device, clicks })),
    });

    const networks = await insight<NetworksInsight>("networks", asked);
    const counted = counter.counted();
    const begun = counter.begun();
    const countsOf = (isIn: (row: { network: string | null; network_type: string | null }) => boolean) => {
      const own = counted.filter(({ event }) => isIn(event));
      return {
        visitors: visitorsIn(own),
        visits: begun.filter(isIn).length,
        pageviews: own.filter(({ event }) => event.event_type === "pageview").length,
      };
    };
    const types = [...new Set([...counted.map(({ event }) => event), ...begun].map((row) => row.network_type))];
    const byType = types.map((type) => ({
      network_type: type ?? "(unknown)",
      ...countsOf((row) => row.network_type === type),
    }));
    same(
      networks.types,
      byType.sort(
        (a, b) => b.visitors - a.visitors || b.pageviews - a.pageviews || compare(a.network_type, b.network_type),
      ),
    );
    const swisscom = networks.networks.find(({ network }) => network === "Swisscom");
    const read = detailsIn(counted, "network/page").slice(0, 5);
    same(
      swisscom && [swisscom.visitors, swisscom.visits, swisscom.pageviews, swisscom.pages],
      counted.some(({ event }) => event.network) || begun.some(({ network }) => network)
        ? [
            ...Object.values(countsOf((row) => row.network === "Swisscom")),
            read.map(([value, pageviews]) => ({ page: value.split("\t")[1], pageviews })),
          ]
        : undefined,
    );
    const hosted = countsOf((row) => row.network_type === "hosting");
    const suspected = counted.filter(({ event }) => event.network_type === "hosting").length;
    same(
      networks.signals.map(({ signal: _s, meaning: _m, ...counts }) => counts),
      suspected + hosted.visits > 0 ? [{ ...hosted, events: suspected }] : [],
    );
  };
  for (let round = 0; round < 5; round++) await compareAll();
  await close();
  for (let round = 0; round < 5; round++) await compareAll();
}, 120_000);
