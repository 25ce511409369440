// The IP list: what is listed, how it is cleaned, and that it adds up in whatever order events come.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";
import {
  addToIpList,
  emptyIpList,
  IP_LIST_COLUMNS,
  type IpEvent,
  type IpRow,
  ipRows,
} from "../../../workers/domain/networks/ip-list";
import {
  isExcluded,
  isPublicAddress,
  isRecordExcluded,
  truncateAddress,
} from "../../../workers/domain/visitors/address";

const START = Date.UTC(2026, 10, 22);

const anEvent = (given: Partial<IpEvent> = {}): IpEvent => ({
  event_id: "one",
  event_time: START,
  local_date: "2026-11-22",
  ip: "81.6.40.0",
  network: "Init7",
  network_type: "isp",
  asn: 13030,
  country: "CH",
  region: "Zurich",
  city: "Winterthur",
  ...given,
});

function listOf(events: readonly IpEvent[], excluded: readonly string[] = []): IpRow[] {
  const list = emptyIpList();
  for (const event of events) addToIpList(list, event, excluded);
  return ipRows(list);
}

describe("a public address", () => {
  test.each(["81.6.40.0", "8.8.8.8", "100.128.0.1", "2a02:168::", "2606:4700:4700::1111"])("is %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  test.each([
    ["private", "10.1.2.0"],
    ["private", "172.31.0.0"],
    ["private", "192.168.1.0"],
    ["of carrier-grade NAT", "100.64.7.0"],
    ["loopback", "127.0.0.1"],
    ["link-local", "169.254.1.0"],
    ["of nobody", "0.0.0.0"],
    ["for documentation", "192.0.2.0"],
    ["for documentation", "203.0.113.7"],
    ["for benchmarks", "198.18.0.0"],
    ["multicast", "224.0.0.0"],
    ["reserved", "240.1.2.0"],
    ["broadcast", "255.255.255.255"],
    ["of nobody", "::"],
    ["loopback", "::1"],
    ["unique local", "fd00:1:2::"],
    ["link-local", "fe80::1"],
    ["for documentation", "2001:db8:1::"],
    ["not given to anybody", "4000::"],
    ["an IPv4 address in IPv6", "::ffff:10.0.0.1"],
    ["a word", "localhost"],
    ["empty", ""],
  ])("is none that is %s: %s", (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("an address of the record is excluded", () => {
  test.each([
    ["81.6.40.7", ["81.6.40.7"], true],
    ["81.6.40.7", ["81.6.40.0/25"], true],
    ["81.6.40.7", ["81.6.41.0/24"], false],
    ["81.6.40.0", ["81.6.40.0/24"], true],
    ["81.6.40.0", ["81.6.0.0/16"], true],
    ["81.6.40.0", ["81.6.40.0/25"], false],
    ["81.6.40.0", ["81.6.40.7", "81.6.40.0"], false],
    ["2a02:168:1::", ["2a02:168::/32"], true],
    ["2a02:168:1::", ["2a02:168:1::/64"], false],
    ["2a02:168:1::5", ["2a02:168:1::/64"], true],
    ["81.6.40.0", ["::/0", "nonsense"], false],
    ["81.6.40.0", [], false],
  ])("%s by %j: %s", (address, ranges, excluded) => {
    expect(isRecordExcluded(address, ranges)).toBe(excluded);
  });

  it("if truncated, only where all addresses that are truncated to it are", () => {
    const bits = fc.integer({ min: 8, max: 32 });
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), bits, fc.boolean(), (address, other, length, isNear) => {
        const range = `${isNear ? address : other}/${length}`;
        const recorded = truncateAddress(address, "truncated")!;
        const network = recorded.split(".").slice(0, 3).join(".");
        const all = Array.from({ length: 256 }, (_, host) => `${network}.${host}`);
        expect(isRecordExcluded(recorded, [range])).toBe(all.every((one) => isExcluded(one, [range])));
      }),
    );
  });
});

describe("the IP list", () => {
  it("has nothing of a property that keeps no addresses", () => {
    expect(listOf([anEvent({ ip: null })])).toEqual([]);
  });

  it("has neither excluded nor other than public addresses", () => {
    const events = ["81.6.40.0", "10.0.0.0", "100.64.0.0", "62.2.1.9"].map((ip) => anEvent({ ip }));
    expect(listOf(events, ["62.2.0.0/16"]).map(({ ip }) => ip)).toEqual(["81.6.40.0"]);
  });

  it("has an address once a local day, with its first and last event, and what the edge said at the last", () => {
    const rows = listOf([
      anEvent({ event_time: START + 5000, network: "Swisscom", event_id: "two" }),
      anEvent({ event_time: START + 1000 }),
      anEvent({ event_time: START + 90_000_000, local_date: "2026-11-23", event_id: "three" }),
    ]);
    expect(rows).toMatchObject([
      { day: "2026-11-22", first_seen: START + 1000, last_seen: START + 5000, hits: 2, network: "Swisscom" },
      { day: "2026-11-23", first_seen: START + 90_000_000, last_seen: START + 90_000_000, hits: 1, network: "Init7" },
    ]);
    expect(Object.keys(rows[0]!).sort()).toEqual(Object.keys(IP_LIST_COLUMNS).sort());
  });

  const events = fc.array(
    fc.record({
      ip: fc.constantFrom("81.6.40.0", "81.6.41.0", "2a02:168::", "10.0.0.0", null),
      minute: fc.nat(5),
      day: fc.constantFrom("2026-11-22", "2026-11-23"),
      network: fc.constantFrom("A", "B", null),
      asn: fc.constantFrom(4_200_000_000, 1, null),
    }),
    { maxLength: 40 },
  );
  const toEvents = (steps: typeof events extends fc.Arbitrary<infer Steps> ? Steps : never) =>
    steps.map(({ ip, minute, day, network, asn }, i) =>
      anEvent({ ip, event_time: START + minute, local_date: day, network, asn, event_id: `e${i}` }),
    );

  it("is the same in whatever order events come", () => {
    fc.assert(
      fc.property(
        events.chain((steps) =>
          fc.tuple(fc.constant(steps), fc.shuffledSubarray(toEvents(steps), { minLength: steps.length })),
        ),
        ([steps, shuffled]) => {
          expect(listOf(shuffled)).toEqual(listOf(toEvents(steps)));
        },
      ),
    );
  });

  it("is read back as it was written, also when it is empty", async () => {
    await fc.assert(
      fc.asyncProperty(events, async (steps) => {
        const rows = listOf(toEvents(steps));
        expect(await tableFromParquet<IpRow>(IP_LIST_COLUMNS, tableToParquet(IP_LIST_COLUMNS, rows))).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });
});
