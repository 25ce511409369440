// The lake as readers see it who are not ours: its objects through the S3 endpoint of the local system, read by DuckDB, by
// the list that the API gives. What they say equals what D1 answers.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LOCAL_S3 } from "../../scripts/local/config.ts";
import { BUCKET } from "../../scripts/local/storage.ts";
import type { LakeZone } from "../../workers/domain/lake/zones.ts";
import { joinSystem, type System, until } from "./system.ts";

const DAY = 86_400_000;
const EVENTS = 120;
const LATE = 10;

interface Listed {
  zone: LakeZone;
  key: string;
  rows: number;
}

let system: System;
let siteId: string;
let folder: string;
let files: Listed[];
let query: (sql: string) => Promise<Record<string, unknown>[]>;

const s3 = new AwsClient({ ...LOCAL_S3, service: "s3", region: "auto" });
const endpoint = () => `${system.worker}/cdn-cgi/local/r2/s3/${BUCKET}`;

async function fromS3(path: string): Promise<Response> {
  const response = await s3.fetch(`${endpoint()}${path}`);
  if (!response.ok) throw new Error(`S3 endpoint answered ${response.status}: ${await response.text()}`);
  return response;
}

/** Keys of the bucket, as any S3 client lists them. */
async function s3Keys(): Promise<string[]> {
  const keys: string[] = [];
  // A thousand at a time: files of other tests are in the bucket too.
  for (let token: string | undefined = ""; token !== undefined; ) {
    const more: string = token && `&continuation-token=${encodeURIComponent(token)}`;
    const text: string = await (await fromS3(`?list-type=2${more}`)).text();
    keys.push(...[...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key!));
    token = /<NextContinuationToken>([^<]+)</.exec(text)?.[1];
  }
  return keys;
}

/** People with several devices over three days, as a server sends them. */
async function send(from: number, count: number): Promise<void> {
  const agents = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  ];
  const events = Array.from({ length: count }, (_, i) => ({
    site_id: siteId,
    event_type: i % 4 === 3 ? "Signup" : "pageview",
    event_time: new Date(Date.now() - (2 - (i % 3)) * DAY - (count - i) * 1000).toISOString(),
    url: `https://shop.example/page/${i % 5}`,
    ip: `8.8.${(from + i) % 20}.1`,
    user_agent: agents[i % 2],
    country: "CH",
    props: { plan: "pro" },
  }));
  await system.api.post("/api/events", { events });
}

const count = async (sql: string) => Number((await system.queryD1(sql, [siteId]))[0]!.n);
const rawRows = () => count("SELECT coalesce(sum(rows), 0) AS n FROM lake_files WHERE zone = 'raw' AND site_id = ?");

beforeAll(async () => {
  system = await joinSystem();
  ({ site_id: siteId } = await system.createProperty({ timezone: "UTC", url: "https://shop.example" }));
  const root = `/api/v1/properties/${siteId}/pipeline`;
  await send(0, EVENTS);
  await until(rawRows, (rows) => rows >= EVENTS);
  await system.api.post(`${root}/run`, {});
  const waiting = `SELECT count(*) AS n FROM lake_files f WHERE zone = 'raw' AND site_id = ?1 AND id > (
    SELECT coalesce(min(position), 0) FROM watermarks w WHERE w.site_id = f.site_id)`;
  await until(
    () => count(waiting),
    (files) => files === 0,
  );
  const { run_id } = await system.api.post<{ run_id: string }>(`${root}/compact`, {});
  await until(
    async () => (await system.queryD1("SELECT status FROM pipeline_runs WHERE id = ?", [run_id]))[0]?.status,
    (status) => status === "done",
  );
  await send(EVENTS, LATE);
  await until(rawRows, (rows) => rows >= LATE);
  ({ files } = await system.api.get<{ files: Listed[] }>(`${root}/files`));
  folder = mkdtempSync(join(tmpdir(), "trackkit-lake-"));
  for (const { key } of files) {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      new Uint8Array(await (await fromS3(`/${key.split("/").map(encodeURIComponent).join("/")}`)).arrayBuffer()),
    );
  }
  const db = await (await DuckDBInstance.create()).connect();
  query = async (sql) => (await db.runAndReadAll(sql)).getRowObjects() as Record<string, unknown>[];
});

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await system?.close();
});

const parquet = (pattern: string) =>
  `read_parquet('${folder}/${pattern}', hive_partitioning = true, union_by_name = true)`;
/** Every event once: what is still raw, and what has been compacted. */
const all = () =>
  `(SELECT * EXCLUDE (date) FROM ${parquet("raw/**/*.parquet")}
    UNION ALL BY NAME SELECT * EXCLUDE (year, month, date) FROM ${parquet("events/**/*.parquet")})`;

