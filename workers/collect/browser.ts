// What browsers send: the tracker's beacon (POST /e) and the image of pages without script (GET /p.gif). The beacon is the
// one request that comes for every page view of every site, so it is answered without Hono's middleware.
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { getPath } from "hono/utils/url";
import {
  type BeaconReply,
  type Envelope,
  envelopeSchema,
  type Hit,
  hitSchema,
  type VisitReply,
  visitRequestSchema,
} from "../domain/events/beacon";
import type { Sighting } from "../domain/events/event";
import { overlayPassIn } from "../domain/events/overlay";
import { hostOf } from "../domain/events/path";
import { rowsOfHits, unitsOfRows } from "../domain/events/weight";
import { parseInput, parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSAL_HEADER, REFUSALS, type Refusal, type RefusalCounts } from "../domain/requests/refusal";
import type { AppEnv } from "../http/app";
import { readText } from "../http/body";
import { isPropertyWithinRate, isWithinRate, rateProblem } from "../http/rate-limit";
import { errorReply } from "../http/reply";
import { sightingOfHit } from "./arrival";
import { deliver, holdRefusal } from "./deliver";
import { isUncounted, refusalOf } from "./refuse";
import { isFetchedElsewhere } from "./sender";
import { hostStreamFor, isAtHand, type Site, siteFor, siteOfVersion, siteWithRules, takesFromPages } from "./site";
import { signVisit, visitorKeysOf } from "./visit-token";
import { type Visitor, visitorOf } from "./visitor";

const LIMIT = 64 * 1024;
/** One transparent pixel. */
const PIXEL = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (c) => c.charCodeAt(0));

/**
 * The site of a browser's request, within the rate limits for events and for look-ups.
 * @param rows of counts that its events can write.
 * @throws Problem not_found or too_many.
 */
export async function admit(env: Cloudflare.Env, siteId: string, visitor: Visitor, rows: number): Promise<Site> {
  const now = Date.now();
  // A look-up reads D1, so stop callers that guess ids before it.
  if (!isAtHand(siteId, now) && !(await isWithinRate(env, "look-up", visitor.address)))
    throw rateProblem("address", "rate_limited");
  const site = await siteFor(env.DB, siteId, now);
  if (!site) throw new Problem("not_found", `property ${siteId} does not exist`);
  const units = unitsOfRows(rows);
  const isSenderWithin = await isWithinRate(env, siteId, visitor.address, units);
  if (isSenderWithin && (await isPropertyWithinRate(env, siteId, site.property.shards, units))) return site;
  holdRefusal(siteId, "rate_limited");
  throw rateProblem(isSenderWithin ? "property" : "address", "rate_limited");
}

/** The outcome of a beacon's hits. */
interface Taken {
  accepted: Sighting[];
  refused: RefusalCounts;
  rejected: NonNullable<BeaconReply["rejected"]>;
}

