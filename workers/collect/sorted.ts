// Events of one request, sorted into accepted, refused and rejected, and delivered together.

import type { Context } from "hono";
import type { Sighting } from "../domain/events/event";
import { describeError } from "../domain/requests/describe-error";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { REFUSALS, type Refusal, type RefusalCounts } from "../domain/requests/refusal";
import { COULD_NOT_COMPARE } from "../domain/visits/imports/ids";
import { type Incoming, incomingSchema } from "../domain/visits/incoming";
import { seenId } from "../domain/visits/seen";
import type { AppEnv } from "../http/app";
import { eventIdsAmong } from "../storage/lake/event-ids";
import { type IncomingContext, sightingOfIncoming } from "./arrival";
import { deliver } from "./deliver";
import { refusalOf } from "./refuse";
import type { Site } from "./site";

export interface Rejected {
  index: number;
  code: string;
  message: string;
}

/** A list of events, sorted by outcome. */
export interface Sorted {
  arrivals: Map<Site, Sighting[]>;
  /** Those that join a visitor of a page by their visit token. */
  joining: Set<Sighting>;
  refused: Map<Site, RefusalCounts>;
  rejected: Rejected[];
}

export const emptySorted = (): Sorted => ({
  arrivals: new Map(),
  joining: new Set(),
  refused: new Map(),
  rejected: [],
});

/** Sorts one event into accepted, refused, or rejected with its problem. @returns its id when it is accepted. */
export async function sort(
  into: Sorted,
  index: number,
  read: () => unknown,
  contextFor: (incoming: Incoming) => Promise<IncomingContext>,
  headers: Headers | null,
): Promise<{ id: string; refusal: Refusal | null } | null> {
  try {
    const incoming = parseInput(incomingSchema, read());
    const context = await contextFor(incoming);
    const arrival = sightingOfIncoming(incoming, context);
    const { site } = context;
    // Of a visit's visitor the agent was judged when the page asked for the token.
    const agent = context.visit ? undefined : context.keyed ? incoming.user_agent : arrival.agent;
    const refusal = refusalOf({ arrival, site, referrer: incoming.referrer ?? null, headers, agent });
    if (refusal === null) {
      const known = into.arrivals.get(site);
      if (known) known.push(arrival);
      else into.arrivals.set(site, [arrival]);
      if (context.visit) into.joining.add(arrival);
    } else {
      const counts = into.refused.get(site) ?? {};
      counts[refusal] = (counts[refusal] ?? 0) + 1;
      into.refused.set(site, counts);
      into.rejected.push({ index, code: refusal, message: REFUSALS[refusal] });
    }
    return { id: arrival.event_id, refusal };
  } catch (error) {
    // The limit of a sender is about the whole request.
    if (!(error instanceof Problem) || error.code === "too_many") throw error;
    into.rejected.push({ index, code: error.code, message: error.message });
    return null;
  }
}

/**
 * Imported events that the lake has. The hub of a page forgets ids after a day, but tokens are valid for longer.
 * @throws Problem unavailable when the lake cannot be read.
 */
async function knownOf(env: Cloudflare.Env, siteId: string, joining: readonly Sighting[]): Promise<Set<Sighting>> {
  try {
    const ids = await eventIdsAmong(env, siteId, joining);
    return new Set(joining.filter((arrival) => ids.has(seenId(arrival))));
  } catch (error) {
    console.error("lake could not be read for an import", describeError(error));
    throw new Problem("unavailable", COULD_NOT_COMPARE);
  }
}

/**
 * Delivers what was accepted and counts what was refused. An import goes to the hub of imports, less what joins a
 * page's visitor: only the hub of the page knows that visitor.
 */
export async function deliverSorted(c: Context<AppEnv>, sorted: Sorted, isImport = false) {
  const sum = { accepted: 0, duplicates: 0 };
  for (const site of new Set([...sorted.arrivals.keys(), ...sorted.refused.keys()])) {
    const arrivals = sorted.arrivals.get(site) ?? [];
    const joins = (arrival: Sighting) => isImport && sorted.joining.has(arrival);
    const parts = [{ isImport, arrivals: arrivals.filter((arrival) => !joins(arrival)) }];
    const joining = arrivals.filter(joins);
    if (joining.length > 0) {
      const known = await knownOf(c.env, site.property.site_id, joining);
      sum.duplicates += known.size;
      parts.push({ isImport: false, arrivals: joining.filter((arrival) => !known.has(arrival)) });
    }
    for (const [i, part] of parts.entries()) {
      const refused = i === 0 ? (sorted.refused.get(site) ?? {}) : {};
      if (part.arrivals.length === 0 && Object.keys(refused).length === 0) continue;
      const done = await deliver(c.env, site.property, part.arrivals, refused, {
        isImport: part.isImport,
        goals: site.goals,
      });
      sum.accepted += done.accepted;
      sum.duplicates += done.duplicates;
    }
  }
  return sum;
}

/** The problem of a list without any valid event: the events' own problem if all have the same. */
export function allRejected(rejected: Rejected[]): Problem {
  const [first] = rejected;
  const same = rejected.every(({ code }) => code === first!.code);
  const code = same && first!.code !== "invalid" ? (first!.code as Problem["code"]) : "invalid";
  return new Problem(code, `no event is valid: ${first!.message}`, rejected);
}
