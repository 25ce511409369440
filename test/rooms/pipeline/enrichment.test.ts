// Enrichment in workerd: every address has one row; budgets, caches and resumption hold on the real D1 and R2.
import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { EnrichmentUnit } from "../../../workers/domain/runs/run-params";
import { namedPrefix } from "../../../workers/domain/visitors/prefix";
import { enrich } from "../../../workers/pipeline/enrich";
import { lookUpAll } from "../../../workers/pipeline/look-up";
import type { Answer, RemoteProvider } from "../../../workers/pipeline/providers/provider";
import { loadEnrichment, readEnrichment } from "../../../workers/storage/lake/enrichment";
import { sweepGarbage } from "../../../workers/storage/lake/garbage";
import { KEPT_MS } from "../../../workers/storage/networks/answers";
import { givenFreshStorage } from "../given";
import {
  callsOf,
  enrichedRows,
  givenIpList,
  givenSteps,
  hasty,
  listedAddress,
  providerSettings,
} from "./given-enrichment";

givenFreshStorage();

const run = (bindings: Cloudflare.Env, units: EnrichmentUnit[], steps = givenSteps(), patience = hasty()) =>
  enrich(bindings, steps, { parent: null, event: "enriched", units }, patience);

/** A provider that answers by a function and notes whom it was asked about. */
function givenProvider(answerTo: (ip: string, call: number) => Answer, budget = 1000) {
  const asked: string[] = [];
  const provider: RemoteProvider = {
    name: "http:provider.example",
    budget,
    async lookUp(ip) {
      asked.push(ip);
      return answerTo(ip, asked.length);
    },
  };
  return { provider, asked };
}
const found = (network: string, prefix: string | null = null): Answer => ({
  kind: "found",
  found: { network, network_type: "business", asn: 64_512, country: "CH", region: null, city: null },
  prefix,
});
const soon = () => Date.now() + 60_000;
const addresses = (count: number) => Array.from({ length: count }, (_, i) => `203.${i >> 8}.${i & 255}.7`);

describe("with provider edge", () => {
  test("each address has one row with what the event said of it, and nobody is asked", async () => {
    const unit = await givenIpList("shop", [
      listedAddress("203.0.113.0", { network: "Monday" }),
      listedAddress("203.0.113.0", { day: "2026-11-21", network: "Tuesday" }),
      listedAddress("2001:db8::"),
    ]);
    const counts = await run(env, [unit]);
    expect(counts).toMatchObject({ edge: 2, fetched: 0 });
    expect(await enrichedRows(unit)).toMatchObject([
      {
        ip: "203.0.113.0",
        prefix: "203.0.113.0/24",
        provider: "edge",
        status: "edge",
        reason: null,
        network: "Tuesday",
      },
      { ip: "2001:db8::", prefix: "2001:db8::/48", network: "Edge Networks", asn: 64_500, city: "Berlin" },
    ]);
    expect(await readEnrichment(env.LAKE, unit.target)).toEqual(new Map());
    expect(await callsOf()).toBe(0);
  });

  test("a property without addresses has no result, one without visitors an empty one", async () => {
    const none: EnrichmentUnit = {
      site_id: "mute",
      first_id: 1,
      last_id: 9,
      ip_list: null,
      target: "ip_enrichment/none",
    };
    const empty = await givenIpList("empty", []);
    const steps = givenSteps();
    await run(env, [none, empty], steps);
    expect(await loadEnrichment(env.LAKE, none.target)).toBeNull();
    expect(await loadEnrichment(env.LAKE, empty.target)).toMatchObject({ rows: 0 });
    expect([...steps.done]).toEqual([["enrich addresses 1", "no addresses"]]);
  });

  test("what nobody lists in the end is swept", async () => {
    const unit = await givenIpList("shop", ["203.0.113.0"]);
    await run(env, [unit]);
    await sweepGarbage(env, Date.now() + 2 * 86_400_000);
    expect(await env.LAKE.head(unit.target)).toBeNull();
  });
});

