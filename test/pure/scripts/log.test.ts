// The access log: what its lines say, and which of them are page views.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLine, selectPages, skipFor, toTime } from "../../../scripts/simulate/access-log";
import { toBodies } from "../../../scripts/simulate/send";

const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:24.0) Gecko/20100101 Firefox/24.0";

function aLine({
  address = "203.0.113.7",
  time = "17/May/2015:10:05:03 +0000",
  request = "GET /blog/ HTTP/1.1",
  status = 200,
  referrer = "-",
  agent = AGENT,
} = {}): string {
  return `${address} - - [${time}] "${request}" ${status} 1024 "${referrer}" "${agent}"`;
}

const skipOf = (target: string, status = 200, method = "GET") => {
  const request = parseLine(aLine({ request: `${method} ${target} HTTP/1.1`, status }));
  return request ? skipFor(request) : "unreadable";
};

describe("a line", () => {
  test("says who asked for what, when, from where, and with which agent", () => {
    const line = aLine({ request: "GET /a?b=c HTTP/1.1", referrer: "http://www.google.com/search?q=x" });
    expect(parseLine(line)).toEqual({
      address: "203.0.113.7",
      time: Date.UTC(2015, 4, 17, 10, 5, 3),
      method: "GET",
      target: "/a?b=c",
      status: 200,
      referrer: "http://www.google.com/search?q=x",
      agent: AGENT,
    });
  });

  test("has neither referrer nor agent where the log has a dash", () => {
    expect(parseLine(aLine({ agent: "-" }))).toMatchObject({ referrer: null, agent: null });
  });

  test("may hold escaped quotes, and bytes that the server has written as hexadecimal", () => {
    const line = aLine({ agent: 'A \\"quoted\\" agent', referrer: "http://\\xe4\\xe5.example/" });
    expect(parseLine(line)).toMatchObject({ agent: 'A "quoted" agent', referrer: "http://\\xe4\\xe5.example/" });
  });

  test("may end with a carriage return", () => {
    expect(parseLine(`${aLine()}\r`)).toMatchObject({ agent: AGENT });
  });

  test("that is cut off, empty, or asks for no HTTP, is unreadable", () => {
    const lines = ["", "-", aLine().slice(0, -1), aLine({ request: "\\x16\\x03\\x01" }), aLine({ request: "-" })];
    for (const line of lines) expect(parseLine(line)).toBeNull();
  });

  test.each([
    "31/Feb/2026:10:00:00 +0000",
    "29/Feb/2025:10:00:00 +0000",
    "17/May/2015:24:00:00 +0000",
    "00/May/2015:10:00:00 +0000",
    "17/May/2015:10:61:00 +0000",
    "17/May/2015:10:00:00 +9900",
  ])("of a time that does not exist is unreadable: %s", (time) => expect(parseLine(aLine({ time }))).toBeNull());

  test("never makes the reader throw", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseLine(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseLine(aLine({ request: text, time: text }))));
  });
});

describe("a time", () => {
  test("is read with its offset from UTC", () => {
    expect(toTime("17/May/2015:10:05:03 +0000")).toBe(Date.UTC(2015, 4, 17, 10, 5, 3));
    expect(toTime("17/May/2015:10:05:03 +0530")).toBe(Date.UTC(2015, 4, 17, 4, 35, 3));
    expect(toTime("31/Dec/2015:23:30:00 -0800")).toBe(Date.UTC(2016, 0, 1, 7, 30, 0));
  });

  test("is null when it is none", () => {
    for (const text of ["", "17/Mai/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"]) expect(toTime(text)).toBeNull();
  });
});

