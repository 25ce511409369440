// Enrichment of 10,000 addresses against a provider that is slow, limits rates, fails and lies, over loopback: it
// finishes, keeps the budget, believes no lie, and accounts for every address.
import { env } from "cloudflare:workers";
import { expect, inject, test } from "vitest";
import { countStatuses } from "../../../workers/domain/networks/enrichment";
import { enrich } from "../../../workers/pipeline/enrich";
import { loadEnrichment } from "../../../workers/storage/lake/enrichment";
import { type Behaviour, behaviourFor, tellsTruth, truthFor } from "../../provider/behaviour";
import type { Figures } from "../../provider/server";
import { givenFreshStorage } from "../given";
import { callsOf, enrichedRows, givenIpList, givenSteps, hasty, providerSettings } from "./given-enrichment";

givenFreshStorage();

const ADDRESSES = 10_000;
/** Of the addresses; the others share their network with another. */
const NETWORKS = 9_700;
const BUDGET = 9_000;

const figuresNow = async () => (await (await fetch(`${inject("provider")}/figures`)).json()) as Figures;

/** One in five is IPv6. */
function addressAt(i: number): string {
  const network = i % NETWORKS;
  const host = i < NETWORKS ? 1 : 2;
  return network % 5 === 0
    ? `2001:db8:${network.toString(16)}::${host}`
    : `20.${network >> 8}.${network & 255}.${host}`;
}

test("10,000 addresses at a slow, limiting, failing and lying provider all end with a status", {
  timeout: 120_000,
}, async () => {
  const ips = Array.from({ length: ADDRESSES }, (_, i) => addressAt(i));
  const unit = await givenIpList("shop", ips);
  const before = await figuresNow();
  const bindings = providerSettings("slow", { IP_PROVIDER_BUDGET: `${BUDGET}` });
  const steps = givenSteps();
  // A third of the first calls fail: what is no outage must not look like one on a slow machine.
  const patience = hasty({
    timeout: 250,
    backOff: { base: 5, max: 20 },
    breaker: { failures: 25, pause: 50, openings: 3 },
  });
  const started = Date.now();
  const counts = await enrich(bindings, steps, { parent: null, event: "enriched", units: [unit] }, patience);
  const seconds = (Date.now() - started) / 1000;
  const figures = await figuresNow();

  const rows = await enrichedRows(unit);
  expect(rows.map(({ ip }) => ip)).toEqual(ips);
  expect(countStatuses(rows)).toEqual(counts);
  expect((await loadEnrichment(env.LAKE, unit.target))?.counts).toEqual(counts);

  // What is held between steps, of which each may have 1 MiB.
  const largest = Math.max(...steps.sizes);
  const together = steps.sizes.reduce((a, b) => a + b);
  expect(largest).toBeLessThan(2 ** 20 / 2);

  // The budget: there are more networks than calls.
  expect(await callsOf()).toBe(BUDGET);
  expect(figures.calls).toBeLessThanOrEqual(BUDGET);
  expect(counts.over_budget).toBeGreaterThan(0);
  expect(figures.atOnce).toBeGreaterThan(1);

  const reasons = new Map<string, number>();
  for (const { ip, status, reason, prefix, network, asn, country, city } of rows) {
    if (status === "fetched" || status === "cached") {
      // Nobody is believed who lies, and nobody speaks for the whole internet.
      const asked = status === "fetched" ? ip : ip.replace(/\d$/, "1");
      expect(tellsTruth(behaviourFor(asked))).toBe(true);
      const truth = truthFor(asked);
      expect({ network, asn: `AS${asn}`, country, city }).toEqual({
        network: truth.asn.name,
        asn: truth.asn.asn,
        country: "CH",
        city: "Zürich",
      });
      expect(prefix.endsWith(ip.includes(":") ? "/48" : "/24")).toBe(true);
      expect(reason).toBeNull();
    } else {
      expect(reason).not.toBeNull();
      expect({ network, asn, city }).toEqual({ network: "Edge Networks", asn: 64_500, city: "Berlin" });
      if (status === "failed") reasons.set(reason!, (reasons.get(reason!) ?? 0) + 1);
    }
  }
  // Whoever was asked for and never told the truth is among the failures.
  const asked = rows.filter(({ status }) => status !== "over_budget" && status !== "skipped");
  const liars = asked.filter(({ ip }) => ip.endsWith("1") && !tellsTruth(behaviourFor(ip)));
  expect(liars.length).toBeGreaterThan(0);
  expect(liars.every(({ status }) => status === "failed")).toBe(true);
  const kinds = new Set<Behaviour>(asked.map(({ ip }) => behaviourFor(ip)));

  console.log(
    [
      `enrichment of ${ADDRESSES} addresses in ${NETWORKS} networks, budget ${BUDGET}: ${seconds.toFixed(1)} s, ${steps.done.size} steps`,
      `  statuses: ${JSON.stringify(counts)}`,
      `  calls: ${await callsOf()} counted, ${figures.calls} arrived, at most ${figures.atOnce} at once; replies ${JSON.stringify(figures.byStatus)}`,
      `  behaviours met: ${[...kinds].sort().join(", ")}`,
      `  results of steps: ${Math.round(largest / 1024)} KB at most, ${Math.round(together / 1024)} KB together`,
      `  memory of workerd: ${before.memory?.toFixed(0)} MB before, ${figures.memory?.toFixed(0)} MB at most`,
      ...[...reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `  failed: ${count} × ${reason}`),
    ].join("\n"),
  );
});
