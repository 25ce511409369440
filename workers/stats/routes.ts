// The routes of stats: queries in the dialect of Plausible's Stats API v2, the live picture, and refusals.
import { Hono } from "hono";
import { accountOf, requireCaller } from "../domain/properties/caller";
import { toQueries } from "../domain/queries/batch";
import { toQuery } from "../domain/queries/query";
import { parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSALS, type Refusal } from "../domain/requests/refusal";
import { addDays, localDate } from "../domain/time/zone";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readText } from "../http/body";
import { readRefusals } from "../storage/counts/rollups";
import { answerQueries, answerQuery } from "./answer-query";
import { openLiveSocket, readLive } from "./live/live";

export const statsRoutes = new Hono<AppEnv>();

/** Much larger than any real query. */
const MAX_QUERY_BYTES = 64 * 1024;
const STANDARD_DAYS = 7;
const MAX_DAYS = 366;

statsRoutes.post("/api/v2/query", async (c) => {
  const caller = requireCaller(c.var.caller);
  const query = toQuery(parseJson(await readText(c.req.raw, MAX_QUERY_BYTES)));
  const property = await askedProperty(c, "stats", query.site_id);
  return c.json(await answerQuery(c.env, property, query, Date.now(), accountOf(caller)));
});

statsRoutes.post("/api/v2/batch", async (c) => {
  const caller = requireCaller(c.var.caller);
  const queries = toQueries(parseJson(await readText(c.req.raw, MAX_QUERY_BYTES)));
  const property = await askedProperty(c, "stats", queries[0]!.site_id);
  return c.json({ results: await answerQueries(c.env, property, queries, Date.now(), accountOf(caller)) });
});

statsRoutes.get("/api/v1/properties/:site_id/live", async (c) => {
  const property = await askedProperty(c, "stats");
  return c.json(await readLive(c.env.HUB, property));
});

statsRoutes.get("/api/v1/properties/:site_id/live/socket", async (c) => {
  const property = await askedProperty(c, "stats");
  if (c.req.header("upgrade")?.toLowerCase() === "websocket") return openLiveSocket(c.env.HUB, property);
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
