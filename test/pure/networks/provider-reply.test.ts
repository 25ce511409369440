// What providers' replies say, and that nothing in them is believed that has not the form it should have.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldsFor } from "../../../workers/domain/networks/provider-fields";
import { readReply } from "../../../workers/domain/networks/provider-reply";

const IPINFO = fieldsFor("ipinfo");
const IP_API = fieldsFor("ip-api");

describe("a reply of IPinfo's", () => {
  const google = { network: "Google LLC", network_type: "hosting", asn: 15169 };

  test("Lite service has organization and country", () => {
    const reply = {
      ip: "8.8.8.8",
      asn: "AS15169",
      as_name: "Google LLC",
      as_domain: "google.com",
      country_code: "US",
      country: "United States",
    };
    expect(readReply(reply, "8.8.8.8", IPINFO)).toMatchObject({
      kind: "found",
      found: { network: "Google LLC", asn: 15169, country: "US", region: null, city: null },
    });
  });

  test("Core service has type and place", () => {
    const reply = {
      ip: "51.68.57.72",
      geo: { city: "Lille", region: "Hauts-de-France", country: "France", country_code: "FR" },
      as: { asn: "AS16276", name: "OVH SAS", type: "hosting" },
      is_hosting: true,
    };
    expect(readReply(reply, "51.68.57.72", IPINFO)).toEqual({
      kind: "found",
      found: {
        network: "OVH SAS",
        network_type: "hosting",
        asn: 16276,
        country: "FR",
        region: "Hauts-de-France",
        city: "Lille",
      },
      prefix: null,
    });
  });

  test("older service has AS number and name in one field, or the route", () => {
    const free = {
      ip: "8.8.8.8",
      city: "Mountain View",
      region: "California",
      country: "US",
      org: "AS15169 Google LLC",
    };
    expect(readReply(free, "8.8.8.8", IPINFO)).toMatchObject({ found: { network: "Google LLC", asn: 15169 } });
    const paid = { ip: "8.8.8.8", asn: { asn: "AS15169", name: "Google LLC", route: "8.8.8.0/24", type: "hosting" } };
    expect(readReply(paid, "8.8.8.8", IPINFO)).toMatchObject({ found: google, prefix: "8.8.8.0/24" });
  });

  test("of a reserved address says nothing", () => {
    expect(readReply({ ip: "10.0.0.1", bogon: true }, "10.0.0.1", IPINFO)).toEqual({ kind: "nothing" });
  });
});

test("a reply of ip-api says organization, place and hosting", () => {
  const reply = {
    status: "success",
    query: "24.48.0.1",
    countryCode: "CA",
    regionName: "Quebec",
    city: "Montreal",
    isp: "Le Groupe Videotron Ltee",
    org: "",
    as: "AS5769 Videotron Ltee",
    hosting: false,
  };
  expect(readReply(reply, "24.48.0.1", IP_API)).toMatchObject({
    found: { network: "Le Groupe Videotron Ltee", asn: 5769, country: "CA", region: "Quebec", city: "Montreal" },
  });
  expect(readReply({ ...reply, hosting: true }, "24.48.0.1", IP_API)).toMatchObject({
    found: { network_type: "hosting" },
  });
  expect(readReply({ status: "fail", message: "private range", query: "10.0.0.1" }, "10.0.0.1", IP_API)).toEqual({
    kind: "nothing",
  });
});

test("another service's fields and words are named by JSON", () => {
  const fields = fieldsFor(
    '{"ip":"address","network":["owner.name","owner"],"asn":"owner.as","type":"usage","prefix":"cidr","words":{"dcc":"hosting"}}',
  );
  const reply = {
    address: "198.51.100.7",
    owner: { name: "Example", as: 64500 },
    usage: "DCC",
    cidr: "198.51.96.0/20",
  };
  expect(readReply(reply, "198.51.100.7", fields)).toMatchObject({
    found: { network: "Example", asn: 64500, network_type: "hosting" },
    prefix: "198.51.96.0/20",
  });
});

test.each(["", "ipinfos", "[]", "null", '{"ip":1}', '{"network":[]}', '{"owner":"org"}', '{"words":{"a":"b"}}'])(
  "IP_PROVIDER_FIELDS cannot be %j",
  (setting) => {
    expect(() => fieldsFor(setting)).toThrow(/^IP_PROVIDER_FIELDS /);
  },
);

describe("a reply is a lie", () => {
  test.each<[string, unknown]>([
    ["no JSON object", null],
    ["no JSON object", "text"],
    ["no JSON object", [{ ip: "8.8.8.8" }]],
    ["about another address", { ip: "8.8.4.4", org: "AS15169 Google LLC" }],
    ["none of the fields", { error: { title: "Rate limit exceeded" } }],
    ["country is no", { ip: "8.8.8.8", country: "Atlantis" }],
    ["org is no text", { ip: "8.8.8.8", org: 7 }],
    ["asn is no AS number", { ip: "8.8.8.8", asn: -1 }],
    ["asn is no AS number", { ip: "8.8.8.8", asn: "AS9999999999" }],
    ["asn is no AS number", { ip: "8.8.8.8", asn: 1.5 }],
    ["is_hosting is no boolean", { ip: "8.8.8.8", is_hosting: "yes" }],
    ["ip is no text", { ip: { toString: "8.8.8.8" } }],
    ["city is no text", { ip: "8.8.8.8", city: ["Rome"] }],
  ])("that is %s: %j", (reason, reply) => {
    const reading = readReply(reply, "8.8.8.8", IPINFO);
    expect(reading.kind).toBe("lie");
    expect(reading).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  test("or has facts that can be kept, whatever it is", () => {
    const values = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string({ unit: "binary", maxLength: 300 }), fc.integer());
    const names = ["ip", "asn", "org", "as_name", "country", "region", "city", "is_hosting", "geo", "as", "company"];
    const reply = fc.dictionary(fc.constantFrom(...names, "__proto__", "constructor"), values);
    fc.assert(
      fc.property(fc.oneof(reply, fc.jsonValue({ maxDepth: 2 })), fc.oneof(fc.ipV4(), fc.ipV6()), (record, ip) => {
        const reading = readReply(record, ip, IPINFO);
        if (reading.kind !== "found") return;
        const { network, asn, country, region, city } = reading.found;
        for (const text of [network, region, city]) {
          if (text === null) continue;
          expect(text).toBe(text.toWellFormed());
          expect(text).not.toMatch(/\p{Cc}/u);
          expect(text.length).toBeLessThanOrEqual(100);
        }
        if (country !== null) expect(country).toMatch(/^[A-Z]{2}$/);
        if (asn !== null) expect(asn > 0 && asn < 2 ** 32).toBe(true);
      }),
    );
  });
});
