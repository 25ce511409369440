// Rules: what an owner sets, what pages are told of it, and which of their matches count.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { BeaconReply } from "../../../workers/domain/events/beacon";
import { MOST_RULES, type Rule } from "../../../workers/domain/events/rule";
import { importName, type LivePicture } from "../../../workers/domain/visits/hub";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendImport } from "../beacons";
import { countAll, givenHeldQueue, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const SIGN_UP = { name: "Sign up", selector: "a.sign-up", trigger: "click" };

/** A property and how its owner calls its rules. */
async function givenRules() {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const at = (id = "") => `/api/v1/properties/${site_id}/rules${id && `/${id}`}`;
  return {
    site_id,
    key,
    create: (given: object = {}) => call("POST", at(), { key, body: { ...SIGN_UP, ...given } }),
    change: (id: string, body: object) => call("PATCH", at(id), { key, body }),
    get: (id = "") => call("GET", at(id), { key }),
    remove: (id: string) => call("DELETE", at(id), { key }),
    reply: async () => (await (await sendBeacon(aBeacon(site_id))).json()) as BeaconReply,
  };
}

const ruleOf = async (reply: Response): Promise<Rule> => (await reply.json()) as Rule;

describe("a rule", () => {
  test("is created with what is not said left open, read, changed in part, and deleted", async () => {
    const rules = await givenRules();
    const made = await rules.create();
    expect(made.status).toBe(201);
    const rule = await ruleOf(made);
    expect(rule).toEqual({
      ...SIGN_UP,
      id: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{10}$/),
      page: null,
      attributes: [],
      enabled: true,
      created_at: expect.any(String),
    });
    const changed = { ...rule, page: "/blog/*", attributes: ["data-plan"], enabled: false };
    expect(
      await ruleOf(await rules.change(rule.id, { page: "/blog/*", attributes: ["data-plan"], enabled: false })),
    ).toEqual(changed);
    expect(await ruleOf(await rules.get(rule.id))).toEqual(changed);
    expect(await (await rules.get()).json()).toEqual({ rules: [changed] });
    expect((await rules.remove(rule.id)).status).toBe(204);
    expect((await rules.get(rule.id)).status).toBe(404);
    expect((await rules.remove(rule.id)).status).toBe(404);
    expect((await rules.change(rule.id, { enabled: true })).status).toBe(404);
  });

  test("of another property is not found", async () => {
    const mine = await givenRules();
    const rule = await ruleOf(await mine.create());
    const other = await givenProperty();
    const at = `/api/v1/properties/${other.site_id}/rules/${rule.id}`;
    for (const method of ["GET", "PATCH", "DELETE"])
      expect((await call(method, at, { key: mine.key, ...(method === "PATCH" ? { body: {} } : {}) })).status).toBe(404);
  });

  test("is read with the scope stats and changed with the scope manage", async () => {
    const { site_id, create } = await givenRules();
    const { id } = await ruleOf(await create());
    const reader = await givenKey("organization", ["stats"]);
    const at = `/api/v1/properties/${site_id}/rules`;
    expect((await call("GET", `${at}/${id}`, { key: reader })).status).toBe(200);
    expect((await call("POST", at, { key: reader, body: SIGN_UP })).status).toBe(403);
    expect((await call("PATCH", `${at}/${id}`, { key: reader, body: { enabled: false } })).status).toBe(403);
    expect((await call("DELETE", `${at}/${id}`, { key: reader })).status).toBe(403);
  });

  test.each([
    [{ name: " " }, "name must not be empty"],
    [{ name: "x".repeat(121) }, "name must have at most 120 characters"],
    [{ trigger: "wink" }, "trigger must be one of click, submit, visible, hover"],
    [{ page: "blog" }, "page must begin with / or *"],
    [{ page: "/blog?page=*" }, "page must not contain a query, because pages are compared without theirs"],
    [{ page: `/${"x".repeat(200)}` }, "page must have at most 200 characters"],
    [{ attributes: Array(11).fill("data-a") }, "attributes must have at most 10 items"],
    [{ attributes: ["no name"] }, "attributes must be names such as data-plan"],
    [{ attributes: ["Value"] }, "attributes must not name value, which may hold what was typed"],
    [{ colour: "red" }, "body must not have the field colour"],
  ])("is refused for %j", async (given, message) => {
    const { create } = await givenRules();
    const reply = await create(given);
    expect([reply.status, ((await reply.json()) as { error: { message: string } }).error.message]).toEqual([
      400,
      message,
    ]);
  });

  test.each([
    ["a >", "expected rule but end of input reached (position 2)"],
    ["> a", 'expected rule but ">" found (position 0)'],
    ["a[href", "expected a valid attribute selector operator (position 5)"],
    ["a,,b", 'expected rule but "," found (position 2)'],
    ["#1", "expected ID name (position 1)"],
    ["a:contains('x')", 'unknown pseudo-class: "contains" (position 10)'],
    ["li:eq(2)", 'unknown pseudo-class: "eq" (position 5)'],
    ["a:has(b:has(c))", ":has() must not stand within :has()"],
  ])("with the selector %s is refused with the parser's reason", async (selector, reason) => {
    const { create } = await givenRules();
    const reply = await create({ selector });
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: object }).error).toMatchObject({
      code: "invalid",
      message: `selector cannot be read: ${reason}`,
      details: [{ path: "selector" }],
    });
  });

  test.each(["a::before", "a:before", "a||b", "svg|a", "& a", "[a=b s]"])(
    "with the selector %s, which finds nothing in a browser, is refused",
    async (selector) => {
      const { create } = await givenRules();
      expect([selector, (await create({ selector })).status]).toEqual([selector, 400]);
    },
  );

  test.each([
    "a",
    "#buy > .now + button[type='submit' i] ~ *",
    'main :is(h1, h2):not(.quiet, .old) a[href^="https://"]',
    "form:has(> input:invalid) button",
    "li:nth-child(2n+1 of .x), li:nth-child(odd), p:nth-last-of-type(2)",
    "p:lang(de):dir(rtl):focus-within",
    ".w-1\\/2.md\\:flex",
    "[data-über]",
  ])("takes the selector %s", async (selector) => {
    const { create } = await givenRules();
    const reply = await create({ selector });
    expect([reply.status, (await ruleOf(reply)).selector]).toEqual([201, selector]);
  });

  test(`is refused when ${MOST_RULES} are on, also when it is switched on`, async () => {
    const rules = await givenRules();
    const made = await Promise.all(Array.from({ length: MOST_RULES + 3 }, () => rules.create()));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(MOST_RULES);
    const refused = made.find(({ status }) => status !== 201)!;
    expect([refused.status, await problemOf(refused)]).toEqual([409, "conflict"]);
    const spare = await ruleOf(await rules.create({ enabled: false }));
    expect((await rules.change(spare.id, { enabled: true })).status).toBe(409);
    expect((await rules.change(spare.id, { name: "Still off" })).status).toBe(200);
    const on = await ruleOf(made.find(({ status }) => status === 201)!);
    expect((await rules.change(on.id, { enabled: true })).status).toBe(200);
    expect((await rules.change(on.id, { enabled: false })).status).toBe(200);
    expect((await rules.change(spare.id, { enabled: true })).status).toBe(200);
  });

  test("goes with its property", async () => {
    const { site_id, key, create } = await givenRules();
    await create();
    expect((await call("DELETE", `/api/v1/properties/${site_id}`, { key })).status).toBe(204);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM rules").first("n")).toBe(0);
  });
});

