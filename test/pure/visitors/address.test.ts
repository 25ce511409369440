// Addresses: which are excluded, and how much of one is kept.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalAddress,
  isAddress,
  isExcluded,
  limitedNetwork,
  rangeOf,
  truncateAddress,
} from "../../../workers/domain/visitors/address";

describe("an address", () => {
  test.each(["1.2.3.4", "::1", "2001:db8::1", "::ffff:1.2.3.4", "fe80::1%eth0"])("%s is one", (text) => {
    expect(isAddress(text)).toBe(true);
  });
  test.each(["", "1", "1.2.3", "0x7f.0.0.1", "1.2.3.256", "1.2.3.4/8", "localhost", ":", "1.2.3.4, 5.6.7.8"])(
    "%j is none",
    (text) => {
      expect(isAddress(text)).toBe(false);
      expect(truncateAddress(text, "full")).toBeNull();
    },
  );
});

describe("what a header or a caller says", () => {
  test.each([
    ["1.2.3.4:5678", "1.2.3.4"],
    ["[::1]:443", "::1"],
    ["[2001:DB8::1]", "2001:db8::1"],
    ["[1.2.3.4]:80", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["[::ffff:102:304]:65535", "1.2.3.4"],
    ["2001:0db8:0:0:0:0:0:0001", "2001:db8::1"],
    [" \t1.2.3.4 ", "1.2.3.4"],
    ["fe80::1%eth0", "fe80::1"],
    ["[fe80::1%eth0]:80", "fe80::1"],
    ["1.2.3.4, 5.6.7.8", "1.2.3.4"],
    ["10.0.0.1, 192.168.1.1:80 , 5.6.7.8:90,8.8.8.8", "5.6.7.8"],
    ["::1,fd00::1,[2606:4700::1111]:443", "2606:4700::1111"],
    ["10.0.0.1, 64:ff9b::5.6.7.8", "64:ff9b::506:708"],
    ["64:ff9b::10.0.0.1, 2002:506:708::1", "2002:506:708::1"],
    ["unknown, , 10.0.0.1, _hidden, 10.0.0.2", "10.0.0.1"],
    ["192.0.2.7", "192.0.2.7"],
  ])("%j means %s", (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
    expect(isExcluded(text, [address])).toBe(true);
    expect(limitedNetwork(text)).toBe(limitedNetwork(address));
  });

  test.each([
    "",
    " ",
    ",",
    "nobody",
    "1.2.3.4:65536",
    "1.2.3.4:",
    "1.2.3:80",
    "[::1",
    "::1]:80",
    "[]",
    "[]:80",
    "1.2.3.4/8",
    "::g",
  ])("%j means no address", (text) => {
    expect(canonicalAddress(text)).toBeNull();
    expect(isExcluded(text, ["0.0.0.0/0", "::/0"])).toBe(false);
    expect(limitedNetwork(text)).toBe(limitedNetwork(null));
  });

  test("means one address with a port or without, in brackets or not, alone or before private ones", () => {
    const spelled = fc.oneof(
      fc.ipV4().map((ip) => [ip, `${ip}:80`, `::ffff:${ip}`, `[::FFFF:${ip}]:443`]),
      fc.ipV6().map((ip) => [ip, ip.toUpperCase(), `[${ip}]`, `[${ip}]:65535`]),
    );
    fc.assert(
      fc.property(spelled, fc.constantFrom("", " ", "\t"), ([plain, ...others], space) => {
        const address = canonicalAddress(plain!);
        expect(address).not.toBeNull();
        expect(canonicalAddress(address)).toBe(address);
        for (const text of others) expect(canonicalAddress(`${space}${text}${space}`)).toBe(address);
        const listed = canonicalAddress(`${plain}, 10.0.0.1`);
        expect(listed).toBe(address);
      }),
    );
  });
});

describe("what is kept", () => {
  test.each([
    ["203.0.113.77", "203.0.113.0", "203.0.113.77"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1::", "2001:db8:1:2:3:4:5:6"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::", "2001:db8::1"],
    ["::ffff:203.0.113.77", "203.0.113.0", "203.0.113.77"],
    ["fe80::1%eth0", "fe80::", "fe80::1"],
  ])("of %s is %s, or in full %s", (address, truncated, full) => {
    expect(truncateAddress(address, "truncated")).toBe(truncated);
    expect(truncateAddress(address, "full")).toBe(full);
    expect(truncateAddress(address, "none")).toBeNull();
  });

  test("is the same when truncated again, and lies in the same network", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.constantFrom("truncated" as const, "full" as const),
        (address, privacy) => {
          const kept = truncateAddress(address, privacy);
          expect(kept).not.toBeNull();
          expect(truncateAddress(kept, privacy)).toBe(kept);
          expect(
            isExcluded(address, [privacy === "full" ? `${kept}` : `${kept}/${kept?.includes(":") ? 48 : 24}`]),
          ).toBe(true);
        },
      ),
    );
  });

  test("of any text never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        truncateAddress(text, "truncated");
        isExcluded(text, [text, "10.0.0.0/8"]);
      }),
    );
  });
});

