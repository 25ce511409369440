// Events from servers, apps and other programs: POST /api/events.
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { EVENT_TYPES, MEASUREMENTS, toEventType } from "../domain/events/measurement";
import { hostOf } from "../domain/events/path";
import { rowsOfEvents, unitsOfRows } from "../domain/events/weight";
import { requireProperty } from "../domain/properties/caller";
import type { WithoutKey } from "../domain/properties/property";
import { parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSAL_HEADER, REFUSALS } from "../domain/requests/refusal";
import { type Incoming, KEYED_FIELDS } from "../domain/visits/incoming";
import type { AppEnv } from "../http/app";
import { readText } from "../http/body";
import { isKeyWithinRate, rateProblem } from "../http/rate-limit";
import type { IncomingContext } from "./arrival";
import { admit } from "./browser";
import { isFetchedElsewhere } from "./sender";
import { type Site, siteFor, siteWithRules } from "./site";
import { allRejected, deliverSorted, emptySorted, type Sorted, sort } from "./sorted";
import { openVisit } from "./visit-token";
import { visitorOf } from "./visitor";

const EVENTS_LIMIT = 1024 * 1024;
const MAX_EVENTS = 500;
/** Without a key anybody may call: what one request can make an owner pay is bounded. */
const ANONYMOUS = { events: 50, props: 10 };

/**
 * Without a key anybody can make up users, money and measurements, so a property takes them only if its owner says so.
 * @throws Problem forbidden that says what to do.
 */
function requireAllowed({ event_type, user_id, revenue }: Incoming, { property }: Site): void {
  const type = toEventType(event_type).event_type;
  const { measurement } = EVENT_TYPES[type];
  const needed: Record<WithoutKey, string | null> = {
    user_id: user_id !== undefined ? "user_id" : type === "identify" ? type : null,
    revenue: revenue !== undefined ? "revenue" : null,
    measurements: measurement !== null && MEASUREMENTS[measurement].chunk ? type : null,
  };
  for (const [name, subject] of Object.entries(needed))
    if (subject !== null && !property.privacy.without_key.includes(name as WithoutKey))
      throw new Problem(
        "forbidden",
        `${subject} needs an API key with the scope ingest, or "${name}" in the property's privacy.without_key`,
      );
}

/** Finds the property of an event and checks that the caller may send events to it. */
function contextFor(c: Context<AppEnv>, rows: number): (incoming: Incoming) => Promise<IncomingContext> {
  const caller = visitorOf(c.req.raw);
  const now = Date.now();
  const withRule = (site: Site, { rule_id }: Incoming) => siteWithRules(c.env.DB, site, [rule_id], now);
  let admitted: { siteId: string; site: Promise<Site> } | null = null;
  return async (incoming) => {
    const known = c.var.caller;
    const siteId = incoming.site_id ?? known?.site_id;
    if (!siteId) throw new Problem("invalid", "site_id must be given");
    const common = { caller, now, isImport: false, newId: () => crypto.randomUUID() };
    if (known) {
      const site = await siteFor(c.env.DB, siteId, now);
      requireProperty(known, site?.property ?? null, "ingest");
      const visit = await openVisit(c.env, siteId, incoming.visit, now);
      return { ...common, site: await withRule(site!, incoming), host: null, keyed: true, visit };
    }
    const given = KEYED_FIELDS.find((field) => incoming[field] !== undefined);
    if (given) throw new Problem("forbidden", `${given} needs an API key with the scope ingest`);
    if (Object.keys(incoming.props ?? {}).length > ANONYMOUS.props)
      throw new Problem("invalid", `props must have at most ${ANONYMOUS.props} fields without an API key`);
    // A page belongs to one property. A list of guessed ids must not cost a look-up each.
    admitted ??= { siteId, site: admit(c.env, siteId, caller, rows) };
    if (admitted.siteId !== siteId)
      throw new Problem("invalid", "site_id must be the same for all events without a key");
    const site = await admitted.site;
    const origin = c.req.header("origin");
    const host = origin ? hostOf(origin) : null;
    requireAllowed(incoming, site);
    if (isFetchedElsewhere(c.req.raw.headers, site)) throw new Problem("forbidden", REFUSALS.unknown_host);
    return { ...common, site: await withRule(site, incoming), host, keyed: false, visit: null };
  };
}

