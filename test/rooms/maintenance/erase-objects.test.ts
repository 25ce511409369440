// Objects that an erasure deletes at once: readers that have listed them list again, what a crash left with the person goes,
// and what a writer may still list stays.
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { erasureKey, eventsKey, rawKey } from "../../../workers/domain/lake/keys";
import { toParquet } from "../../../workers/domain/lake/parquet";
import type { Property } from "../../../workers/domain/properties/property";
import { toQuery } from "../../../workers/domain/queries/query";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { answerQuery } from "../../../workers/stats/answer-query";
import { countMessages } from "../../../workers/storage/counts/count-messages";
import { eventIdsAmong } from "../../../workers/storage/lake/event-ids";
import { announceObjects } from "../../../workers/storage/lake/garbage";
import { listFiles } from "../../../workers/storage/lake/reading";
import { deleteOldNotes, loadNotes, newNotes, saveNotes } from "../../../workers/storage/runs/erasure-notes";
import { Chaos } from "../chaos";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent, givenLoaded, givenMessage, givenProcessed, keysIn } from "../given-lake";

givenFreshStorage();
afterEach(() => vi.restoreAllMocks());

const DAY = 86_400_000;
const NOON = Math.floor((Date.now() - 3 * DAY) / DAY) * DAY + DAY / 2;
const DATE = new Date(NOON).toISOString().slice(0, 10);

function plainSteps() {
  const chaos = new Chaos(1);
  chaos.odds = 0;
  return chaos.steps(new Map());
}
/** An erasure in the middle of a question: Analysts forget once the question has been answered, so nobody waits for them. */
const eraseAda = (siteId: string) => {
  const ANALYST = { getByName: () => ({ forget: async () => undefined }) } as unknown as typeof env.ANALYST;
  return erase({ ...env, ANALYST }, plainSteps(), { site_id: siteId, user_id: "ada" }, crypto.randomUUID());
};

/** Sixty visitors of a day, and Ada; closed, so that its tables are read too. */
async function givenDay(size: number, close: boolean): Promise<Property> {
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  const event = (n: number, more: Partial<StampedEvent> = {}) =>
    aStampedEvent(site_id, NOON + n, { visitor_id: `v_${n}`, visit_id: `visit ${n}`, person_id: `s_${n}`, ...more });
  const hers = [70, 71].map((n) => event(n, { user_id: "ada", page: "/hers" }));
  await givenMessage(site_id, [...Array.from({ length: 60 }, (_, n) => event(n)), ...hers]);
  await givenProcessed(site_id);
  if (close) expect(await closeLakeDay(env, site_id, DATE, Date.now(), size)).toMatchObject({ outcome: "closed" });
  return property;
}

it.each([
  ["closed", true, LIMITS.part],
  ["open", false, LIMITS.part],
  ["closed in parts", true, 15],
  ["open in parts", false, 15],
])(
  "a question that an erasure overtakes is answered from what is left, on a day that is %s",
  async (_, closed, part) => {
    const property = await givenDay(part, closed);
    const { site_id } = property;
    let reads = 0;
    const { get } = Object.getPrototypeOf(env.LAKE) as R2Bucket;
    let overtaken: Promise<unknown> | null = null;
    vi.spyOn(Object.getPrototypeOf(env.LAKE) as R2Bucket, "get").mockImplementation(async function (
      this: R2Bucket,
      ...asked: Parameters<R2Bucket["get"]>
    ) {
      reads += 1;
      // The list has been read: whatever it names, the erasure may delete before it is read.
      if (!overtaken) {
        overtaken = eraseAda(site_id);
        await overtaken;
      }
      return get.apply(this, asked) as never;
    } as never);
    const query = toQuery({
      site_id,
      metrics: ["users", "visits", "events"],
      date_range: [DATE, DATE],
      filters: [["is_not", "event:page", ["/nowhere"]]],
    });
    const { results } = await answerQuery(env, property, query, Date.now(), { limits: { ...LIMITS, part } });
    expect(overtaken).not.toBeNull();
    expect(results[0]!.metrics).toEqual([60, 60, 60]);
    expect(reads).toBeGreaterThan(1);
  },
);

it("ids are looked for again where an erasure has deleted an object", async () => {
  const { site_id } = await givenDay(LIMITS.part, false);
  const { get } = Object.getPrototypeOf(env.LAKE) as R2Bucket;
  let isFirst = true;
  vi.spyOn(Object.getPrototypeOf(env.LAKE) as R2Bucket, "get").mockImplementation(async function (
    this: R2Bucket,
    ...asked: Parameters<R2Bucket["get"]>
  ) {
    if (isFirst) {
      isFirst = false;
      await eraseAda(site_id);
    }
    return get.apply(this, asked) as never;
  } as never);
  const events = [{ event_id: "nobody's", anonymous: null, event_time: NOON }];
  expect(await eventIdsAmong(env, site_id, events)).toEqual(new Set());
});

