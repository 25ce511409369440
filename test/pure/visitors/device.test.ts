// Devices and bots: what agents say, coarse; screens and languages.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isBot, isPrefetch } from "../../../workers/domain/visitors/bot";
import { deviceOf, languageOf, screenOf } from "../../../workers/domain/visitors/device";
import { remembered } from "../../../workers/domain/visitors/remember";

const agents = (file: string): string[] => {
  const text = readFileSync(join(import.meta.dirname, "../../fixtures/user-agents", file), "utf8");
  return Object.values(parse(text) as Record<string, string[]>).flat();
};
const browsers = agents("browsers.yml");
const crawlers = agents("crawlers.yml");

const GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)";
const WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPHONE = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${WEBKIT}`;

describe("a device", () => {
  test.each([
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${GECKO} Chrome/142.0.0.0 Safari/537.36`,
      "Desktop Chrome 142 Windows 10+",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${GECKO} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      "Desktop Edge 142 Windows 10+",
    ],
    ["Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko", "Desktop Internet Explorer 11 Windows 8.1"],
    [
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/26.1 Safari/605.1.15`,
      "Desktop Safari 26.1 macOS 10.15+",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
      "Desktop Firefox 145 macOS 10.15+",
    ],
    [
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) ${WEBKIT} Version/12.1.2 Safari/605.1.15`,
      "Desktop Safari 12.1 macOS 10.14",
    ],
    [`${IPHONE} Version/26.0 Mobile/15E148 Safari/604.1`, "Mobile Safari 26.0 iOS 26"],
    [`${IPHONE} Version/18.6 Mobile/15E148 Safari/604.1`, "Mobile Safari 18.6 iOS 18"],
    [`${IPHONE} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1`, "Mobile Chrome 142 iOS 18"],
    [`${IPHONE} Mobile/22B83 Instagram 356.0.0.0 (iPhone15,2; iOS 18_6; en_US)`, "Mobile Instagram 356 iOS 18"],
    [
      `${IPHONE} Mobile/22B83 [FBAN/FBIOS;FBAV/488.0.0.66.103;FBDV/iPhone15,2;FBSN/iOS;FBSV/18.6]`,
      "Mobile Facebook 488 iOS 18",
    ],
    [`${IPHONE} Mobile/22B83`, "Mobile iOS WebView - iOS 18"],
    [
      `Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) ${WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1`,
      "Tablet Safari 17.5 iOS 17",
    ],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${GECKO} Chrome/142.0.0.0 Mobile Safari/537.36`,
      "Mobile Chrome 142 Android 10+",
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${GECKO} Chrome/142.0.0.0 Safari/537.36`, "Tablet Chrome 142 Android 10+"],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${GECKO} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
      "Mobile Samsung Internet 28 Android 10+",
    ],
    ["Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Mobile Firefox 145 Android 15"],
    ["Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Desktop Firefox 145 Linux -"],
    [
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${GECKO} Chrome/142.0.0.0 Safari/537.36`,
      "Desktop Chrome 142 Chrome OS -",
    ],
    [`Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) ${GECKO} Version/6.0 TV Safari/537.36`, "TV Safari 6.0 Tizen 6"],
    [
      `Mozilla/5.0 (PlayStation; PlayStation 5/6.00) ${WEBKIT} Version/13.0 Safari/605.1.15`,
      "Console Safari 13.0 PlayStation 5",
    ],
    ["something else", "- - - - -"],
  ])("of %s is %s", (agent, expected) => {
    const { device, browser, browser_version, os, os_version } = deviceOf(agent);
    expect([device, browser, browser_version, os, os_version].map((fact) => fact ?? "-").join(" ")).toBe(expected);
  });

  test("of no agent is unknown", () => {
    for (const agent of [null, ""]) expect(Object.values(deviceOf(agent))).toEqual([null, null, null, null, null]);
  });

  test("is the same however long an agent goes on, and coarse for all of isbot's browsers", () => {
    for (const agent of browsers) {
      const { device, browser_version, os_version } = deviceOf(agent);
      expect(device ?? "Desktop").toMatch(/^(?:Desktop|Mobile|Tablet|TV|Console|Wearable|Headset|Embedded)$/);
      expect(browser_version ?? "1").toMatch(/^\d{1,4}(?:\.\d{1,4})?$/);
      expect((os_version ?? "1").length).toBeLessThanOrEqual(12);
    }
    const long = browsers[0] + " ".repeat(5000);
    expect(deviceOf(long)).toEqual(deviceOf(browsers[0] ?? null));
  });

  test("of any text never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (agent) => {
        expect(Object.keys(deviceOf(agent))).toHaveLength(5);
        isBot(agent);
      }),
    );
  });
});

describe("a bot", () => {
  test("is none of isbot's browsers", () => {
    expect(browsers.length).toBeGreaterThan(500);
    expect(browsers.filter(isBot)).toEqual([]);
  });
  test("is every one of isbot's crawlers, and who does not say what it is", () => {
    expect(crawlers.length).toBeGreaterThan(500);
    expect(crawlers.filter((agent) => !isBot(agent))).toEqual([]);
    for (const agent of [null, "", "  "]) expect(isBot(agent)).toBe(true);
  });
});

describe("a page fetched ahead", () => {
  const isPrefetchWith = (headers: Record<string, string>): boolean => {
    const given = new Headers(headers);
    return isPrefetch((name) => given.get(name));
  };
  test.each([
    ["sec-purpose", "prefetch"],
    ["sec-purpose", "prefetch;prerender"],
    ["Sec-Purpose", "prefetch;anonymous-client-ip"],
    ["purpose", "prefetch"],
    ["x-purpose", "preview"],
    ["X-Moz", "prefetch"],
  ])("says %s: %s", (header, value) => {
    expect(isPrefetchWith({ [header]: value })).toBe(true);
  });
  test("is not one that says nothing", () => {
    expect(isPrefetchWith({})).toBe(false);
    expect(isPrefetchWith({ purpose: "navigate" })).toBe(false);
  });
});

test.each([
  ["de-CH", "de"],
  ["EN_us", "en"],
  ["fil", "fil"],
  ["en-US,en;q=0.9", "en"],
  ["*", null],
  ["english", null],
  ["e", null],
  ["", null],
  [null, null],
])("the language of %j is %j", (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});

test.each([
  ["1440x900", "1440x900"],
  [" 0390 X 844 ", "390x844"],
  ["1440×900", "1440x900"],
  ["0x0", null],
  ["123456x1", null],
  ["1440.5x900", null],
  ["-1x5", null],
  ["", null],
  [null, null],
])("the screen %j is %j", (text, screen) => {
  expect(screenOf(text)).toBe(screen);
});

test("a memory answers as the function does, and asks again only for what was long not asked for", () => {
  let asked = 0;
  const length = remembered((key) => {
    asked++;
    return key.length;
  }, 10);
  fc.assert(fc.property(fc.string(), (key) => length(key) === key.length));
  asked = 0;
  for (let round = 0; round < 100; round++) for (const key of ["a", "bb", "ccc"]) length(key);
  expect(asked).toBeLessThanOrEqual(3);
});