describe("an exclusion", () => {
  test.each([
    ["10.1.2.3", ["10.1.2.3"], true],
    ["10.1.2.4", ["10.1.2.3"], false],
    ["10.1.2.4", ["192.168.0.0/16", "10.0.0.0/8"], true],
    ["::ffff:10.1.2.4", ["10.0.0.0/8"], true],
    ["10.1.2.4", ["::ffff:10.0.0.0/104"], true],
    ["11.1.2.4", ["::ffff:10.0.0.0/104"], false],
    ["2001:db8::5", ["2001:db8::/32"], true],
    ["2001:db9::5", ["2001:db8::/32"], false],
    ["2001:DB8:0::5", ["2001:db8::5"], true],
    ["10.1.2.3", ["2001:db8::/32", "::/0"], false],
    ["10.1.2.3", ["0.0.0.0/0"], true],
    ["10.1.2.3", [" 10.1.2.3 "], true],
    ["10.1.2.3", ["10.1.2.3/33", "10.0.0.0/8/8", "10.0.0.0/", "10.*", "nonsense", ""], false],
    ["nonsense", ["nonsense"], false],
    [null, ["0.0.0.0/0"], false],
    ["10.1.2.3", [], false],
  ] satisfies [string | null, string[], boolean][])("of %s by %j is %s", (address, ranges, excluded) => {
    expect(isExcluded(address, ranges)).toBe(excluded);
  });

  test("is an address or a CIDR range", () => {
    expect(["10.0.0.1", "10.0.0.0/8", "::/0", "2001:db8::/48"].every(rangeOf)).toBe(true);
    expect(["", "10.0.0.0/33", "::/129", "10.0.0.0/x", "example.com", "10.0.0.0/-1"].some(rangeOf)).toBe(false);
  });
});

describe("what a rate limit counts", () => {
  test("IPv4 whole", () => {
    expect(limitedNetwork("192.0.2.7")).toBe("192.0.2.7");
    expect(limitedNetwork("192.0.2.8")).toBe("192.0.2.8");
  });

  test("IPv6 by its /64, in whatever spelling", () => {
    const spellings = [
      "2001:db8:1:2::1",
      "2001:db8:1:2:ffff:ffff:ffff:ffff",
      "2001:0DB8:0001:0002:0000:0000:0000:0001",
      "2001:db8:1:2::192.0.2.7",
      "2001:db8:1:2:0:0:0:0",
    ];
    expect(new Set(spellings.map(limitedNetwork))).toEqual(new Set(["2001:db8:1:2::/64"]));
    const others = ["2001:db8:1:3::1", "2001:db8:2:2::1", "2001:db8:1::1"].map(limitedNetwork);
    expect(new Set([...others, "2001:db8:1:2::/64"]).size).toBe(4);
  });

  test("IPv4-mapped IPv6 as the IPv4 inside", () => {
    const spellings = ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:c000:0207"];
    expect(new Set(spellings.map(limitedNetwork))).toEqual(new Set(["192.0.2.7"]));
    expect(limitedNetwork("::ffff:192.0.2.8")).toBe("192.0.2.8");
  });

  test("6to4 and NAT64 as the IPv4 inside", () => {
    const spellings = [
      "2002:c000:207::1",
      "2002:c000:207:ffff::",
      "64:ff9b::192.0.2.7",
      "64:FF9B::c000:207",
      "192.0.2.7",
    ];
    expect(new Set(spellings.map(limitedNetwork))).toEqual(new Set(["192.0.2.7"]));
    expect(limitedNetwork("2002:c000:208::1")).toBe("192.0.2.8");
    expect(limitedNetwork("64:ff9b:1::192.0.2.7")).toBe("64:ff9b:1::/64");
  });

  test("a zone is left out", () => {
    expect(limitedNetwork("fe80::1%eth0")).toBe(limitedNetwork("fe80::2%eth1"));
  });

  test("everything that is no address as one sender", () => {
    expect(new Set([null, "", "nobody", "300.0.0.1", "2001:db8::1::1"].map(limitedNetwork)).size).toBe(1);
  });

  test("any two addresses together exactly when they share the /64", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const half = fc.tuple(fc.constant("2001"), group, group, group);
    const rest = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(half, half, rest, rest, (one, other, a, b) => {
        const together = limitedNetwork([...one, ...a].join(":")) === limitedNetwork([...other, ...b].join(":"));
        expect(together).toBe(one.join() === other.join());
        expect(limitedNetwork([...one, ...a].join(":"))).toBe(limitedNetwork([...one, ...b].join(":").toUpperCase()));
      }),
    );
  });
});
