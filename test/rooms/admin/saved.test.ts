// What an organization saves for its questions: goals, segments, path groups, annotations and funnels over HTTP.
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  type Annotation,
  type Goal,
  MOST_ANNOTATIONS,
  MOST_FUNNELS,
  MOST_GOALS,
  MOST_SEGMENTS,
  type PathGroup,
  type SavedFunnel,
  type Segment,
} from "../../../workers/domain/analysis/saved/saved";
import { loadConfiguration } from "../../../workers/storage/properties/properties";
import { call, givenFreshStorage, givenKey, givenMember, givenOwner, givenProperty, givenSession } from "../given";

givenFreshStorage();

const SIGN_UP = ["is", "event:name", ["Signup"]];
const ID = /^[0-9a-hjkmnp-tv-z]{10}$/;

type Access = { key: string } | { headers: Record<string, string> };

/** A collection of a property, for a key of its organization unless somebody else asks. */
async function givenCollection(name: string, organizationId = "organization", access?: Access) {
  const { site_id } = await givenProperty(organizationId);
  const by = access ?? { key: await givenKey(organizationId) };
  return { site_id, ...collectionAt(site_id, name, by) };
}

function collectionAt(siteId: string, name: string, by: Access) {
  const at = (id = "") => `/api/v1/properties/${siteId}/${name}${id}`;
  return {
    create: (body: object) => call("POST", at(), { ...by, body }),
    change: (id: string, body: object) => call("PATCH", at(`/${id}`), { ...by, body }),
    get: (id: string) => call("GET", at(`/${id}`), by),
    list: (query = "") => call("GET", at(query), by),
    remove: (id: string) => call("DELETE", at(`/${id}`), by),
    replace: (body: object) => call("PUT", at(), { ...by, body }),
  };
}

const read = async <T>(reply: Response | Promise<Response>): Promise<T> => (await (await reply).json()) as T;

/** Status, code and message of a refusal. */
async function refusalOf(reply: Response | Promise<Response>): Promise<unknown[]> {
  const { error } = await read<{ error: { code: string; message: string } }>(reply);
  return [(await reply).status, error.code, error.message];
}

/** What each collection takes, what comes of it, and a change. */
const EXAMPLES = [
  {
    name: "goals",
    body: { name: " Sign up ", filter: SIGN_UP },
    made: { name: "Sign up", filter: SIGN_UP, currency: null },
    change: { currency: "CHF", filter: ["and", [SIGN_UP, ["is", "event:props:plan", ["pro"]]]] },
  },
  {
    name: "segments",
    body: { name: "Mobile", filter: ["is", "visit:device", ["Mobile"]] },
    made: { name: "Mobile", filter: ["is", "visit:device", ["Mobile"]], shared: true },
    change: { name: "Phones" },
  },
  {
    name: "annotations",
    body: { date: "2026-11-22", text: "Release 2" },
    made: { date: "2026-11-22", time: null, text: "Release 2", shared: true },
    change: { time: "2026-11-23T08:00:00.000Z", date: null, text: "Release 3" },
  },
  {
    name: "funnels",
    body: { name: "Join", funnel: { steps: [{ filter: SIGN_UP }], window: "7d" } },
    made: { name: "Join", funnel: { steps: [{ filter: SIGN_UP }], window: "7d" } },
    change: { funnel: { steps: [{ name: "One", filter: SIGN_UP }, { filter: SIGN_UP }], unit: "visit" } },
  },
];

describe.each(EXAMPLES)("one of $name", ({ name, body, made, change }) => {
  test("is created with what is not said left open, read, changed in part, and deleted", async () => {
    const saved = await givenCollection(name);
    const reply = await saved.create(body);
    expect(reply.status).toBe(201);
    const one = await read<{ id: string }>(reply);
    expect(one).toEqual({ ...made, id: expect.stringMatching(ID), created_at: expect.any(String) });
    expect(await read(saved.get(one.id))).toEqual(one);
    const changed = { ...one, ...change };
    expect(await read(saved.change(one.id, change))).toEqual(changed);
    expect(await read(saved.get(one.id))).toEqual(changed);
    expect(await read(saved.list())).toEqual({ [name]: [changed] });
    expect((await saved.remove(one.id)).status).toBe(204);
    for (const gone of [saved.get(one.id), saved.remove(one.id), saved.change(one.id, change)])
      expect((await gone).status).toBe(404);
    expect(await read(saved.list())).toEqual({ [name]: [] });
  });

  test("is listed in the order in which it was created", async () => {
    const saved = await givenCollection(name);
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { id } = await read<{ id: string }>(saved.create("name" in body ? { ...body, name: `Number ${n}` } : body));
      await env.DB.prepare(`UPDATE ${name} SET created_at = ? WHERE id = ?`).bind(n, id).run();
      ids.push(id);
    }
    const listed = await read<Record<string, { id: string }[]>>(saved.list());
    expect(listed[name]!.map(({ id }) => id)).toEqual(ids);
  });

  test("goes with its property", async () => {
    const saved = await givenCollection(name);
    const key = await givenKey();
    await saved.create(body);
    expect((await call("DELETE", `/api/v1/properties/${saved.site_id}`, { key })).status).toBe(204);
    expect(await env.DB.prepare(`SELECT count(*) AS n FROM ${name}`).first("n")).toBe(0);
  });
});

