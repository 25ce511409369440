// What browsers send: the tracker's beacon (POST /e) and the image of pages without script (GET /p.gif).
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../app";
import { readText } from "../body";
import { type Beacon, type BeaconReply, beaconSchema } from "../domain/beacon";
import type { Arrival } from "../domain/event";
import { parseInput, parseJson } from "../domain/input";
import { Problem } from "../domain/problem";
import { REFUSAL_HEADER, REFUSALS, type Refusal, type RefusalCounts } from "../domain/refusal";
import { arrivalsOfBeacon } from "./arrival";
import { deliver, holdRefusal } from "./deliver";
import { refusalOf } from "./refuse";
import { type Site, siteFor } from "./site";
import { type Visitor, visitorOf } from "./visitor";

const LIMIT = 64 * 1024;
/** One transparent pixel. */
const PIXEL = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (c) => c.charCodeAt(0));

/** The site of a browser's call, unless its address sends too much. @throws Problem not_found or too_many. */
export async function admit(c: Context<AppEnv>, siteId: string, visitor: Visitor): Promise<Site> {
  const site = await siteFor(c.env.DB, siteId, Date.now());
  if (!site) throw new Problem("not_found", `property ${siteId} does not exist`);
  const { success } = await c.env.RATE_LIMIT.limit({ key: `${siteId}/${visitor.address}` });
  if (success) return site;
  holdRefusal(siteId, "rate_limited");
  c.header(REFUSAL_HEADER, "rate_limited");
  throw new Problem("too_many", "address sends more than the property accepts; wait ten seconds");
}

/** Takes a beacon: refuses what is not to be counted, delivers the rest. @throws Problem. */
async function takeBeacon(c: Context<AppEnv>, beacon: Beacon): Promise<Site> {
  const visitor = visitorOf(c.req.raw);
  const site = await admit(c, beacon.s, visitor);
  const accepted: Arrival[] = [];
  const refused: RefusalCounts = {};
  let reason: Refusal | null = null;
  for (const arrival of arrivalsOfBeacon(beacon, visitor, site, Date.now())) {
    const headers = c.req.raw.headers;
    const refusal = refusalOf({ arrival, site, referrer: beacon.r ?? null, headers, agent: visitor.agent });
    if (refusal === null) accepted.push(arrival);
    else {
      reason = refusal;
      refused[refusal] = (refused[refusal] ?? 0) + 1;
    }
  }
  if (reason) c.header(REFUSAL_HEADER, reason);
  const delivery = deliver(c.env, site.property, accepted, refused);
  // Nobody waits for a crawler's number to be written.
  if (accepted.length > 0) await delivery;
  else c.executionCtx.waitUntil(delivery);
  if (reason === "unknown_host" && accepted.length === 0) throw new Problem("forbidden", REFUSALS.unknown_host);
  return site;
}

const offIn = ({ property }: Site): string[] => {
  const [first] = property.streams;
  // The tracker asks for its own host; a property with several streams answers with what none of them measures.
  return first
    ? Object.keys(first.measurements).filter((name) =>
        property.streams.every(({ measurements }) => !measurements[name as keyof typeof measurements]),
      )
    : [];
};

async function collectBeacon(c: Context<AppEnv>): Promise<Response> {
  const beacon = parseInput(beaconSchema, parseJson(await readText(c.req.raw, LIMIT)));
  const site = await takeBeacon(c, beacon);
  return c.json({ off: offIn(site) } satisfies BeaconReply, 202);
}

async function collectPixel(c: Context<AppEnv>): Promise<Response> {
  const page = c.req.query("u") ?? c.req.header("referer");
  if (!page) throw new Problem("invalid", "u must be the address of the page, or the request must have a Referer");
  const beacon = parseInput(beaconSchema, {
    s: c.req.query("s") ?? "",
    r: c.req.query("r"),
    l: c.req.header("accept-language")?.split(",")[0]?.slice(0, 35),
    h: [{ n: "pageview", i: crypto.randomUUID(), u: page, t: c.req.query("t") }],
  });
  await takeBeacon(c, beacon);
  return c.body(PIXEL, 200, { "content-type": "image/gif", "cache-control": "no-store, private" });
}

export const browserRoutes = new Hono<AppEnv>();
// A beacon carries no credentials and any site may send one; which sites count is decided by their host.
const open = cors({ origin: "*", allowMethods: ["GET", "POST"], exposeHeaders: [REFUSAL_HEADER], maxAge: 86_400 });
browserRoutes.use("/p.gif", open);
browserRoutes.get("/p.gif", collectPixel);
// The path is configured: block lists match on names.
browserRoutes.use("*", async (c, next) => {
  const { pathname } = new URL(c.req.url);
  if (pathname !== "/e" && pathname !== c.env.COLLECT_PATH) return next();
  return open(c, async () => {
    if (c.req.method !== "POST") throw new Problem("not_found", "beacons are sent with POST");
    c.res = await collectBeacon(c);
  });
});
