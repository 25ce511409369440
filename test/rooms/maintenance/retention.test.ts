// Retention and erasure: what is to go is gone, what is to stay is there, and counts and record agree.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { LAKE_COLUMN_NAMES } from "../../../workers/domain/events/columns";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { deadLetterKey } from "../../../workers/domain/lake/keys";
import type { Retention } from "../../../workers/domain/lake/retention";
import { tableFromParquet } from "../../../workers/domain/lake/table-parquet";
import { IP_LIST_COLUMNS, type IpRow } from "../../../workers/domain/networks/ip-list";
import { privacyInput } from "../../../workers/domain/properties/property";
import { addDays } from "../../../workers/domain/time/zone";
import { compact } from "../../../workers/maintenance/compact";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { checkAll } from "../../../workers/maintenance/rebuild";
import { replayLetter } from "../../../workers/maintenance/replay";
import { retain } from "../../../workers/maintenance/retain";
import { sweepLake } from "../../../workers/maintenance/sweep";
import { countMessages } from "../../../workers/storage/counts/count-messages";
import { foldPending } from "../../../workers/storage/counts/pending";
import { keepDeadLetter } from "../../../workers/storage/lake/dead-letters";
import { listFiles } from "../../../workers/storage/lake/reading";
import { personOfUser } from "../../../workers/storage/visitors/person";
import { Chaos, type Kept } from "../chaos";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent, eventsOf, givenLoaded, givenMessage, keysIn } from "../given-lake";

givenFreshStorage();

const DAY = 86_400_000;
const utc = { timezone: "UTC" };
const TODAY = new Date().toISOString().slice(0, 10);
const noonOf = (daysAgo: number) => Date.parse(addDays(TODAY, -daysAgo)) + DAY / 2;

function plainSteps() {
  const chaos = new Chaos(1);
  chaos.odds = 0;
  return chaos.steps(new Map());
}

async function givenRetention(siteId: string, retention: Partial<Retention>): Promise<void> {
  await env.DB.prepare("INSERT OR REPLACE INTO property_settings (site_id, settings) VALUES (?, ?)")
    .bind(siteId, JSON.stringify({ retention }))
    .run();
}

/** As the queue carries it. */
const packed = (event: StampedEvent) => LAKE_COLUMN_NAMES.map((name) => event[name]);
const task = (site_id: string) => ({ site_id });
const daysOf = async (table: string, column = "day") => {
  const { results } = await env.DB.prepare(`SELECT DISTINCT ${column} AS day FROM ${table} ORDER BY 1`).all<{
    day: string;
  }>();
  return results.map(({ day }) => day);
};

it("events older than an owner wants them kept leave the lake, the others stay as they are", async () => {
  const { site_id } = await givenProperty("organization", utc);
  for (const ago of [40, 11, 10, 9, 0])
    await givenMessage(site_id, [
      aStampedEvent(site_id, noonOf(ago)),
      aStampedEvent(site_id, noonOf(ago + 1), { event_type: "engagement", name: "engagement" }),
    ]);
  await givenLoaded(site_id);
  await compact(env, plainSteps(), task(site_id), "run");
  // Compacted, and one object that is still raw.
  await givenMessage(site_id, [aStampedEvent(site_id, noonOf(20)), aStampedEvent(site_id, noonOf(1))]);
  await givenLoaded(site_id);
  await givenRetention(site_id, { events_days: 10 });
  const before = await eventsOf(site_id);
  const report = await retain(env, plainSteps(), task(site_id), "retention");
  const cutoff = addDays(TODAY, -9);
  expect(await eventsOf(site_id)).toEqual(before.filter(({ local_date }) => local_date >= cutoff));
  expect(report.rows_removed).toBeGreaterThanOrEqual(before.filter(({ local_date }) => local_date < cutoff).length);
  const files = await listFiles(env.DB, site_id, ["raw", "events", "ip_list", "ip_enrichment"]);
  expect(files.every(({ max_date }) => max_date >= cutoff)).toBe(true);
  expect(await retain(env, plainSteps(), task(site_id), "again")).toMatchObject({
    rows_removed: 0,
    objects_deleted: 0,
  });
  // Counts are kept for as long as they are: nobody asked for less.
  expect((await daysOf("rollup_hours", "hour")).length).toBeGreaterThan(5);
});

