// Exactly once, all the way: runs of the pipeline are cut off and fail before and after every external effect, again and
// again, sometimes two at a time, while new events arrive. At the end TechStack, IP list, enrichment, networks, rollups
// and watermarks are those of a plain recount of the record. FAULT_ROUNDS asks for more rounds, FAULT_SEED repeats a run.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { rollUp } from "../../../workers/domain/counts/rollup";
import { TECHSTACK_COLUMNS, type TechstackRow } from "../../../workers/domain/counts/techstack";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { fromParquet } from "../../../workers/domain/lake/parquet";
import { tableFromParquet } from "../../../workers/domain/lake/table-parquet";
import {
  addToIpList,
  emptyIpList,
  IP_LIST_COLUMNS,
  type IpRow,
  ipRows,
} from "../../../workers/domain/networks/ip-list";
import type { Property } from "../../../workers/domain/properties/property";
import type { EnrichmentParams, TaskParams } from "../../../workers/domain/runs/run-params";
import { sendOutbox } from "../../../workers/mail/send";
import { checkAll } from "../../../workers/maintenance/rebuild";
import { enrich } from "../../../workers/pipeline/enrich";
import { runPipeline } from "../../../workers/pipeline/run";
import { readEnrichment } from "../../../workers/storage/lake/enrichment";
import { ALL_DAYS, readEvents } from "../../../workers/storage/lake/reading";
import { changeSettings } from "../../../workers/storage/properties/settings";
import { beginRun } from "../../../workers/storage/runs/runs";
import { waitingProperties } from "../../../workers/storage/runs/watermarks";
import { runTask } from "../../../workers/tasks";
import { Chaos, type Kept } from "../chaos";
import { deliverLetters, givenHeldQueue, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 32);
const START = Date.UTC(2026, 9, 3, 17, 10);

/** A provider that knows some networks, and answers the same whenever it is asked. */
function replyOf(url: string): Response {
  const ip = new URL(url).pathname.slice(1);
  const third = Number(ip.split(".")[2] ?? 0);
  if (third % 4 === 0)
    return Response.json({ ip, org: `AS16509 Amazon.com, Inc.`, country: "US", asn_type: "hosting" });
  if (third % 4 === 1) return Response.json({ ip, org: `AS559 Universität ${third}`, country: "CH" });
  return Response.json({ ip });
}

class Pipelines {
  readonly chaos: Chaos;
  private readonly property: Property;
  private time = START;
  events = 0;
  runs = 0;
  compactions = 0;
  /** What receivers have got, by the mark by which they know a mail again. */
  mails: string[] = [];
  children = new Map<string, EnrichmentParams>();
  private told = new Set<string>();

  constructor(chaos: Chaos, property: Property) {
    this.chaos = chaos;
    this.property = property;
  }

