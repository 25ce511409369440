// Enrichment from an MMDB file in the bucket: what it says, and what happens when it is missing, broken or replaced.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { enrich } from "../../../workers/pipeline/enrich";
import { readEnrichment } from "../../../workers/storage/lake/enrichment";
import { givenFreshStorage } from "../given";
import { callsOf, enrichedRows, givenIpList, givenSteps } from "./given-enrichment";
import { mmdbFile } from "./given-mmdb";

givenFreshStorage();

const KEY = "mmdb/networks.mmdb";
const bindings = { ...env, IP_PROVIDER: "mmdb", IP_PROVIDER_FILE: KEY };

const ASN = mmdbFile({
  "20.0.0.0/14": { autonomous_system_number: 64_512, autonomous_system_organization: "Example Hosting" },
  "203.0.113.0/24": { asn: "AS64513", as_name: "Example Telecom", country_code: "CH", country: "Switzerland" },
  "2001:db8:1::/48": {
    traits: { autonomous_system_number: 64_514, organization: "University of Examples", user_type: "college" },
    country: { iso_code: "DE" },
    city: { names: { en: "Berlin", de: "Berlin" } },
    subdivisions: [{ names: { en: "State of Berlin" } }],
  },
  "198.51.100.0/24": { asn: { of: "wrong type" } },
});

const run = async (ips: string[], siteId = "shop") => {
  const unit = await givenIpList(siteId, ips);
  const steps = givenSteps();
  await enrich(bindings, steps, { parent: null, event: "enriched", units: [unit] });
  return { unit, rows: await enrichedRows(unit), note: steps.done.get("enrich addresses 1") };
};

test("a file says organization, kind and place, in the words of several makers", async () => {
  await env.LAKE.put(KEY, ASN);
  const { rows, unit } = await run(["20.1.2.0", "203.0.113.0", "2001:db8:1::", "192.88.99.0", "198.51.100.0"]);
  const edge = { network: "Edge Networks", asn: 64_500 };
  expect(rows).toMatchObject([
    {
      provider: "mmdb",
      status: "fetched",
      network: "Example Hosting",
      network_type: "hosting",
      asn: 64_512,
      city: null,
    },
    { prefix: "203.0.113.0/24", network: "Example Telecom", network_type: "isp", asn: 64_513, country: "CH" },
    {
      prefix: "2001:db8:1::/48",
      network: "University of Examples",
      network_type: "education",
      country: "DE",
      region: "State of Berlin",
      city: "Berlin",
    },
    { status: "fetched", reason: "file knows nothing of it", network: null, asn: null },
    { status: "failed", reason: "reply is wrong: asn is no AS number", ...edge },
  ]);
  expect((await readEnrichment(env.LAKE, unit.target)).size).toBe(4);
  expect(await callsOf()).toBe(0);
});

test("a file that is replaced speaks at once", async () => {
  await env.LAKE.put(KEY, ASN);
  await run(["203.0.113.0"]);
  await env.LAKE.put(KEY, mmdbFile({ "203.0.113.0/24": { as_name: "Renamed" } }));
  expect((await run(["203.0.113.0"], "blog")).rows).toMatchObject([{ network: "Renamed" }]);
});

describe("the edge's word stays, and the reason is told, when the file", () => {
  const expectEdge = async (reason: string) => {
    const { rows, note } = await run(["203.0.113.0"]);
    expect(rows).toMatchObject([{ provider: "edge", status: "edge", reason, network: "Edge Networks" }]);
    expect(note).toBe(`1 edge: ${reason}`);
  };

  test("is missing", () => expectEdge(`IP_PROVIDER_FILE ${KEY} is not in the bucket`));

  test.each<[string, Uint8Array | string]>([
    ["is a web page", "<!doctype html><title>Log in to download</title>"],
    ["is empty", ""],
    ["was cut at its end", ASN.slice(0, 500)],
    ["was cut at its beginning", ASN.slice(ASN.length - 200)],
  ])("%s", async (_, content) => {
    await env.LAKE.put(KEY, content);
    await expectEdge(`IP_PROVIDER_FILE ${KEY} is no MMDB file`);
  });

  test("is too large for a Worker", async () => {
    await env.LAKE.put(KEY, new Uint8Array(65 * 2 ** 20));
    await expectEdge(`IP_PROVIDER_FILE ${KEY} must have at most 64 MB`);
  });
});

test("a file that is broken inside fails the addresses that meet the damage, and no others", async () => {
  const broken = ASN.slice();
  const at = new TextDecoder("latin1").decode(broken).indexOf("Example Telecom") - 1;
  // A type that the format does not have.
  broken.set([0, 12], at);
  await env.LAKE.put(KEY, broken);
  const { rows } = await run(["20.1.2.0", "203.0.113.0"]);
  expect(rows).toMatchObject([
    { status: "fetched", network: "Example Hosting" },
    { status: "failed", network: "Edge Networks" },
  ]);
  expect(rows[1]?.reason).toMatch(/^file is broken/);
});