it("counts older than an owner wants them kept leave D1, those of suspects too", async () => {
  const { site_id } = await givenProperty("organization", utc);
  for (const ago of [30, 8, 7, 6, 0])
    await givenMessage(site_id, [aStampedEvent(site_id, noonOf(ago), { network_type: "hosting" })]);
  await givenLoaded(site_id);
  await foldPending(env.DB, [site_id, `${site_id}~hosting_network`]);
  await givenRetention(site_id, { rollups_days: 8 });
  const events = await eventsOf(site_id);
  const report = await retain(env, plainSteps(), task(site_id), "retention");
  const kept = [7, 6, 0].map((ago) => addDays(TODAY, -ago));
  expect(await daysOf("rollup_days")).toEqual(kept);
  expect(await daysOf("techstack_days")).toEqual(kept);
  expect(
    (await daysOf("rollup_hours", "hour")).map((hour) => new Date(Number(hour) * 1000).toISOString().slice(0, 10)),
  ).toEqual(kept);
  expect(await env.DB.prepare("SELECT count(DISTINCT site_id) AS n FROM rollup_days").first("n")).toBe(2);
  expect(Number(report.counts_removed)).toBeGreaterThan(10);
  expect(await eventsOf(site_id)).toEqual(events);
});

it("whole addresses are truncated when they are old, in events and in lists, and looked at once", async () => {
  const { site_id } = await givenProperty("organization", { ...utc, privacy: privacyInput.parse({ address: "full" }) });
  for (const ago of [31, 30, 29, 0])
    await givenMessage(site_id, [aStampedEvent(site_id, noonOf(ago), { ip: `8.8.8.${10 + ago}` })]);
  await givenLoaded(site_id);
  await compact(env, plainSteps(), task(site_id), "run");
  const report = await retain(env, plainSteps(), task(site_id), "retention");
  const events = (await eventsOf(site_id)).sort((a, b) => a.event_time - b.event_time);
  expect(events.map(({ ip }) => ip)).toEqual(["8.8.8.0", "8.8.8.0", "8.8.8.39", "8.8.8.10"]);
  const addresses: string[] = [];
  for (const { key } of await listFiles(env.DB, site_id, ["ip_list"])) {
    const rows = await tableFromParquet<IpRow>(IP_LIST_COLUMNS, await (await env.LAKE.get(key))!.arrayBuffer());
    addresses.push(...rows.map(({ day, ip }) => `${day} ${ip}`));
  }
  expect(addresses.sort()).toEqual([
    `${addDays(TODAY, -31)} 8.8.8.0`,
    `${addDays(TODAY, -30)} 8.8.8.0`,
    `${addDays(TODAY, -29)} 8.8.8.39`,
    `${TODAY} 8.8.8.10`,
  ]);
  expect(report.addresses_truncated_in).toBeGreaterThan(1);
  expect(await retain(env, plainSteps(), task(site_id), "again")).toMatchObject({ addresses_truncated_in: 0 });
});

/** A lake with a user in it, counted and loaded. */
async function givenUser(siteId: string): Promise<void> {
  for (const ago of [3, 2, 1, 0])
    await givenMessage(siteId, [
      aStampedEvent(siteId, noonOf(ago)),
      aStampedEvent(siteId, noonOf(ago), { user_id: "ada", visitor_id: "u_ada", page: "/ada/only", ip: "8.8.8.8" }),
      aStampedEvent(siteId, noonOf(ago), { user_id: "bob", visitor_id: "shared", ip: "8.8.4.4" }),
    ]);
  // The page named her late: the visitor is who she was before.
  await givenMessage(siteId, [
    aStampedEvent(siteId, noonOf(2), { event_id: "before", visitor_id: "shared", props: { plan: "pro" } }),
    aStampedEvent(siteId, noonOf(2), { event_id: "after", visitor_id: "shared", user_id: "ada" }),
  ]);
  await givenLoaded(siteId);
}

