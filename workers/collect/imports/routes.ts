// Imports of history: NDJSON to POST …/imports, one event per line.
import { type Context, Hono } from "hono";
import { requireCaller, requireProperty } from "../../domain/properties/caller";
import { parseJson } from "../../domain/requests/input";
import { Problem } from "../../domain/requests/problem";
import { REFUSALS, type Refusal, type RefusalCounts } from "../../domain/requests/refusal";
import { placeOfLine } from "../../domain/visits/imports/ids";
import type { Incoming } from "../../domain/visits/incoming";
import { hash64 } from "../../domain/visits/seen";
import type { AppEnv } from "../../http/app";
import { readText } from "../../http/body";
import { isKeyWithinRate, rateProblem } from "../../http/rate-limit";
import type { IncomingContext } from "../arrival";
import { siteFor, siteWithRules } from "../site";
import { allRejected, deliverSorted, emptySorted, type Rejected, sort } from "../sorted";
import { openVisit } from "../visit-token";
import { visitorOf } from "../visitor";
import { idOfLine } from "./line-id";

const IMPORT_LIMIT = 10 * 1024 * 1024;
const IMPORT_CHUNK = 500;
/** Characters of an import per unit of the rate limit of its key. */
const CHARS_A_UNIT = 10_000;
/** Rejected lines listed in a reply. A body of 10 MB may have millions. */
const MAX_TOLD = 1000;

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
  if (!(await isKeyWithinRate(c.env, "import", c.var.caller!.id, Math.ceil(text.length / CHARS_A_UNIT))))
    throw rateProblem(c.var.caller!.kind === "key" ? "API key" : "account");
  const bodyId = hash64(text)
    .map((half) => half.toString(36))
    .join("");
  const importId = c.req.query("import_id") ?? bodyId;
  if (!/^[\w.-]{1,64}$/.test(importId))
    throw new Problem("invalid", "import_id must be 1 to 64 letters, digits, dots, dashes or underscores");

  const caller = visitorOf(c.req.raw);
  const sum = { accepted: 0, duplicates: 0 };
  const refused: RefusalCounts = {};
  const rejected: Rejected[] = [];
  let rejectedTotal = 0;
  let chunk = emptySorted();
  const ordinals = new Map<string, number>();
  const flush = async () => {
    const done = await deliverSorted(c, chunk, true);
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
    const newId = () => idOfLine(line, ordinals);
    const place = placeOfLine(bodyId, index);
    const context = async (incoming: Incoming): Promise<IncomingContext> => {
      if (incoming.site_id !== undefined && incoming.site_id !== siteId)
        throw new Problem("invalid", "site_id must be that of the import's property");
      site = await siteWithRules(c.env.DB, site!, [incoming.rule_id], now);
      const visit = await openVisit(c.env, siteId, incoming.visit, now);
      return { site, caller, host: null, keyed: true, isImport: true, visit, now, newId, line: place };
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

export const importRoutes = new Hono<AppEnv>();
importRoutes.post("/api/v1/properties/:site_id/imports", collectImport);
