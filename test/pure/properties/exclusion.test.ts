// Exclusions and hosts of streams: what could never match anything is refused with the reason.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isExcludedPath, pageOf } from "../../../workers/domain/events/path";
import { faultOfExcludedAddress, faultOfExcludedPath } from "../../../workers/domain/properties/exclusion";
import { faultOfStreamUrl } from "../../../workers/domain/properties/stream-url";
import { isExcluded } from "../../../workers/domain/visitors/address";

describe("an excluded address", () => {
  test.each([
    "203.0.113.7",
    "203.0.113.0/24",
    "203.0.113.7/24",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "2001:db8::1",
    "2001:DB8::/32",
    "2001:db8::1/128",
    "fc00::/7",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/104",
  ])("may be %s", (text) => {
    expect(faultOfExcludedAddress(text)).toBeNull();
    expect(isExcluded(text.split("/")[0]!, [text])).toBe(true);
  });

  const NEITHER = /^must be an IPv4 or IPv6 address/;
  test.each([
    ["bogus address", NEITHER],
    ["", NEITHER],
    ["example.com", NEITHER],
    ["203.0.113", NEITHER],
    ["203.0.113.256", NEITHER],
    ["203.0.113.*", NEITHER],
    ["203.0.113.1-203.0.113.9", NEITHER],
    ["203.0.113.1, 203.0.113.2", NEITHER],
    ["203.0.113.1 203.0.113.2", NEITHER],
    ["203.0.113.1:80", NEITHER],
    ["010.0.0.1", NEITHER],
    ["1", NEITHER],
    ["0x7f.0.0.1", NEITHER],
    ["2001:db8:::1", NEITHER],
    ["[2001:db8::1]", NEITHER],
    ["fe80::1%eth0", NEITHER],
    ["/24", NEITHER],
    ["203.0.113.0/33", "must have a prefix length from /8 to /32"],
    ["203.0.113.0/-1", "must have a prefix length from /8 to /32"],
    ["203.0.113.0/", "must have a prefix length from /8 to /32"],
    ["203.0.113.0/24/24", "must have a prefix length from /8 to /32"],
    ["203.0.113.0/255.255.255.0", "must have a prefix length from /8 to /32"],
    ["0.0.0.0/0", "must have a prefix length from /8 to /32"],
    ["128.0.0.0/1", "must have a prefix length from /8 to /32"],
    ["::/0", "must have a prefix length from /7 to /128"],
    ["2001:db8::/129", "must have a prefix length from /7 to /128"],
    ["::ffff:0.0.0.0/96", "must have a prefix length from /104 to /128"],
    ["::ffff:10.0.0.0/24", "must have a prefix length from /104 to /128"],
    ["::ffff:0:0/95", "must have a prefix length from /104 to /128"],
    ["::ffff:10.0.0.0/129", "must have a prefix length from /104 to /128"],
  ])("is not %j", (text, fault) => expect(faultOfExcludedAddress(text)).toMatch(fault));

  test("excludes at least itself, whatever was accepted", () => {
    const entry = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 })).map((parts) => parts.join("/")),
      fc.string({ unit: fc.constantFrom(..."0123456789abf:./ *-") }),
    );
    fc.assert(
      fc.property(entry, (text) => {
        if (faultOfExcludedAddress(text) === null) expect(isExcluded(text.split("/")[0]!, [text])).toBe(true);
      }),
    );
  });
});

describe("an excluded path", () => {
  test.each([
    "/",
    "/*",
    "/admin",
    "/admin/*",
    "/*/private/*.pdf",
    "/über/café",
    "/%C3%BCber",
    "/two words",
    "/#/admin/*",
    "/#!/admin",
    "/#*",
    "/app#!*",
    "/.well-known/*",
    "/a:b@c;d=e,f+g&h(i)~!'$",
    "//twice",
  ])("may be %s", (pattern) => expect(faultOfExcludedPath(pattern)).toBeNull());

  test.each([
    ["admin", "must begin with /, such as /admin/*"],
    ["", "must begin with /, such as /admin/*"],
    ["*", "must begin with /, such as /admin/*"],
    ["https://shop.example/admin", "must begin with /, such as /admin/*"],
    ["/search?q=*", "must not contain a query, because pages are compared without theirs"],
    ["/#/admin?x", "must not contain a query, because pages are compared without theirs"],
    ["/about#team", "must not contain a fragment other than a route such as /#/admin"],
    ["/about#", "must not contain a fragment other than a route such as /#/admin"],
    ["/a/../b", "never matches a page: browsers write it as /b"],
    ["/a/./b", "never matches a page: browsers write it as /a/b"],
    ["\\admin", "must begin with /, such as /admin/*"],
    ["/a\\b", "never matches a page: browsers write it as /a/b"],
    ["/users/{id}", "never matches a page: browsers write it as /users/%7Bid%7D"],
    ["/a\u0000b", "must not contain control characters or lone surrogates"],
    ["/\ud800", "must not contain control characters or lone surrogates"],
  ])("is not %j", (pattern, fault) => expect(faultOfExcludedPath(pattern)).toBe(fault));

  test("matches at least the page that it spells, whatever was accepted", () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab/.*#!?%2e{}<>"\\ ü|^~') }).map((rest) => `/${rest}`);
    fc.assert(
      fc.property(text, (pattern) => {
        if (faultOfExcludedPath(pattern) !== null) return;
        const page = pageOf(new URL(`https://shop.example${pattern.replace(/#(!?)\*/, "#$1/*")}`), true);
        expect(isExcludedPath(page, [pattern])).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the address of a stream", () => {
  test.each([
    "https://shop.example",
    "http://127.0.0.1:8080",
    "http://localhost",
    "https://[2001:db8::1]/x",
    "https://bücher.example/",
    "https://a_b.example",
    "https://shop.example./",
  ])("may be %s", (url) => expect(faultOfStreamUrl(url)).toBeNull());

  test.each([
    ["shop.example", "must be an http or https address"],
    ["ftp://shop.example", "must be an http or https address"],
    ["javascript:alert(1)", "must be an http or https address"],
    ["https://not a host", "must be an http or https address"],
    ["https:///path", "must be an http or https address"],
    ["https://*.shop.example", "must not contain a * in its host, because subdomains are included"],
    ["https://me:secret@shop.example", "must not contain a user name or password"],
    ["https://a..example", "must have a host such as www.example.com"],
    ["https://'.example", "must have a host such as www.example.com"],
    ["https://-", "must have a host such as www.example.com"],
  ])("is not %s", (url, fault) => expect(faultOfStreamUrl(url)).toBe(fault));
});
