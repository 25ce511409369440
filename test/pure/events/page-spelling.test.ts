// One page, however its address is spelled; and patterns that mean the page, not the spelling.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isExcludedPath,
  type PageSettings,
  pageOf,
  pageOfPath,
  STANDARD_PAGES,
  toNormalEscapes,
  toNormalPath,
  toPatternSource,
} from "../../../workers/domain/events/path";

const STRIP: PageSettings = { trailing_slash: "strip", query_parameters: [] };
const asking = (...query_parameters: string[]): PageSettings => ({ trailing_slash: "keep", query_parameters });
const page = (path: string, settings = STANDARD_PAGES) => pageOf(new URL(`https://a.example${path}`), true, settings);

describe("percent-encoding", () => {
  test.each([
    ["/%c3%bcber", "/%C3%BCber"],
    ["/%C3%bCber", "/%C3%BCber"],
    ["/über", "/%C3%BCber"],
    ["/%7Euser", "/~user"],
    ["/%7euser", "/~user"],
    ["/%41%2D%2e%5f%7A%39", "/A-._z9"],
    ["/a%2fb%3f%23%25", "/a%2Fb%3F%23%25"],
    ["/%2541", "/%2541"],
    ["/100%", "/100%"],
    ["/%zz/%c3", "/%zz/%C3"],
    ["/%4/%", "/%4/%"],
    // Decoded, these would complete another escape.
    ["/%%34%31", "/%%341"],
    ["/%2%41", "/%2%41"],
  ])("of %s is written %s", (path, written) => {
    expect(page(path)).toBe(written);
    expect(pageOfPath(path, STANDARD_PAGES)).toBe(written);
    expect(page(`/app#${path}`)).toBe(
      path.startsWith("/") ? `/app#${toNormalEscapes(new URL(`https://a#${path}`).hash.slice(1))}` : "",
    );
  });

  const path = fc.string({ unit: fc.constantFrom(..."%0123456789abcdefABCDEF/;~zü") }).map((rest) => `/${rest}`);

  test("is normal once and for all, of any text", () => {
    fc.assert(
      fc.property(path, (text) => {
        const once = toNormalEscapes(text);
        expect(toNormalEscapes(once)).toBe(once);
        // Whole escapes that are left stand for reserved or foreign characters, in capital letters.
        for (const [letter] of text.matchAll(/^%(3[0-9]|[46][1-9a-f])/gi)) expect(once).not.toContain(letter);
      }),
      { numRuns: 3000 },
    );
  });

  test("never changes what the address says", () => {
    const decoded = (text: string) => {
      try {
        return decodeURIComponent(text);
      } catch {
        return null;
      }
    };
    fc.assert(
      fc.property(path, (text) => {
        expect(decoded(toNormalEscapes(text))).toBe(decoded(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a session id in the path", () => {
  test.each([
    ["/shop;jsessionid=ABC123", "/shop"],
    ["/shop;JSESSIONID=abc.node1", "/shop"],
    ["/shop;JSessionId=abc/cart", "/shop/cart"],
    ["/;jsessionid=1", "/"],
    ["/a;jsessionid=1/b;jsessionid=2", "/a/b"],
    ["/a;v=2;jsessionid=1;w=3/b", "/a;v=2;w=3/b"],
    ["/a;%6asessionid=1", "/a"],
    ["/a;jsessionid=1?jsessionid=2", "/a"],
    ["/a;jsessionid=1#/x;jsessionid=2", "/a#/x"],
    ["/a;jsession=1", "/a;jsession=1"],
    ["/jsessionid=1", "/jsessionid=1"],
  ])("is dropped: %s is %s", (path, written) => {
    expect(page(path)).toBe(written);
    expect(pageOfPath(path, STANDARD_PAGES)).toBe(written);
  });
});

describe("a trailing slash", () => {
  test.each([
    ["/", "/"],
    ["/a/", "/a"],
    ["/a", "/a"],
    ["/a/b//", "/a/b"],
    ["/a/;jsessionid=1", "/a"],
    ["/#/", "/#/"],
    ["/#/users/", "/#/users"],
    ["/#!/", "/#!/"],
    ["/app/#/users/?x=1", "/app#/users"],
    ["/%2f/", "/%2F"],
    ["/wow!/", "/wow!"],
  ])("is stripped where the property says so: %s is %s", (path, written) => {
    expect(page(path, STRIP)).toBe(written);
    expect(pageOfPath(path, STRIP)).toBe(written);
  });

  test("stays by default", () => expect(page("/a/")).toBe("/a/"));
});

describe("query parameters", () => {
  test.each([
    [["id"], "/p?id=1&utm_source=x", "/p?id=1"],
    [["id"], "/p?utm_source=x", "/p"],
    [["id"], "/p", "/p"],
    [["id"], "/p?ID=1", "/p"],
    [["id"], "/p?id", "/p?id="],
    [["lang", "id"], "/p?id=1&x=2&lang=de", "/p?lang=de&id=1"],
    [["id"], "/p?id=2&id=1", "/p?id=2&id=1"],
    [["id"], "/p?id=%c3%bc%7e+a%20b", "/p?id=%C3%BC~%20a%20b"],
    [["id"], "/p?id=ü", "/p?id=%C3%BC"],
    [["id"], "/p?%69d=1", "/p?id=1"],
    [["id"], "/p?id=a=b&&=&%", "/p?id=a=b"],
    [["id"], "/p?id=%zz", "/p?id=%zz"],
    [["größe"], "/p?gr%c3%b6%c3%9fe=1", "/p?gr%C3%B6%C3%9Fe=1"],
    [["f[x]"], "/p?f[x]=1", "/p?f%5Bx%5D=1"],
    [["id"], "/p?id=1#/r?id=2&x=3", "/p?id=1#/r?id=2"],
  ])("%j belong to the page: %s is %s", (names, path, written) => {
    expect(page(path, asking(...names))).toBe(written);
    expect(pageOfPath(path, asking(...names))).toBe(written);
  });

  test("go after a path without its slash", () =>
    expect(page("/p/?id=1", { trailing_slash: "strip", query_parameters: ["id"] })).toBe("/p?id=1"));
});

describe("a page", () => {
  test("is written the same when it is read as an address again", () => {
    const settings = fc.record({
      trailing_slash: fc.constantFrom("keep" as const, "strip" as const),
      query_parameters: fc.constantFrom([], ["id"], ["b", "id"]),
    });
    const path = fc.string({ unit: fc.constantFrom(..."%7eEcC3/?&=#!idbü~ ;") }).map((rest) => `/${rest}`);
    fc.assert(
      fc.property(path, settings, (text, chosen) => {
        const written = page(text, chosen);
        expect(page(written, chosen)).toBe(written);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("a pattern", () => {
  test.each([
    ["/%C3%BCber", ["/über"], STANDARD_PAGES, true],
    ["/%C3%BCber", ["/%c3%bcber"], STANDARD_PAGES, true],
    ["/~user/a", ["/%7Euser/*"], STANDARD_PAGES, true],
    ["/admin", ["/admin/"], STANDARD_PAGES, false],
    ["/admin", ["/admin/"], STRIP, true],
    ["/admin", ["/admin/*"], STRIP, true],
    ["/admin", ["/admin"], STRIP, true],
    ["/administration", ["/admin/*"], STRIP, false],
    ["/", ["/"], STRIP, true],
    ["/app#/x", ["/app/#/x"], STRIP, true],
    ["/app#/x", ["/app/#/x/"], STRIP, true],
    ["/app#/x", ["/app#/x/*"], STRIP, true],
    ["/p?id=1", ["/p"], asking("id"), true],
    ["/p?id=1", ["/p*"], asking("id"), true],
    ["/p?id=/admin/", ["*/admin/"], asking("id"), true],
    ["/p?id=1#/r?id=2", ["/p#/r"], asking("id"), true],
    ["/p?id=1", ["/q"], asking("id"), false],
  ] satisfies [string, string[], PageSettings, boolean][])(
    "%s by %j under %j: %s",
    (written, patterns, settings, fits) => {
      expect(isExcludedPath(written, patterns, settings)).toBe(fits);
    },
  );

  /** What the rules' chunk compares: the browser's own path and fragment. */
  const fits = (path: string, pattern: string, settings: PageSettings) => {
    const { pathname, hash } = new URL(`https://a.example${path}`);
    return new RegExp(toPatternSource(pattern, settings)).test(toNormalPath(pathname + hash));
  };

  test.each([
    ["/shop/", "/shop", true],
    ["/shop", "/shop/", true],
    ["/shop", "/shop/*", true],
    ["/shop/", "/shop/*", true],
    ["/shops", "/shop/*", false],
    ["/wow!/", "/wow!", true],
    ["/wow!", "/wow!/*", true],
    ["/", "/", true],
    ["/a", "/", false],
    ["/app/#/x/", "/app#/x", true],
    ["/app#/x", "/app/#/x/", true],
    ["/#/x?q=1", "/#/x", true],
    ["/a;jsessionid=1/", "/a", true],
    ["/a/b/c/", "/a/*/c", true],
    ["/a/b/preview", "*/preview/*", true],
    ["/a?x=1#top", "/a/", true],
  ])("of a rule where slashes are stripped: %s by %s: %s", (path, pattern, isFit) => {
    expect(fits(path, pattern, STRIP)).toBe(isFit);
    expect(isExcludedPath(page(path, STRIP), [pattern], STRIP)).toBe(isFit);
  });

  test("of a rule fits in the browser what it fits as an exclusion", () => {
    const segment = fc.constantFrom("a", "b", "%7Ea", "~a", "%c3%bc", "a;jsessionid=1");
    const path = fc
      .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom("", "/"))
      .map(([parts, end]) => `/${parts.join("/")}${parts.length > 0 ? end : ""}`);
    const pattern = fc
      .tuple(
        fc.array(fc.constantFrom("a", "b", "~a", "%7Ea", "ü", "a*", "*b"), { maxLength: 3 }),
        fc.constantFrom("", "/", "/*", "*"),
      )
      .map(([parts, end]) => `/${parts.join("/")}${parts.length > 0 ? end : ""}`);
    fc.assert(
      fc.property(path, pattern, fc.constantFrom(STANDARD_PAGES, STRIP), (shown, meant, settings) => {
        const excluded = isExcludedPath(page(shown, settings), [meant], settings);
        expect([shown, meant, settings.trailing_slash, fits(shown, meant, settings)]).toEqual([
          shown,
          meant,
          settings.trailing_slash,
          excluded,
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  test("of a rule with a hundred stars is decided at once", () => {
    expect(fits(`/${"a/".repeat(500)}`, `/${"a*".repeat(90)}b/*`, STRIP)).toBe(false);
    expect(fits(`/${"a/".repeat(500)}c`, `${"*/".repeat(90)}b/*`, STRIP)).toBe(false);
  });
});