describe("the reply to a beacon", () => {
  test("has the rules that are on, as pages need them", async () => {
    const rules = await givenRules();
    expect(await rules.reply()).not.toHaveProperty("rules");
    const one = await ruleOf(await rules.create());
    const two = await ruleOf(
      await rules.create({ trigger: "visible", page: "/blog/*", attributes: ["data-plan"], selector: "#two" }),
    );
    await rules.create({ enabled: false });
    // Nothing is waited for: the hub tells collect that what it keeps is old.
    const reply = await rules.reply();
    expect(reply.on).toContain("rules");
    expect(reply.rules).toEqual([
      { i: one.id, s: "a.sign-up", t: "click" },
      { i: two.id, s: "#two", t: "visible", p: "^/blog/[^#]*(?:#.*)?$", a: ["data-plan"] },
    ]);
  });

  test("follows every change at once: of rules, streams and the property", async () => {
    const rules = await givenRules();
    const { id } = await ruleOf(await rules.create());
    expect((await rules.reply()).rules).toHaveLength(1);
    await rules.change(id, { enabled: false });
    expect(await rules.reply()).not.toHaveProperty("rules");
    await rules.change(id, { enabled: true });
    expect((await rules.reply()).rules).toHaveLength(1);
    await rules.remove(id);
    expect(await rules.reply()).not.toHaveProperty("rules");

    const at = `/api/v1/properties/${rules.site_id}`;
    const { streams } = (await (await call("GET", at, { key: rules.key })).json()) as { streams: { id: string }[] };
    await call("PATCH", `${at}/streams/${streams[0]!.id}`, {
      key: rules.key,
      body: { measurements: { scroll: false } },
    });
    expect((await rules.reply()).off).toEqual(["scroll"]);
  });

  test("costs D1 nothing while nothing changes", async () => {
    const rules = await givenRules();
    await rules.create();
    await rules.reply();
    await env.DB.prepare("UPDATE rules SET selector = 'changed-behind-its-back'").run();
    expect((await rules.reply()).rules).toEqual([expect.objectContaining({ s: "a.sign-up" })]);
  });
});

