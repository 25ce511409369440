// A deleted property: gone for everybody at once, and in the end from every table, object and hub.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { sweepDeletedProperties } from "../../../workers/admin/deletion";
import { hoursOf } from "../../../workers/domain/counts/suspects";
import { FACTS } from "../../../workers/domain/events/catalog";
import { suspectsId } from "../../../workers/domain/networks/network";
import { importName, shardName, singleImportName } from "../../../workers/domain/visits/hub";
import { keepHouse, pruneReceipts } from "../../../workers/maintenance/housekeeping";
import { loadProperty } from "../../../workers/storage/properties/properties";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How many rows each table has of the property and its suspects: every table that names properties, whoever made it. */
async function rowsOf(siteId: string): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and sql like '%`site_id`%'",
  ).all<{ name: string }>();
  const counts = results.map(async ({ name }): Promise<[string, number]> => {
    const count = await env.DB.prepare(
      `select count(*) as n from ${name} where site_id = ?1 or site_id glob ?1 || '~*'`,
    )
      .bind(siteId)
      .first("n");
    return [name, Number(count)];
  });
  return Object.fromEntries(await Promise.all(counts));
}

const objectsIn = async (): Promise<string[]> => (await env.LAKE.list()).objects.map(({ key }) => key).sort();

/** Entries that a hub has stored. */
function storedIn(name: string): Promise<number> {
  return runInDurableObject(env.HUB.getByName(name), async (_, { storage }) => (await storage.list()).size);
}