it("erasure removes a user from record, counts, addresses and dead letters, and leaves the others", async () => {
  const { site_id } = await givenProperty("organization", { ...utc, privacy: privacyInput.parse({ address: "full" }) });
  await givenUser(site_id);
  const letter = {
    kind: "stamped",
    id: "letter",
    site_id,
    refusals: {},
    events: [[site_id, "x", "pageview"], []] as unknown[][],
  };
  letter.events[0]![8] = "ada";
  await keepDeadLetter(env, {
    id: "letter",
    site_id,
    key: deadLetterKey("letter"),
    reason: "r",
    failed_at: 1,
    events: 2,
    body: letter,
  });
  expect(await checkAll(env, site_id)).toEqual([]);
  const before = await eventsOf(site_id);
  const report = await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  const left = await eventsOf(site_id);
  expect(left).toEqual(before.filter(({ user_id, event_id }) => user_id !== "ada" && event_id !== "before"));
  expect(left.some(({ user_id, visitor_id }) => user_id === "bob" && visitor_id === "shared")).toBe(true);
  expect(await checkAll(env, site_id)).toEqual([]);
  expect(report).toMatchObject({ rows_removed: 6, days: 4, letter_events_removed: 1 });
  // A value that only she had is not there any more, not even as a count of nothing.
  const values = await env.DB.prepare("SELECT count(*) AS n FROM rollup_days WHERE value IN ('/ada/only')").first("n");
  expect(values).toBe(0);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM rollup_pending").first("n")).toBe(0);
  for (const { key } of await listFiles(env.DB, site_id, ["ip_list"])) {
    const rows = await tableFromParquet<IpRow>(IP_LIST_COLUMNS, await (await env.LAKE.get(key))!.arrayBuffer());
    expect(rows.map(({ ip }) => ip)).not.toContain("8.8.8.8");
  }
  const kept = (await (await env.LAKE.get(deadLetterKey("letter")))!.json()) as { message: string };
  expect((JSON.parse(kept.message) as { events: unknown[] }).events.length).toBe(1);
  expect(await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID())).toMatchObject({
    rows_removed: 0,
  });
});

