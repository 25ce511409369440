// Public numbers: the current visitors of a property as JSON and as a badge, if the owner has made them public.
import { type Context, Hono } from "hono";
import { Problem } from "../../domain/requests/problem";
import { isBadgeTheme, toBadge } from "../../domain/visits/badge";
import type { LivePicture } from "../../domain/visits/hub";
import type { AppEnv } from "../../http/app";
import { isWithinRate, rateProblem } from "../../http/rate-limit";
import { loadProperty } from "../../storage/properties/properties";
import { readLive } from "./live";

/**
 * Lifetime of a cached picture (ms): a page with thousands of readers costs an isolate one look-up every five seconds.
 */
const KEPT_MS = 5_000;
const KEPT_SITES = 1_000;
/** Browsers and caches in front of the Worker store it for as long. */
const CACHE = `public, max-age=${KEPT_MS / 1000}`;
/** The format of every site_id. Ids with another format are not looked up. */
const SITE_ID = /^[0-9a-hjkmnp-tv-z]{10}$/;

type Figures = Pick<LivePicture, "active_5m" | "active_30m" | "pageviews_30m">;
const looks = new Map<string, { figures: Promise<Figures | null>; until: number }>();

/** Null when the property does not exist or is not public. */
async function look(env: Cloudflare.Env, siteId: string): Promise<Figures | null> {
  const property = await loadProperty(env.DB, siteId);
  if (!property?.public_live) return null;
  const { active_5m, active_30m, pageviews_30m } = await readLive(env.HUB, property);
  return { active_5m, active_30m, pageviews_30m };
}

function keptLook(env: Cloudflare.Env, siteId: string, now: number): Promise<Figures | null> {
  const known = looks.get(siteId);
  if (known && known.until > now) return known.figures;
  const [oldest] = looks.keys();
  if (oldest !== undefined && looks.size >= KEPT_SITES) looks.delete(oldest);
  looks.delete(siteId);
  const kept = { figures: look(env, siteId), until: now + KEPT_MS };
  looks.set(siteId, kept);
  // Do not cache a failure: only the requests that waited for it get the error.
  kept.figures.catch(() => looks.get(siteId) === kept && looks.delete(siteId));
  return kept.figures;
}

/**
 * @throws Problem not_found unless the owner has made the property public, or too_many for an address that guesses ids.
 */
async function figuresFor(c: Context<AppEnv, "/api/public/:site_id/*">): Promise<Figures> {
  const siteId = c.req.param("site_id");
  const now = Date.now();
  const isKnown = (looks.get(siteId)?.until ?? 0) > now;
  if (SITE_ID.test(siteId) && !isKnown) {
    if (!(await isWithinRate(c.env, "public", c.req.header("cf-connecting-ip")))) throw rateProblem("address");
  }
  const looked = SITE_ID.test(siteId) ? keptLook(c.env, siteId, now) : null;
  // Other requests may wait for the same look-up, so it continues when the first one disconnects.
  if (looked) c.executionCtx.waitUntil(looked.catch(() => undefined));
  const figures = await looked;
  if (!figures) throw new Problem("not_found", "property does not exist or is not public");
  return figures;
}

export const publicRoutes = new Hono<AppEnv>();

publicRoutes.use("/api/public/*", async (c, next) => {
  // The requesting page can read refusals too.
  c.header("access-control-allow-origin", "*");
  c.header("x-content-type-options", "nosniff");
  await next();
});

publicRoutes.get("/api/public/:site_id/live.json", async (c) =>
  c.json(await figuresFor(c), 200, { "cache-control": CACHE }),
);

/** `?theme=light` or `dark`; the default is the viewer's system theme. */
publicRoutes.get("/api/public/:site_id/badge.svg", async (c) => {
  const theme = c.req.query("theme") ?? "auto";
  if (!isBadgeTheme(theme)) throw new Problem("invalid", "theme must be one of auto, light, dark");
  const { active_5m } = await figuresFor(c);
  return c.body(toBadge(active_5m, theme), 200, {
    "content-type": "image/svg+xml; charset=utf-8",
    "cache-control": CACHE,
    // Opened directly, the badge is a document. It needs nothing but its style.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
  });
});