it("an S3 client lists and reads the bucket, which holds what is listed and what is superseded for a while", async () => {
  const keys = await s3Keys();
  expect(files.map(({ key }) => key).filter((key) => !keys.includes(key))).toEqual([]);
  expect(keys.length).toBeGreaterThan(files.length);
  // The tables of closed days come when a task has made them.
  const zones = files.map(({ zone }) => zone).filter((zone) => zone !== "visits" && zone !== "actions");
  expect([...new Set(zones)].sort()).toEqual(["events", "ip_enrichment", "ip_list", "raw", "techstack"]);
});

it("DuckDB reads raw and compacted events, and its totals by day are those of D1", async () => {
  const [total] = await query(`SELECT count(*)::INT AS rows, count(DISTINCT event_id)::INT AS ids FROM ${all()}`);
  const listed = files
    .filter(({ zone }) => zone === "raw" || zone === "events")
    .reduce((sum, { rows }) => sum + rows, 0);
  expect(total).toEqual({ rows: listed, ids: listed });
  const read = await query(`SELECT local_date AS day, count(*) FILTER (event_type = 'pageview')::INT AS pageviews,
    count(*) FILTER (event_type NOT IN ('engagement', 'first_visit', 'web_vital', 'heatmap', 'rule_seen'))::INT AS events,
    sum(new_visit)::INT AS visits,
    sum(firsts & 1)::INT AS visitors FROM ${all()} GROUP BY 1 ORDER BY 1`);
  const { results } = await system.api.post<{ results: { dimensions: string[]; metrics: number[] }[] }>(
    "/api/v2/query",
    {
      site_id: siteId,
      metrics: ["pageviews", "events", "visits", "visitors"],
      date_range: "all",
      dimensions: ["time:day"],
    },
  );
  const answered = results
    .map(({ dimensions: [day], metrics: [pageviews, events, visits, visitors] }) => ({
      day,
      pageviews,
      events,
      visits,
      visitors,
    }))
    .filter(({ events }) => events! > 0);
  expect(read).toEqual(answered);
});

it("DuckDB finds types and dates of compacted events in their keys", async () => {
  const rows = await query(
    `SELECT DISTINCT event_type, year, month, date::VARCHAR AS date, site_id, min(local_date) AS first
     FROM ${parquet("events/**/*.parquet")} GROUP BY ALL`,
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { event_type, year, month, date, site_id, first } of rows) {
    expect(["pageview", "custom", "first_visit"]).toContain(event_type);
    expect(site_id).toBe(siteId);
    expect(`${year}-${String(month).padStart(2, "0")}`).toBe(String(first).slice(0, 7));
    expect(first).toBe(date);
  }
});

it("DuckDB reads TechStack, addresses and what is known of them, equal to D1", async () => {
  const [tech] =
    await query(`SELECT sum(pageviews)::INT AS pageviews, sum(visits)::INT AS visits, sum(events)::INT AS events
    FROM ${parquet("techstack/**/*.parquet")}`);
  const [cube] = await system.queryD1(
    "SELECT sum(pageviews) AS pageviews, sum(visits) AS visits, sum(events) AS events FROM techstack_days WHERE site_id = ?",
    [siteId],
  );
  expect(tech).toEqual(cube);
  const [list] = await query(
    `SELECT sum(hits)::INT AS hits, count(*)::INT AS rows FROM ${parquet("ip_list/**/*.parquet")}`,
  );
  const [compacted] = await query(
    `SELECT count(ip)::INT AS hits, count(DISTINCT (ip, local_date))::INT AS rows FROM ${parquet("events/**/*.parquet")}`,
  );
  expect(list).toEqual(compacted);
  const [known] = await query(
    `SELECT count(DISTINCT ip)::INT AS addresses FROM ${parquet("ip_enrichment/**/*.parquet")}`,
  );
  const [listed] = await query(`SELECT count(DISTINCT ip)::INT AS addresses FROM ${parquet("ip_list/**/*.parquet")}`);
  expect(known).toEqual(listed);
});

it("DuckDB runs the queries of docs/lake.md that need no network", async () => {
  const blocks = [...readFileSync("docs/lake.md", "utf8").matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql]) => sql!);
  const local = blocks.filter((sql) => /read_parquet\(\[?'(raw|events|techstack)\//.test(sql));
  expect(local.length).toBe(3);
  for (const sql of local) {
    const rows = await query(sql.replace(/'(raw|events|techstack)\//g, `'${folder}/$1/`));
    expect(rows.length).toBeGreaterThan(0);
  }
});
