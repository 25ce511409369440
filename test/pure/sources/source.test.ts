// Where visits come from: precedence of tags, click ids and referrers; names; internal links; spam.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeSourceTables } from "../../../scripts/make-source-tables.ts";
import { ADDITIONS, CLICK_IDS, TAG_ALIASES } from "../../../workers/domain/sources/additions";
import { sourceForHost, sourceForTag } from "../../../workers/domain/sources/names";
import { isSpamReferrer, sourceOf } from "../../../workers/domain/sources/source";

const inTree = (path: string): string => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");
const list = (file: string): string => inTree(`test/fixtures/sources/${file}`);

const visit = (query: string, referrer: string | null = null, siteHosts: string[] = ["shop.example"]) =>
  sourceOf({ url: new URL(`https://shop.example/landing${query}`), referrer, siteHosts });
const sourceAndChannel = (query: string, referrer: string | null = null): [string | null, string | null] => {
  const { source, channel } = visit(query, referrer);
  return [source, channel];
};

describe("a referrer", () => {
  test.each([
    ["https://www.google.com/", "Google", "Organic Search", "google.com"],
    ["https://www.google.co.uk/search?q=x", "Google", "Organic Search", "google.co.uk/search"],
    ["https://google.cat/", "Google", "Organic Search", "google.cat"],
    ["https://news.google.com/", "Google News", "Organic Search", "news.google.com"],
    ["https://www.bing.com/", "Bing", "Organic Search", "bing.com"],
    ["https://de.search.yahoo.com/", "Yahoo!", "Organic Search", "de.search.yahoo.com"],
    ["https://html.duckduckgo.com/html/", "DuckDuckGo", "Organic Search", "html.duckduckgo.com/html"],
    ["https://yandex.com.tr/", "Yandex", "Organic Search", "yandex.com.tr"],
    ["https://mail.google.com/", "Gmail", "Email", "mail.google.com"],
    ["https://docs.google.com/document/d/1/", "docs.google.com", "Referral", "docs.google.com/document/d/1"],
    ["https://l.facebook.com/", "Facebook", "Organic Social", "l.facebook.com"],
    ["https://lm.facebook.com/l.php", "Facebook", "Organic Social", "lm.facebook.com/l.php"],
    ["https://old.reddit.com/r/x/", "reddit", "Organic Social", "old.reddit.com/r/x"],
    ["https://t.co/abc", "Twitter", "Organic Social", "t.co/abc"],
    ["https://x.com/", "Twitter", "Organic Social", "x.com"],
    ["https://x.com/i/grok", "Grok", "AI Assistants", "x.com/i/grok"],
    ["https://chatgpt.com/", "ChatGPT", "AI Assistants", "chatgpt.com"],
    ["https://www.perplexity.ai/search", "Perplexity", "AI Assistants", "perplexity.ai/search"],
    ["https://gemini.google.com/app", "Gemini", "AI Assistants", "gemini.google.com/app"],
    ["https://m.youtube.com/watch?v=1", "YouTube", "Organic Video", "m.youtube.com/watch"],
    ["https://www.amazon.co.jp/dp/1", "Amazon", "Organic Shopping", "amazon.co.jp/dp/1"],
    ["https://docs.aws.amazon.com/", "AWS", "Referral", "docs.aws.amazon.com"],
    ["https://www.cnn.com/2026/", "cnn.com", "Referral", "cnn.com/2026"],
    ["https://WWW.Blog.Example:8443/Post/1//?a=b#c", "blog.example", "Referral", "blog.example/Post/1"],
    ["android-app://com.google.android.gm/", "Gmail", "Email", "com.google.android.gm"],
    [
      "android-app://com.google.android.googlequicksearchbox/https/www.google.com",
      "Google",
      "Organic Search",
      "com.google.android.googlequicksearchbox/https/www.google.com",
    ],
    ["android-app://com.Slack/", "Slack", "Organic Social", "com.slack"],
    ["blog.example/post", "blog.example", "Referral", "blog.example/post"],
  ])("%s is %s, %s", (referrer, source, channel, kept) => {
    expect(visit("", referrer)).toMatchObject({ source, channel, referrer: kept });
  });

  test.each([
    "https://shop.example/",
    "https://www.shop.example/a",
    "https://help.shop.example/",
    "http://SHOP.example:80/",
  ])("of the property's own host (%s) is internal", (referrer) => {
    expect(visit("", referrer)).toMatchObject({ source: null, referrer: null, channel: "Direct" });
  });

  test("of another stream's host is internal, of a host that only ends alike is not", () => {
    expect(visit("", "https://blog.example/", ["shop.example", "www.blog.example"]).source).toBeNull();
    expect(visit("", "https://notshop.example/").source).toBe("notshop.example");
  });

  test("of a host longer than DNS allows is none", () => {
    expect(visit("", `https://${"ab.".repeat(1000)}example/`)).toMatchObject({ source: null, channel: "Direct" });
    expect(isSpamReferrer(`https://${"ab.".repeat(1000)}example/`)).toBe(false);
  });

  test.each([
    null,
    "",
    "-",
    "about:blank",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "file:///etc/passwd",
    "nonsense",
  ])("that is no web address (%s) is direct", (referrer) => {
    expect(visit("", referrer)).toMatchObject({ source: null, referrer: null, channel: "Direct" });
  });
});