function sortHits(request: Request, beacon: Envelope, visitor: Visitor, site: Site): Taken {
  const taken: Taken = { accepted: [], refused: {}, rejected: [] };
  const now = Date.now();
  const { headers } = request;
  beacon.h.forEach((given, index) => {
    try {
      const arrival = sightingOfHit(parseInput(hitSchema, given), beacon, visitor, site, now);
      const refusal = refusalOf({ arrival, site, referrer: beacon.r ?? null, headers, agent: visitor.agent });
      if (refusal === null) taken.accepted.push(arrival);
      else taken.refused[refusal] = (taken.refused[refusal] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      taken.rejected.push({ index, code: error.code, message: error.message });
    }
  });
  return taken;
}

/** The pass in the address of a hit, if the owner opened the page with the picker or the heatmap. */
function overlayPassOf(beacon: Envelope): string | null {
  for (const hit of beacon.h) {
    const address = (hit as { u?: unknown } | null)?.u;
    const pass = typeof address === "string" ? overlayPassIn(address) : null;
    if (pass !== null) return pass;
  }
  return null;
}

/** An owner at work is not a visitor: count nothing, and let the page load the tool if the pass is valid. */
async function openOverlay(
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  site: Site,
  beacon: Envelope,
  pass: string,
): Promise<{ reply: BeaconReply; headers: Record<string, string> }> {
  const { provePass } = await import("../http/overlay-pass");
  const isGood = (await provePass(env, pass))?.site_id === site.property.site_id;
  ctx.waitUntil(deliver(env, site.property, [], { owner_tool: beacon.h.length }));
  return { reply: { off: [], on: isGood ? ["overlay"] : [] }, headers: { [REFUSAL_HEADER]: "owner_tool" } };
}

/**
 * Takes a beacon: refuses excluded hits and delivers the rest.
 * @throws Problem when no hit is readable, or when the pages do not belong to the property.
 */
async function takeBeacon(
  request: Request,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  given: unknown,
): Promise<{ reply: BeaconReply; headers: Record<string, string> }> {
  const beacon = parseInput(envelopeSchema, given);
  // Browsers send this in a header anyway, so the tracker saves the bytes.
  beacon.l ??= request.headers.get("accept-language")?.split(",")[0]?.slice(0, 35);
  const visitor = visitorOf(request);
  const admitted = await admit(env, beacon.s, visitor, rowsOfHits(beacon.h));
  const pass = overlayPassOf(beacon);
  if (pass !== null) return openOverlay(env, ctx, admitted, beacon, pass);
  const named = beacon.h.map((hit) => (hit as Partial<Hit> | null)?.k);
  const site = await siteWithRules(env.DB, admitted, named, Date.now());
  const { accepted, refused, rejected } = sortHits(request, beacon, visitor, site);
  const [reason] = Object.keys(refused) as Refusal[];
  let current = site;
  if (accepted.length > 0) {
    const { version, goals } = site;
    const { newer = 0 } = await deliver(env, site.property, accepted, refused, { version, goals });
    current = await siteOfVersion(env.DB, site, newer, Date.now());
  }
  // A crawler does not wait until its refusal is stored.
  else if (reason) ctx.waitUntil(deliver(env, site.property, [], refused));
  else throw new Problem("invalid", rejected[0]!.message, rejected);
  if (refused.unknown_host && accepted.length === 0)
    throw new Problem("forbidden", REFUSALS.unknown_host, undefined, "unknown_host");
  // The settings of the page's stream; for an unknown page, those of the first stream.
  const hostStream = hostStreamFor(current, accepted[0]?.hostname ?? null) ?? current.hostStreams[0];
  const { rules, property } = current;
  const { query_parameters } = property.pages;
  const isStored = property.privacy.storage === "local";
  return {
    reply: {
      off: hostStream?.off ?? [],
      on: [...(hostStream?.on ?? []), ...(rules.length > 0 ? ["rules"] : []), ...(isStored ? ["identity"] : [])],
      ...(rules.length > 0 ? { rules: [...rules] } : {}),
      ...(isStored ? { store: true } : {}),
      ...(query_parameters.length > 0 ? { query: query_parameters } : {}),
      ...(rejected.length > 0 ? { rejected } : {}),
    },
    headers: reason ? { [REFUSAL_HEADER]: reason } : {},
  };
}

/**
 * Gives a page the token by which a server's event joins its visitor.
 * @throws Problem when there is no such property, or the page is not one of its pages.
 */
async function giveVisit(request: Request, env: Cloudflare.Env, given: unknown): Promise<VisitReply> {
  const asked = parseInput(visitRequestSchema, given);
  const visitor = visitorOf(request);
  const site = await admit(env, asked.s, visitor, 0);
  if (isFetchedElsewhere(request.headers, site))
    throw new Problem("forbidden", REFUSALS.unknown_host, undefined, "unknown_host");
  if (isUncounted(request.headers, visitor, site)) return { visit: null };
  const origin = request.headers.get("origin") ?? request.headers.get("referer");
  const isNamed = takesFromPages(site, origin === null ? null : hostOf(origin), "identify");
  const keys = visitorKeysOf(visitor, isNamed ? asked : { ...asked, c: undefined }, site.property);
  return { visit: await signVisit(env, site.property.site_id, keys, Date.now()) };
}

const asksForVisit = (given: unknown): boolean => typeof given === "object" && given !== null && "visit" in given;

/** Any site may send a beacon, without credentials; which sites count is decided by their host. */
const OPEN = { "access-control-allow-origin": "*", "access-control-expose-headers": REFUSAL_HEADER };
const PREFLIGHT = {
  ...OPEN,
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "content-type",
  "access-control-max-age": "86400",
};

/** Answers a beacon; null for any other request. The path is configurable, because block lists match on names. */
export function answerBeacon(
  request: Request,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> | null {
  // Cut out of the text: to parse the address costs as much as to make a visitor's key.
  const pathname = getPath(request);
  return pathname === "/e" || pathname === env.COLLECT_PATH ? collectBeacon(request, env, ctx) : null;
}

async function collectBeacon(
  request: Request,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> {
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: PREFLIGHT });
  try {
    if (request.method !== "POST") throw new Problem("not_found", "beacons are sent with POST");
    const given = parseJson(await readText(request, LIMIT));
    if (asksForVisit(given)) return Response.json(await giveVisit(request, env, given), { headers: OPEN });
    const { reply, headers } = await takeBeacon(request, env, ctx, given);
    return Response.json(reply, { status: 202, headers: { ...OPEN, ...headers } });
  } catch (error) {
    return errorReply(error as Error, crypto.randomUUID(), OPEN);
  }
}

async function collectPixel(c: Context<AppEnv>): Promise<Response> {
  const page = c.req.query("u") ?? c.req.header("referer");
  if (!page) throw new Problem("invalid", "u must be the address of the page, or the request must have a Referer");
  const { headers } = await takeBeacon(c.req.raw, c.env, c.executionCtx, {
    s: c.req.query("s") ?? "",
    r: c.req.query("r"),
    h: [{ n: "pageview", i: crypto.randomUUID(), u: page, t: c.req.query("t") }],
  });
  return c.body(PIXEL, 200, { "content-type": "image/gif", "cache-control": "no-store, private", ...headers });
}

export const browserRoutes = new Hono<AppEnv>();
browserRoutes.use("/p.gif", cors({ origin: "*", allowMethods: ["GET"], exposeHeaders: [REFUSAL_HEADER] }));
browserRoutes.get("/p.gif", collectPixel);
