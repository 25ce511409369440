// Pages and hosts: what is kept of an address, which pages and hosts count.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  hostOf,
  isExcludedPath,
  isKnownHost,
  matchesPattern,
  pageOf,
  toPatternSource,
} from "../../../workers/domain/events/path";

describe("a page", () => {
  test.each([
    ["https://a.example", false, "/"],
    ["https://a.example/Shop/?q=1#top", false, "/Shop/"],
    ["https://a.example/%C3%BCber%20uns", false, "/%C3%BCber%20uns"],
    ["https://a.example/app#/users/1?tab=2", true, "/app#/users/1"],
    ["https://a.example/app#!/users", true, "/app#!/users"],
    ["https://a.example/app#/users", false, "/app"],
    ["https://a.example/app#access_token=secret", true, "/app"],
    ["https://a.example/app#chapter-2", true, "/app"],
  ])("of %s with fragment %s is %s", (address, withFragment, page) => {
    expect(pageOf(new URL(address), withFragment)).toBe(page);
  });

  test("has at most 1,000 characters", () => {
    expect(pageOf(new URL(`https://a.example/${"x".repeat(5000)}`), true)).toHaveLength(1000);
  });
});

describe("an excluded path", () => {
  test.each([
    ["/admin", ["/admin"], true],
    ["/admin/", ["/admin"], false],
    ["/admin/users", ["/admin/*"], true],
    ["/admin", ["/admin*"], true],
    ["/a/preview/b", ["*/preview/*"], true],
    ["/x", ["/a", "/*"], true],
    ["/Admin", ["/admin"], false],
    ["/a.b", ["/a?b", "/a+b", "/a[.]b"], false],
    ["/%C3%BCber/uns", ["/über/*"], true],
    ["/%C3%BCber/uns", ["/%C3%BCber/*"], true],
    ["/ab", ["/ab*b"], false],
    ["/x", [], false],
  ] satisfies [string, string[], boolean][])("%s by %j is %s", (page, patterns, excluded) => {
    expect(isExcludedPath(page, patterns)).toBe(excluded);
  });

  /** The definition, slow: a star is nothing, or one character and a star. */
  const matchesSlowly = (page: string, pattern: string): boolean => {
    if (pattern === "") return page === "";
    if (pattern[0] !== "*") return page[0] === pattern[0] && matchesSlowly(page.slice(1), pattern.slice(1));
    return matchesSlowly(page, pattern.slice(1)) || (page !== "" && matchesSlowly(page.slice(1), pattern));
  };

  test("fits as the definition of `*` says", () => {
    const letters = (alphabet: string[], maxLength: number) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(letters(["a", "b", "/"], 8), letters(["a", "b", "/", "*"], 6), (page, pattern) => {
        expect(matchesPattern(page, pattern)).toBe(matchesSlowly(page, pattern));
      }),
      { numRuns: 3000 },
    );
  });

  test("of any text never throws, and every page fits itself and *", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (page, pattern) => {
        isExcludedPath(page, [pattern]);
        expect(isExcludedPath(page, ["*"])).toBe(true);
        expect(isExcludedPath(page, [page])).toBe(true);
      }),
    );
  });

  test("with a hundred stars is decided at once", () => {
    expect(isExcludedPath(`/${"a".repeat(1000)}`, [`/${"a*".repeat(200)}b`])).toBe(false);
  });
});

describe("a pattern's regular expression", () => {
  const fits = (page: string, pattern: string) => new RegExp(toPatternSource(pattern)).test(page);

  test("fits the pages that the pattern fits", () => {
    const text = fc.string({ unit: fc.constantFrom(..."/ab*.+(1") });
    fc.assert(
      fc.property(text, text, (path, rest) => {
        const page = `/${path.replaceAll("*", "")}`;
        expect([page, rest, fits(page, `/${rest}`)]).toEqual([page, rest, matchesPattern(page, `/${rest}`)]);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["/blog/one", "/blog/*", true],
    ["/blog", "/blog/*", false],
    ["/%C3%BCber/uns", "/über/*", true],
    ["/blog#comments", "/blog", true],
    ["/a#/blog/one", "/blog/*", false],
    ["/#/cart", "/#/cart", true],
    ["/#/cart/2", "/#/cart", false],
    ["/app#/cart/2", "*#/cart/*", true],
    ["/x", "*", true],
  ])("%s fits %s: %s", (page, pattern, isFit) => {
    expect(fits(page, pattern)).toBe(isFit);
  });

  test("with a hundred stars is decided at once", () => {
    expect(fits(`/${"a".repeat(1000)}`, `/${"a*".repeat(99)}b`)).toBe(false);
  });
});

describe("a host", () => {
  test.each([
    ["https://WWW.Example.com:8443/x", "www.example.com"],
    ["http://example.com./", "example.com"],
    ["https://bücher.example/", "xn--bcher-kva.example"],
    ["http://127.0.0.1:8787/", "127.0.0.1"],
    ["ftp://example.com/", null],
    ["example.com", null],
    ["", null],
  ])("of %s is %s", (address, host) => {
    expect(hostOf(address)).toBe(host);
  });

  test.each([
    ["example.com", ["example.com"], true],
    ["www.example.com", ["example.com"], true],
    ["example.com", ["www.example.com"], true],
    ["Blog.Example.com", ["example.com"], true],
    ["blog.example.com", ["www.example.com"], true],
    ["example.com", ["blog.example.com"], false],
    ["notexample.com", ["example.com"], false],
    ["example.com.evil.test", ["example.com"], false],
    ["example.com", [""], false],
    ["example.com", [], false],
    [null, ["example.com"], false],
  ] satisfies [string | null, string[], boolean][])("%s among %j is known: %s", (host, streams, known) => {
    expect(isKnownHost(host, { hosts: streams, subdomains: true })).toBe(known);
  });

  test("without subdomains only the host itself is known, with or without www", () => {
    const own = { hosts: ["example.com", "www.other.example"], subdomains: false };
    const known = ["example.com", "www.example.com", "EXAMPLE.com", "other.example", "www.other.example"];
    for (const host of known) expect(isKnownHost(host, own)).toBe(true);
    for (const host of ["a.example.com", "www.a.example.com", "a.www.example.com", "notexample.com", "", null])
      expect(isKnownHost(host, own)).toBe(false);
  });
});