describe("a match", () => {
  const hit = (site_id: string, k: string | undefined, n = "rule") =>
    sendBeacon(aBeacon(site_id, { n, ...(k === undefined ? {} : { k }) }));

  test("of a rule that was made a moment ago counts, though collect knew nothing of it", async () => {
    const rules = await givenRules();
    await rules.reply();
    const { id } = await ruleOf(await rules.create());
    const reply = await hit(rules.site_id, id);
    expect([reply.status, reply.headers.get("x-trackkit-refused")]).toEqual([202, null]);
  });

  test("of a rule that is off counts: its page was opened before", async () => {
    const rules = await givenRules();
    const { id } = await ruleOf(await rules.create({ enabled: false }));
    expect((await hit(rules.site_id, id)).headers.get("x-trackkit-refused")).toBeNull();
  });

  test("of a rule that never was, or was deleted, is refused", async () => {
    const rules = await givenRules();
    const { id } = await ruleOf(await rules.create());
    await rules.remove(id);
    expect((await hit(rules.site_id, id)).headers.get("x-trackkit-refused")).toBe("not_measured");
    expect((await hit(rules.site_id, "0123456789")).headers.get("x-trackkit-refused")).toBe("not_measured");
    const reply = await sendEvents(rules.key, anEvent(rules.site_id, { event_type: "rule", rule_id: "0123456789" }));
    expect(reply.headers.get("x-trackkit-refused")).toBe("not_measured");
  });

  test.each(["rule", "rule_view", "rule_seen"])("%s without its rule is invalid", async (type) => {
    const rules = await givenRules();
    const reply = await hit(rules.site_id, undefined, type);
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toBe(
      `${type} event must name its rule`,
    );
  });
});

