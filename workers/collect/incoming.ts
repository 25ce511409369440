// Events from anywhere (POST /api/events) and from the past (POST …/imports), as other people's programs send them.
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import type { Arrival } from "../domain/events/event";
import { hostOf, isKnownHost } from "../domain/events/path";
import { requireCaller, requireProperty } from "../domain/properties/caller";
import { parseInput, parseJson } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSAL_HEADER, REFUSALS, type Refusal, type RefusalCounts } from "../domain/requests/refusal";
import { type Incoming, incomingSchema, KEYED_FIELDS } from "../domain/visits/incoming";
import { hash64 } from "../domain/visits/seen";
import type { AppEnv } from "../http/app";
import { readText } from "../http/body";
import { noteImport } from "../storage/properties/imports";
import { arrivalOfIncoming, type IncomingContext } from "./arrival";
import { admit } from "./browser";
import { deliver } from "./deliver";
import { refusalOf } from "./refuse";
import { type Site, siteFor, siteWithRules } from "./site";
import { visitorOf } from "./visitor";

const EVENTS_LIMIT = 1024 * 1024;
const IMPORT_LIMIT = 10 * 1024 * 1024;
const MAX_EVENTS = 500;
const IMPORT_CHUNK = 500;
/** Bad lines that a reply names; 10 MB may hold millions. */
const MAX_TOLD = 1000;

interface Rejected {
  index: number;
  code: string;
  message: string;
}

/** What became of a list of events. */
interface Sorted {
  arrivals: Map<Site, Arrival[]>;
  refused: Map<Site, RefusalCounts>;
  rejected: Rejected[];
}

const emptySorted = (): Sorted => ({ arrivals: new Map(), refused: new Map(), rejected: [] });

/** Sorts one event into accepted, refused, or rejected with its problem. @returns its id when it is accepted. */
async function sort(
  into: Sorted,
  index: number,
  read: () => unknown,
  contextFor: (incoming: Incoming) => Promise<IncomingContext>,
  headers: Headers | null,
): Promise<{ id: string; refusal: Refusal | null } | null> {
  try {
    const incoming = parseInput(incomingSchema, read());
    const context = await contextFor(incoming);
    const arrival = arrivalOfIncoming(incoming, context);
    const { site } = context;
    const agent = context.keyed ? incoming.user_agent : arrival.agent;
    const refusal = refusalOf({ arrival, site, referrer: incoming.referrer ?? null, headers, agent, byTracker: false });
    if (refusal === null) {
      const known = into.arrivals.get(site);
      if (known) known.push(arrival);
      else into.arrivals.set(site, [arrival]);
    } else {
      const counts = into.refused.get(site) ?? {};
      counts[refusal] = (counts[refusal] ?? 0) + 1;
      into.refused.set(site, counts);
      into.rejected.push({ index, code: refusal, message: REFUSALS[refusal] });
    }
    return { id: arrival.event_id, refusal };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    into.rejected.push({ index, code: error.code, message: error.message });
    return null;
  }
}

async function deliverSorted(c: Context<AppEnv>, sorted: Sorted, importId: string | null = null) {
  const sum = { accepted: 0, duplicates: 0 };
  for (const site of new Set([...sorted.arrivals.keys(), ...sorted.refused.keys()])) {
    const refused = sorted.refused.get(site) ?? {};
    const done = await deliver(c.env, site.property, sorted.arrivals.get(site) ?? [], refused, { importId });
    sum.accepted += done.accepted;
    sum.duplicates += done.duplicates;
  }
  return sum;
}

/** How the property of an event is found and whether the caller may speak for it. */
function contextFor(c: Context<AppEnv>, events: number): (incoming: Incoming) => Promise<IncomingContext> {
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
      return { ...common, site: await withRule(site!, incoming), host: null, keyed: true };
    }
    const given = KEYED_FIELDS.find((field) => incoming[field] !== undefined);
    if (given) throw new Problem("forbidden", `${given} needs an API key with the scope ingest`);
    // A page is of one property; a list of guesses must not cost a look-up each.
    admitted ??= { siteId, site: admit(c.env, siteId, caller, events) };
    if (admitted.siteId !== siteId)
      throw new Problem("invalid", "site_id must be the same for all events without a key");
    const site = await admitted.site;
    const origin = c.req.header("origin");
    const host = origin ? hostOf(origin) : null;
    if (origin && !isKnownHost(host, site.hosts)) throw new Problem("forbidden", REFUSALS.unknown_host);
    return { ...common, site: await withRule(site, incoming), host, keyed: false };
  };
}

