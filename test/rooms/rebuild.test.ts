// Rebuild and check: days are recounted from the lake while everything else goes on, and nothing beside them is touched.
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { flatten } from "../../workers/domain/difference";
import type { Arrival, StampedEvent } from "../../workers/domain/event";
import { addNetworkVisit, emptyNetworkVisits } from "../../workers/domain/network-visits";
import { fromParquet } from "../../workers/domain/parquet";
import type { Property } from "../../workers/domain/property";
import { countedIdsOf, rollUpWithSegments } from "../../workers/domain/segments";
import { addToTechstack, emptyTechstack, techstackRows, toCube } from "../../workers/domain/techstack";
import { addDays } from "../../workers/domain/zone";
import { checkAll, checkDay, checkDays, rebuildDay } from "../../workers/pipeline/rebuild";
import { check, pickDay, rebuild } from "../../workers/pipeline/rebuild-tasks";
import { networkStatements } from "../../workers/storage/networks";
import { foldPending } from "../../workers/storage/pending";
import { readRollup } from "../../workers/storage/rollups-all";
import { cubeStatements } from "../../workers/storage/techstack";
import { atPlace, breakable, byChance, chance, stubborn } from "./chance";
import { deliverLetters, givenHeldQueue, type HeldQueue, lakeRows, mainHub } from "./downstream";
import { nextEvent } from "./fault-events";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "./given";

givenFreshStorage();
const queue = givenHeldQueue();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONE = "Asia/Kolkata";
/** 20:30 in Kolkata. */
const START = Date.UTC(2026, 9, 3, 15);
const FIRST = "2026-10-03";

/** Has the hub stamp some events. */
async function accept({ site_id, timezone }: Property, arrivals: Arrival[]): Promise<void> {
  await env.HUB.getByName(mainHub(site_id)).accept({
    property: { site_id, timezone, address: "full" },
    arrivals,
  } as never);
}