describe("the live counter of a rule", () => {
  const rulesOf = async (site_id: string, key: string) =>
    ((await (await call("GET", `/api/v1/properties/${site_id}/live`, { key })).json()) as LivePicture).rules;

  test("is what was matched, once each, and outlives the hub; being seen is no match", async () => {
    const rules = await givenRules();
    const [click, view] = [
      await ruleOf(await rules.create()),
      await ruleOf(await rules.create({ trigger: "visible" })),
    ];
    expect(await rulesOf(rules.site_id, rules.key)).toEqual([]);
    const twice = aBeacon(rules.site_id, { n: "rule", k: click.id });
    for (const beacon of [
      twice,
      twice,
      aBeacon(rules.site_id, { n: "rule", k: click.id }),
      aBeacon(rules.site_id, { n: "rule_view", k: view.id }),
      aBeacon(rules.site_id, { n: "rule_seen", k: view.id }),
      aBeacon(rules.site_id, { n: "rule_seen", k: click.id }),
    ])
      expect((await sendBeacon(beacon)).status).toBe(202);
    const counted = (await rulesOf(rules.site_id, rules.key)).map(({ id, clicks }) => [id, clicks]);
    expect(new Map(counted as [string, number][])).toEqual(
      new Map([
        [click.id, 2],
        [view.id, 1],
      ]),
    );
    const hub = env.HUB.getByName(`${rules.site_id}/0`);
    const before = await rulesOf(rules.site_id, rules.key);
    // Once out of the journal, once out of a checkpoint with nothing left to replay.
    for (const isCheckpointed of [false, true]) {
      if (isCheckpointed)
        await runInDurableObject(hub, (inside) => (inside as unknown as { checkpoint(): void }).checkpoint());
      await evictDurableObject(hub);
      expect(await rulesOf(rules.site_id, rules.key)).toEqual(before);
    }
    await sendBeacon(aBeacon(rules.site_id, { n: "rule", k: click.id }));
    expect((await rulesOf(rules.site_id, rules.key)).find(({ id }) => id === click.id)?.clicks).toBe(3);
  });

  test("is the sum of the shards, and the last match of any", async () => {
    const { site_id } = await givenProperty("organization", { shards: 4 });
    const key = await givenKey();
    const made = await call("POST", `/api/v1/properties/${site_id}/rules`, { key, body: SIGN_UP });
    const { id } = await ruleOf(made);
    const times = Array.from({ length: 20 }, (_, i) => new Date(Date.now() - i * 60_000).toISOString());
    const events = times.map((event_time, i) =>
      anEvent(site_id, { event_type: "rule", rule_id: id, event_time, ip: `192.0.2.${i}`, user_agent: CHROME }),
    );
    expect((await sendEvents(key, { events })).status).toBe(202);
    expect(await rulesOf(site_id, key)).toEqual([{ id, clicks: 20, last_click_at: times[0] }]);
  });

  test("is what event:rule answers, with an import counted only there", async () => {
    const rules = await givenRules();
    const { id } = await ruleOf(await rules.create());
    for (let i = 0; i < 3; i += 1) await sendBeacon(aBeacon(rules.site_id, { n: "rule", k: id }));
    await sendBeacon(aBeacon(rules.site_id, { n: "rule_seen", k: id }));
    const past = anEvent(rules.site_id, { event_type: "rule", rule_id: id, event_time: "2026-01-02T10:00:00Z" });
    await sendImport(rules.key, rules.site_id, [past], "history");
    await countAll(queue, mainHub(rules.site_id), importName(rules.site_id));
    const ask = async (date_range: unknown) => {
      const query = { site_id: rules.site_id, metrics: ["events", "visitors"], dimensions: ["event:rule"], date_range };
      return (
        (await (await call("POST", "/api/v2/query", { key: rules.key, body: query })).json()) as { results: unknown }
      ).results;
    };
    expect(await ask("day")).toEqual([{ dimensions: [id], metrics: [3, 1] }]);
    expect(await ask(["2026-01-01", "2026-01-03"])).toEqual([{ dimensions: [id], metrics: [1, 1] }]);
    expect((await rulesOf(rules.site_id, rules.key)).map(({ clicks }) => clicks)).toEqual([3]);
  });
});
