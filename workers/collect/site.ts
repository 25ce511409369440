// The site: what collect must know of a property, kept in the isolate for a minute. Unknown ids are kept too, so that a
// wrong snippet costs neither D1 nor a Durable Object per hit.

import { EVENT_TYPES } from "../domain/measurement";
import { hostOf, withoutWww } from "../domain/path";
import type { Property, Stream } from "../domain/property";
import { loadProperty } from "../storage/properties";

const KEPT_MS = 60_000;
const KEPT_SITES = 2_000;

/** A data stream as events look for it. */
interface Place {
  /** Its host without `www.`. */
  host: string;
  stream: Stream;
  /** Kinds of event that it does not want. */
  off: string[];
}

export interface Site {
  property: Property;
  /** Hosts of its data streams. */
  hosts: readonly string[];
  places: readonly Place[];
}

const sites = new Map<string, { site: Promise<Site | null>; until: number }>();

async function load(db: D1Database, siteId: string): Promise<Site | null> {
  const property = await loadProperty(db, siteId);
  if (!property) return null;
  const places = property.streams.map((stream) => ({
    host: withoutWww(hostOf(stream.url) ?? ""),
    stream,
    off: Object.entries(EVENT_TYPES).flatMap(([type, { measurement }]) =>
      measurement !== null && !stream.measurements[measurement] ? [type] : [],
    ),
  }));
  return { property, hosts: places.map(({ host }) => host), places };
}

/** Null when there is no such property. What the owner changes is known here within a minute. */
export function siteFor(db: D1Database, siteId: string, now: number): Promise<Site | null> {
  const known = sites.get(siteId);
  if (known && known.until > now) return known.site;
  // A Map keeps the order of insertion: the first was looked up longest ago.
  const [oldest] = sites.keys();
  if (oldest !== undefined && sites.size >= KEPT_SITES) sites.delete(oldest);
  sites.delete(siteId);
  const site = load(db, siteId);
  sites.set(siteId, { site, until: now + KEPT_MS });
  // A look-up that failed must not be remembered as an answer.
  site.catch(() => sites.delete(siteId));
  return site;
}

/** The data stream of a host: the one with exactly this host, else the one that the host lies below. */
export function placeFor({ places }: Site, hostname: string | null): Place | undefined {
  if (hostname === null) return places.length === 1 ? places[0] : undefined;
  const host = withoutWww(hostname);
  return places.find((place) => place.host === host) ?? places.find((place) => host.endsWith(`.${place.host}`));
}
