// Networks and suspected bots: events go in through the API and are counted; what comes out is held against plain counts
// of what was sent.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addCorrection, effective, emptyCorrection } from "../../../workers/domain/counts/correction";
import { flatten } from "../../../workers/domain/counts/difference";
import type { NetworksInsight } from "../../../workers/domain/counts/insight";
import { countedIdsOf, rollUpWithSuspects } from "../../../workers/domain/counts/suspects";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { suspectsId } from "../../../workers/domain/networks/network";
import { addNetworkVisit, emptyNetworkVisits } from "../../../workers/domain/networks/network-visits";
import { countStatements } from "../../../workers/storage/counts/counts";
import { foldPending } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { networkStatements } from "../../../workers/storage/networks/networks";
import { anEvent, CHROME, sendEvents } from "../beacons";
import { lakeRows } from "../downstream";
import { call, givenFreshStorage, problemOf } from "../given";
import { DAY, dateOf, givenInsight, NOW, today } from "./given-insight";

givenFreshStorage();
const { send, insight, ask, siteId, key } = givenInsight();

const SWISSCOM = { network: "Swisscom (Schweiz) AG", asn: 3303 };
const HETZNER = { network: "Hetzner Online GmbH", asn: 24940 };
const BANK = { network: "Rheinbank AG", asn: 64507 };
const HOSTED = () => suspectsId(siteId(), "hosting_network");

/** Two people of an ISP, one of a bank, two of a host; one comes without a network. Yesterday and today. */
const givenVisits = () =>
  send([
    { event_type: "pageview", page_path: "/", person: 1, ago: 1, ...SWISSCOM },
    { event_type: "pageview", page_path: "/a", person: 1, ago: 1, ...SWISSCOM },
    { event_type: "pageview", page_path: "/old", person: 3, ago: 1, ...BANK },
    { event_type: "pageview", page_path: "/", person: 4, ago: 1, ...HETZNER },
    { event_type: "pageview", page_path: "/", person: 1, ...SWISSCOM },
    { event_type: "pageview", page_path: "/a", person: 2, ...SWISSCOM },
    { event_type: "pageview", page_path: "/a", person: 3, ...BANK },
    { event_type: "pageview", page_path: "/b", person: 3, ...BANK },
    { event_type: "pageview", page_path: "/b", person: 3, ...BANK },
    { event_type: "Sign up", page_path: "/b", person: 3, props: { plan: "pro" }, ...BANK },
    { event_type: "pageview", page_path: "/", person: 4, ...HETZNER },
    { event_type: "Sign up", page_path: "/", person: 4, props: { plan: "pro" }, ...HETZNER },
    { event_type: "pageview", page_path: "/b", person: 5, ...HETZNER },
    { event_type: "pageview", page_path: "/", person: 6 },
  ]);

interface Asked {
  results: { dimensions: string[]; metrics: number[]; comparison?: { metrics: number[] } }[];
  meta: { total_rows?: number };
  query: { include: Record<string, unknown> };
}

/** Asks without the suspected, unless told otherwise. */
async function query(question: Record<string, unknown>, suspected_bots = false): Promise<Asked> {
  const { include = {}, ...more } = question as { include?: object };
  const body = { site_id: siteId(), date_range: "day", ...more, include: { ...include, suspected_bots } };
  const reply = await call("POST", "/api/v2/query", { key: key(), body });
  if (reply.status !== 200) throw new Error(await reply.text());
  return (await reply.json()) as Asked;
}
const METRICS = ["visitors", "visits", "pageviews", "bounce_rate"];
const rowsOf = ({ results }: Asked) => results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);

