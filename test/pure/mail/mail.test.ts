// Mails: both parts tell the same facts, and nothing that a stranger wrote gets out of the place where it is shown.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toAnomalyLetter } from "../../../workers/domain/mail/anomaly-letter";
import { toMail } from "../../../workers/domain/mail/compose";
import { EXAMPLES } from "../../../workers/domain/mail/examples";
import { type Block, type Frame, type Letter, toSubject } from "../../../workers/domain/mail/letter";
import { toReportLetter } from "../../../workers/domain/mail/report-letter";
import { toFailureLetter, toRunSummaryLetter } from "../../../workers/domain/mail/run-letter";
import { formatRange, toChange } from "../../../workers/domain/mail/words";
import { aFailure, aFrame, anAnomaly, aReport, aRunSummary } from "./given-mail";

const mailOf = (letter: Letter, frame = aFrame()) => toMail(letter, frame);

/** What a reader sees of the HTML, in one line; and the text, in one line. */
function readable({ html, text }: { html: string; text: string }): [string, string] {
  const seen = html
    .replace(/<style>[\s\S]*?<\/style>|<title>[\s\S]*?<\/title>/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
  return [seen.replace(/\s+/g, " "), text.replace(/\s+/g, " ")];
}

function expectBoth(letter: Letter, facts: readonly string[], frame = aFrame()): void {
  for (const part of readable(mailOf(letter, frame))) for (const fact of facts) expect(part).toContain(fact);
}

describe("both parts of a mail", () => {
  it("tell a run: what it handled, and what it did", () => {
    const letter = toRunSummaryLetter(aRunSummary(), aFrame());
    expect(letter.subject).toBe("Northlight Bicycles: pipeline run processed 3,400 rows from 12 objects");
    expectBoth(letter, [
      "3,400",
      "12",
      "14s",
      "Technology rows",
      "120",
      "Addresses",
      "run-2026-11-24T12-05",
      "24 Nov 2026, 13:05",
    ]);
  });

  it("tell a day of runs", () => {
    const letter = toRunSummaryLetter(aRunSummary({ of: { kind: "day", date: "2026-11-23", runs: 288 } }), aFrame());
    expect(letter.subject).toBe("Northlight Bicycles: 288 pipeline runs on 23 Nov 2026");
    expectBoth(letter, ["Pipeline on 23 Nov 2026", "daily"]);
  });

  it("tell a failure with its error, and that no data was lost", () => {
    expectBoth(toFailureLetter(aFailure(), aFrame()), [
      "Pipeline run failed",
      "lake lacks object",
      "13:09",
      "No data was lost",
    ]);
  });

  it("tell an anomaly: what, how much, since when, why", () => {
    const letter = toAnomalyLetter(anAnomaly(), aFrame());
    expect(letter.subject).toBe("Northlight Bicycles: more visitors than usual (4.1×)");
    expectBoth(letter, [
      "1,284",
      "310",
      "240 to 390",
      "24 Nov 2026, 11:00",
      "2h 00m",
      "The source Hacker News accounts for 96% of the difference: 940, expected about 3.",
      "page views",
    ]);
    expect(mailOf(letter).text).toContain("https://dashboard.example/p/abc/anomalies");
  });

  it("name drops, outages, rates and the owner's own thresholds for what they are", () => {
    const subjects = [
      anAnomaly({ direction: "drop", observed: 31 }),
      anAnomaly({ direction: "outage", observed: 0, metric: "pageviews" }),
      anAnomaly({ metric: "bounce_rate", observed: 80, expected: 41 }),
      anAnomaly({ metric: "errors", observed: 12, expected: 0.2 }),
      anAnomaly({ metric: "not_found", threshold: { limit: 100, of: "upper" }, observed: 400, expected: 10 }),
    ].map((data) => toAnomalyLetter(data, aFrame()).subject.replace("Northlight Bicycles: ", ""));
    expect(subjects).toEqual([
      "fewer visitors than usual (−90%)",
      "no page views (−100%)",
      "higher bounce rate than usual (+39 pts)",
      "more JavaScript errors than usual",
      "pages not found above your threshold (40×)",
    ]);
    expectBoth(toAnomalyLetter(anAnomaly({ explanation: null }), aFrame()), ["No single page"]);
  });

  it("tell a week: numbers with their change, pages, sources, forecast", () => {
    const letter = toReportLetter(aReport(), aFrame());
    expect(letter.subject).toBe("Northlight Bicycles: weekly report, 16–22 Nov 2026");
    expectBoth(letter, [
      "12,345",
      "+12%",
      "41%",
      "−3 points",
      "3m 04s",
      "no change",
      "9–15 Nov 2026",
      "/pricing",
      "4,011",
      "(direct)",
      "5,012",
      "Mon 23 Nov",
      "1,275 to 1,725",
    ]);
    expect(mailOf(letter).html).toContain("/p/abc?period=custom&amp;from=2026-11-16&amp;to=2026-11-22");
  });

  it("tell a month, one in which nobody came, and one without a forecast", () => {
    const days = { first: "2026-10-01", last: "2026-10-31" };
    const before = { first: "2026-09-01", last: "2026-09-30" };
    const figures = [{ metric: "visitors" as const, value: 0, before: null }];
    const letter = toReportLetter(
      { ...aReport(), period: "month", days, before, figures, pages: [], sources: [], forecast: null },
      aFrame(),
    );
    expect([letter.heading, letter.preview]).toEqual(["Monthly report, October 2026", "No visitors this month."]);
    expectBoth(letter, ["September 2026", "monthly report"]);
    expect(mailOf(letter).text).not.toMatch(/FORECAST|TOP/);
  });

  it("say why one gets it and how to be rid of it, as far as addresses are known", () => {
    for (const letter of [
      toRunSummaryLetter(aRunSummary(), aFrame()),
      toFailureLetter(aFailure(), aFrame()),
      toAnomalyLetter(anAnomaly(), aFrame()),
      toReportLetter(aReport(), aFrame()),
    ]) {
      const { html, text } = mailOf(letter);
      for (const part of [html, text]) {
        expect(part).toContain("https://track.example/mail/optout?t=token");
        expect(part).toContain("https://dashboard.example/p/abc/settings/reports");
      }
      expectBoth(letter, ["You receive this because", "Email settings", "Unsubscribe"]);
    }
    const bare = mailOf(
      toReportLetter(aReport(), aFrame({ url: null, optout_url: null })),
      aFrame({ url: null, optout_url: null }),
    );
    expect(bare.html).not.toContain("<a ");
    expect(bare.text).not.toContain("http");
  });

  it("have examples of what happens seldom", () => {
    for (const example of Object.values(EXAMPLES))
      expect(mailOf(example(aFrame(), "UTC", Date.UTC(2026, 0, 1))).html).toContain("example");
  });
});

describe("words", () => {
  it("say changes of rates by points, and nothing where nothing was before", () => {
    expect(toChange("bounce_rate", 40, 41)).toEqual({ text: "−1 point", direction: "down", better: true });
    expect(toChange("visitors", 3, 0)).toBeNull();
    expect(toChange("visitors", null, 3)).toBeNull();
    expect(toChange("visitors", 50, 100)).toEqual({ text: "−50%", direction: "down", better: false });
  });

  it("name periods by as little as tells them apart", () => {
    expect(formatRange("2026-11-30", "2026-12-06")).toBe("30 Nov – 6 Dec 2026");
    expect(formatRange("2026-12-28", "2027-01-03")).toBe("28 Dec 2026 – 3 Jan 2027");
  });
});

/** Text as an attacker would choose it, between whatever else. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "'",
        "&",
        "</title>",
        "</style>",
        "-->",
        "\r\nBcc: a@example.com",
        "\n-- \n",
        "\u2028",
        "\u0000",
        "\ud800",
        "<!--",
        "javascript:alert(1)",
        "{{x}}",
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join("")),
);

/** Tags of a document, and whether a script, a handler or a strange address is among them. */
const tagsOf = (html: string): string[] => html.match(/<[a-z!/][^>]*>/gi) ?? [];

describe("whatever strangers write", () => {
  const letterOf = (text: string, other: string): Letter => {
    const blocks: Block[] = [
      { kind: "paragraph", text },
      { kind: "code", text },
      { kind: "notice", tone: "bad", text },
      { kind: "figures", title: text, figures: [{ label: text, value: other, change: text, better: true }] },
      { kind: "bars", title: text, of: other, bars: [{ label: text, value: other, share: 0.5 }] },
      { kind: "table", title: text, columns: [text, other], rows: [[other, text]] },
      { kind: "link", label: text, url: other },
    ];
    return { subject: text, preview: text, heading: text, blocks, reason: other };
  };

  it("adds no tag, no attribute and no link to the HTML", () => {
    const plain = tagsOf(toMail(letterOf("a", "b"), aFrame({ property: "a" })).html);
    fc.assert(
      fc.property(hostile, hostile, (text, other) => {
        // Lines of code are told apart by breaks, which are ours.
        const one = `a${text.replaceAll("\n", " ")}`;
        const frame: Frame = aFrame({ property: text });
        const tags = tagsOf(toMail(letterOf(one, `b${other}`), frame).html);
        expect(tags).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it("adds no header: a subject is one line of at most 150 characters, well-formed", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 400 })), (text) => {
        const subject = toSubject(text);
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(subject.length).toBeLessThanOrEqual(150);
        expect(subject.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("adds no line to the text, so it cannot pass for a part of the mail", () => {
    const lines = (text: string) => text.split("\n").length;
    fc.assert(
      fc.property(hostile, (text) => {
        const letter = (of: string): Letter => ({
          subject: "s",
          preview: "p",
          heading: of,
          reason: "r",
          blocks: [{ kind: "table", title: of, columns: ["", "n"], rows: [[of, of]] }],
        });
        expect(lines(toMail(letter(text), aFrame({ property: text })).text)).toBe(
          lines(toMail(letter("x"), aFrame({ property: "x" })).text),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("leads nowhere but to the web", () => {
    const { html } = toMail(letterOf("x", "javascript:alert(1)"), aFrame());
    expect(html).toContain('href="#"');
    expect(html).not.toContain('href="javascript');
  });
});