/** Nothing of the request has been stored then, and the sender is told. @throws Problem too_many. */
async function requireKeyWithinRate({ env, var: { caller } }: Context<AppEnv>, units: number): Promise<void> {
  if (caller && !(await isKeyWithinRate(env, "events", caller.id, units))) throw rateProblem("API key");
}

async function collectEvents(c: Context<AppEnv>): Promise<Response> {
  const body = parseJson(await readText(c.req.raw, EVENTS_LIMIT));
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Problem("invalid", "body must be an event or an object with a list `events`");
  const headers = c.var.caller ? null : c.req.raw.headers;
  const sorted = emptySorted();
  if (!("events" in body)) {
    const rows = rowsOfEvents([body]);
    await requireKeyWithinRate(c, unitsOfRows(rows));
    return collectOne(c, body, sorted, contextFor(c, rows), headers);
  }

  const { events } = body;
  if (!Array.isArray(events) || events.length === 0) throw new Problem("invalid", "events must be a list with events");
  if (events.length > MAX_EVENTS) throw new Problem("invalid", `events must have at most ${MAX_EVENTS} items`);
  if (!c.var.caller && events.length > ANONYMOUS.events)
    throw new Problem("invalid", `events must have at most ${ANONYMOUS.events} items without an API key`);
  const rows = rowsOfEvents(events);
  await requireKeyWithinRate(c, unitsOfRows(rows));
  const context = contextFor(c, rows);
  for (const [index, event] of events.entries()) await sort(sorted, index, () => event, context, headers);
  const { rejected } = sorted;
  if (sorted.arrivals.size === 0 && sorted.refused.size === 0) throw allRejected(rejected);
  if (sorted.refused.size > 0) c.header(REFUSAL_HEADER, rejected.find(({ code }) => code in REFUSALS)?.code);
  const { accepted, duplicates } = await deliverSorted(c, sorted);
  const status = accepted === 0 && duplicates > 0 ? "duplicate" : "queued";
  return c.json({ status, accepted, duplicates, rejected }, 202);
}

async function collectOne(
  c: Context<AppEnv>,
  body: object,
  sorted: Sorted,
  context: ReturnType<typeof contextFor>,
  headers: Headers | null,
): Promise<Response> {
  const done = await sort(sorted, 0, () => body, context, headers);
  if (!done) {
    const { code, message } = sorted.rejected[0]!;
    throw new Problem(code as Problem["code"], message);
  }
  const { duplicates } = await deliverSorted(c, sorted);
  const event_id = done.id;
  if (done.refusal === null)
    return duplicates > 0
      ? c.json({ status: "duplicate", event_id, message: "event was stored before" }, 202)
      : c.json({ status: "queued", event_id, message: "event is stored" }, 202);
  c.header(REFUSAL_HEADER, done.refusal);
  const message = REFUSALS[done.refusal];
  if (done.refusal === "unknown_host") throw new Problem("forbidden", message);
  return c.json({ status: "refused", event_id, reason: done.refusal, message }, 202);
}

/** For `/api/events`. It runs before every check that may refuse the caller, so that a browser can read the reason. */
export const openToBrowsers = cors({
  origin: "*",
  allowMethods: ["POST"],
  allowHeaders: ["Authorization", "Content-Type"],
  exposeHeaders: [REFUSAL_HEADER],
  maxAge: 86_400,
});

export const incomingRoutes = new Hono<AppEnv>();
incomingRoutes.post("/api/events", collectEvents);