/** One of everything that a property can leave behind. */
async function fill(siteId: string, n = 0): Promise<void> {
  const facts = FACTS.map(() => "1").join();
  const run = (statement: string, ...values: unknown[]) => env.DB.prepare(statement).bind(...values);
  const compacted = `events/event_type=pageview/year=2026/month=11/date=2026-11-01/site_id=${siteId}/${n}.parquet`;
  const superseded = `events/superseded/site_id=${siteId}/${n}.parquet`;
  const letter = `dead/${siteId}-${n}.json`;
  await env.DB.batch([
    run("insert into imports (site_id, import_id, created_at) values (?, ?, 0)", siteId, `import${n}`),
    run(
      `insert into lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at)
       values (?, 'events', ?, 1, 1, 0, 0, '', '', 0)`,
      siteId,
      compacted,
    ),
    run(`insert into rollup_hours values (?, ?, ${facts})`, siteId, n),
    run(`insert into rollup_days values (?, 'total', ?, '', ${facts})`, siteId, `day ${n}`),
    run("insert into rollup_pending values (?, 'page', ?, 1, 0, '{}')", siteId, `parcel ${n}`),
    run("insert into rules values (?, ?, 'Rule', 'a', 'click', null, '[]', 1, 0)", siteId, `rule ${n}`),
    run("insert into goals values (?, ?, ?, '[]', null, 0)", siteId, `goal ${n}`, `Goal ${n}`),
    run("insert into segments values (?, ?, 'Segment', '[]', 1, null, 0)", siteId, `segment ${n}`),
    run("insert or ignore into path_groups values (?, '[]')", siteId),
    run("insert into annotations values (?, ?, '2026-11-22', null, 'Note', 1, null, 0)", siteId, `note ${n}`),
    run("insert into funnels values (?, ?, 'Funnel', '{}', 0)", siteId, `funnel ${n}`),
    run("insert into packed_days values (?, 'heat/click', ?, 'day', '{}')", siteId, `/${n}\nphone`),
    run("insert into visitor_secrets values (?, ?, 'secret', 0)", siteId, `day ${n}`),
    run("insert into refusals values (?, ?, 'bot', 1)", siteId, `day ${n}`),
    run("insert into day_sources values (?, ?, 'live')", siteId, `day ${n}`),
    run("insert into restamp_days values (?, ?, 0)", siteId, `day ${n}`),
    run(
      "insert into dead_letters (id, site_id, key, reason, failed_at) values (?, ?, ?, 'failed', 0)",
      `${siteId}-${n}`,
      siteId,
      letter,
    ),
    run("insert into lake_garbage values (?, ?, 0)", superseded, siteId),
    run("insert into watermarks values (?, ?, 0, 0)", siteId, `dataset ${n}`),
    run(
      `insert into pipeline_runs (id, kind, site_id, trigger, status, started_at)
       values (?, 'compaction', ?, 'cron', 'done', 0)`,
      `run ${siteId} ${n}`,
      siteId,
    ),
    run("insert into pipeline_run_properties values (?, ?, 0, 0, 1, 1, '{}')", siteId, `run ${n}`),
    run("insert into techstack_days values (?, ?, '', '', '', '', '', '', 0, 1, 1, 1, 1, 1, 1)", siteId, `day ${n}`),
    run("insert into networks values (?, ?, 'isp', null, null, null, null, 0, 0)", siteId, `network ${n}`),
    run("insert or ignore into property_settings values (?, '{}')", siteId),
    run("insert into anomalies values (?, ?, 0, 0, '{}', null)", siteId, `anomaly ${n}`),
    run(
      `insert into mails (id, site_id, channel, kind, recipient, content, status, created_at)
       values (?, ?, 'mail', 'weekly_report', '', '{}', 'sent', 0)`,
      `mail ${siteId} ${n}`,
      siteId,
    ),
    run("insert into mail_optouts values (?, 'weekly_report', ?, 0)", siteId, `recipient ${n}`),
    run("insert into currency_rates values (?, 'EUR', ?, '2026-11-01', '1.1')", siteId, `currency ${n}`),
    run("insert into rows_written values (?, ?, 1)", siteId, `day ${n}`),
    run("insert into shed_days values (?, ?, 1, 'rows', 0)", siteId, `day ${n}`),
    run("insert into packed_places values (?, 'heat/click', ?, 1)", siteId, `day ${n}`),
    run("insert into closed_days values (?, 'page', ?, '', 0, '')", siteId, `day ${n}`),
    // Its suspects and its hours by name are counted under ids of their own.
    run("insert into closed_days values (?, 'page', ?, '', 0, '')", suspectsId(siteId, "hosting_network"), `day ${n}`),
    run(`insert into rollup_hours values (?, ?, ${facts})`, suspectsId(siteId, "hosting_network"), n),
    run(
      `insert into rollup_days values (?, 'total', ?, '', ${facts})`,
      suspectsId(siteId, "hosting_network"),
      `day ${n}`,
    ),
    run(
      "insert into rollup_pending values (?, 'page', ?, 1, 0, '{}')",
      suspectsId(siteId, "hosting_network"),
      `parcel ${n}`,
    ),
    run(`insert into rollup_hours values (?, ?, ${facts})`, hoursOf(siteId, "not_found"), n),
  ]);
  await Promise.all(
    [compacted, superseded, letter, `raw/site_id=${siteId}/date=2026-11-01/${n}.parquet`].map((key) =>
      env.LAKE.put(key, "x"),
    ),
  );
}