it("what a crash left with the person goes with the erasure, and what may still be listed stays", async () => {
  const { site_id } = await givenDay(LIMITS.part, true);
  const other = aStampedEvent(site_id, NOON, { event_id: "other", user_id: "bob", visitor_id: "v_70" });
  const hers = aStampedEvent(site_id, NOON, { event_id: "hers", user_id: "ada" });
  const put = async (name: string, events: StampedEvent[]) => {
    const key = eventsKey("pageview", DATE, site_id, name);
    await announceObjects(env.DB, site_id, [key], Date.now());
    await env.LAKE.put(key, toParquet(events));
    return key;
  };
  const left = await put("left-with-her", [hers, other]);
  // The visitor was hers as well, the event is not: a compaction may be about to list it.
  const going = await put("under-way", [other]);
  // A message that came again after its object was compacted.
  const message = { kind: "stamped" as const, id: "again", site_id, refusals: {}, events: [hers] };
  await countMessages([message], env);
  await givenLoaded(site_id);
  const orphan = rawKey(site_id, DATE, "again");
  const lost = await (await env.LAKE.get((await keysIn("raw/")).find((key) => key === orphan)!))!.arrayBuffer();
  const report = await eraseAda(site_id);
  expect(Number(report.objects_deleted)).toBeGreaterThan(3);
  expect(await keysIn(left)).toEqual([]);
  expect(await keysIn(going)).toEqual([going]);
  expect(await keysIn(orphan)).toEqual([]);
  await env.LAKE.put(orphan, lost);
  await eraseAda(site_id);
  expect(await keysIn(orphan)).toEqual([]);
  // Nothing that is listed is missing.
  const zones = ["raw", "events", "visits", "actions", "techstack", "ip_list", "ip_enrichment"] as const;
  for (const { key } of await listFiles(env.DB, site_id, zones)) expect(await keysIn(key)).toEqual([key]);
});

it("neither the run nor its parameters name the person, and the notes go with it", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const asked: unknown[] = [];
  vi.spyOn(Object.getPrototypeOf(env.MAINTENANCE) as Workflow, "create").mockImplementation((async (
    options: unknown,
  ) => {
    asked.push(options);
  }) as never);
  const started = await call("POST", `/api/v1/properties/${site_id}/erasures`, { key, body: { user_id: "ada-mark" } });
  const { run_id } = (await started.json()) as { run_id: string };
  expect(asked).toEqual([{ id: run_id, params: expect.objectContaining({ kind: "erasure", site_id }) }]);
  const { results } = await env.DB.prepare("SELECT * FROM pipeline_runs").all();
  expect(JSON.stringify([asked, results])).not.toContain("ada-mark");
  expect((await loadNotes(env.LAKE, site_id, run_id))?.user_id).toBe("ada-mark");
  const kept = new Map();
  const chaos = new Chaos(1);
  chaos.odds = 0;
  await erase(env, chaos.steps(kept), { site_id }, run_id);
  expect(JSON.stringify([...kept])).not.toContain("ada-mark");
  expect(await keysIn("erasures/")).toEqual([]);
  // One that cannot end well lets go of them, too.
  await givenMessage(site_id, [aStampedEvent(site_id, NOON, { user_id: "ada-mark" })]);
  await saveNotes(env.LAKE, site_id, "second", newNotes("ada-mark", Date.now()));
  await expect(erase(env, plainSteps(), { site_id }, "second")).rejects.toThrow("still wait for the pipeline");
  expect(await keysIn("erasures/")).toEqual([]);
  await expect(erase(env, plainSteps(), { site_id }, "second")).rejects.toThrow("ask for it again");
});

it("notes that an erasure could not delete go after days, or with their property", async () => {
  const { site_id } = await givenProperty();
  await saveNotes(env.LAKE, site_id, "one", newNotes("ada", Date.now()));
  await deleteOldNotes(env.LAKE, Date.now() - DAY);
  expect(await keysIn("erasures/")).toEqual([erasureKey(site_id, "one")]);
  await deleteOldNotes(env.LAKE, Date.now() + DAY);
  expect(await keysIn("erasures/")).toEqual([]);
  await saveNotes(env.LAKE, site_id, "two", newNotes("ada", Date.now()));
  const key = await givenKey();
  expect((await call("DELETE", `/api/v1/properties/${site_id}`, { key })).status).toBe(204);
  expect(await keysIn("erasures/")).toEqual([]);
});