  /** Some people do something, and it is counted. */
  async arrive(): Promise<void> {
    const { site_id, timezone, privacy } = this.property;
    this.time += Math.floor(this.chaos.random() * 20 * 60_000);
    const arrivals = Array.from({ length: 1 + Math.floor(this.chaos.random() * 12) }, (_, i) => {
      const person = Math.floor(this.chaos.random() * 40);
      const { arrival } = nextEvent(this.chaos, person, this.time + i * 1000, this.events++);
      return { ...arrival, address: `81.62.${person}.7` };
    });
    const hub = env.HUB.getByName(mainHub(site_id));
    await hub.accept({ property: { site_id, timezone, address: privacy.address }, arrivals });
    await hub.flush();
    while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 100));
  }

  private bindings(broken: boolean) {
    return {
      ...(broken ? this.chaos.bindings() : env),
      IP_PROVIDER: "http",
      IP_PROVIDER_URL: "https://provider.example/{ip}",
      IP_PROVIDER_FIELDS: "ipinfo",
      IP_PROVIDER_BUDGET: "1000000",
      MAIL_FROM: "trackkit@example.com",
      MAIL: {
        send: (mail: { headers: Record<string, string> }) =>
          this.maybe(broken, async () => {
            this.mails.push(mail.headers["X-TrackKit-Mail"]!);
          }),
      } as unknown as SendEmail,
    };
  }

  /** Runs the pipeline once, as often as it takes: each time that it is cut off it begins anew with what was kept. */
  async run(broken = true): Promise<void> {
    const id = `run-${this.runs++}`;
    const kept: Kept = new Map();
    const children = new Map<string, Kept>();
    const base = this.bindings(broken);
    const child = async (childId: string): Promise<void> => {
      const params = this.children.get(childId)!;
      const own = children.get(childId) ?? new Map();
      children.set(childId, own);
      await enrich({ ...base, PIPELINE: this.parent(broken) } as never, this.chaos.steps(own), params);
    };
    const ENRICHMENT = {
      create: ({ id: childId, params }: { id: string; params: EnrichmentParams }) =>
        this.maybe(broken, async () => {
          if (this.children.has(childId)) throw new Error("instance exists");
          this.children.set(childId, params);
        }),
      get: async (childId: string) => {
        if (!this.children.has(childId)) throw new Error("instance does not exist");
        return {};
      },
    };
    const answer = async (type: string): Promise<boolean> => {
      const [childId] = [...this.children].find(([key]) => key === `${id}-ip-${type.split("-")[1]}`)!;
      for (let tries = 0; tries < 50 && !this.told.has(`${id} ${type}`); tries++)
        await child(childId).catch(() => children.delete(childId));
      return this.told.has(`${id} ${type}`);
    };
    await env.DB.prepare("UPDATE pipeline_runs SET status = 'failed' WHERE status = 'running'").run();
    await beginRun(env.DB, { id, kind: "run", site_id: null, trigger: "cron" }, this.time);
    await this.chaos.untilDone(() =>
      runPipeline(
        { ...base, ENRICHMENT } as never,
        this.chaos.steps(kept, answer),
        { trigger: "cron", due: this.time },
        id,
      ).catch(() => undefined),
    );
  }

  /** Merges what may be merged, cut off and failing like a run. */
  async compact(broken = true): Promise<void> {
    const id = `compaction-${this.compactions++}`;
    const kept: Kept = new Map();
    const { site_id } = this.property;
    const params: TaskParams = { kind: "compaction", site_id, due: this.time, daily: this.chaos.random() < 0.5 };
    await beginRun(env.DB, { id, kind: "compaction", site_id, trigger: "owner" }, this.time);
    const bindings = broken ? this.chaos.bindings() : env;
    await this.chaos.untilDone(() => runTask(bindings, this.chaos.steps(kept), params, id).catch(() => undefined));
  }

  /** What a crash left between sending and marking is sent again a quarter of an hour later. */
  async sendWhatIsLeft(): Promise<void> {
    for (let minutes = 0; minutes <= 600; minutes += 20)
      await sendOutbox(this.bindings(false), Date.now() + minutes * 60_000);
  }

  private parent(broken: boolean) {
    return {
      get: async (runId: string) => ({
        sendEvent: ({ type }: { type: string }) =>
          this.maybe(broken, async () => {
            this.told.add(`${runId} ${type}`);
          }),
      }),
    };
  }

  private maybe<T>(broken: boolean, act: () => Promise<T>): Promise<T> {
    return broken ? this.chaos.effect(act) : act();
  }
}

const objectsIn = async (zone: string): Promise<string[]> => {
  const { results } = await env.DB.prepare("SELECT key FROM lake_files WHERE zone = ? ORDER BY id").bind(zone).all();
  return results.map(({ key }) => String(key));
};

async function rowsIn<Row>(zone: string, columns: Parameters<typeof tableFromParquet<Row>>[0]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const key of await objectsIn(zone))
    rows.push(...(await tableFromParquet<Row>(columns, await (await env.LAKE.get(key))!.arrayBuffer())));
  return rows;
}

/** Sums of the facts by the other columns, as comparable text. */
function summed(rows: readonly object[], facts: readonly string[]): string[] {
  const sums = new Map<string, number[]>();
  for (const row of rows as Record<string, unknown>[]) {
    const key = JSON.stringify(
      Object.entries(row)
        .filter(([name]) => !facts.includes(name))
        .sort(),
    );
    const before = sums.get(key) ?? facts.map(() => 0);
    sums.set(
      key,
      before.map((sum, i) => sum + Number(row[facts[i]!])),
    );
  }
  return [...sums]
    .filter(([, sum]) => sum.some((one) => one !== 0))
    .map(([key, sum]) => `${key} ${sum}`)
    .sort();
}