describe("a deleted property", () => {
  test("leaves nothing in D1, in the lake and in its hubs, and its neighbour everything", async () => {
    const [gone, kept] = [await givenProperty(), await givenProperty()];
    const manager = { key: await givenKey() };
    const keys = [
      await givenKey("organization", ["stats"], gone.site_id),
      await givenKey("organization", ["stats"], kept.site_id),
    ];
    for (const { site_id } of [gone, kept]) {
      await fill(site_id);
      for (const name of [
        shardName(site_id, 0),
        shardName(site_id, 15),
        importName(site_id),
        singleImportName(site_id, "import0"),
      ])
        await runInDurableObject(env.HUB.getByName(name), (_, { storage }) => storage.put("visit", site_id));
    }
    const before = await rowsOf(gone.site_id);
    expect(Object.entries(before).filter(([, rows]) => rows === 0)).toEqual([]);
    expect(await rowsOf(kept.site_id)).toEqual(before);

    expect((await call("DELETE", `/api/v1/properties/${gone.site_id}`, manager)).status).toBe(204);

    const { properties: marked, ...rest } = await rowsOf(gone.site_id);
    expect(marked).toBe(1);
    expect(Object.values(rest).every((rows) => rows === 0)).toBe(true);
    expect(await rowsOf(kept.site_id)).toEqual(before);
    expect((await objectsIn()).filter((key) => key.includes(gone.site_id))).toEqual([]);
    expect((await objectsIn()).filter((key) => key.includes(kept.site_id))).toHaveLength(4);
    for (const [name, entries] of [
      [shardName(gone.site_id, 0), 0],
      [shardName(gone.site_id, 15), 0],
      [importName(gone.site_id), 0],
      [singleImportName(gone.site_id, "import0"), 0],
      [shardName(kept.site_id, 15), 1],
    ] as const)
      expect([name, await storedIn(name)]).toEqual([name, entries]);
    expect((await call("GET", "/api/v1/properties", { key: keys[0] ?? "" })).status).toBe(401);
    expect((await call("GET", "/api/v1/properties", { key: keys[1] ?? "" })).status).toBe(200);
  });

  test("is gone for everybody, also from the list, and cannot be deleted twice", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const path = `/api/v1/properties/${site_id}`;
    await call("DELETE", path, { key });
    for (const method of ["GET", "DELETE"]) expect((await call(method, path, { key })).status).toBe(404);
    expect((await call("PATCH", path, { key, body: { name: "Back" } })).status).toBe(404);
    expect(await (await call("GET", "/api/v1/properties", { key })).json()).toEqual({ properties: [] });
    expect(await loadProperty(env.DB, site_id)).toBeNull();
  });

  test("is swept of what arrives late, for half an hour", async () => {
    const { site_id } = await givenProperty();
    await call("DELETE", `/api/v1/properties/${site_id}`, { key: await givenKey() });
    await fill(site_id);
    await sweepDeletedProperties(env, Date.now() + 5 * MINUTE);
    expect((await rowsOf(site_id)).rollup_days).toBe(0);
    expect((await rowsOf(site_id)).properties).toBe(1);
    expect(await objectsIn()).toEqual([]);

    await sweepDeletedProperties(env, Date.now() + 31 * MINUTE);
    expect(Object.values(await rowsOf(site_id)).every((rows) => rows === 0)).toBe(true);
  });

  test("is deleted however much there is, in portions", async () => {
    const { site_id } = await givenProperty();
    const facts = FACTS.map(() => "1").join();
    await env.DB.prepare(
      `with recursive n(n) as (select 1 union all select n + 1 from n where n < 45000)
       insert into rollup_days select ?, 'page', 'day', n, ${facts} from n`,
    )
      .bind(site_id)
      .run();
    await call("DELETE", `/api/v1/properties/${site_id}`, { key: await givenKey() });
    expect((await rowsOf(site_id)).rollup_days).toBe(15_000);
    await sweepDeletedProperties(env, Date.now());
    expect((await rowsOf(site_id)).rollup_days).toBe(0);
  });

  test("that is not deleted is not swept", async () => {
    const { site_id } = await givenProperty();
    await fill(site_id);
    const before = await rowsOf(site_id);
    await sweepDeletedProperties(env, Date.now() + DAY);
    expect(await rowsOf(site_id)).toEqual(before);
  });
});

describe("housekeeping", () => {
  const now = Date.UTC(2026, 10, 22);
  const receive = (id: string, age: number) =>
    env.DB.prepare("insert into receipts values (?, ?)")
      .bind(id, now - age)
      .run();
  const receipts = async () =>
    (await env.DB.prepare("select message_id from receipts order by 1").all()).results.map((row) => row.message_id);

  test("a receipt is kept for thirty days", async () => {
    await receive("new", 29 * DAY);
    await receive("old", 31 * DAY);
    await pruneReceipts(env.DB, now);
    expect(await receipts()).toEqual(["new"]);
  });

  test("old receipts go once a day", async () => {
    await receive("old", 31 * DAY);
    await keepHouse(env, now + 5 * MINUTE);
    expect(await receipts()).toEqual(["old"]);
    await keepHouse(env, now + DAY);
    expect(await receipts()).toEqual([]);
  });
});