describe("a tag", () => {
  test.each([
    ["?utm_source=fb&utm_medium=cpc", "Facebook", "Paid Social"],
    ["?utm_source=IG", "Instagram", "Organic Social"],
    ["?utm_source=google&utm_medium=cpc", "Google", "Paid Search"],
    ["?utm_source=m.facebook.com", "Facebook", "Organic Social"],
    ["?utm_source=chatgpt.com", "ChatGPT", "AI Assistants"],
    ["?utm_source=news.ycombinator.com", "Hacker News", "Organic Social"],
    ["?utm_source=Newsletter&utm_medium=email", "Newsletter", "Email"],
    ["?utm_medium=email", null, "Email"],
    ["?utm_source=email", "email", "Email"],
    ["?utm_source=partner", "partner", "Referral"],
    ["?utm_source=partner&utm_medium=swap", "partner", null],
    ["?ref=producthunt", "Product Hunt", "Organic Social"],
    ["?source=friend.example", "friend.example", "Referral"],
    ["?ref=b&source=a", "a", "Referral"],
    ["?ref=b&source=a&utm_source=c", "c", "Referral"],
    ["?utm_source=%20%20", null, "Direct"],
    ["?utm_source=(direct)&utm_medium=(none)", null, "Direct"],
    ["?utm_source=constructor", "constructor", "Referral"],
    ["?utm_source=__proto__", "__proto__", "Referral"],
  ])("%s is %s, %s", (query, source, channel) => {
    expect(sourceAndChannel(query)).toEqual([source, channel]);
  });

  test("goes before the referrer, which is kept", () => {
    expect(visit("?utm_source=letter", "https://mail.google.com/")).toMatchObject({
      source: "letter",
      referrer: "mail.google.com",
    });
  });

  test("is kept as given, less control characters, with at most 255 characters", () => {
    expect(visit("?utm_source=%00+FB%0A&utm_term=a%09b").utm_source).toBe("FB");
    expect(visit("?utm_term=a%09b").utm_term).toBe("a b");
    expect(visit(`?utm_campaign=${"x".repeat(5000)}`).utm_campaign).toHaveLength(255);
    expect(visit(`?utm_content=${"x".repeat(254)}${encodeURIComponent("😀")}`).utm_content).toBe("x".repeat(254));
  });

  test("in a short form is an alias of a name that exists", () => {
    for (const name of Object.values(TAG_ALIASES)) expect(sourceForTag(name)?.name).toBe(name);
  });
});

describe("a click id", () => {
  test.each([
    ["?gclid=1", null, "Google", "Paid Search"],
    ["?wbraid=1", null, "Google", "Paid Search"],
    ["?dclid=1", null, "Google", "Display"],
    ["?msclkid=1", "https://duckduckgo.com/", "DuckDuckGo", "Paid Search"],
    ["?gclid=1", "https://m.youtube.com/", "YouTube", "Paid Video"],
    ["?gclid=1", "https://blog.example/", "Google", "Paid Search"],
    ["?fbclid=1", null, "Facebook", "Organic Social"],
    ["?fbclid=1", "https://l.instagram.com/", "Instagram", "Organic Social"],
    ["?fbclid=1&utm_source=facebook&utm_medium=paid", null, "Facebook", "Paid Social"],
    ["?ttclid=1", null, "TikTok", "Paid Social"],
    ["?mc_cid=1", null, "Mailchimp", "Email"],
    ["?gclid=1&utm_medium=email&utm_source=letter", null, "letter", "Email"],
  ])("%s from %s is %s, %s", (query, referrer, source, channel) => {
    expect(sourceAndChannel(query, referrer)).toEqual([source, channel]);
  });

  test("names a source that exists", () => {
    for (const { source } of CLICK_IDS) expect(sourceForTag(source)?.name).toBe(source);
  });
});