describe("a page view", () => {
  test("is a GET of a folder, of a name without an ending, or of a page's ending", () => {
    const pages = ["/", "/blog/", "/blog/tags/puppet", "/a.html", "/a.xhtml?x=1.png", "/a.php", "/v1.2/notes"];
    for (const target of pages) expect([target, skipOf(target)]).toEqual([target, null]);
  });

  test("was shown when the answer was 200, or 304 because the browser had it already", () => {
    expect([200, 304, 206, 301, 404, 500].map((status) => skipOf("/", status))).toEqual([
      null,
      null,
      ...Array(4).fill("status"),
    ]);
  });

  test("is no image, style, script, font, archive, robots.txt or favicon", () => {
    for (const target of ["/a.png", "/a.css?v=2", "/js/a.js", "/f.ttf", "/a.tar.gz", "/robots.txt", "/favicon.ico"])
      expect([target, skipOf(target)]).toEqual([target, "asset"]);
  });

  test("is no feed, whether its path or its query says so", () => {
    for (const target of ["/feed", "/blog/feed/", "/?flav=rss20", "/blog/tags/x?flav=atom", "/?a=1&feed=rss2"])
      expect([target, skipOf(target)]).toEqual([target, "feed"]);
  });

  test("was asked for with GET, of this site", () => {
    expect(skipOf("/", 200, "HEAD")).toBe("method");
    expect(skipOf("/", 200, "POST")).toBe("method");
    expect(skipOf("http://other.example/")).toBe("method");
  });
});

describe("the page views of a log", () => {
  const log = readFileSync(new URL("../../fixtures/access.log", import.meta.url), "utf8");
  const selection = selectPages(log, "www.site.example");

  test("and the lines skipped are all its lines", () => {
    const skipped = Object.values(selection.skipped).reduce((sum, count) => sum + count, 0);
    expect(selection.events.length + skipped).toBe(log.split("\n").length - 1);
    expect(Object.keys(selection.skipped).sort()).toEqual(["asset", "feed", "method", "status", "unreadable"]);
  });

  test("keep the log's order and point to their lines", () => {
    const lines = log.split("\n");
    expect(selection.lines).toEqual(selection.lines.toSorted((a, b) => a - b));
    selection.events.forEach((event, i) => {
      const line = lines[(selection.lines[i] ?? 0) - 1] ?? "";
      expect(line.startsWith(`${event.ip} `)).toBe(true);
      expect(line).toContain(` ${event.url.slice("https://www.site.example".length)} `);
    });
  });

  test("have one id for each line, whatever log it is in, and another for each line that is equal", () => {
    const [a, b] = [aLine({ request: "GET /a HTTP/1.1" }), aLine({ request: "GET /b HTTP/1.1" })];
    const idsOf = (...lines: string[]) =>
      selectPages(lines.join("\n"), "www.site.example").events.map(({ event_id }) => event_id);
    const [first, again, other] = idsOf(a, a, b);
    expect(new Set([first, again, other]).size).toBe(3);
    expect(idsOf(b, `${a}\r`)).toEqual([other, first]);
    expect(idsOf("nonsense", a, a, a).slice(0, 2)).toEqual([first, again]);
  });

  test("say nothing but what the log says", () => {
    const [event] = selectPages(aLine(), "www.site.example").events;
    expect(event).toEqual({
      event_id: expect.stringMatching(/^[\w-]{22}\.1$/),
      event_type: "pageview",
      event_time: "2015-05-17T10:05:03.000Z",
      url: "https://www.site.example/blog/",
      ip: "203.0.113.7",
      user_agent: AGENT,
    });
  });
});

test("a request without an agent is sent as such, so that it is not taken for a person's", () => {
  const { events } = selectPages(aLine({ agent: "-" }), "www.site.example");
  expect(events.map((event) => event.user_agent)).toEqual([""]);
});

test("bodies of an import hold every event once, in order, and none is too large", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ text: fc.string({ maxLength: 4_000 }) }), { maxLength: 50 }), (few) => {
      const events = Array.from({ length: 120 }, () => few).flat();
      const bodies = [...toBodies(events)];
      const lines = bodies.flatMap(({ body }) => body.split("\n"));
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
      expect(bodies.map(({ count }) => count)).toEqual(bodies.map(({ body }) => body.split("\n").length));
      for (const { body } of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2_000_000);
    }),
    { numRuns: 20 },
  );
});