describe("settings that are wrong", () => {
  test.each<[Partial<Cloudflare.Env>, string]>([
    [{ IP_PROVIDER: "oracle" }, "IP_PROVIDER must be edge, http or mmdb"],
    [{ IP_PROVIDER_URL: "" }, "IP_PROVIDER_URL must be an http(s) address with {ip} in it"],
    [{ IP_PROVIDER_URL: "https://provider.example/" }, "IP_PROVIDER_URL must be an http(s) address with {ip} in it"],
    [{ IP_PROVIDER_URL: "ftp://provider.example/{ip}" }, "IP_PROVIDER_URL must be an http(s) address with {ip} in it"],
    [{ IP_PROVIDER_URL: "https://{ip}/" }, "IP_PROVIDER_URL must have {ip} in its path or query, not in its host"],
    [{ IP_PROVIDER_FIELDS: "ipinfos" }, "IP_PROVIDER_FIELDS must be ipinfo, ip-api, mmdb or JSON"],
    [{ IP_PROVIDER_BUDGET: "many" }, "IP_PROVIDER_BUDGET must be a number of calls a day"],
    [{ IP_PROVIDER_HEADER: "secret" }, 'IP_PROVIDER_HEADER must read "Name: value"'],
    [{ IP_PROVIDER_HEADER: "X-Key: sec\u0001ret" }, 'IP_PROVIDER_HEADER must read "Name: value"'],
    // The runtime would write all of it into the log.
    [{ IP_PROVIDER_HEADER: "X-Key: secr€t" }, 'IP_PROVIDER_HEADER must read "Name: value"'],
    [{ IP_PROVIDER: "mmdb", IP_PROVIDER_FILE: "mmdb/none" }, "IP_PROVIDER_FILE mmdb/none is not in the bucket"],
  ])("%j leave what the edge said, and are told in every row and in the run log", async (given, reason) => {
    const unit = await givenIpList("shop", ["203.0.113.0"]);
    const steps = givenSteps();
    await run(providerSettings("locked", given), [unit], steps);
    expect(await enrichedRows(unit)).toMatchObject([{ status: "edge", reason, network: "Edge Networks" }]);
    expect(steps.done.get("enrich addresses 1")).toBe(`1 edge: ${reason}`);
  });
});

describe("a service", () => {
  test("is asked with the header, once per network, and what it said holds for the next run", async () => {
    const bindings = providerSettings("locked", { IP_PROVIDER_HEADER: "X-Key: secret" });
    const unit = await givenIpList("shop", ["203.0.113.1", "203.0.113.2", "198.51.100.1"]);
    expect(await run(bindings, [unit])).toMatchObject({ fetched: 2, cached: 1 });
    expect(await callsOf()).toBe(2);
    const read = await readEnrichment(env.LAKE, unit.target);
    expect([...read.keys()].sort()).toEqual(["198.51.100.1", "203.0.113.1", "203.0.113.2"]);
    expect(read.get("203.0.113.2")).toMatchObject({ country: "CH", city: "Zürich" });
    const other = await givenIpList("blog", ["203.0.113.9", "198.51.100.200"]);
    expect(await run(bindings, [other])).toMatchObject({ fetched: 0, cached: 2 });
    expect(await callsOf()).toBe(2);
  });

  test("that refuses the key is asked once, and every address says why", async () => {
    const units = [await givenIpList("shop", addresses(30)), await givenIpList("blog", addresses(40).slice(30))];
    const counts = await run(providerSettings("locked"), units, givenSteps(), hasty({ concurrency: 1 }));
    expect(counts).toMatchObject({ failed: 1, skipped: 39 });
    expect(await callsOf()).toBe(1);
    const rows = [...(await enrichedRows(units[0]!)), ...(await enrichedRows(units[1]!))];
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(["provider replied 403"]));
    expect(rows[39]).toMatchObject({ status: "skipped", network: "Edge Networks" });
  });

  test("that asks for an hour's rest gets it", async () => {
    const unit = await givenIpList("shop", addresses(20));
    await run(providerSettings("quota"), [unit], givenSteps(), hasty({ concurrency: 1 }));
    expect(await callsOf()).toBe(1);
    expect((await enrichedRows(unit)).at(-1)).toMatchObject({
      status: "skipped",
      reason: "provider replied 429 and asks to wait 3600 s",
    });
  });

  test("that is away is left alone after a few tries", async () => {
    const unit = await givenIpList("shop", addresses(300));
    const counts = await run(providerSettings("away"), [unit]);
    expect(counts.failed + counts.skipped).toBe(300);
    // Ten first calls open the breaker, five more are under way, each with three more attempts at most; then two tries.
    expect(await callsOf()).toBeLessThanOrEqual(15 * 4 + 2);
    expect((await enrichedRows(unit)).at(-1)?.reason).toMatch(
      /^provider failed \d+ times in a row: provider replied 500$/,
    );
  });
});