describe.each([
  ["while their counts wait", false],
  ["once they are folded", true],
])("suspected visits, %s,", (_, isFolded) => {
  beforeEach(async () => {
    await givenVisits();
    if (isFolded) await foldPending(env.DB, countedIdsOf(siteId()));
  });

  it("count in every number, unless the question leaves them out", async () => {
    expect(rowsOf(await query({ metrics: METRICS }, true))).toEqual([[6, 6, 8, 66.7]]);
    expect(rowsOf(await query({ metrics: METRICS }))).toEqual([[4, 4, 6, 75]]);
    expect((await query({ metrics: METRICS })).query.include).toEqual({ suspected_bots: false });
    expect((await query({ metrics: METRICS }, true)).query.include).toEqual({});
  });

  it("are left out of a dimension, of its rows and of their number", async () => {
    const question = { metrics: ["pageviews", "visitors"], dimensions: ["event:page"], include: { total_rows: true } };
    const without = await query(question);
    expect(rowsOf(without)).toEqual(
      [
        ["/b", 2, 1],
        ["/", 2, 2],
        ["/a", 2, 2],
      ].sort((a, b) => Number(b[1]) - Number(a[1]) || (String(a[0]) < String(b[0]) ? -1 : 1)),
    );
    const networks = await query({
      metrics: ["visitors"],
      dimensions: ["visit:network"],
      include: { total_rows: true },
    });
    expect(rowsOf(networks)).toEqual([
      [SWISSCOM.network, 2],
      ["(unknown)", 1],
      [BANK.network, 1],
    ]);
    expect(networks.meta.total_rows).toBe(3);
  });

  it("are left out of days, weeks and hours, and of what is compared", async () => {
    const yesterday = dateOf(NOW - DAY);
    const range = { date_range: [yesterday, dateOf(NOW)], metrics: ["visitors", "pageviews"] };
    expect(rowsOf(await query({ ...range, dimensions: ["time:day"] }))).toEqual([
      [yesterday, 2, 3],
      [dateOf(NOW), 4, 6],
    ]);
    const hours = rowsOf(await query({ ...range, dimensions: ["time:hour"] }));
    expect(hours.reduce((sum, [, , views]) => sum + Number(views), 0)).toBe(9);
    const weeks = rowsOf(await query({ ...range, dimensions: ["time:week"] }));
    expect(weeks.reduce((sum, [, visitors]) => sum + Number(visitors), 0)).toBe(6);
    const compared = await query({
      metrics: ["visitors", "pageviews"],
      date_range: [dateOf(NOW), dateOf(NOW)],
      include: { comparisons: { mode: "custom", date_range: [yesterday, yesterday] } },
    });
    expect(compared.results[0]).toMatchObject({ metrics: [4, 6], comparison: { metrics: [2, 3] } });
  });

  it("are told by their reason, beside networks with what is known of them", async () => {
    const visits = emptyNetworkVisits();
    for (const event of await lakeRows(siteId())) addNetworkVisit(visits, event);
    await env.DB.batch(networkStatements(env.DB, siteId(), visits));
    const told = await insight<NetworksInsight>("networks", { from: dateOf(NOW - DAY), to: dateOf(NOW) });
    expect(told.signals).toMatchObject([
      {
        signal: "hosting_network",
        visitors: 3,
        visits: 3,
        pageviews: 3,
        meaning: expect.stringContaining("networks that host servers"),
      },
    ]);
    expect(
      told.networks.map(({ network, network_type, visitors, pageviews }) => [
        network,
        network_type,
        visitors,
        pageviews,
      ]),
    ).toEqual([
      [SWISSCOM.network, "isp", 3, 4],
      [HETZNER.network, "hosting", 3, 3],
      [BANK.network, "business", 2, 4],
    ]);
    // What customers of ISPs and hosts read says nothing of these.
    expect(told.networks.map(({ pages }) => pages)).toEqual([
      [],
      [],
      [
        { page: "/b", pageviews: 2 },
        { page: "/a", pageviews: 1 },
        { page: "/old", pageviews: 1 },
      ],
    ]);
    expect(told.networks[2]).toMatchObject({ asn: BANK.asn, place: { country: null, region: null, city: null } });
    const types = Object.fromEntries(told.types.map((type) => [type.network_type, type.pageviews]));
    expect(types).toEqual({ isp: 4, hosting: 3, business: 4, "(unknown)": 1 });
  });
});

