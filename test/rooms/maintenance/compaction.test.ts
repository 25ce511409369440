// Compaction on the real D1 and R2: what is in the lake stays the same, whoever reads when, and whatever breaks.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import { rollUp } from "../../../workers/domain/counts/rollup";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { compact, planProperty } from "../../../workers/maintenance/compact";
import { mergeUnit } from "../../../workers/maintenance/merge-unit";
import { findOrphans, sweepLake } from "../../../workers/maintenance/sweep";
import { countMessages } from "../../../workers/storage/counts/count-messages";
import { announceObjects, GRACE_MS, sweepGarbage } from "../../../workers/storage/lake/garbage";
import { eventsIn, listFiles, takeSnapshot } from "../../../workers/storage/lake/reading";
import { Chaos, type Kept } from "../chaos";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, eventsOf, givenEnrichment, givenMessage, givenProcessed, keysIn } from "../given-lake";

givenFreshStorage();

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 9, 20, 12);
const TYPES = ["pageview", "engagement", "custom"] as const;
function plainSteps() {
  const chaos = new Chaos(1);
  chaos.odds = 0;
  return chaos.steps(new Map());
}

/** Messages over four days, three event types in each, all processed. */
async function givenLake(siteId: string, messages = 8): Promise<void> {
  for (let i = 0; i < messages; i++)
    await givenMessage(
      siteId,
      Array.from({ length: 12 }, (_, j) =>
        aStampedEvent(siteId, NOON + (i % 4) * DAY + (j % 6 === 0 ? -DAY : 0) + j * 60_000, {
          event_type: TYPES[j % 3]!,
          name: j % 3 === 2 ? "Signup" : TYPES[j % 3]!,
        }),
      ),
    );
  await givenProcessed(siteId);
}

const counts = (events: readonly StampedEvent[]) => Object.fromEntries([...flatten(rollUp(events))].sort());
const everything = (site_id: string) => ({ kind: "compaction" as const, site_id, due: 0 });

it("compaction leaves every event in exactly one object, by type and date, and the raw zone empty", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  const before = await eventsOf(site_id);
  const report = await compact(env, plainSteps(), everything(site_id), "run");
  const files = await listFiles(env.DB, site_id, ["raw", "events"]);
  expect(files.map(({ zone }) => zone)).not.toContain("raw");
  // The month is over: an object per type.
  expect(files.map(({ event_type, level }) => [event_type, level]).sort()).toEqual(
    [...TYPES].sort().map((type) => [type, 1]),
  );
  for (const { key, event_type, min_date } of files)
    expect(key).toMatch(`events/event_type=${event_type}/year=2026/month=10/date=${min_date}/site_id=${site_id}/`);
  expect(await eventsOf(site_id)).toEqual(before);
  expect(report).toMatchObject({ objects_before: 8, objects_after: 3, rows: 96 });
  // Doing it again does nothing.
  expect(await compact(env, plainSteps(), everything(site_id), "again")).toMatchObject({ units: 0 });
});

it("only what every dataset of the pipeline has processed is compacted", async () => {
  const { site_id } = await givenProperty();
  await givenMessage(site_id, [aStampedEvent(site_id, NOON)]);
  expect(await planProperty(env, site_id, true, Date.now())).toEqual([]);
  await givenProcessed(site_id);
  const late = await givenMessage(site_id, [aStampedEvent(site_id, NOON)]);
  await env.DB.prepare("UPDATE watermarks SET position = 99 WHERE dataset <> 'ip_list'").run();
  const jobs = await planProperty(env, site_id, true, Date.now());
  expect(jobs.flatMap(({ unit }) => unit.inputs)).not.toContain(late);
  expect(jobs.length).toBe(1);
});

it("a reader that listed the objects before a swap reads every row once while they are superseded", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  const before = await eventsOf(site_id);
  const reader = eventsIn(env.LAKE, await takeSnapshot(env.DB, site_id));
  const read: StampedEvent[] = [...(await reader.next()).value!];
  const now = Date.now();
  await compact(env, plainSteps(), everything(site_id), "run");
  await sweepLake(env, [site_id], now + GRACE_MS / 2);
  for await (const portion of reader) read.push(...portion);
  expect(read.sort((a, b) => (a.event_id < b.event_id ? -1 : 1))).toEqual(before);
  expect((await keysIn("raw/")).length).toBe(8);
  await sweepLake(env, [site_id], Date.now() + GRACE_MS);
  expect(await keysIn("raw/")).toEqual([]);
  expect(await eventsOf(site_id)).toEqual(before);
});

