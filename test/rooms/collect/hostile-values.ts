// What strangers may send: events and hits that are right, odd but allowed, and such with one field spoilt.
import fc from "fast-check";
import { CHROME } from "../beacons";

/** Text that may identify or name something, however odd. */
const ODD = [
  "\u202eright to left",
  "🦊",
  "'; DROP TABLE properties; --",
  '"><script>alert(1)</script>',
  "{{constructor.constructor('return 1')()}}",
  "__proto__",
  "constructor",
  "toString",
  "%00%ff",
  "../../etc/passwd",
  "\\",
  "=cmd|' /C calc'!A0",
];
/** Text that may at most describe. */
const BROKEN = ["", " ", "\u0000", "a\u0000b", "\ud800", "x\udfffy", "\u001b[31m", "line\nbreak", "\u0085"];
const LONG = ["x".repeat(10_000), "漢".repeat(5_000)];

const odd = (maxLength = 30) =>
  fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: "grapheme", minLength: 1, maxLength }));
/** Any text at all. */
export const anyText = fc.oneof(fc.constantFrom(...ODD, ...BROKEN, ...LONG), fc.string({ unit: "binary" }));
const described = fc.oneof(odd(), fc.constantFrom(...BROKEN), fc.string({ unit: "binary" }));
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(-1, 1e308, -1e308, 2 ** 53, 5e-324, 1e21, 86_400_001));
const anyTime = fc.constantFrom(
  "0000-00-00",
  "9999-12-31T23:59:60Z",
  "+275760-09-13",
  "2026-02-30",
  "1970-01-01",
  "now",
);
/** Anything that JSON can say. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  anyNumber,
  anyTime,
  fc.jsonValue(),
  fc.constant(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}')),
);

const props = fc.dictionary(
  odd(20).filter((key) => key !== "__proto__"),
  fc.oneof(
    odd(),
    fc.constantFrom("", "\u001b[31m", "x".repeat(2000)),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  ),
  { maxKeys: 4 },
);
const lately = fc.integer({ min: 0, max: 71 * 3_600_000 }).map((ago) => new Date(Date.now() - ago).toISOString());
const path = odd(20).map((text) => `/${text}`);
const tagged = odd(20).map(
  (text) => `https://shop.example/a?utm_source=${encodeURIComponent(text)}&ref=${text}#${text}`,
);
const address = fc.oneof(
  tagged,
  path.map((text) => `https://shop.example${text}`),
);

/** A thing that is right, and such with one field spoilt. */
const spoiltNowAndThen = (right: fc.Arbitrary<Record<string, unknown>>, fields: string[]) =>
  fc.oneof(
    { arbitrary: right, weight: 2 },
    {
      arbitrary: fc
        .tuple(right, fc.constantFrom(...fields), anyJson)
        .map(([thing, field, spoilt]): Record<string, unknown> => ({ ...thing, [field]: spoilt })),
      weight: 1,
    },
  );

const EVENT = {
  event_type: fc.oneof(fc.constantFrom("pageview", "pageview", "engagement", "click", "Signup"), odd()),
  event_id: fc.oneof(fc.uuid(), odd(60)),
  event_time: lately,
  user_id: odd(),
  session_id: odd(),
  url: address,
  page_path: path,
  hostname: fc.domain(),
  title: described,
  referrer: fc.oneof(fc.webUrl(), odd()),
  button_id: odd(),
  selector: odd(),
  props,
  language: odd(8).map((text) => text.slice(0, 8).toWellFormed()),
  screen: fc.constantFrom("1920x1080", "0x0", "wide"),
  revenue: fc.record({
    amount: fc.double({ min: -1e12, max: 1e12, noNaN: true }),
    currency: fc.constantFrom("EUR", "CHF"),
  }),
  engaged_ms: fc.double({ min: 0, max: 86_400_000, noNaN: true }),
  scroll_depth: fc.double({ min: 0, max: 100, noNaN: true }),
  ip: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("::FFFF:c000:0207", "fe80::1%eth0")),
  user_agent: fc.constant(CHROME),
  country: fc.constantFrom("CH", "in"),
  city: odd(),
  network: odd(),
  asn: fc.integer({ min: 1, max: 4_294_967_295 }),
};
export const anEventOfAStranger = spoiltNowAndThen(
  fc.record(EVENT, { requiredKeys: ["event_type", "event_id"] }) as fc.Arbitrary<Record<string, unknown>>,
  [...Object.keys(EVENT), "site_id", "__proto__", "constructor"],
);
/** The same as a line of an import. */
export const aLineOfAStranger = fc.oneof(
  {
    arbitrary: fc.tuple(anEventOfAStranger, lately).map(([event, at]) => JSON.stringify({ event_time: at, ...event })),
    weight: 8,
  },
  { arbitrary: anyText.map((text) => text.replaceAll("\n", " ")), weight: 1 },
  { arbitrary: anyJson.map((value) => JSON.stringify(value)), weight: 1 },
);

const HIT = {
  n: fc.oneof(fc.constantFrom("pageview", "engagement", "outbound"), odd()),
  i: fc.oneof(fc.uuid(), odd(40)),
  u: fc.oneof(
    address,
    described.map((text) => `https://shop.example/${text}`),
  ),
  a: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  t: described,
  e: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  d: fc.double({ min: 0, max: 100, noNaN: true }),
  b: fc.double({ min: 0, max: 100, noNaN: true }),
  h: described,
  p: props,
};
const aHit = spoiltNowAndThen(
  fc.record(HIT, { requiredKeys: ["n", "i", "u"] }) as fc.Arbitrary<Record<string, unknown>>,
  Object.keys(HIT),
);
const BEACON = {
  h: aHit.map((hit) => [hit]),
  r: described,
  w: odd(10).map((text) => text.slice(0, 10)),
  l: odd(8),
  f: fc.constant(1),
};
export const aBeaconOfAStranger = spoiltNowAndThen(
  fc.record(BEACON, { requiredKeys: ["h"] }) as fc.Arbitrary<Record<string, unknown>>,
  [...Object.keys(BEACON), "s"],
);

/** Bytes, percent-encoded. */
export const anyEncoded = fc
  .uint8Array({ maxLength: 30 })
  .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
