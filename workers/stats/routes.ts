// The routes of stats: queries in the dialect of Plausible's Stats API v2, the live picture, and refusals.
import { type Context, Hono } from "hono";
import { accountOf, requireCaller } from "../domain/properties/caller";
import type { Answer } from "../domain/queries/answer";
import { type PlaceInBatch, toBatch } from "../domain/queries/batch";
import type { MetricValue } from "../domain/queries/metric";
import { type Query, toQuery } from "../domain/queries/query";
import { parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSALS, type Refusal } from "../domain/requests/refusal";
import { addDays, localDate } from "../domain/time/zone";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readText } from "../http/body";
import { readRefusals } from "../storage/counts/rollups";
import { answerQueries } from "./answer-query";
import { readFreshUntil } from "./fresh";
import { openLiveSocket, readLive } from "./live/live";
import { createTiming } from "./timing";

export const statsRoutes = new Hono<AppEnv>();

/** Much larger than any real query. */
const MAX_QUERY_BYTES = 64 * 1024;
const STANDARD_DAYS = 7;
const MAX_DAYS = 366;

/** Queries, and where a problem of one is, if there may be several. */
interface Batch {
  queries: Query[];
  place?: PlaceInBatch;
}

/** Answers to queries of one property, with the header that says where the time went. */
async function answerAll(c: Context<AppEnv>, toAll: (body: unknown) => Batch): Promise<Answer<MetricValue>[]> {
  const timing = createTiming();
  const caller = requireCaller(c.var.caller);
  const { queries, place } = toAll(parseJson(await readText(c.req.raw, MAX_QUERY_BYTES)));
  const property = await askedProperty(c, "stats", queries[0]!.site_id);
  // Before the answers are read: what is counted meanwhile is in them without being promised.
  const fresh = await timing.measure("fresh", () => readFreshUntil(c.env, property));
  const asking = { viewer: accountOf(caller), timing, ...(place && { place }) };
  const answers = await answerQueries(c.env, property, queries, Date.now(), asking);
  const fresh_until = fresh === null ? null : new Date(fresh).toISOString();
  for (const { meta } of answers) meta.fresh_until = fresh_until;
  c.header("server-timing", timing.header());
  return answers;
}

statsRoutes.post("/api/v2/query", async (c) => {
  const [answer] = await answerAll(c, (body) => ({ queries: [toQuery(body)] }));
  return c.json(answer!);
});

statsRoutes.post("/api/v2/batch", async (c) => c.json({ results: await answerAll(c, toBatch) }));

statsRoutes.get("/api/v1/properties/:site_id/live", async (c) => {
  const property = await askedProperty(c, "stats");
  return c.json(await readLive(c.env.HUB, property));
});

statsRoutes.get("/api/v1/properties/:site_id/live/socket", async (c) => {
  const property = await askedProperty(c, "stats");
  if (c.req.header("upgrade")?.toLowerCase() === "websocket")
    return openLiveSocket(c.env, property, requireCaller(c.var.caller));
  const problem = new Problem("invalid", "request must be the upgrade to a WebSocket");
  return c.json({ error: problem.toBody() }, 426, { upgrade: "websocket" });
});

function toDays(text: string | undefined): number {
  if (text === undefined) return STANDARD_DAYS;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_DAYS) throw new Problem("invalid", `days must be a whole number from 1 to ${MAX_DAYS}`);
  return days;
}

statsRoutes.get("/api/v1/properties/:site_id/refusals", async (c) => {
  const property = await askedProperty(c, "stats");
  const since = addDays(localDate(Date.now(), property.timezone), 1 - toDays(c.req.query("days")));
  const counted = await readRefusals(c.env.DB, property.site_id, since);
  const refusals = counted.map(({ reason, count }) => ({ reason, meaning: REFUSALS[reason as Refusal] ?? "", count }));
  return c.json({ refusals });
});