/** Traffic of some days, as letters of a few events that wait in the held queue: visits go over midnight. */
async function givenTraffic(property: Property, held: HeldQueue, random: () => number, events = 200): Promise<void> {
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const hub = env.HUB.getByName(mainHub(property.site_id));
  let time = START;
  for (let n = 0; n < events; ) {
    const arrivals: Arrival[] = [];
    for (let i = 0; i < 8; i += 1, n += 1) {
      time += Math.floor((random() * 3 * DAY) / events) + 1;
      arrivals.push(nextEvent(world, Math.floor(random() * 6), time, n).arrival);
    }
    const taken = accept(property, arrivals);
    const before = held.letters.length;
    const sent = async () => {
      while (held.letters.length === before) await hub.flush();
    };
    await Promise.all([taken, sent()]);
  }
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

/** Makes everything that is kept of a day wrong: too much, too little, not there, not of this world. */
async function spoil(siteId: string, day: string): Promise<void> {
  await foldPending(env.DB, countedIdsOf(siteId));
  await run("DELETE FROM rollup_days WHERE site_id = ? AND day = ? AND dimension IN ('page', 'browser')", siteId, day);
  await run(
    "UPDATE rollup_days SET visitors = visitors + 3 WHERE site_id LIKE ? || '%' AND day = ? AND dimension = 'total'",
    siteId,
    day,
  );
  await run(
    "INSERT OR REPLACE INTO rollup_days VALUES (?, 'country', ?, 'XX', 1, 2, 3, 4, 5, 6, 7, 8, 9)",
    siteId,
    day,
  );
  await run("DELETE FROM packed_days WHERE site_id = ? AND day = ? AND dimension = 'heat/click'", siteId, day);
  await run(
    "UPDATE packed_days SET counts = jsonb_set(counts, '$.phantom', 4) WHERE site_id = ? AND day = ?",
    siteId,
    day,
  );
  await run(
    "UPDATE rollup_hours SET pageviews = pageviews + 1 WHERE site_id = ? AND (hour + 19800) / 86400 = ?",
    siteId,
    Date.parse(day) / DAY,
  );
  await run("UPDATE techstack_days SET events = events - 1 WHERE site_id = ? AND day = ?", siteId, day);
  await run("INSERT OR REPLACE INTO network_pages VALUES (?, ?, 'Nobody', '/', 2)", siteId, day);
}

const flatAll = async (siteId: string) =>
  Object.fromEntries(
    await Promise.all(
      countedIdsOf(siteId).map(async (id) => [
        id,
        Object.fromEntries([...flatten(await readRollup(env.DB, id))].sort()),
      ]),
    ),
  );

/** What the rollups must be, counted from all rows of the lake. */
async function expectTrue(siteId: string): Promise<void> {
  const rows = await lakeRows(siteId);
  const counted = rollUpWithSegments(siteId, rows);
  const expected = Object.fromEntries(
    countedIdsOf(siteId).map((id) => {
      const rollup = counted.get(id);
      return [id, rollup ? Object.fromEntries([...flatten(rollup)].sort()) : {}];
    }),
  );
  expect(await flatAll(siteId)).toEqual(expected);
  expect(await checkAll(env, siteId)).toEqual([]);
}

/** What a run of the pipeline does: processes raw objects up to an id, and moves the watermarks with it. */
async function process(siteId: string, upTo: number): Promise<void> {
  const marks = await env.DB.prepare("SELECT max(position) AS position FROM watermarks WHERE site_id = ?")
    .bind(siteId)
    .first<{ position: number | null }>();
  const from = marks?.position ?? 0;
  const techstack = emptyTechstack();
  const visits = emptyNetworkVisits();
  for (const event of await rawRows(siteId, from, upTo)) {
    addToTechstack(techstack, event);
    addNetworkVisit(visits, event);
  }
  await env.DB.batch([
    ...["techstack", "ip_list", "ip_enrichment"].map((dataset) =>
      env.DB.prepare("INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)").bind(siteId, dataset, upTo, Date.now()),
    ),
    ...cubeStatements(env.DB, siteId, toCube(techstackRows(techstack))),
    ...networkStatements(env.DB, siteId, visits),
  ]);
}

async function rawRows(siteId: string, after: number, upTo: number): Promise<StampedEvent[]> {
  const { results } = await env.DB.prepare(
    "SELECT key FROM lake_files WHERE site_id = ? AND zone = 'raw' AND id > ? AND id <= ?",
  )
    .bind(siteId, after, upTo)
    .all<{ key: string }>();
  const rows: StampedEvent[] = [];
  for (const { key } of results) rows.push(...(await fromParquet(await (await env.LAKE.get(key))!.arrayBuffer())));
  return rows;
}

const lastFile = async (): Promise<number> =>
  (await env.DB.prepare("SELECT max(id) AS id FROM lake_files").first<number>("id")) ?? 0;

async function givenCounted(random = chance(7), events = 200): Promise<Property> {
  const property = await givenProperty("organization", { timezone: ZONE });
  await givenTraffic(property, queue, random, events);
  while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 10));
  return property;
}

