// Whatever is sent to admin is either taken or refused with a reason. Never a failure, never something half stored.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const HOSTILE = [
  "",
  "\u0000",
  "\ud800",
  "a\u0000b",
  "'; drop table properties; --",
  '"><script>alert(1)</script>',
  "__proto__",
  "constructor",
  "x".repeat(10_000),
  "https://[::1",
  "https://'.example/\u0000",
];
const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));
const name = fc.oneof(fc.constantFrom("Shop", "a\u0000b", "'; drop table properties; --", "\ud800"), text);
const json = fc.oneof(text, fc.jsonValue(), fc.constant(JSON.parse('{"__proto__":{"manage":true}}')));
const stream = fc.record(
  { url: fc.oneof(fc.webUrl(), text), name, measurements: json },
  { requiredKeys: ["url", "name"] },
);

const section = <T>(fields: Record<string, fc.Arbitrary<T>>) => fc.record(fields, { requiredKeys: [] });

// Short and shallow: a body that is too long is refused before anybody looks at its filter.
const operand = fc.oneof(
  text.filter((one) => one.length <= 100),
  fc.jsonValue({ maxDepth: 2 }),
);
const filter = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(
      fc.constantFrom("is", "contains", "at_least", "nothing"),
      fc.oneof(fc.constant("event:name"), operand),
      operand,
    ),
    fc.tuple(fc.constantFrom("not", "has_done"), tie("tree")),
    fc.tuple(fc.constantFrom("and", "or"), fc.array(tie("tree"), { maxLength: 3 })),
    operand,
  ),
})).tree;
const shared = fc.oneof(fc.boolean(), json);

const bodies: Record<string, fc.Arbitrary<unknown>> = {
  "POST /api/v1/properties": fc.record(
    { name, timezone: fc.oneof(fc.constant("UTC"), text), currency: json, streams: fc.array(stream), privacy: json },
    { requiredKeys: ["name", "timezone"] },
  ),
  "PATCH /api/v1/properties/:site_id": fc.record(
    {
      name,
      privacy: fc.record(
        { excluded_paths: fc.array(text.map((path) => `/${path}`)), excluded_addresses: fc.array(text), address: text },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  "POST /api/v1/properties/:site_id/streams": stream,
  "POST /api/v1/properties/:site_id/goals": section<unknown>({ name, filter, currency: json }),
  "POST /api/v1/properties/:site_id/segments": section<unknown>({ name, filter, shared }),
  "PUT /api/v1/properties/:site_id/path-groups": fc.record({
    patterns: fc.array(fc.record({ pattern: text.map((path) => `/${path}`), label: name }), { maxLength: 2 }),
  }),
  "POST /api/v1/properties/:site_id/annotations": section<unknown>({
    date: fc.oneof(fc.constant("2026-11-22"), text),
    time: fc.oneof(fc.constant(null), text),
    text: name,
    shared,
  }),
  "POST /api/v1/properties/:site_id/funnels": fc.record({
    name,
    funnel: section<unknown>({
      steps: fc.array(fc.record({ filter }), { maxLength: 4 }),
      filters: fc.array(filter, { maxLength: 4 }),
      breakdown: json,
    }),
  }),
  "POST /api/v1/properties/:site_id/keys": fc.record({ name, scopes: fc.oneof(fc.constant(["stats"]), json) }),
  "PATCH /api/v1/properties/:site_id/settings": section<unknown>({
    retention: section<unknown>({ events_days: fc.oneof(fc.integer(), json), addresses_days: json }),
    alerts: section<unknown>({ limits: fc.oneof(fc.dictionary(text, json), json), sensitivity: json }),
    reports: section<unknown>({
      recipients: fc.array(fc.oneof(fc.emailAddress(), text), { maxLength: 12 }),
      webhook: fc.oneof(section({ url: fc.oneof(fc.webUrl(), text), secret: text }), json),
    }),
  }),
  "POST /api/v1/properties/:site_id/pipeline/rebuild": section({ from: text, to: json, check: json }),
  "POST /api/v1/properties/:site_id/pipeline/dead-letters/replay": section({ ids: fc.oneof(fc.array(text), json) }),
  "POST /api/v1/properties/:site_id/pipeline/dead-letters/discard": section({ ids: fc.oneof(fc.array(text), json) }),
  "POST /api/v1/keys": fc.record({ name, scopes: fc.constant(["stats"]), organization_id: text }),
};

test.each(Object.entries(bodies))("%s takes or refuses whatever it is sent", async (route, body) => {
  const [method = "", path = ""] = route.split(" ");
  const { site_id } = await givenProperty();
  const key = await givenKey();
  await fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: body, weight: 4 }, json), async (sent) => {
      const reply = await call(method, path.replace(":site_id", site_id), { key, body: JSON.stringify(sent) });
      const answer = await reply.text();
      expect([200, 201, 400, 403, 404, 409], answer).toContain(reply.status);
      if (reply.status === 400) expect(JSON.parse(answer).error.details).not.toHaveLength(0);
      // What was taken can be read back.
      expect((await call("GET", "/api/v1/properties", { key })).status).toBe(200);
      expect((await call("GET", `/api/v1/properties/${site_id}/settings`, { key })).status).toBe(200);
      for (const saved of ["goals", "segments", "path-groups", "annotations", "funnels"].filter((at) =>
        path.endsWith(at),
      ))
        expect((await call("GET", `/api/v1/properties/${site_id}/${saved}`, { key })).status).toBe(200);
    }),
    { numRuns: 60 },
  );
  expect(await env.DB.prepare("select count(*) as n from properties where site_id = ?").bind(site_id).first("n")).toBe(
    1,
  );
});

test.each(["%00", "%ff", "..%2f..", "'", "%E0%A4%A", "__proto__", "x".repeat(5_000)])(
  "a property named %s does not exist",
  async (siteId) => {
    const key = await givenKey();
    for (const path of [`/api/v1/properties/${siteId}`, `/api/v1/properties/${siteId}/keys`])
      expect((await call("GET", path, { key })).status).toBe(404);
  },
);
