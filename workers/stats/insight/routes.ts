// The routes of insight, and their parameters: the property and the days.
import { type Context, Hono } from "hono";
import { isHeatWidth } from "../../domain/counts/heatmap";
import { HEAT_WIDTHS, type HeatWidth, MOST_INSIGHT_DAYS } from "../../domain/counts/insight";
import type { Property } from "../../domain/properties/property";
import { Problem } from "../../domain/requests/problem";
import { daysBetween, isDate } from "../../domain/time/calendar";
import { addDays, localDate } from "../../domain/time/zone";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import type { PropertyDays } from "../../storage/counts/details";
import { readLive } from "../live/live";
import { eventInsight, eventsInsight, heatmapInsight, heatmapsInsight, vitalsInsight } from "./insight";
import { networksInsight } from "./networks";
import { ruleInsight, rulesInsight } from "./rules";

export const insightRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id/insight";
const STANDARD_DAYS = 7;
/** No page, device or event name is longer. */
const MAX_PARAMETER = 1000;

function dateOf(c: Context<AppEnv>, name: "from" | "to"): string | undefined {
  const text = c.req.query(name);
  if (text !== undefined && !isDate(text)) throw new Problem("invalid", `${name} must be a date such as 2026-11-22`);
  return text;
}

/** The requested days. `to` defaults to today, `from` to a week. */
function daysOf(c: Context<AppEnv>, { site_id, timezone }: Property): PropertyDays {
  const to = dateOf(c, "to") ?? localDate(Date.now(), timezone);
  const from = dateOf(c, "from") ?? addDays(to, 1 - STANDARD_DAYS);
  if (from > to) throw new Problem("invalid", "from must not be after to");
  if (daysBetween(from, to) >= MOST_INSIGHT_DAYS)
    throw new Problem("invalid", `period must have at most ${MOST_INSIGHT_DAYS} days, from and to included`);
  return { site_id, from, to };
}

/** @throws Problem unauthorized, not_found, forbidden, or invalid when the days are not dates. */
async function asked(c: Context<AppEnv>): Promise<{ property: Property; days: PropertyDays }> {
  const property = await askedProperty(c, "stats");
  return { property, days: daysOf(c, property) };
}

/** Null when the parameter is missing or empty. */
function parameterOf(c: Context<AppEnv>, name: string): string | null {
  const text = c.req.query(name);
  if (text !== undefined && text.length > MAX_PARAMETER)
    throw new Problem("invalid", `${name} must have at most ${MAX_PARAMETER} characters`);
  return text || null;
}

function widthOf(c: Context<AppEnv>): HeatWidth | null {
  const text = parameterOf(c, "width");
  if (text === null || isHeatWidth(text)) return text;
  throw new Problem("invalid", `width must be one of ${HEAT_WIDTHS.join(", ")}`);
}

insightRoutes.get(`${ROOT}/events`, async (c) => {
  const { days } = await asked(c);
  return c.json(await eventsInsight(c.env.DB, days));
});

insightRoutes.get(`${ROOT}/events/:name`, async (c) => {
  const { days } = await asked(c);
  return c.json(await eventInsight(c.env.DB, days, c.req.param("name")));
});

insightRoutes.get(`${ROOT}/vitals`, async (c) => {
  const { days } = await asked(c);
  const filter = { page: parameterOf(c, "page"), device: parameterOf(c, "device") };
  return c.json(await vitalsInsight(c.env.DB, days, filter));
});

insightRoutes.get(`${ROOT}/heatmap`, async (c) => {
  const { days } = await asked(c);
  const page = parameterOf(c, "page");
  const width = widthOf(c);
  if (page === null) return c.json(await heatmapsInsight(c.env.DB, days, width));
  if (width === null)
    throw new Problem("invalid", `width must be one of ${HEAT_WIDTHS.join(", ")} where a page is given`);
  return c.json(await heatmapInsight(c.env.DB, days, page, width));
});

insightRoutes.get(`${ROOT}/networks`, async (c) => {
  const { days } = await asked(c);
  return c.json(await networksInsight(c.env.DB, days));
});

insightRoutes.get(`${ROOT}/rules`, async (c) => {
  const { property, days } = await asked(c);
  const { rules } = await readLive(c.env.HUB, property);
  return c.json(await rulesInsight(c.env.DB, days, rules));
});

insightRoutes.get(`${ROOT}/rules/:id`, async (c) => {
  const { property, days } = await asked(c);
  const { rules } = await readLive(c.env.HUB, property);
  return c.json(await ruleInsight(c.env.DB, days, c.req.param("id"), rules));
});
