// The routes of insight, and their parameters: the property, the days and the filters.
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { PageDimension } from "../../domain/analysis/scan/details";
import { isHeatWidth } from "../../domain/counts/heatmap";
import { HEAT_WIDTHS, type HeatWidth, MOST_INSIGHT_DAYS } from "../../domain/counts/insight";
import { accountOf, requireCaller } from "../../domain/properties/caller";
import type { Property } from "../../domain/properties/property";
import { toList } from "../../domain/queries/query";
import { parseInput, parseJson } from "../../domain/requests/input";
import { Problem } from "../../domain/requests/problem";
import { daysBetween, isDate } from "../../domain/time/calendar";
import { addDays, localDate } from "../../domain/time/zone";
import type { AppEnv } from "../../http/app";
import { askedProperty } from "../../http/asked-property";
import { readText } from "../../http/body";
import { areCapped } from "../../storage/counts/caps/capped-days";
import type { PropertyDays } from "../../storage/counts/details";
import { readLive } from "../live/live";
import { filteredSource } from "./filtered/source";
import { eventInsight, eventsInsight, heatmapInsight, heatmapsInsight, vitalsInsight } from "./insight";
import { networksInsight } from "./networks";
import { ruleInsight, rulesInsight } from "./rules";
import { countedSource, eventsBefore, type InsightSource, type ReadDimensions } from "./source";

export const insightRoutes = new Hono<AppEnv>();

// Each route answers a GET, and a POST for filters that are too long for an address.
const ROOT = "/api/v1/properties/:site_id/insight";
const STANDARD_DAYS = 7;
/** No page, device or event name is longer. */
const MAX_PARAMETER = 1000;
/** An address has at most 16 KB. Longer filters come in the body of a POST. */
const MAX_FILTERS = 12_000;
/** As for queries: a filter that a query accepts is accepted here. */
const MAX_BODY_BYTES = 64 * 1024;

/** What a POST has in its body. A GET has the same in its address. */
const selectionSchema = z.strictObject({
  filters: z.array(z.unknown()).default([]),
  suspected_bots: z.boolean().default(true),
});
type Selection = z.output<typeof selectionSchema>;

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

/** The filters in the address, as in the body of a query. */
function filtersOf(c: Context<AppEnv>): unknown[] {
  const text = c.req.query("filters");
  if (text === undefined || text === "") return [];
  if (text.length > MAX_FILTERS)
    throw new Problem(
      "invalid",
      `filters must have at most ${MAX_FILTERS} characters in an address; send longer ones in the body of a POST`,
    );
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Problem("invalid", "filters must be valid JSON");
  }
  if (!Array.isArray(given)) throw new Problem("invalid", "filters must be a list of filters");
  return given;
}

/** Whether suspected bots are counted, by the address. */
function withBots(c: Context<AppEnv>): boolean {
  const text = c.req.query("suspected_bots") || "true";
  if (text !== "true" && text !== "false") throw new Problem("invalid", "suspected_bots must be true or false");
  return text === "true";
}

/** Which events count: from the body of a POST, else from the address. */
async function selectionOf(c: Context<AppEnv>): Promise<Selection> {
  if (c.req.method !== "POST") return { filters: filtersOf(c), suspected_bots: withBots(c) };
  const inAddress = Object.keys(selectionSchema.shape).find((name) => c.req.query(name) !== undefined);
  if (inAddress !== undefined) throw new Problem("invalid", `${inAddress} of a POST must be in its body`);
  const text = await readText(c.req.raw, MAX_BODY_BYTES);
  return parseInput(selectionSchema, text === "" ? {} : parseJson(text));
}

/** Whether the pages of vitals and heatmaps are path groups. */
function pagesOf(c: Context<AppEnv>): PageDimension {
  const text = c.req.query("grouped") || "false";
  if (text !== "true" && text !== "false") throw new Problem("invalid", "grouped must be true or false");
  return text === "true" ? "event:page_group" : "event:page";
}

interface Asked {
  property: Property;
  source: InsightSource;
  /** For the reply, once the source has been read: `capped` if values are summed under `(other)`. */
  meta: () => object;
}

/** @throws Problem unauthorized, not_found, forbidden, or invalid when the days are not dates or a filter is wrong. */
async function asked(
  c: Context<AppEnv>,
  reads: ReadDimensions,
  toPages: (c: Context<AppEnv>) => PageDimension = () => "event:page",
): Promise<Asked> {
  const property = await askedProperty(c, "stats");
  const days = daysOf(c, property);
  const selection = await selectionOf(c);
  const filters = toList(selection.filters);
  const humansOnly = !selection.suspected_bots;
  const by = toPages(c);
  const counts = countedSource(c.env.DB, days);
  const isOfCounts = filters.length === 0 && !humansOnly && by === "event:page";
  const all = { property, meta: (): object => ({}) };
  if (isOfCounts && !(await areCapped(c.env.DB, days, reads))) return { ...all, source: counts };
  const viewer = accountOf(requireCaller(c.var.caller));
  const events = await filteredSource({ env: c.env, days, filters, humansOnly, by, viewer });
  if (!isOfCounts) return { ...all, source: events };
  let isCapped = false;
  const source = eventsBefore(events, counts, () => {
    isCapped = true;
  });
  return { property, source, meta: () => (isCapped ? { capped: true } : {}) };
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

insightRoutes.on(["GET", "POST"], `${ROOT}/events`, async (c) => {
  const { source, meta } = await asked(c, ["name"]);
  return c.json({ ...(await eventsInsight(source)), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/events/:name`, async (c) => {
  const { source, meta } = await asked(c, ["name", "prop/*", "event_page/*"]);
  return c.json({ ...(await eventInsight(source, c.req.param("name"))), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/vitals`, async (c) => {
  const { source, meta } = await asked(c, ["vital/*"], pagesOf);
  const filter = { page: parameterOf(c, "page"), device: parameterOf(c, "device") };
  return c.json({ ...(await vitalsInsight(source, filter)), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/heatmap`, async (c) => {
  const { source, meta } = await asked(c, ["heat/*"], pagesOf);
  const page = parameterOf(c, "page");
  const width = widthOf(c);
  if (page === null) return c.json({ ...(await heatmapsInsight(source, width)), ...meta() });
  if (width === null)
    throw new Problem("invalid", `width must be one of ${HEAT_WIDTHS.join(", ")} where a page is given`);
  return c.json({ ...(await heatmapInsight(source, page, width)), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/networks`, async (c) => {
  const { source, meta } = await asked(c, ["network", "network_type", "network/*"]);
  return c.json({ ...(await networksInsight(source)), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/rules`, async (c) => {
  const { property, source, meta } = await asked(c, ["rule", "rule_*"]);
  const { rules } = await readLive(c.env.HUB, property);
  return c.json({ ...(await rulesInsight(source, rules)), ...meta() });
});

insightRoutes.on(["GET", "POST"], `${ROOT}/rules/:id`, async (c) => {
  const { property, source, meta } = await asked(c, ["rule", "rule_*"]);
  const { rules } = await readLive(c.env.HUB, property);
  return c.json({ ...(await ruleInsight(source, c.req.param("id"), rules)), ...meta() });
});