describe("a rebuild", () => {
  it("makes a spoilt day say what the lake says, and touches no other", async () => {
    const { site_id } = await givenCounted();
    await process(site_id, Math.floor((await lastFile()) / 2));
    expect(await checkAll(env, site_id)).toEqual([]);
    const middle = addDays(FIRST, 1);
    for (const day of [FIRST, middle, addDays(middle, 1)]) await spoil(site_id, day);
    const before = await flatAll(site_id);
    const spoilt = await checkDays(env, site_id, ZONE, FIRST, addDays(middle, 1));
    const report = await rebuildDay(env, site_id, ZONE, middle, Date.now());
    expect(report.differences).toBeGreaterThan(20);
    expect(report.examples.length).toBeGreaterThan(20);
    expect((await checkDay(env, site_id, ZONE, middle)).differences).toBe(0);
    const others = (await checkDays(env, site_id, ZONE, FIRST, addDays(middle, 1))).map(({ where }) => where);
    expect(others).toEqual(spoilt.map(({ where }) => where).filter((where) => others.includes(where)));
    // Of the other days nothing is other than it was.
    const isOther = ([where]: [string, unknown]) => / 2026-\d\d-\d\d/.test(where) && !where.includes(middle);
    const after = await flatAll(site_id);
    for (const id of countedIdsOf(site_id))
      expect(Object.entries(after[id]!).filter(isOther)).toEqual(Object.entries(before[id]!).filter(isOther));
    for (const day of [FIRST, addDays(middle, 1)]) await rebuildDay(env, site_id, ZONE, day, Date.now());
    await expectTrue(site_id);
  });

  it("writes nothing where nothing differs", async () => {
    const { site_id } = await givenCounted(chance(8), 80);
    let written = 0;
    const DB = new Proxy(env.DB, {
      get: (db, name) =>
        name === "batch"
          ? async (statements: D1PreparedStatement[]) => {
              const results = await db.batch(statements);
              written += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
              return results;
            }
          : (Reflect.get(db, name) as CallableFunction).bind(db),
    });
    const report = await rebuildDay({ ...env, DB }, site_id, ZONE, FIRST, Date.now());
    expect([report.differences, written]).toEqual([0, 0]);
    expect(report.rows).toBeGreaterThan(0);
  });

  it("counts a visit that goes on over two midnights where it began", async () => {
    const property = await givenProperty("organization", { timezone: ZONE });
    const { site_id } = property;
    const world = { random: chance(1), pick: <T>(list: readonly T[]): T => list[0]! };
    for (let n = 0, time = START; time < START + 2 * DAY; n += 1, time += 20 * MINUTE)
      await accept(property, [nextEvent(world, 1, time, n).arrival]);
    await env.HUB.getByName(mainHub(site_id)).flush();
    // Two days in objects of their own, so that a day's list does not have the next by chance.
    while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 1));
    const rows = await lakeRows(site_id);
    expect(
      rows.filter(({ visit_date, local_date }) => visit_date === FIRST && local_date > addDays(FIRST, 1)).length,
    ).toBeGreaterThan(0);
    expect((await checkDay(env, site_id, ZONE, FIRST)).differences).toBe(0);
    await spoil(site_id, FIRST);
    await rebuildDay(env, site_id, ZONE, FIRST, Date.now());
    await expectTrue(site_id);
  });

  it("by two at once corrects once", async () => {
    const { site_id } = await givenCounted(chance(9), 80);
    await spoil(site_id, FIRST);
    const rebuilding = () => rebuildDay(env, site_id, ZONE, FIRST, Date.now());
    const results = await Promise.allSettled([rebuilding(), rebuilding(), rebuilding()]);
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    await expectTrue(site_id);
    await spoil(site_id, FIRST);
    await rebuilding();
    await expectTrue(site_id);
  });

  it("killed before or after any effect has done all or nothing, and is done when tried again", async () => {
    const { site_id } = await givenCounted(chance(10), 60);
    for (let place = 0; ; place += 1) {
      await spoil(site_id, FIRST);
      const { effect, reached } = atPlace(place);
      const spoilt = (await checkDay(env, site_id, ZONE, FIRST)).differences;
      const killed = await rebuildDay(breakable(effect), site_id, ZONE, FIRST, Date.now()).then(
        () => false,
        () => true,
      );
      expect(killed).toBe(reached());
      expect([0, spoilt]).toContain((await checkDay(env, site_id, ZONE, FIRST)).differences);
      await rebuildDay(env, site_id, ZONE, FIRST, Date.now());
      await expectTrue(site_id);
      if (!killed) break;
    }
  });
});

const SEED = Number(env.FAULT_SEED ?? 20261124);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 400) / 16);

