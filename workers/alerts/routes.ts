// The routes of anomalies and the forecast: list, dismiss, forecast.
import { Hono } from "hono";
import { z } from "zod";
import type { AnomaliesView, AnomalyView, ForecastView } from "../domain/anomalies/record";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { daysBetween, isDate } from "../domain/time/calendar";
import { addDays, localDate, startOfDate } from "../domain/time/zone";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { dismissAnomaly, type KeptAnomaly, listAnomalies } from "../storage/anomalies/anomalies";
import { readForecast } from "../storage/counts/forecast";

const ROOT = "/api/v1/properties/:site_id";
const STANDARD_DAYS = 30;
const MOST_DAYS = 366;
/** The newest anomalies of the period, at most. */
const MOST = 500;

const date = (name: string) => z.string().refine(isDate, `${name} must be a date such as 2026-11-22`).optional();
const daysQuery = z.strictObject({ from: date("from"), to: date("to") });
const forecastQuery = z.strictObject({ metric: z.enum(["visitors", "pageviews", "events"]).default("visitors") });

/** Local dates, both included. `to` defaults to today, `from` to thirty days before. @throws Problem invalid. */
function toDays(query: Record<string, string>, today: string): { from: string; to: string } {
  const asked = parseInput(daysQuery, query);
  const to = asked.to ?? today;
  const from = asked.from ?? addDays(to, 1 - STANDARD_DAYS);
  if (from > to) throw new Problem("invalid", "from must not be after to");
  if (daysBetween(from, to) >= MOST_DAYS)
    throw new Problem("invalid", `period must have at most ${MOST_DAYS} days, from and to included`);
  return { from, to };
}

const toView = ({ id, record, dismissed_at }: KeptAnomaly): AnomalyView => ({
  ...record,
  id,
  started_at: new Date(record.started_at).toISOString(),
  ended_at: new Date(record.ended_at).toISOString(),
  dismissed: dismissed_at !== null,
});

export const anomalyRoutes = new Hono<AppEnv>();

anomalyRoutes.get(`${ROOT}/anomalies`, async (c) => {
  const property = await askedProperty(c, "stats");
  const { site_id, timezone } = property;
  const { from, to } = toDays(c.req.query(), localDate(Date.now(), timezone));
  const period = { from: startOfDate(from, timezone), to: startOfDate(addDays(to, 1), timezone), limit: MOST };
  const kept = await listAnomalies(c.env.DB, site_id, period);
  return c.json({ anomalies: kept.map(toView) } satisfies AnomaliesView);
});

anomalyRoutes.post(`${ROOT}/anomalies/:id/dismiss`, async (c) => {
  const property = await askedProperty(c, "manage");
  if (!(await dismissAnomaly(c.env.DB, property.site_id, c.req.param("id"), Date.now())))
    throw new Problem("not_found", "anomaly does not exist");
  return c.body(null, 204);
});

anomalyRoutes.get(`${ROOT}/forecast`, async (c) => {
  const property = await askedProperty(c, "stats");
  const { metric } = parseInput(forecastQuery, c.req.query());
  const days = await readForecast(c.env.DB, property, metric, Date.now());
  return c.json({ metric, days } satisfies ForecastView);
});