it("what a provider said is read with raw events, and written into compacted ones", async () => {
  const { site_id } = await givenProperty();
  const [a, b, c] = [
    await givenMessage(site_id, [aStampedEvent(site_id, NOON, { event_id: "a", ip: "192.0.2.1" })]),
    await givenMessage(site_id, [aStampedEvent(site_id, NOON, { event_id: "b", ip: "192.0.2.1" })]),
    await givenMessage(site_id, [aStampedEvent(site_id, NOON, { event_id: "c", ip: "192.0.2.1" })]),
  ];
  await givenProcessed(site_id);
  const said = { network: "Example Hosting", network_type: "hosting" as const, asn: 64500 };
  await givenEnrichment(site_id, "2026-10-20", [a, a], [{ ip: "192.0.2.1", ...said }]);
  await givenEnrichment(site_id, "2026-10-20", [b, b], [{ ip: "192.0.2.1", status: "failed", network: "Nobody" }]);
  expect(c).toBeGreaterThan(b);
  const before = await eventsOf(site_id);
  expect(before.map(({ network, network_type, asn }) => [network, network_type, asn])).toEqual([
    ["Example Hosting", "hosting", 64500],
    ["Swisscom", "isp", 3303],
    ["Swisscom", "isp", 3303],
  ]);
  await compact(env, plainSteps(), everything(site_id), "run");
  expect(await eventsOf(site_id)).toEqual(before);
  // The enrichments of the day are one now, each way in which the address fared kept.
  const [enrichment, ...others] = await listFiles(env.DB, site_id, ["ip_enrichment"]);
  expect(others).toEqual([]);
  expect([enrichment!.rows, enrichment!.first_id, enrichment!.last_id]).toEqual([2, a, b]);
  // What comes after is as the edge knew it.
  await givenMessage(site_id, [aStampedEvent(site_id, NOON, { event_id: "d", ip: "192.0.2.1" })]);
  expect((await eventsOf(site_id)).at(-1)!.network).toBe("Swisscom");
});

it("of two who compact the same at the same time one comes through, and nothing of either is missing", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  const before = await eventsOf(site_id);
  const [job] = await planProperty(env, site_id, true, Date.now());
  const done = await Promise.all(
    Array.from({ length: 3 }, () => mergeUnit(env, site_id, job!.unit, job!.today, Date.now())),
  );
  expect(done.map(({ done }) => done).sort()).toEqual([false, false, true]);
  expect(await eventsOf(site_id)).toEqual(before);
  // What the others had written is garbage, and what is listed is not.
  await sweepGarbage(env, Date.now() + 2 * DAY);
  expect(await eventsOf(site_id)).toEqual(before);
  expect((await keysIn("events/")).length).toBe(done.find(({ done }) => done)!.objects);
});

it("killed before and after each effect, with new data arriving meanwhile, compaction loses and doubles nothing", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  const chaos = new Chaos(20261124);
  chaos.odds = 0.08;
  const bindings = chaos.bindings();
  let arrived = 0;
  chaos.meanwhile = async () => {
    if (chaos.random() > 0.03 || arrived >= 6) return;
    arrived += 1;
    await givenMessage(site_id, [
      aStampedEvent(site_id, NOON + arrived * DAY),
      aStampedEvent(site_id, Date.now(), { event_type: "engagement", name: "engagement" }),
    ]);
    await givenProcessed(site_id);
  };
  let ends = 0;
  for (let run = 0; run < 12; run++) {
    const kept: Kept = new Map();
    const task = () => compact(bindings, chaos.steps(kept), everything(site_id), `run ${run}`);
    await chaos.untilDone(() =>
      task().then(
        () => (ends += 1),
        () => undefined,
      ),
    );
    const counted = await env.DB.prepare("SELECT sum(rows) AS n FROM lake_files WHERE zone IN ('raw', 'events')").first(
      "n",
    );
    expect(counted).toBe(96 + 2 * arrived);
  }
  chaos.odds = 0;
  await compact(env, plainSteps(), everything(site_id), "last");
  const events = await eventsOf(site_id);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(96 + 2 * arrived);
  expect(events.length).toBe(96 + 2 * arrived);
  expect((await listFiles(env.DB, site_id, ["raw"])).length).toBe(0);
  await sweepLake(env, [site_id], Date.now() + 2 * DAY);
  const listed = (await listFiles(env.DB, site_id, ["raw", "events"])).map(({ key }) => key).sort();
  expect([...(await keysIn("raw/")), ...(await keysIn("events/"))].sort()).toEqual(listed);
  expect(counts(await eventsOf(site_id))).toEqual(counts(events));
  expect(chaos.faults + chaos.kills).toBeGreaterThan(10);
  expect(ends).toBeGreaterThan(0);
  console.log(
    `compaction: ${chaos.faults} faults, ${chaos.kills} kills, ${ends} of 12 runs ended, ${events.length} rows kept`,
  );
});