it("erasure takes what the user did without a name on other days, and leaves other users of the same browser", async () => {
  const { site_id } = await givenProperty("organization", utc);
  const [ada, bob] = ["ada", "bob"].map((user) => personOfUser(site_id, user));
  const visit = { visit_id: "over midnight", visit_date: addDays(TODAY, -1) };
  const own = { person_id: "s_browser" };
  const onBrowser = { visitor_id: "s_browser", own };
  const going: [string, number, Partial<StampedEvent>][] = [
    ["named", 3, { ...onBrowser, user_id: "ada", person_id: ada! }],
    ["before her name", 4, { visitor_id: "s_browser", person_id: "s_browser" }],
    ["next day", 2, { ...onBrowser, person_id: ada! }],
    ["on the day its id was made", 2, { visitor_id: "cookieless", own, person_id: ada! }],
    ["in her visit", 2, { visitor_id: "another", person_id: ada! }],
    ["before midnight", 1, { ...visit, visitor_id: "evening" }],
    ["after midnight", 0, { ...visit, visitor_id: ada!, user_id: "ada", person_id: ada!, new_visit: 0 }],
  ];
  const staying: typeof going = [
    ["bob", 1, { ...onBrowser, user_id: "bob", person_id: bob! }],
    ["bob without a name", 1, { ...onBrowser, person_id: bob! }],
    ["another browser", 1, { visitor_id: "s_another", person_id: "s_another" }],
    ["nobody", 1, {}],
  ];
  for (const [event_id, ago, given] of [...going, ...staying])
    await givenMessage(site_id, [aStampedEvent(site_id, noonOf(ago), { event_id, ...given })]);
  await givenLoaded(site_id);
  const arrivals = [
    { event_id: "hers", user_id: null, stored: { id: "s_browser", made: "", isNew: false }, event_time: noonOf(2) },
    { event_id: "his", user_id: "bob", stored: { id: "s_browser", made: "", isNew: false }, event_time: noonOf(1) },
    { event_id: "his time", user_id: null, stored: { id: "s_browser", made: "", isNew: false }, event_time: noonOf(0) },
    { event_id: "another", user_id: null, stored: { id: "s_another", made: "", isNew: false }, event_time: noonOf(2) },
    { event_id: "nobody", user_id: null, event_time: noonOf(2) },
  ];
  const stamped = going
    .slice(1)
    .map(([event_id, ago, given]) => aStampedEvent(site_id, noonOf(ago), { event_id, ...given }));
  const bodies = {
    unstamped: { kind: "unstamped", hub: `${site_id}/0`, batch: { property: { site_id }, arrivals } },
    stamped: { kind: "stamped", id: "stamped", site_id, refusals: {}, events: stamped.map(packed) },
  };
  for (const [id, body] of Object.entries(bodies))
    await keepDeadLetter(env, { id, site_id, key: deadLetterKey(id), reason: "r", failed_at: 1, events: 4, body });
  const report = await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  expect((await eventsOf(site_id)).map(({ event_id }) => event_id)).toEqual(staying.map(([id]) => id).sort());
  expect(report).toMatchObject({ rows_removed: going.length, letter_events_removed: 1 + stamped.length });
  expect(await checkAll(env, site_id)).toEqual([]);
  const kept = (await (await env.LAKE.get(deadLetterKey("unstamped")))!.json()) as { message: string };
  const { batch } = JSON.parse(kept.message) as { batch: { arrivals: typeof arrivals } };
  expect(batch.arrivals.map(({ event_id }) => event_id)).toEqual(["his", "his time", "another", "nobody"]);
});

it("killed before and after each effect, erasure ends with the same", async () => {
  const { site_id } = await givenProperty("organization", utc);
  await givenUser(site_id);
  const before = await eventsOf(site_id);
  const chaos = new Chaos(20261125);
  chaos.odds = 0.06;
  const bindings = chaos.bindings();
  let isDone = false;
  for (let run = 0; run < 20 && !isDone; run++) {
    const kept: Kept = new Map();
    await chaos.untilDone(() =>
      erase(bindings, chaos.steps(kept), { site_id, user_id: "ada" }, `run-${run}`).then(
        () => {
          isDone = true;
        },
        () => undefined,
      ),
    );
  }
  expect(isDone).toBe(true);
  expect(await eventsOf(site_id)).toEqual(
    before.filter(({ user_id, event_id }) => user_id !== "ada" && event_id !== "before"),
  );
  expect(await checkAll(env, site_id)).toEqual([]);
  console.log(`erasure: ${chaos.faults} faults, ${chaos.kills} kills`);
  expect(chaos.faults + chaos.kills).toBeGreaterThan(3);
});

it("erasure says so when the pipeline has not processed what there is", async () => {
  const { site_id } = await givenProperty("organization", utc);
  await givenMessage(site_id, [aStampedEvent(site_id, noonOf(0), { user_id: "ada" })]);
  await expect(erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID())).rejects.toThrow(
    "1 objects still wait for the pipeline: erasure must be repeated",
  );
});