const MEASURING = ["engagement", "first_visit", "web_vital", "heatmap", "rule_seen"];
const BITS = ["browser", "browser_version", "os", "os_version", "device", "screen", "language", "country"];

/** TechStack by the book: each fact of each event under what its visitor came with. */
function technology(rows: readonly StampedEvent[]): string[] {
  const counted: Record<string, string | number>[] = [];
  const first = (event: StampedEvent): string =>
    JSON.stringify(BITS.map((column) => (event as unknown as Record<string, unknown>)[column] ?? "(unknown)"));
  for (const event of rows) {
    // What only measured outside of a visit.
    if (event.visit_id === null) continue;
    const tech = first(event);
    counted.push({
      day: event.local_date,
      tech,
      pageviews: event.event_type === "pageview" ? 1 : 0,
      events: MEASURING.includes(event.event_type) ? 0 : 1,
      visits: 0,
      bounces: 0,
      duration: 0,
    });
    counted.push({
      day: event.visit_date,
      tech,
      pageviews: 0,
      events: 0,
      visits: event.new_visit,
      bounces: event.bounce_delta,
      duration: event.duration_delta,
    });
  }
  return summed(counted, ["pageviews", "events", "visits", "bounces", "duration"]);
}

it(`${ROUNDS} rounds of killed and failing runs come out as if nothing had happened (seed ${SEED})`, {
  timeout: 900_000,
}, async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) =>
    replyOf(String(input instanceof Request ? input.url : input)),
  );
  const property = await givenProperty("organization", { timezone: "Asia/Kolkata" });
  const { site_id } = property;
  await changeSettings(env.DB, site_id, { reports: { recipients: ["owner@example.com"], run_summary: "every" } });
  const chaos = new Chaos(SEED);
  const pipelines = new Pipelines(chaos, property);
  let isArriving = false;
  for (let round = 0; round < ROUNDS; round++) {
    await pipelines.arrive();
    chaos.meanwhile = async () => {
      if (isArriving || chaos.random() > 0.03) return;
      isArriving = true;
      await pipelines.arrive().finally(() => {
        isArriving = false;
      });
    };
    await pipelines.run();
    if (chaos.random() < 0.3) await pipelines.compact();
    chaos.meanwhile = async () => undefined;
  }
  const { faults, kills } = chaos;
  chaos.odds = 0;
  await pipelines.arrive();
  while (Object.keys(await waitingProperties(env.DB)).length > 0) await pipelines.run(false);

  const rows: StampedEvent[] = [];
  for await (const events of readEvents(env, site_id, ALL_DAYS)) rows.push(...events);
  // Every event is in exactly one place, and none is missing that was taken.
  expect(rows.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from(rows, (_, i) => i + 1));
  expect(rows.filter(({ event_type }) => event_type !== "first_visit")).toHaveLength(pipelines.events);
  const last = await env.DB.prepare("SELECT max(last_id) AS id FROM lake_files WHERE zone = 'ip_list'").first("id");
  const { results: marks } = await env.DB.prepare("SELECT dataset, position FROM watermarks ORDER BY dataset").all();
  expect(marks).toEqual(["ip_enrichment", "ip_list", "techstack"].map((dataset) => ({ dataset, position: last })));

  // Each range of raw objects was processed once: the ranges of every dataset lie end to end.
  for (const zone of ["techstack", "ip_list", "ip_enrichment"]) {
    const { results } = await env.DB.prepare(
      "SELECT first_id, last_id FROM lake_files WHERE zone = ? ORDER BY first_id",
    )
      .bind(zone)
      .all<{ first_id: number; last_id: number }>();
    for (const [i, { first_id }] of results.entries()) expect(first_id).toBeGreaterThan(results[i - 1]?.last_id ?? 0);
    const { results: covered } = await env.DB.prepare(
      `SELECT key, (SELECT count(*) FROM lake_files o WHERE o.zone = ? AND r.id BETWEEN o.first_id AND o.last_id) AS files
       FROM lake_files r WHERE zone = 'raw'`,
    )
      .bind(zone)
      .all<{ key: string; files: number }>();
    expect([zone, covered.filter(({ files }) => files > 1)]).toEqual([zone, []]);
    for (const { key } of covered.filter(({ files }) => files === 0)) {
      // A range of which nothing is counted has no file: its events only measured, and lengthened no visit.
      const events = await fromParquet(await (await env.LAKE.get(key))!.arrayBuffer());
      const counted = events.filter((event) => !MEASURING.includes(event.event_type) || event.duration_delta > 0);
      expect([zone, counted]).toEqual(["techstack", []]);
    }
  }

  // TechStack: file, cube and record say the same.
  const facts = ["pageviews", "events", "visits", "bounces", "duration"];
  const files = await rowsIn<TechstackRow>("techstack", TECHSTACK_COLUMNS);
  const named = files.map(({ day, pageviews, events, visits, bounces, duration, ...row }) => ({
    day,
    tech: JSON.stringify(BITS.map((column) => (row as Record<string, unknown>)[column])),
    pageviews,
    events,
    visits,
    bounces,
    duration,
  }));
  expect(summed(named, facts)).toEqual(technology(rows));
  const { results: cube } = await env.DB.prepare(
    `SELECT day, browser AS value, sum(visitors) AS visitors, sum(visits) AS visits, sum(bounces) AS bounces,
       sum(duration) AS duration, sum(pageviews) AS pageviews, sum(events) AS events FROM techstack_days
     WHERE firsts & ? GROUP BY day, browser`,
  )
    .bind(2 ** 31 - 1)
    .all<Record<string, number | string>>();
  const rollup = rollUp(rows);
  const browsers = [...rollup.days.get("browser")!].flatMap(([day, values]) =>
    [...values].map(([value, { visits, bounces, duration, pageviews, events }]) => ({
      day,
      value,
      ...{ visits, bounces, duration, pageviews, events },
    })),
  );
  expect(
    summed(
      cube.map(({ visitors: _, ...row }) => row),
      facts,
    ),
  ).toEqual(summed(browsers, facts));

  // The IP list: every address once a day in each object, and in all of them as often as in the record.
  const lists = await rowsIn<IpRow>("ip_list", IP_LIST_COLUMNS);
  const list = emptyIpList();
  for (const event of rows) addToIpList(list, event, []);
  const hits = (all: readonly IpRow[]) =>
    summed(
      all.map(({ day, ip, hits: n }) => ({ day, ip, hits: n })),
      ["hits"],
    );
  expect(hits(lists)).toEqual(hits(ipRows(list)));

  // Enrichment: what the provider says, of every address of every list.
  for (const key of await objectsIn("ip_enrichment"))
    for (const [ip, found] of await readEnrichment(env.LAKE, key)) {
      const said = replyOf(`https://provider.example/${ip}`);
      const { org } = (await said.json()) as { org?: string };
      expect(found.network ?? undefined).toEqual(org?.replace(/^AS\d+ /, ""));
    }
  // Rollups are those of the record with what the provider said: nothing was corrected twice, or not at all.
  expect(await checkAll(env, site_id)).toEqual([]);
  // Mails: every run that did something is told of, once; a copy after a crash is known by its mark.
  await pipelines.sendWhatIsLeft();
  const { results: told } = await env.DB.prepare("SELECT id, status FROM mails").all();
  expect(told.filter(({ status }) => status !== "sent")).toEqual([]);
  expect(new Set(pipelines.mails).size).toBe(told.length);
  const summaries = told.filter(({ id }) => String(id).startsWith("run_summary"));
  const withData = await env.DB.prepare("SELECT count(*) AS n FROM pipeline_run_properties WHERE rows > 0").first("n");
  expect(summaries.length).toBeLessThanOrEqual(Number(withData));
  expect(summaries.length).toBeGreaterThan(0);
  const { results: left } = await env.DB.prepare(
    "SELECT g.key FROM lake_garbage g JOIN lake_files f ON f.key = g.key AND f.site_id = g.site_id",
  ).all();
  expect(left).toEqual([]);
  console.log(
    `pipeline faults: seed ${SEED}, ${ROUNDS} rounds, ${pipelines.runs} runs, ${pipelines.compactions} compactions, ${rows.length} events, ` +
      `${lists.length} addresses listed, ${files.length} TechStack rows; ${faults} faults, ${kills} kills; ` +
      `${told.length} mails, ${pipelines.mails.length - told.length} copies after a crash, known by their mark`,
  );
});
