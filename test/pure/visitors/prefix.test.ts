// Under which prefixes something may be known of an address, and which of those that providers name are taken.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isExcluded } from "../../../workers/domain/visitors/address";
import { isSameAddress, namedPrefix, prefixesOf, prefixOf } from "../../../workers/domain/visitors/prefix";

const addresses = fc.oneof(fc.ipV4(), fc.ipV6());

test("an address stands for its /24 or /48", () => {
  expect(prefixOf("203.0.113.77")).toBe("203.0.113.0/24");
  expect(prefixOf("2001:db8:1:2::3")).toBe("2001:db8:1::/48");
});

test("all prefixes of an address hold it, the narrowest first, and its own is among them", () => {
  fc.assert(
    fc.property(addresses, (ip) => {
      const prefixes = prefixesOf(ip);
      expect(prefixes).toContain(prefixOf(ip));
      expect(prefixes.every((prefix) => isExcluded(ip, [prefix]))).toBe(true);
      const bits = prefixes.map((prefix) => Number(prefix.split("/")[1]));
      expect(bits).toEqual([...bits].sort((a, b) => b - a));
    }),
  );
});

test("a prefix that a provider names for an address is found again under the address, or not taken", () => {
  fc.assert(
    fc.property(addresses, addresses, fc.nat(140), (ip, base, bits) => {
      const taken = namedPrefix(ip, `${base}/${bits}`);
      if (taken !== null) expect(prefixesOf(ip)).toContain(taken);
      const own = namedPrefix(ip, `${ip}/${bits}`);
      if (own !== null) expect(prefixesOf(ip)).toContain(own);
    }),
  );
});

test.each([
  ["203.0.112.0/22", "203.0.112.0/22"],
  ["203.0.113.64/26", "203.0.113.64/26"],
  ["203.0.113.9/22", "203.0.112.0/22"],
  ["203.0.114.0/24", null],
  ["0.0.0.0/0", null],
  ["203.0.0.0/8", null],
  ["203.0.113.0/33", null],
  ["203.0.113.0", null],
  ["::/0", null],
  ["everything", null],
])("of 203.0.113.77 the prefix %s is taken as %s", (named, taken) => {
  expect(namedPrefix("203.0.113.77", named)).toBe(taken);
});

test("an address is the same however it is written", () => {
  expect(isSameAddress("2001:DB8:0:0::1", "2001:db8::1")).toBe(true);
  expect(isSameAddress("::ffff:192.0.2.1", "192.0.2.1")).toBe(true);
  expect(isSameAddress("192.0.2.1", "192.0.2.2")).toBe(false);
  expect(isSameAddress("192.0.2.1", "")).toBe(false);
});