it("networks that no run has met yet are told with what their names say", async () => {
  await givenVisits();
  const { networks } = await insight<NetworksInsight>("networks", today());
  expect(networks.find(({ network }) => network === BANK.network)).toMatchObject({
    network_type: "business",
    asn: null,
    first_seen: null,
    pages: [
      { page: "/b", pageviews: 2 },
      { page: "/a", pageviews: 1 },
    ],
  });
});

it("networks of a property are nobody else's to see, and of days that there are", async () => {
  expect(await problemOf(await ask("networks", { from: "2026-11-40" }))).toBe("invalid");
  const other = await call("GET", "/api/v1/properties/unknown/insight/networks", { key: key() });
  expect(other.status).toBe(404);
});

it("what is known of a network is of its last event, in whichever order runs come", async () => {
  await givenVisits();
  const rows = await lakeRows(siteId());
  const of = (events: StampedEvent[]) => {
    const visits = emptyNetworkVisits();
    for (const event of events) addNetworkVisit(visits, event);
    return networkStatements(env.DB, siteId(), visits);
  };
  const bank = rows.filter(({ network }) => network === BANK.network);
  const placed = bank.map((event, i) => ({ ...event, city: `City ${i}` }));
  await env.DB.batch(of(placed.slice(2)));
  await env.DB.batch(of(placed.slice(0, 2)));
  const row = await env.DB.prepare("select * from networks where site_id = ?").bind(siteId()).first();
  expect(row).toMatchObject({
    network: BANK.network,
    city: `City ${bank.length - 1}`,
    first_seen: bank[0]!.event_time,
    last_seen: bank.at(-1)!.event_time,
  });
});

it("a correction brings the counts in D1 to those of effective events", async () => {
  await givenVisits();
  const rows = await lakeRows(siteId());
  const effectives = rows.map((event) =>
    effective(
      event,
      event.network === BANK.network
        ? { network: "Bank's own cloud", network_type: "hosting", asn: 64508 }
        : { network: null, network_type: event.network === HETZNER.network ? "isp" : null, asn: null },
    ),
  );
  const correction = emptyCorrection();
  rows.forEach((event, i) => {
    addCorrection(correction, event, effectives[i]!);
  });
  const increments = new Map([[siteId(), correction.rollup]]);
  for (const [signal, rollup] of correction.suspects) increments.set(suspectsId(siteId(), signal), rollup);
  await env.DB.batch(countStatements(env.DB, increments, Date.now()));
  const wanted = rollUpWithSuspects(siteId(), effectives);
  for (const folded of [false, true]) {
    if (folded) await foldPending(env.DB, countedIdsOf(siteId()));
    for (const id of [siteId(), HOSTED()])
      expect(Object.fromEntries(flatten(await readRollup(env.DB, id)))).toEqual(
        Object.fromEntries(flatten(wanted.get(id)!)),
      );
  }
});

it("an event keeps the network that it names, and gets its type", async () => {
  await send([
    { event_type: "pageview", ...HETZNER },
    { event_type: "pageview", network: "Universität Bern", person: 2 },
  ]);
  expect((await lakeRows(siteId())).filter(({ event_type }) => event_type === "pageview")).toMatchObject([
    { ...HETZNER, network_type: "hosting" },
    { network: "Universität Bern", asn: null, network_type: "education" },
  ]);
});

it("an event that says nothing of a network has none: that of its caller is not taken for it", async () => {
  await send([{ event_type: "pageview" }]);
  expect((await lakeRows(siteId()))[0]).toMatchObject({ network: null, asn: null, network_type: null });
  const reply = await sendEvents(key(), anEvent(siteId(), { user_agent: CHROME, asn: 0 }));
  expect(await problemOf(reply)).toBe("invalid");
});
