// The site: what collect must know of a property, kept in the isolate for a minute. Unknown ids are kept too, so that a
// wrong snippet costs neither D1 nor a Durable Object per hit.

import { CORE_SWITCHES, MEASUREMENT_NAMES, MEASUREMENTS, type Measurement } from "../domain/measurement";
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
  /** Kinds of hit that the tracker's core need not send. */
  off: string[];
  /** Measurements whose chunks the tracker loads. */
  on: string[];
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
    off: Object.entries(CORE_SWITCHES).flatMap(([key, kind]) =>
      stream.measurements[key as Measurement] ? [] : [kind],
    ),
    on: MEASUREMENT_NAMES.filter((key) => MEASUREMENTS[key].chunk && stream.measurements[key]),
  }));
  return { property, hosts: places.map(({ host }) => host), places };
}

/** The form of every site_id: what has another needs no look-up. */
const SITE_ID = /^[0-9a-hjkmnp-tv-z]{10}$/;

/** True when a look-up would cost nothing. */
export function isAtHand(siteId: string, now: number): boolean {
  const known = sites.get(siteId);
  return !SITE_ID.test(siteId) || (known !== undefined && known.until > now);
}

/** Null when there is no such property. What the owner changes is known here within a minute. */
export function siteFor(db: D1Database, siteId: string, now: number): Promise<Site | null> {
  if (!SITE_ID.test(siteId)) return Promise.resolve(null);
  const known = sites.get(siteId);
  if (known && known.until > now) return known.site;
  // A Map keeps the order of insertion: the first was looked up longest ago.
  const [oldest] = sites.keys();
  if (oldest !== undefined && sites.size >= KEPT_SITES) sites.delete(oldest);
  sites.delete(siteId);
  // While D1 is away what was known a minute ago is better than losing events.
  const site = load(db, siteId).catch((error: unknown) => {
    if (!known) {
      sites.delete(siteId);
      throw error;
    }
    // It stays known, so that the next event asks again and is not lost either.
    sites.set(siteId, known);
    return known.site;
  });
  sites.set(siteId, { site, until: now + KEPT_MS });
  return site;
}

/** The data stream of a host: the one with exactly this host, else the one that the host lies below. */
export function placeFor({ places }: Site, hostname: string | null): Place | undefined {
  if (hostname === null) return places.length === 1 ? places[0] : undefined;
  const host = withoutWww(hostname);
  return places.find((place) => place.host === host) ?? places.find((place) => host.endsWith(`.${place.host}`));
}