describe("the cache", () => {
  const ips = ["203.0.113.1", "203.0.113.77", "203.0.114.1"];
  const lookUp = (provider: RemoteProvider, patience = hasty({ concurrency: 1 })) =>
    lookUpAll(env.DB, provider, ips, patience, null, soon());

  test("keeps an answer for the network that the provider names", async () => {
    const { provider, asked } = givenProvider(() => found("Wide", "203.0.112.0/22"));
    const { answers } = await lookUp(provider);
    expect(asked).toEqual(["203.0.113.1"]);
    expect(answers.map(({ status, prefix }) => `${status} ${prefix}`)).toEqual([
      "fetched 203.0.112.0/22",
      "cached 203.0.112.0/22",
      "cached 203.0.112.0/22",
    ]);
  });

  test("and does not take a narrow network's answer for its neighbours'", async () => {
    const { provider, asked } = givenProvider((ip) => found(ip, namedPrefix(ip, `${ip}/28`)));
    await lookUp(provider);
    expect(asked).toEqual(ips);
    const { answers } = await lookUp(provider);
    expect(answers.map(({ status, found }) => `${status} ${found?.network}`)).toEqual(ips.map((ip) => `cached ${ip}`));
  });

  test("expires, keeps that nothing is known, and forgets failures", async () => {
    let now = Date.now();
    const patience = hasty({ concurrency: 1, now: () => now });
    const nothing = givenProvider(() => ({ kind: "nothing" }));
    const look = async (provider: RemoteProvider) => {
      const { answers } = await lookUpAll(env.DB, provider, ["203.0.113.1"], patience, null, now + 60_000);
      return answers[0];
    };
    expect(await look(nothing.provider)).toMatchObject({ status: "fetched", reason: "provider knows nothing of it" });
    expect(await look(nothing.provider)).toMatchObject({ status: "cached", reason: "provider knows nothing of it" });
    now += KEPT_MS + 1;
    const failing = givenProvider(() => ({ kind: "refused", reason: "no" }));
    expect(await look(failing.provider)).toMatchObject({ status: "failed", reason: "no" });
    expect(await look(failing.provider)).toMatchObject({ status: "failed" });
    expect(failing.asked.length).toBe(2);
  });

  test("of one service says nothing of another's", async () => {
    await lookUp(givenProvider(() => found("One")).provider);
    const other = givenProvider(() => found("Other"));
    await lookUp({ ...other.provider, name: "http:other.example" });
    expect(other.asked.length).toBe(2);
  });
});

describe("the budget", () => {
  test("ends the calls of a day and not those of the next, attempts included", async () => {
    let now = Date.parse("2026-11-20T23:00:00Z");
    const patience = hasty({ now: () => now, sleep: async () => {} });
    // Every second call fails, so that an address costs two.
    const { provider, asked } = givenProvider(
      (ip, call) => (call % 2 === 1 ? { kind: "failed", reason: "hiccup", wait: null } : found(ip)),
      50,
    );
    const first = await lookUpAll(env.DB, provider, addresses(40), patience, null, now + 60_000);
    expect(asked.length).toBe(50);
    expect(await callsOf()).toBe(50);
    expect(first.answers.filter(({ status }) => status === "over_budget").length).toBeGreaterThan(10);
    expect(first.answers.length).toBe(40);
    now += 2 * 3_600_000;
    await lookUpAll(env.DB, provider, addresses(40), patience, null, now + 60_000);
    expect(asked.length).toBeGreaterThan(70);
    expect(asked.length).toBe(await callsOf());
  });

  test("is kept over crashes in the middle, and nothing that is cached is asked again", async () => {
    const ips = addresses(400);
    const { provider, asked } = givenProvider((ip) => found(ip), 450);
    let crashes = 0;
    for (let left = 60; ; left = 60) {
      const mortal: RemoteProvider = {
        ...provider,
        lookUp(ip, signal) {
          if (left-- <= 0) throw new Error("killed");
          return provider.lookUp(ip, signal);
        },
      };
      try {
        const { answers } = await lookUpAll(env.DB, mortal, ips, hasty(), null, soon());
        expect(answers.length).toBe(400);
        break;
      } catch (error) {
        expect(String(error)).toBe("Error: killed");
        crashes += 1;
      }
      expect(asked.length).toBeLessThanOrEqual(await callsOf());
      expect(await callsOf()).toBeLessThanOrEqual(450);
    }
    expect(crashes).toBeGreaterThan(2);
    // At most what was not yet written at each crash was asked for again.
    expect(asked.length).toBeLessThanOrEqual(400 + crashes * 56);
  });

  test("may be lowered", async () => {
    const { provider, asked } = givenProvider((ip) => found(ip), 30);
    await lookUpAll(env.DB, provider, addresses(30), hasty(), null, soon());
    await lookUpAll(env.DB, { ...provider, budget: 10 }, addresses(60), hasty(), null, soon());
    expect(asked.length).toBe(30);
    expect(await callsOf()).toBe(30);
  });
});