it(`rebuilds under ${ROUNDS} rounds of faults, with messages, folds and runs in between, end true (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const random = chance(SEED);
  // A day is read from dozens of objects: were each read as likely to fail as the rest, no recount would come to its end.
  const odds = (name: string) => (name === "get" ? 0.01 : 0.2);
  let faults = 0;
  const broken = breakable(
    byChance(random, odds, () => {
      faults += 1;
    }),
  );
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const days = [0, 1, 2, 3].map((n) => addDays(FIRST, n));
  await givenTraffic(property, queue, random, ROUNDS * 16);
  const waiting = queue.letters.splice(0);
  const deliver = async () => {
    const letters = waiting.splice(0, 2);
    const acknowledged = await deliverLetters(letters, "trackkit-events", broken).then(
      ({ explicitAcks }) => explicitAcks,
      // Folding failed: the whole batch comes again.
      () => [] as string[],
    );
    // Some come again although they were acknowledged.
    waiting.push(...letters.filter(({ id }) => !acknowledged.includes(id) || random() < 0.2));
  };
  let rebuilt = 0;
  let failed = 0;
  for (let round = 0; round < ROUNDS || waiting.length > 0; round += 1) {
    const day = days[Math.floor(random() * days.length)]!;
    if (round < ROUNDS && random() < 0.5) await spoil(site_id, day);
    const last = await lastFile();
    const work: Promise<unknown>[] = [deliver(), deliver()];
    const rebuilding = rebuildDay(broken, site_id, ZONE, day, Date.now()).then(
      () => {
        rebuilt += 1;
      },
      () => {
        failed += 1;
      },
    );
    work.push(rebuilding);
    if (random() < 0.3) work.push(rebuildDay(broken, site_id, ZONE, day, Date.now()));
    if (random() < 0.3) work.push(foldPending(broken.DB, countedIdsOf(site_id)));
    if (random() < 0.3) work.push(process(site_id, last));
    await Promise.allSettled(work);
  }
  const params = { kind: "rebuild", site_id, due: Date.now(), from: days[0]!, to: days.at(-1)! } as const;
  const report = await rebuild(broken, stubborn(), params, "rebuild-test");
  await expectTrue(site_id);
  expect(report).toMatchObject({ site_id, days: 4, from: days[0], to: days.at(-1) });
  // The tables of the pipeline have the raw objects up to the watermark, and no more.
  const position = await env.DB.prepare("SELECT max(position) AS n FROM watermarks").first<number>("n");
  const techstack = emptyTechstack();
  for (const event of await rawRows(site_id, 0, position ?? 0)) addToTechstack(techstack, event);
  const sums = toCube(techstackRows(techstack)).reduce(
    (sum, { visitors, events }) => [sum[0]! + visitors, sum[1]! + events],
    [0, 0],
  );
  const kept = await env.DB.prepare(
    "SELECT sum(visitors) AS visitors, sum(events) AS events FROM techstack_days",
  ).first();
  expect([kept!.visitors, kept!.events]).toEqual(sums);
  console.log(
    `rebuild: seed ${SEED}, ${ROUNDS} rounds, ${(await lakeRows(site_id)).length} rows, ${faults} faults, ${rebuilt} rebuilds done and ${failed} killed meanwhile`,
  );
});

describe("the task", () => {
  it("check reports differences and changes nothing", async () => {
    const { site_id } = await givenCounted(chance(11), 60);
    const params = { kind: "check", site_id, due: Date.now(), from: FIRST, to: FIRST } as const;
    expect(await check(env, stubborn(), params, "check-1")).toMatchObject({ days: 1, differences: 0, examples: null });
    await spoil(site_id, FIRST);
    const before = await flatAll(site_id);
    const report = await check(env, stubborn(), params, "check-2");
    expect(report.differences).toBeGreaterThan(0);
    expect(report.examples).toContain("network_pages");
    expect(await flatAll(site_id)).toEqual(before);
  });

  it("check of all properties takes the same day again for the same run, one before today that is kept", async () => {
    const random = chance(12);
    const properties = [await givenCounted(random, 80), await givenCounted(random, 80), await givenProperty()];
    const now = START + 2 * DAY;
    const picked = new Set<string>();
    for (let n = 0; n < 40; n += 1) {
      const day = (await pickDay(env.DB, `check-${n}`, now))!;
      expect(await pickDay(env.DB, `check-${n}`, now)).toEqual(day);
      expect([day.from, day.from >= FIRST && day.from < "2026-10-05"]).toEqual([day.to, true]);
      picked.add(`${day.site_id} ${day.from}`);
    }
    expect(picked.size).toBe(4);
    for (const { site_id } of properties)
      await run(
        "INSERT INTO property_settings VALUES (?, ?)",
        site_id,
        JSON.stringify({ retention: { rollups_days: 2 } }),
      );
    for (let n = 0; n < 10; n += 1) expect((await pickDay(env.DB, `check-${n}`, now))!.from).toBe("2026-10-04");
    expect(await pickDay(env.DB, "check", now + 9 * DAY)).toBeNull();
    expect(await check(env, stubborn(), { kind: "check", site_id: null, due: now + 9 * DAY }, "check")).toEqual({
      days: 0,
      differences: 0,
    });
    expect(await check(env, stubborn(), { kind: "check", site_id: null, due: now }, "check")).toMatchObject({
      days: 1,
      differences: 0,
    });
  });
});

describe("POST …/pipeline/rebuild", () => {
  const post = async (siteId: string, body: unknown, key?: string) =>
    call("POST", `/api/v1/properties/${siteId}/pipeline/rebuild`, { key: key ?? (await givenKey()), body });

  it.each([
    [{ from: "2026-10-05", to: "2026-10-04" }, "from must not lie after to"],
    [{ from: "2026-01-01", to: "2026-10-04" }, "period must have at most 92 days, from and to included"],
    [{ from: "2026-02-30", to: "2026-10-04" }, "from must be a date such as 2026-11-22"],
    [{ from: "2026-10-05" }, "to must be given"],
    [{ from: "9998-01-01", to: "9998-01-02" }, /^to must not lie after today, which is \d/],
    [{ from: "2020-01-01", to: "2020-01-02" }, /^from must not lie before \S+: older days are not kept any more$/],
    [{ from: "2026-10-05", to: "2026-10-05", check: "yes" }, "check must be of type boolean"],
  ])("refuses %j", async (body, message) => {
    const { site_id } = await givenProperty();
    await run("INSERT INTO property_settings VALUES (?, ?)", site_id, '{"retention":{"events_days":400}}');
    const reply = await post(site_id, body);
    expect(reply.status).toBe(400);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  it("asks for the scope manage", async () => {
    const { site_id } = await givenProperty();
    const body = { from: FIRST, to: FIRST };
    expect(await problemOf(await post(site_id, body, await givenKey("organization", ["stats"])))).toBe("forbidden");
    expect(await problemOf(await post(site_id, body, await givenKey("another")))).toBe("not_found");
  });

  it("starts a run whose report tells what was found", async () => {
    const { site_id } = await givenCounted(chance(13), 60);
    await spoil(site_id, FIRST);
    const reply = await post(site_id, { from: FIRST, to: addDays(FIRST, 1) });
    expect(reply.status).toBe(202);
    const { run_id } = (await reply.json()) as { run_id: string };
    const row = await vi.waitFor(
      async () => {
        const found = await env.DB.prepare("SELECT * FROM pipeline_runs WHERE id = ?").bind(run_id).first();
        expect(found?.status).toBe("done");
        return found!;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(row).toMatchObject({ kind: "rebuild", site_id, trigger: "owner" });
    const report = JSON.parse(String(row.report)) as Record<string, unknown>;
    expect(report).toMatchObject({ site_id, from: FIRST, to: addDays(FIRST, 1), days: 2 });
    expect(report.differences).toBeGreaterThan(0);
    expect(Object.keys(JSON.parse(String(row.steps)) as object)).toContain(`recount ${FIRST}`);
    await expectTrue(site_id);
  });
});