test.each([
  ["goals", MOST_GOALS],
  ["segments", MOST_SEGMENTS],
  ["annotations", MOST_ANNOTATIONS],
  ["funnels", MOST_FUNNELS],
] as const)("%s of a property are limited to %s, also when they come at once", async (name, most) => {
  const { body } = EXAMPLES.find((example) => example.name === name)!;
  const saved = await givenCollection(name);
  const { id } = await read<{ id: string }>(saved.create(body));
  // All but two of the others, written at once.
  const columns = { goals: "name", segments: "name", annotations: "text", funnels: "name" }[name];
  const { results } = await env.DB.prepare(`PRAGMA table_info(${name})`).all<{ name: string }>();
  const copied = results.map((column) => (["id", columns].includes(column.name) ? "'copy' || n" : column.name));
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
     INSERT INTO ${name} SELECT ${copied.join()} FROM ${name}, numbers WHERE id = ?`,
  )
    .bind(most - 3, id)
    .run();
  const replies = await Promise.all(
    Array.from({ length: 5 }, (_, n) => saved.create("name" in body ? { ...body, name: `At once ${n}` } : body)),
  );
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(2);
  const refused = replies.filter(({ status }) => status !== 201);
  const what = name === "segments" || name === "annotations" ? `shared ${name}` : name;
  expect(await refusalOf(refused[0]!)).toEqual([409, "conflict", `property must have at most ${most} ${what}`]);
  // Another property has its own count, and a place that is free can be taken.
  const other = await givenCollection(name);
  expect((await other.create(body)).status).toBe(201);
  await saved.remove(id);
  expect((await saved.create("name" in body ? { ...body, name: "After all" } : body)).status).toBe(201);
});

describe("a goal", () => {
  test("has a name that no other goal of the property has", async () => {
    const goals = await givenCollection("goals");
    const taken = [409, "conflict", "name must be unique, and another goal of the property has it"];
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => goals.create({ name: "Sign up", filter: SIGN_UP })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await refusalOf(replies.find(({ status }) => status === 409)!)).toEqual(taken);
    const other = await read<Goal>(goals.create({ name: "Buy", filter: SIGN_UP }));
    expect(await refusalOf(goals.change(other.id, { name: "Sign up" }))).toEqual(taken);
    expect((await goals.change(other.id, { name: "Buy", currency: "EUR" })).status).toBe(200);
    const elsewhere = await givenCollection("goals");
    expect((await elsewhere.create({ name: "Sign up", filter: SIGN_UP })).status).toBe(201);
  });

  test("raises the version of the property's configuration with every change, and with no refusal", async () => {
    const goals = await givenCollection("goals");
    const version = async () => (await loadConfiguration(env.DB, goals.site_id))!.version;
    const before = await version();
    const { id } = await read<Goal>(goals.create({ name: "Sign up", filter: SIGN_UP }));
    expect(await version()).toBe(before + 1);
    await goals.change(id, { name: "Join" });
    expect(await version()).toBe(before + 2);
    expect((await goals.create({ name: "Join", filter: SIGN_UP })).status).toBe(409);
    expect((await goals.change(id, { filter: ["nothing"] })).status).toBe(400);
    expect(await version()).toBe(before + 2);
    await goals.remove(id);
    expect(await version()).toBe(before + 3);
  });

  test.each([
    [{ name: "a" }, "filter must be given"],
    [{ filter: SIGN_UP }, "name must be given"],
    [
      { name: "a", filter: ["is", "event:goal", ["b"]] },
      /^filter\[1\] must not be event:goal, since a goal is not made of goals$/,
    ],
    [{ name: "a", filter: SIGN_UP, currency: "Franken" }, "currency must be an ISO 4217 code such as EUR"],
    [{ name: "a", filter: SIGN_UP, shared: true }, "body must not have the field shared"],
  ])("is refused for %j", async (body, message) => {
    const goals = await givenCollection("goals");
    const [status, code, said] = await refusalOf(goals.create(body));
    expect([status, code, said]).toEqual([400, "invalid", expect.stringMatching(message)]);
    const { id } = await read<Goal>(goals.create({ name: "Sign up", filter: SIGN_UP }));
    if ("name" in body && "filter" in body) expect((await goals.change(id, body)).status).toBe(400);
    expect(await read(goals.list())).toEqual({ goals: [expect.objectContaining({ id, name: "Sign up" })] });
  });
});

describe.each([
  ["segment", { name: "Mobile", filter: SIGN_UP }],
  ["annotation", { date: "2026-11-22", text: "Release" }],
])("a personal %s", (what, body) => {
  /** The same collection of one property for two accounts that may manage it, one that may read, and a key. */
  async function givenAccounts() {
    const owner = await givenOwner();
    const organization = owner.organization.id;
    const { site_id } = await givenProperty(organization);
    const open = (by: Access) => collectionAt(site_id, `${what}s`, by);
    const member = async (role: string) => ({ headers: await givenSession(await givenMember(role, organization)) });
    return {
      mine: open({ headers: await givenSession(owner) }),
      colleague: open(await member("admin")),
      reader: open(await member("member")),
      program: open({ key: await givenKey(organization) }),
    };
  }

  test("exists only for the account that created it", async () => {
    const { mine, colleague, reader, program } = await givenAccounts();
    const reply = await mine.create({ ...body, shared: false });
    expect(reply.status).toBe(201);
    const one = await read<Segment | Annotation>(reply);
    expect(await read(mine.list())).toEqual({ [`${what}s`]: [one] });
    for (const others of [colleague, reader, program]) {
      expect(await read(others.list())).toEqual({ [`${what}s`]: [] });
      expect(await refusalOf(others.get(one.id))).toEqual([404, "not_found", `${what} does not exist`]);
    }
    for (const others of [colleague, program]) {
      expect((await others.change(one.id, { shared: true })).status).toBe(404);
      expect((await others.remove(one.id)).status).toBe(404);
    }
    expect(await read(mine.get(one.id))).toEqual(one);
    const shared = await read(mine.change(one.id, { shared: true }));
    for (const everybody of [mine, colleague, reader, program])
      expect(await read(everybody.get(one.id))).toEqual(shared);
  });

  test("is made of a shared one by the account that created that, and by nobody else", async () => {
    const { mine, colleague, program } = await givenAccounts();
    const one = await read<Segment | Annotation>(mine.create(body));
    expect(one.shared).toBe(true);
    expect(await refusalOf(colleague.change(one.id, { shared: false }))).toEqual([
      403,
      "forbidden",
      `${what} must stay shared unless the account that created it makes it personal`,
    ]);
    expect((await colleague.change(one.id, { shared: true })).status).toBe(200);
    expect((await mine.change(one.id, { shared: false })).status).toBe(200);
    expect((await colleague.get(one.id)).status).toBe(404);
    const ofKey = await read<Segment | Annotation>(program.create(body));
    expect((await mine.change(ofKey.id, { shared: false })).status).toBe(403);
  });

  test("cannot be created with an API key, which belongs to no account", async () => {
    const { program } = await givenAccounts();
    const refused = [400, "invalid", "shared must be true with an API key, because a key belongs to no account"];
    expect(await refusalOf(program.create({ ...body, shared: false }))).toEqual(refused);
    const { id } = await read<Segment>(program.create({ ...body, shared: true }));
    expect(await refusalOf(program.change(id, { shared: false }))).toEqual(refused);
  });
});

describe("path groups", () => {
  const HOME = { pattern: "/", label: "Home" };
  const USER = { pattern: "/user/:id", label: "Profile" };

  test("are an ordered list that is replaced as a whole; a pattern that stays keeps its id", async () => {
    const groups = await givenCollection("path-groups");
    expect(await read(groups.list())).toEqual({ patterns: [] });
    const reply = await groups.replace({ patterns: [HOME, USER] });
    expect(reply.status).toBe(200);
    const { patterns } = await read<{ patterns: PathGroup[] }>(reply);
    expect(patterns).toEqual([
      { ...HOME, id: expect.stringMatching(ID), position: 0 },
      { ...USER, id: expect.stringMatching(ID), position: 1 },
    ]);
    expect(await read(groups.list())).toEqual({ patterns });
    const next = [
      { pattern: "/blog/**", label: "Blog" },
      { ...USER, label: "People" },
    ];
    const moved = await read<{ patterns: PathGroup[] }>(groups.replace({ patterns: next }));
    expect(moved.patterns).toEqual([
      { ...next[0], id: expect.stringMatching(ID), position: 0 },
      { ...next[1], id: patterns[1]!.id, position: 1 },
    ]);
    expect(moved.patterns[0]!.id).not.toBe(patterns[0]!.id);
    expect(await read(groups.list())).toEqual(moved);
    expect(await read(groups.replace({ patterns: [] }))).toEqual({ patterns: [] });
  });

  test("that are refused leave the list as it was", async () => {
    const groups = await givenCollection("path-groups");
    const before = await read(groups.replace({ patterns: [HOME] }));
    for (const [patterns, message] of [
      [[USER, { pattern: "blog", label: "Blog" }], "patterns[1].pattern must begin with /"],
      [[USER, USER], "patterns[1].pattern must not repeat patterns[0].pattern"],
      [
        Array.from({ length: 101 }, (_, n) => ({ pattern: `/${n}`, label: "A" })),
        "patterns must have at most 100 items",
      ],
      [[{ ...USER, colour: "red" }], "patterns[0] must not have the field colour"],
    ])
      expect(await refusalOf(groups.replace({ patterns }))).toEqual([400, "invalid", message]);
    expect(await read(groups.list())).toEqual(before);
    const most = Array.from({ length: 100 }, (_, n) => ({ pattern: `/${n}`, label: "A" }));
    expect((await groups.replace({ patterns: most })).status).toBe(200);
  });
});

describe("annotations of a period", () => {
  test("are those of its local days, both included, in order of time", async () => {
    const notes = await givenCollection("annotations");
    // Zurich is an hour ahead of UTC in November.
    const moments = [
      { time: "2026-11-20T22:59:59Z" },
      { time: "2026-11-20T23:00:00Z" },
      { date: "2026-11-21" },
      { time: "2026-11-22T22:59:59.999Z" },
      { date: "2026-11-22" },
      { time: "2026-11-22T23:00:00Z" },
      { date: "2026-11-23" },
    ];
    for (const [n, moment] of moments.entries())
      expect((await notes.create({ ...moment, text: `${n}` })).status).toBe(201);
    const found = async (query: string) => {
      const { annotations } = await read<{ annotations: Annotation[] }>(notes.list(query));
      return annotations.map(({ text }) => text).join("");
    };
    expect(await found("")).toBe("0124356");
    expect(await found("?from=2026-11-21&to=2026-11-22")).toBe("1243");
    expect(await found("?from=2026-11-22")).toBe("4356");
    expect(await found("?to=2026-11-20")).toBe("0");
    expect(await found("?from=2027-01-01")).toBe("");
  });

  test.each([
    ["?from=yesterday", "from must be a date such as 2026-11-22, from 1970 to 2099"],
    ["?to=2026-02-30", "to must be a date such as 2026-11-22, from 1970 to 2099"],
    ["?from=2026-11-23&to=2026-11-22", "from must not be after to"],
    ["?since=2026-11-22", "body must not have the field since"],
  ])("are refused for %s", async (query, message) => {
    const notes = await givenCollection("annotations");
    expect(await refusalOf(notes.list(query))).toEqual([400, "invalid", message]);
  });

  test("move only to one moment", async () => {
    const notes = await givenCollection("annotations");
    const { id } = await read<Annotation>(notes.create({ date: "2026-11-22", text: "Release" }));
    const wrong = [400, "invalid", "annotation must have either a date or a time"];
    for (const moment of [{ date: null }, { date: "2026-11-22", time: "2026-11-22T10:00:00Z" }])
      expect(await refusalOf(notes.change(id, moment))).toEqual(wrong);
    expect(await read(notes.change(id, { time: "2026-11-22T10:00:00+01:00" }))).toMatchObject({
      date: null,
      time: "2026-11-22T09:00:00.000Z",
    });
    expect(await read(notes.change(id, { text: "Hotfix" }))).toMatchObject({ time: "2026-11-22T09:00:00.000Z" });
  });
});

describe("a saved funnel", () => {
  test("is refused with the part of it that is wrong, also in a change", async () => {
    const funnels = await givenCollection("funnels");
    const funnel = { steps: [{ filter: SIGN_UP }, { filter: ["is", "name", ["a"]] }] };
    const message = expect.stringMatching(/^funnel\.steps\[1\]\.filter\[1\] names "name", which does not exist; /);
    expect(await refusalOf(funnels.create({ name: "Join", funnel }))).toEqual([400, "invalid", message]);
    const { id } = await read<SavedFunnel>(funnels.create({ name: "Join", funnel: { steps: [{ filter: SIGN_UP }] } }));
    expect(await refusalOf(funnels.change(id, { funnel }))).toEqual([400, "invalid", message]);
  });

  test("keeps pointing at a segment that is deleted", async () => {
    const funnels = await givenCollection("funnels");
    const segments = collectionAt(funnels.site_id, "segments", { key: await givenKey() });
    const segment = await read<Segment>(segments.create({ name: "Mobile", filter: SIGN_UP }));
    const funnel = { filters: [["is", "segment", [segment.id]]], steps: [{ filter: SIGN_UP }] };
    const saved = await read<SavedFunnel>(funnels.create({ name: "Join", funnel }));
    expect((await segments.remove(segment.id)).status).toBe(204);
    expect(await read(funnels.get(saved.id))).toEqual(saved);
  });
});
