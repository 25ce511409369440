// The numbers of the overlay: a page of the site requests its own heatmap with the pass from its owner's link.
import { Hono } from "hono";
import { cors } from "hono/cors";
import { isHeatWidth } from "../../domain/counts/heatmap";
import { HEAT_WIDTHS } from "../../domain/counts/insight";
import { pageOf } from "../../domain/events/path";
import { Problem } from "../../domain/requests/problem";
import { addDays, localDate } from "../../domain/time/zone";
import type { AppEnv } from "../../http/app";
import { provePass } from "../../http/overlay-pass";
import { loadProperty } from "../../storage/properties/properties";
import { heatmapInsight } from "./insight";
import { countedSource } from "./source";

/** For links without a period. */
const STANDARD_DAYS = 30;

export const overlayDataRoutes = new Hono<AppEnv>();
// The page has another origin and none of our cookies. Only the pass grants access.
overlayDataRoutes.use("/api/overlay/*", cors({ origin: "*", allowMethods: ["GET"], allowHeaders: ["Authorization"] }));

overlayDataRoutes.get("/api/overlay/heatmap", async (c) => {
  const signed = /^Bearer (\S+)$/.exec(c.req.header("authorization") ?? "")?.[1];
  const pass = signed ? await provePass(c.env, signed) : null;
  if (pass?.tool !== "heatmap") throw new Problem("unauthorized", "request must carry the pass of a heatmap");
  const property = await loadProperty(c.env.DB, pass.site_id);
  if (!property) throw new Problem("not_found", "property does not exist");
  const url = c.req.query("url") ?? "";
  const width = c.req.query("width");
  if (!URL.canParse(url)) throw new Problem("invalid", "url must be the address of a page");
  if (!isHeatWidth(width)) throw new Problem("invalid", `width must be one of ${HEAT_WIDTHS.join(", ")}`);
  const to = pass.to ?? localDate(Date.now(), property.timezone);
  const days = { site_id: property.site_id, from: pass.from ?? addDays(to, 1 - STANDARD_DAYS), to };
  // A fragment counts as a route only if it looks like one (`#/x`), as in the tracker on sites with such routes.
  return c.json(await heatmapInsight(countedSource(c.env.DB, days), pageOf(new URL(url), true, property.pages), width));
});
