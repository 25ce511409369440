// What strangers wrote stays short text in the owner's mail.
import fc from "fast-check";
import { expect, it } from "vitest";
import { toAnomalyLetter } from "../../../workers/domain/mail/anomaly-letter";
import { toMail } from "../../../workers/domain/mail/compose";
import { toReportLetter } from "../../../workers/domain/mail/report-letter";
import { fromStranger } from "../../../workers/domain/mail/stranger";
import { aFrame, anAnomaly, aReport } from "./given-mail";

/** What mail programs make a link of: an address with a scheme, a host, or a mail address. */
const LINK = /\w:\/\/?\w|[\p{L}\p{N}-][.。．。][\p{L}\p{N}]|[^\s\u200b]@[^\s\u200b]/u;

const PHISHING = "Your TrackKit account is suspended: verify at https://evil.example/login or mail help@evil.example";

it("cannot become a link and has at most 60 characters", () => {
  expect(fromStranger(PHISHING)).not.toMatch(LINK);
  expect(fromStranger(PHISHING).replaceAll("\u200b", "")).toBe(
    "Your TrackKit account is suspended: verify at https://evil.…",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 90 }),
    fc.webUrl(),
    fc.emailAddress(),
    fc
      .array(
        fc.constantFrom("evil", ".", "。", "example", "https", ":", "/", "@", "www", "\u200b", "\u202e", "🦊", "\n"),
        {
          maxLength: 40,
        },
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      const said = fromStranger(given);
      expect(said).not.toMatch(LINK);
      expect([...said.replaceAll("\u200b", "")].length).toBeLessThanOrEqual(60);
      expect(said).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(said.isWellFormed()).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it("leaves ordinary pages and sources as they read", () => {
  for (const text of ["/pricing", "Google", "news.ycombinator.com", "/über/uns?seite=2"])
    expect(fromStranger(text).replaceAll("\u200b", "")).toBe(text);
});

it("holds in both parts of every mail that names a value of strangers", () => {
  const bad = { value: PHISHING, dimension: "visit:source", observed: 7, expected: 1, share_percent: 80 };
  const letters = [
    toReportLetter(
      aReport({ sources: [{ value: PHISHING, visitors: 7 }], pages: [{ value: `/${PHISHING}`, pageviews: 7 }] }),
      aFrame(),
    ),
    toAnomalyLetter(anAnomaly({ explanation: bad as never }), aFrame()),
  ];
  for (const letter of letters) {
    const { html, text } = toMail(letter, aFrame());
    for (const part of [html, text]) {
      expect(part).toContain("Your TrackKit account is suspended");
      expect(part).not.toMatch(/evil\.example|https:\/\/evil/);
    }
  }
});