describe("the run", () => {
  test("is told at the end how the addresses fared", async () => {
    const told: unknown[] = [];
    const PIPELINE = {
      get: async (id: string) => ({
        sendEvent: async (event: unknown) => {
          told.push([id, event]);
        },
      }),
    } as unknown as Cloudflare.Env["PIPELINE"];
    const unit = await givenIpList("shop", ["203.0.113.0"]);
    await enrich({ ...env, PIPELINE }, givenSteps(), { parent: "run-1", event: "enriched", units: [unit] }, hasty());
    expect(told).toEqual([
      ["run-1", { type: "enriched", payload: { counts: expect.objectContaining({ edge: 1, failed: 0 }) } }],
    ]);
    expect(await enrichedRows(unit)).toHaveLength(1);
  });

  test("may start it as a Workflow", async () => {
    const unit = await givenIpList("shop", ["203.0.113.0"]);
    await using instance = await introspectWorkflowInstance(env.ENRICHMENT, "enrichment-1");
    await env.ENRICHMENT.create({ id: "enrichment-1", params: { parent: null, event: "enriched", units: [unit] } });
    await instance.waitForStatus("complete");
    expect(await enrichedRows(unit)).toMatchObject([{ ip: "203.0.113.0", status: "edge" }]);
  });
});

test("a Workflow that is run again does no step twice, and its result is the same", async () => {
  const bindings = providerSettings("locked", { IP_PROVIDER_HEADER: "X-Key: secret" });
  const unit = await givenIpList("shop", addresses(120));
  const patience = hasty({ portion: 50 });
  const steps = givenSteps();
  let fuse = 3;
  const mortal: typeof steps = {
    ...steps,
    async do(name, work) {
      const result = await steps.do(name, work);
      if (--fuse === 0) throw new Error("killed");
      return result;
    },
  };
  await expect(run(bindings, [unit], mortal, patience)).rejects.toThrow("killed");
  const counts = await run(bindings, [unit], steps, patience);
  expect(counts).toMatchObject({ fetched: 120 });
  expect(await callsOf()).toBe(120);
  expect([...steps.done.keys()]).toEqual([
    "begin to enrich",
    "look up places 1 1: shop",
    "look up places 1 2: shop",
    "look up places 1 3: shop",
    "enrich addresses 1: shop",
  ]);
  // The platform keeps results for weeks: they say where an address is in the list, and not which it is.
  const results = [...steps.results.values()].join();
  for (const ip of addresses(120)) expect(results).not.toContain(ip);
  const before = await enrichedRows(unit);
  expect(await run(bindings, [unit], givenSteps(), patience)).toMatchObject({ cached: 120 });
  expect(await enrichedRows(unit)).toEqual(before);
});

test("what time is too short for goes on in another step, and in the end is skipped", async () => {
  const unit = await givenIpList("shop", addresses(60));
  let now = Date.now();
  // Every look at the clock takes a second.
  const patience = hasty({ now: () => (now += 1000), stepTime: 30_000, totalTime: 150_000, concurrency: 1 });
  const bindings = providerSettings("locked", { IP_PROVIDER_HEADER: "X-Key: secret" });
  const steps = givenSteps();
  const counts = await run(bindings, [unit], steps, patience);
  expect(counts.fetched).toBeGreaterThan(0);
  expect(counts.skipped).toBeGreaterThan(0);
  expect(counts.fetched + counts.skipped).toBe(60);
  expect(steps.done.size).toBeGreaterThan(4);
  expect((await enrichedRows(unit)).find(({ status }) => status === "skipped")?.reason).toBe("time of the run was up");
});
