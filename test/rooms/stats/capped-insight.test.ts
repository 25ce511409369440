// Insight about days that have reached their caps: the events answer, and nothing is missing.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { countedIdsOf } from "../../../workers/domain/counts/suspects";
import { Problem } from "../../../workers/domain/requests/problem";
import { addDays } from "../../../workers/domain/time/zone";
import { eventsInsight } from "../../../workers/stats/insight/insight";
import { countedSource, eventsBefore, type InsightSource } from "../../../workers/stats/insight/source";
import { foldPending } from "../../../workers/storage/counts/pending";
import { chance } from "../chance";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey } from "../given";
import { givenCaps } from "../given-caps";
import { FIRST, givenCounted } from "../maintenance/given-days";

givenFreshStorage();
const queue = givenHeldQueue();
const random = chance(Number(env.FAULT_SEED));

const [FROM, TO] = [addDays(FIRST, -1), addDays(FIRST, 4)];
const PATHS = ["events", "events/Signup", "vitals", "heatmap", "networks", "rules"];

async function answersOf(siteId: string): Promise<Record<string, unknown>> {
  const key = await givenKey();
  const answers = PATHS.map(async (path) => {
    const reply = await call("GET", `/api/v1/properties/${siteId}/insight/${path}?from=${FROM}&to=${TO}`, { key });
    expect([path, reply.status]).toEqual([path, 200]);
    return [path, await reply.json()] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

it.each([{ caps: { values: 2, names: 1, keys: 1, values_per_key: 1 } }, { caps: { rows_per_day: 1 } }])(
  "answers of capped days are those of days without caps ($caps)",
  async ({ caps }) => {
    const { site_id } = await givenCounted(queue, random, 200);
    const before = await answersOf(site_id);
    await givenCaps(site_id, caps);
    // With a budget of one row, the second fold has nothing left.
    const ids = countedIdsOf(site_id);
    if ("rows_per_day" in caps)
      await env.DB.prepare("INSERT INTO rows_written VALUES (?, ?, 1)").bind(site_id, FIRST).run();
    await foldPending(env.DB, ids, Date.parse(FIRST));
    const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM rollup_days WHERE value = '(other)'").first<{
      n: number;
    }>())!;
    expect(n).toBeGreaterThan(5);
    expect(await answersOf(site_id)).toEqual(before);
  },
);

it("counts with sums in them answer where the events are too many, and say so", async () => {
  const { site_id } = await givenCounted(queue, random, 40);
  const counts = countedSource(env.DB, { site_id, from: FROM, to: TO });
  const refuse = () => Promise.reject(new Problem("invalid", "period has too many events"));
  const tooMany = Object.fromEntries(Object.keys(counts).map((name) => [name, refuse])) as unknown as InsightSource;
  let capped = 0;
  const source = eventsBefore(tooMany, counts, () => {
    capped += 1;
  });
  expect(await eventsInsight(source)).toEqual(await eventsInsight(counts));
  expect(capped).toBe(1);
  const broken = eventsBefore(
    { ...tooMany, rules: () => Promise.reject(new Error("broken")) },
    counts,
    () => undefined,
  );
  await expect(broken.rules()).rejects.toThrow("broken");
});
