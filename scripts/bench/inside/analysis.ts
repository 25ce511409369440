// The analysis zone inside the counting Worker: a day's events become an object of the lake, and the day's tables.
import { eventsKey } from "../../../workers/domain/lake/keys";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { listStatements } from "../../../workers/storage/lake/listing";
import { createObject } from "../../../workers/storage/lake/objects";
import type { DayFilled, FilledDay } from "../tally";
import { countedEnv, since, tally } from "./watch";

/** Takes a day as compaction would have left it, and closes it. The body is Parquet; what is in it, a header says. */
export async function fillDay(request: Request, env: Cloudflare.Env): Promise<Response> {
  const day = JSON.parse(request.headers.get("x-day") ?? "") as FilledDay;
  const { site_id, date, rows } = day;
  const key = eventsKey("mixed", date, site_id, "bench");
  const bytes = await createObject(env.LAKE, key, await request.arrayBuffer());
  const times = { min_time: Date.parse(date), max_time: Date.parse(date) + 86_399_999 };
  const about = { ...times, min_date: date, max_date: date, level: 2, event_type: "mixed" };
  await env.DB.batch(listStatements(env.DB, [[site_id, { ...about, zone: "events", key, rows, bytes }]], Date.now()));
  const start = performance.now();
  const before = { ...tally };
  const closed = await closeLakeDay(countedEnv(env), site_id, date, Date.now());
  // The task gives each day a step.
  const used = { ...since(before), workflow_steps: 1 };
  if (closed.outcome !== "closed") throw new Error(`${date} was not closed: ${closed.outcome}`);
  const tables = await env.DB.prepare(
    "SELECT sum(bytes) AS bytes FROM lake_files WHERE site_id = ? AND min_date = ? AND zone IN ('visits', 'actions')",
  )
    .bind(site_id, date)
    .first<number>("bytes");
  return Response.json({ ms: performance.now() - start, bytes: tables ?? 0, tally: used } satisfies DayFilled);
}

/** Bytes of columns in the isolate of a property's Analyst. */
export const heldBy = async (env: Cloudflare.Env, name: string): Promise<Response> =>
  Response.json({ bytes: await env.ANALYST.getByName(name).held() });