async function collectEvents(c: Context<AppEnv>): Promise<Response> {
  const body = parseJson(await readText(c.req.raw, EVENTS_LIMIT));
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new Problem("invalid", "body must be an event or an object with a list `events`");
  const headers = c.var.caller ? null : c.req.raw.headers;
  const sorted = emptySorted();
  if (!("events" in body)) return collectOne(c, body, sorted, contextFor(c, 1), headers);

  const { events } = body;
  if (!Array.isArray(events) || events.length === 0) throw new Problem("invalid", "events must be a list with events");
  if (events.length > MAX_EVENTS) throw new Problem("invalid", `events must have at most ${MAX_EVENTS} items`);
  const context = contextFor(c, events.length);
  for (const [index, event] of events.entries()) await sort(sorted, index, () => event, context, headers);
  const { rejected } = sorted;
  if (sorted.arrivals.size === 0 && sorted.refused.size === 0) throw allRejected(rejected);
  if (sorted.refused.size > 0) c.header(REFUSAL_HEADER, rejected.find(({ code }) => code in REFUSALS)?.code);
  await deliverSorted(c, sorted);
  return c.json({ status: "queued", accepted: events.length - rejected.length, rejected }, 202);
}

/** One problem for a list in which nothing is right: the events' own, when all have the same. */
function allRejected(rejected: Rejected[]): Problem {
  const [first] = rejected;
  const same = rejected.every(({ code }) => code === first!.code);
  const code = same && first!.code !== "invalid" ? (first!.code as Problem["code"]) : "invalid";
  return new Problem(code, `no event is valid: ${first!.message}`, rejected);
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
  await deliverSorted(c, sorted);
  if (done.refusal === null) return c.json({ status: "queued", event_id: done.id, message: "event is stored" }, 202);
  c.header(REFUSAL_HEADER, done.refusal);
  const message = REFUSALS[done.refusal];
  if (done.refusal === "unknown_host") throw new Problem("forbidden", message);
  return c.json({ status: "refused", event_id: done.id, reason: done.refusal, message }, 202);
}

/** Lines of a text with their numbers, empty ones left out; one at a time, since an import may have 10 MB. */
function* linesOf(text: string): Generator<{ index: number; line: string }> {
  let index = 0;
  for (let from = 0; from < text.length; index += 1) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end).trim();
    if (line !== "") yield { index, line };
    if (end < 0) return;
    from = end + 1;
  }
}

async function collectImport(c: Context<AppEnv>): Promise<Response> {
  const siteId = c.req.param("site_id")!;
  requireCaller(c.var.caller);
  const now = Date.now();
  let site = await siteFor(c.env.DB, siteId, now);
  const property = requireProperty(c.var.caller, site?.property ?? null, "ingest");
  const text = await readText(c.req.raw, IMPORT_LIMIT);
  // The same body sent again makes the same ids, so that a request that was cut off can be repeated, also by a caller who
  // never saw the reply that names the import.
  const bodyId = hash64(text)
    .map((half) => half.toString(36))
    .join("");
  const importId = c.req.query("import_id") ?? bodyId;
  if (!/^[\w.-]{1,64}$/.test(importId))
    throw new Problem("invalid", "import_id must be 1 to 64 letters, digits, dots, dashes or underscores");
  await noteImport(c.env.DB, siteId, importId, now);

  const caller = visitorOf(c.req.raw);
  const sum = { accepted: 0, duplicates: 0 };
  const refused: RefusalCounts = {};
  const rejected: Rejected[] = [];
  let rejectedTotal = 0;
  let chunk = emptySorted();
  const flush = async () => {
    const done = await deliverSorted(c, chunk, importId);
    sum.accepted += done.accepted;
    sum.duplicates += done.duplicates;
    for (const counts of chunk.refused.values())
      for (const [reason, count] of Object.entries(counts) as [Refusal, number][])
        refused[reason] = (refused[reason] ?? 0) + count;
    const wrong = chunk.rejected.filter(({ code }) => !(code in REFUSALS));
    rejectedTotal += wrong.length;
    rejected.push(...wrong.slice(0, MAX_TOLD - rejected.length));
    chunk = emptySorted();
  };
  for (const { index, line } of linesOf(text)) {
    const newId = () => `${importId}-${bodyId}-${index}`;
    const context = async (incoming: Incoming): Promise<IncomingContext> => {
      if (incoming.site_id !== undefined && incoming.site_id !== siteId)
        throw new Problem("invalid", "site_id must be that of the import's property");
      site = await siteWithRules(c.env.DB, site!, [incoming.rule_id], now);
      return { site, caller, host: null, keyed: true, isImport: true, now, newId };
    };
    await sort(chunk, index, () => parseJson(line), context, null);
    if ((chunk.arrivals.get(site!)?.length ?? 0) + chunk.rejected.length >= IMPORT_CHUNK) await flush();
  }
  await flush();
  if (sum.accepted + sum.duplicates === 0 && rejected.length > 0 && Object.keys(refused).length === 0)
    throw allRejected(rejected.slice(0, 100));
  return c.json(
    { import_id: importId, property: property.site_id, ...sum, refused, rejected_total: rejectedTotal, rejected },
    202,
  );
}

/** For `/api/events`. Stands before whatever may refuse the caller, so that a browser can read why. */
export const openToBrowsers = cors({
  origin: "*",
  allowMethods: ["POST"],
  allowHeaders: ["Authorization", "Content-Type"],
  exposeHeaders: [REFUSAL_HEADER],
  maxAge: 86_400,
});

export const incomingRoutes = new Hono<AppEnv>();
incomingRoutes.post("/api/events", collectEvents);
incomingRoutes.post("/api/v1/properties/:site_id/imports", collectImport);
