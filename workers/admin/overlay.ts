// Creates links to the overlay: the URL of a page of the site with a signed pass, which opens a tool on the page. What was
// picked there waits in the property's hub.
import { Hono } from "hono";
import { z } from "zod";
import { MOST_INSIGHT_DAYS } from "../domain/counts/insight";
import { OVERLAY_MINUTES, OVERLAY_TOOLS, withOverlayPass } from "../domain/events/overlay";
import { hostOf, isKnownHost } from "../domain/events/path";
import { type Caller, requireCaller, requireProperty } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import { daysBetween } from "../domain/time/calendar";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { hubOf } from "../http/first-hub";
import { signPass } from "../http/overlay-pass";

const date = z.iso.date("date must be YYYY-MM-DD");

const overlayInput = z.object({
  tool: z.enum(OVERLAY_TOOLS),
  url: z.url({ protocol: /^https?$/, error: "url must be the address of a page" }).max(1000),
  from: date.optional(),
  to: date.optional(),
});

/** Whose a picker is: its choice comes back to the session or key that opened it, and to nobody else. */
const holderOf = ({ id, session_id }: Caller): string => session_id ?? id;

export const overlayRoutes = new Hono<AppEnv>();

overlayRoutes.post("/api/v1/properties/:site_id/overlay", async (c) => {
  // Viewing numbers on the page needs the scope `stats`. Picking an element needs `manage`, because it leads to a rule.
  const property = await askedProperty(c, "stats");
  const { tool, url, from, to } = await readInput(c.req.raw, overlayInput);
  if (from && to && (from > to || daysBetween(from, to) >= MOST_INSIGHT_DAYS))
    throw new Problem("invalid", `period must begin before it ends and have at most ${MOST_INSIGHT_DAYS} days`);
  if (tool === "pick") requireProperty(c.var.caller, property, "manage");
  const hosts = property.streams.flatMap((stream) => hostOf(stream.url) ?? []);
  if (!isKnownHost(hostOf(url), { hosts, subdomains: property.privacy.subdomains }))
    throw new Problem("invalid", "url must be on a website of the property");
  const now = Date.now();
  const id = tool === "pick" ? crypto.randomUUID() : null;
  if (id) await hubOf(c.env, property.site_id).expectChoice(id, holderOf(requireCaller(c.var.caller)));
  const pass = await signPass(
    c.env,
    { site_id: property.site_id, tool, ...(id && { id }), ...(from && { from }), ...(to && { to }) },
    now,
  );
  return c.json({
    url: withOverlayPass(url, pass),
    pass,
    ...(id && { id }),
    expires_at: new Date(now + OVERLAY_MINUTES * 60_000).toISOString(),
  });
});

overlayRoutes.get("/api/v1/properties/:site_id/overlay/:id", async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  const choice = await hubOf(c.env, site_id).choiceOf(c.req.param("id"), holderOf(requireCaller(c.var.caller)));
  if (choice === undefined) throw new Problem("not_found", "picker does not exist or has expired");
  return c.json({ choice });
});
