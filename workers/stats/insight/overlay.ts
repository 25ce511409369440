// What the overlay asks and sends from a page of the site, with the pass from its owner's link: the numbers of the page's own
// heatmap, and the element that the owner picked.
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { z } from "zod";
import { isHeatWidth } from "../../domain/counts/heatmap";
import { HEAT_WIDTHS } from "../../domain/counts/insight";
import type { OverlayPass } from "../../domain/events/overlay";
import { pageOf } from "../../domain/events/path";
import { Problem } from "../../domain/requests/problem";
import { addDays, localDate } from "../../domain/time/zone";
import type { AppEnv } from "../../http/app";
import { readInput } from "../../http/body";
import { hubOf } from "../../http/first-hub";
import { provePass } from "../../http/overlay-pass";
import { loadProperty } from "../../storage/properties/properties";
import { heatmapInsight } from "./insight";
import { countedSource } from "./source";

/** For links without a period. */
const STANDARD_DAYS = 30;

export const overlayDataRoutes = new Hono<AppEnv>();
// The page has another origin and none of our cookies. Only the pass grants access.
overlayDataRoutes.use(
  "/api/overlay/*",
  cors({ origin: "*", allowMethods: ["GET", "POST"], allowHeaders: ["Authorization", "Content-Type"] }),
);

async function passOf({ env, req }: Context<AppEnv>): Promise<OverlayPass | null> {
  const signed = /^Bearer (\S+)$/.exec(req.header("authorization") ?? "")?.[1];
  return signed ? provePass(env, signed) : null;
}

overlayDataRoutes.get("/api/overlay/heatmap", async (c) => {
  const pass = await passOf(c);
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

/** What the picker says. The owner reads it in a form, and the selector is checked when a rule is made of it. */
const choiceInput = z.object({
  selector: z.string().min(1).max(500),
  matches: z.number().int().nonnegative(),
  text: z.string().max(80),
  page: z.string().max(1000),
});

overlayDataRoutes.post("/api/overlay/choice", async (c) => {
  const pass = await passOf(c);
  if (pass?.tool !== "pick" || !pass.id) throw new Problem("unauthorized", "request must carry the pass of a picker");
  const choice = await readInput(c.req.raw, choiceInput);
  if (!(await hubOf(c.env, pass.site_id).keepChoice(pass.id, choice)))
    throw new Problem("conflict", "choice of this pass has been made already");
  return c.body(null, 204);
});