it("a raw object that comes back after compaction deleted it is found and swept", async () => {
  const { site_id } = await givenProperty();
  const events = [aStampedEvent(site_id, NOON)];
  await givenMessage(site_id, events, "message-1");
  await givenProcessed(site_id);
  await compact(env, plainSteps(), everything(site_id), "run");
  await sweepLake(env, [site_id], Date.now() + GRACE_MS);
  const key = `raw/site_id=${site_id}/date=2026-10-20/message-1.parquet`;
  expect(await keysIn("raw/")).toEqual([]);
  // As an ingest that crashed between its look at the receipts and its batch would leave it.
  await env.LAKE.put(key, new Uint8Array(1));
  // An object of a message that was not counted is somebody's who is still at it, or waits as a dead letter.
  await env.LAKE.put(key.replace("message-1", "message-2"), new Uint8Array(1));
  expect(await findOrphans(env, site_id, Date.now())).toBe(0);
  expect(await findOrphans(env, site_id, Date.now() + DAY + 1000)).toBe(1);
  await sweepGarbage(env, Date.now() + DAY + 1000);
  expect(await keysIn("raw/")).toEqual([key.replace("message-1", "message-2")]);
  await countMessages([{ kind: "stamped", id: "message-1", site_id, events, refusals: {} }], env);
  expect((await eventsOf(site_id)).length).toBe(1);
});

it("an object that is listed is not swept, even if somebody announces it again", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  await compact(env, plainSteps(), everything(site_id), "run");
  const [file] = await listFiles(env.DB, site_id, ["events"]);
  await announceObjects(env.DB, site_id, [file!.key], Date.now());
  await sweepGarbage(env, Date.now() + 3 * DAY);
  expect(await keysIn(file!.key)).toEqual([file!.key]);
});

/** The bindings, noting the most rows that D1 hands out at once and how many it reads. */
function measured() {
  const seen = { rows: 0, read: 0 };
  const note = <T>(result: D1Result<T>) => {
    seen.rows = Math.max(seen.rows, result.results.length);
    seen.read += result.meta.rows_read;
    return result;
  };
  const statement = (of: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(of, {
      get: (target, name) => {
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        if (name === "all" || name === "run") return () => target[name]().then(note);
        const member = Reflect.get(target, name) as unknown;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  const DB = new Proxy(env.DB, {
    get: (db, name) => {
      if (name === "prepare") return (sql: string) => statement(db.prepare(sql));
      const member = Reflect.get(db, name) as unknown;
      return typeof member === "function" ? member.bind(db) : member;
    },
  });
  return { seen, bindings: { ...env, DB } };
}

/** Rows of the list alone: what lies in the bucket plays no part. */
const givenListed = (siteId: string, zone: string, count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at)
     SELECT ?1, ?2, printf('%s/%s/%d', ?2, ?1, i), 1, 1000, i, i, '2026-10-20', '2026-10-20', 0 FROM n`,
  )
    .bind(siteId, zone, count)
    .run();

it("a backlog of months is planned and merged without being listed whole", async () => {
  const { site_id } = await givenProperty();
  await givenLake(site_id);
  await givenListed(site_id, "raw", 30_000);
  await givenProcessed(site_id);
  const { seen, bindings } = measured();
  const [job] = await planProperty(bindings, site_id, true, Date.now());
  expect(seen.rows).toBe(20_000);
  seen.rows = 0;
  const first = { ...job!.unit, inputs: job!.unit.inputs.slice(0, 8) };
  expect((await mergeUnit(bindings, site_id, first, job!.today, Date.now())).done).toBe(true);
  expect(seen.rows).toBe(8);
});

it("a plan for a thousand properties is small enough to be a step's result", async () => {
  const ids = Array.from({ length: 1000 }, (_, i) => `site-${i}`);
  const { site_id } = await givenProperty();
  const columns = (
    await env.DB.prepare("SELECT name FROM pragma_table_info('properties')").all<{ name: string }>()
  ).results
    .map(({ name }) => name)
    .filter((name) => name !== "site_id")
    .join(", ");
  const list = JSON.stringify(ids);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO properties (site_id, ${columns}) SELECT value, ${columns} FROM json_each(?), properties WHERE site_id = ?`,
    ).bind(list, site_id),
    env.DB.prepare(
      `INSERT INTO watermarks (site_id, dataset, position, moved_at)
       SELECT a.value, b.value, 0, 0 FROM json_each(?) a, json_each('["techstack","ip_list","ip_enrichment"]') b`,
    ).bind(list),
    env.DB.prepare(
      `INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at, level, event_type)
       SELECT a.value, 'events', hex(randomblob(8)), 1, 1000, 0, 0, '2026-10-20', '2026-10-20', 0, 2, 'type of event ' || (b.value % 9)
       FROM json_each(?) a, json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]') b`,
    ).bind(list),
  ]);
  let bytes = 0;
  const steps = {
    do: async (_: string, work: (note: () => void) => Promise<unknown>) => {
      bytes = JSON.stringify(JSON.stringify(await work(() => undefined))).length;
      throw new Error("planned");
    },
    waitFor: async () => false,
  };
  await expect(compact(env, steps, { site_id: null, daily: true }, "run")).rejects.toThrow("planned");
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(1_048_576);
});

it("sweeping reads the list once, however much is due", async () => {
  const { site_id } = await givenProperty();
  await givenListed(site_id, "events", 1_000);
  await announceObjects(
    env.DB,
    site_id,
    Array.from({ length: 900 }, (_, i) => `raw/${i}`),
    0,
  );
  const { seen, bindings } = measured();
  expect(await sweepGarbage(bindings, 2 * DAY)).toBe(900);
  expect(seen.read).toBeLessThan(50_000);
});