describe("the lists", () => {
  const tables = makeSourceTables(list);

  test("are those in the tree, as the script writes them", () => {
    expect(inTree("workers/domain/sources/known-hosts.ts")).toBe(tables.sources);
    expect(inTree("workers/domain/sources/spam-hosts.ts")).toBe(tables.spam);
  });

  type Entries = Record<string, (string | { urls?: string[] })[]>;
  const leftOut = (host: string): boolean =>
    host.startsWith("android-app") || host === "www.cnn.com" || host === "login.live.com";
  const entriesOf = (file: string): [host: string, name: string][] =>
    Object.entries(parse(list(file)) as Entries).flatMap(([name, entries]) =>
      entries
        .flatMap((entry) => (typeof entry === "string" ? [entry] : (entry.urls ?? [])))
        .filter((host) => !leftOut(host))
        .map((host): [string, string] => [host, decodeURIComponent(name)]),
    );
  // Where two lists have the same host the one that says more wins.
  const expected = new Map(["SearchEngines.yml", "Socials.yml", "AIAssistants.yml"].flatMap(entriesOf));

  test("resolve every entry to its own name, whatever the country", () => {
    for (const [entry, name] of expected) {
      for (const country of entry.endsWith(".{}") || entry.includes(".{}/") ? ["de", "co.uk", "com.br"] : ["de"]) {
        const address = new URL(`https://${entry.replace("{}", country)}`);
        const found = sourceForHost(address.hostname, address.pathname);
        expect([entry, found?.name.toLowerCase()]).toEqual([entry, name.toLowerCase()]);
      }
    }
  });

  test("and the additions resolve to their own names", () => {
    for (const [kind, table] of Object.entries(ADDITIONS)) {
      for (const entry of table.split(/;\n?/)) {
        const [name = "", hosts = ""] = entry.split("=");
        expect(sourceForTag(name)).toEqual({ name, kind });
        for (const host of hosts.split(/\s+/)) {
          const [hostname = "", ...path] = host.replace("{}", "de").split("/");
          expect([host, sourceForHost(hostname, path.join("/"))]).toEqual([host, { name, kind }]);
        }
      }
    }
  });

  test("of spam catch each host and what is below it, and no social network or assistant", () => {
    const hosts = list("referrer-spammers.txt").split("\n").filter(Boolean);
    expect(hosts.length).toBeGreaterThan(2000);
    for (const host of hosts) {
      expect([host, isSpamReferrer(`http://${host}/`)]).toEqual([host, true]);
      expect([host, isSpamReferrer(`https://www.sub.${host}/x?y`)]).toEqual([host, true]);
    }
    for (const [entry] of [...entriesOf("Socials.yml"), ...entriesOf("AIAssistants.yml")]) {
      expect([entry, isSpamReferrer(`https://${entry}`)]).toEqual([entry, false]);
    }
    for (const referrer of [null, "", "nonsense", "https://com/", "https://blog.example/"])
      expect(isSpamReferrer(referrer)).toBe(false);
  });
});

describe("any text at all", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.webPath(),
    fc.domain(),
  );

  test("gives facts of bounded, clean text and never throws", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.array(anyText, { maxLength: 3 }), (query, referrer, siteHosts) => {
        const search = new URLSearchParams({ utm_source: query, utm_medium: referrer, ref: query, gclid: "1" });
        const facts = [
          sourceOf({ url: new URL(`https://shop.example/?${query}`), referrer, siteHosts }),
          sourceOf({ url: new URL(`https://shop.example/?${search}`), referrer, siteHosts }),
        ];
        for (const value of facts.flatMap(Object.values)) {
          if (value === null) continue;
          expect(value.length).toBeGreaterThan(0);
          expect(value.length).toBeLessThanOrEqual(1000);
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toMatch(/\p{Cc}/u);
        }
        isSpamReferrer(referrer);
      }),
      { numRuns: 500 },
    );
  });

  test("a source whose host is the site's own never comes from the referrer", () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom("", "www.", "a.b."), fc.webPath(), (host, below, path) => {
        const facts = sourceOf({
          url: new URL("https://other.example/"),
          referrer: `https://${below}${host}${path}`,
          siteHosts: [host],
        });
        expect(facts).toMatchObject({ source: null, referrer: null, channel: "Direct" });
      }),
    );
  });
});