it("the lake's objects are listed for who may read them, and tasks start for who may change", async () => {
  const { site_id } = await givenProperty("organization", utc);
  await givenMessage(site_id, [aStampedEvent(site_id, noonOf(0))]);
  const root = `/api/v1/properties/${site_id}`;
  const reader = await givenKey("organization", ["stats"]);
  const files = await call("GET", `${root}/pipeline/files`, { key: reader });
  expect(await files.json()).toEqual({
    watermark: expect.any(Number),
    files: [
      expect.objectContaining({
        zone: "raw",
        key: (await keysIn("raw/"))[0],
        rows: 1,
        min_date: TODAY,
        max_date: TODAY,
        event_type: null,
      }),
    ],
  });
  expect((await call("POST", `${root}/pipeline/compact`, { key: reader })).status).toBe(403);
  expect((await call("POST", `${root}/erasures`, { key: reader, body: { user_id: "ada" } })).status).toBe(403);
  expect((await call("GET", `${root}/pipeline/files`, { key: await givenKey("another") })).status).toBe(404);
  const owner = await givenKey();
  expect((await call("POST", `${root}/erasures`, { key: owner, body: {} })).status).toBe(400);
  const started = await call("POST", `${root}/pipeline/compact`, { key: owner });
  expect(started.status).toBe(202);
  const { run_id } = (await started.json()) as { run_id: string };
  await vi.waitFor(
    async () => {
      const run = await env.DB.prepare("SELECT kind, status FROM pipeline_runs WHERE id = ?").bind(run_id).first();
      expect(run).toEqual({ kind: "compaction", status: "done" });
    },
    { timeout: 30_000, interval: 100 },
  );
});

it("an erased user does not come back with a dead letter whose object was written before it failed", async () => {
  const { site_id } = await givenProperty("organization", utc);
  await givenUser(site_id);
  const events = [
    aStampedEvent(site_id, noonOf(2), { event_id: "hers", user_id: "ada" }),
    aStampedEvent(site_id, noonOf(2), { event_id: "his", user_id: "bob" }),
  ];
  const others = [aStampedEvent(site_id, noonOf(1), { user_id: "ada" }), aStampedEvent(site_id, noonOf(0), {})];
  const DB = new Proxy(env.DB, {
    get: (db, name) =>
      name === "batch" ? () => Promise.reject(new Error("D1 is away")) : Reflect.get(db, name).bind(db),
  });
  for (const [id, of] of Object.entries({ one: events, two: others })) {
    await expect(
      countMessages([{ kind: "stamped", id, site_id, events: of, refusals: {} }], { ...env, DB }),
    ).rejects.toThrow("D1 is away");
    const body = { kind: "stamped", id, site_id, refusals: {}, events: of.map(packed) };
    const letter = { id, site_id, key: deadLetterKey(id), reason: "r", failed_at: 1, events: 2, body };
    await keepDeadLetter(env, letter);
  }
  expect((await keysIn("raw/")).filter((key) => /(one|two)\.parquet$/.test(key)).length).toBe(2);
  await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  for (const id of ["one", "two"]) expect(await replayLetter(env, site_id, id, Date.now())).toBe(null);
  const left = await eventsOf(site_id);
  expect(left.filter(({ user_id }) => user_id === "ada")).toEqual([]);
  expect(left.map(({ event_id }) => event_id)).toContain("his");
  expect(await checkAll(env, site_id)).toEqual([]);
  await sweepLake(env, [site_id], Date.now() + DAY);
  expect((await keysIn("raw/")).filter((key) => key.endsWith("/two.parquet")).length).toBe(1);
});

it("more objects than one statement can name are too old at once", async () => {
  const { site_id } = await givenProperty("organization", utc);
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
     INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at, event_type)
     SELECT ?1, 'events', printf('events/%0200d.parquet', i), 1, 1, 0, 0, '2020-01-01', '2020-01-01', 0, 'pageview' FROM n`,
  )
    .bind(site_id)
    .run();
  await givenRetention(site_id, { events_days: 10 });
  let longest = 0;
  const DB = new Proxy(env.DB, {
    get: (db, name) => {
      if (name !== "prepare") return Reflect.get(db, name).bind(db);
      return (sql: string) => {
        const statement = db.prepare(sql);
        const bind = statement.bind.bind(statement);
        statement.bind = (...values: unknown[]) => {
          longest = Math.max(longest, ...values.map((value) => String(value).length));
          return bind(...values);
        };
        return statement;
      };
    },
  });
  const report = await retain({ ...env, DB }, plainSteps(), task(site_id), "retention");
  expect(report).toMatchObject({ objects_deleted: 12_000 });
  // The local D1 takes longer ones than the real.
  expect(longest).toBeLessThan(2_000_000);
});
