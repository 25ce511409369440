// The site: what collect must know of a property, kept in the isolate for a minute. Unknown ids are kept too, so that a
// wrong snippet costs neither D1 nor a Durable Object per hit.

import { hostOf, withoutWww } from "../domain/path";
import type { Property, Stream } from "../domain/property";
import { loadProperty } from "../storage/properties";

const KEPT_MS = 60_000;
const KEPT_SITES = 2_000;

export interface Site {
  property: Property;
  /** Hosts of its data streams. */
  hosts: readonly string[];
}

const sites = new Map<string, { site: Promise<Site | null>; until: number }>();

async function load(db: D1Database, siteId: string): Promise<Site | null> {
  const property = await loadProperty(db, siteId);
  if (!property) return null;
  return { property, hosts: property.streams.map(({ url }) => hostOf(url)).filter((host) => host !== null) };
}

/** Null when there is no such property. What the owner changes is known here within a minute. */
export function siteFor(db: D1Database, siteId: string, now: number): Promise<Site | null> {
  const known = sites.get(siteId);
  if (known && known.until > now) return known.site;
  if (sites.size >= KEPT_SITES) sites.clear();
  const site = load(db, siteId);
  sites.set(siteId, { site, until: now + KEPT_MS });
  // A look-up that failed must not be remembered as an answer.
  site.catch(() => sites.delete(siteId));
  return site;
}

/** For tests, and for the isolate that has just changed the property. */
export const forgetSites = (): void => sites.clear();

/** The data stream of a host: the one with exactly this host, else the one that the host lies below. */
export function streamFor(site: Site, hostname: string | null): Stream | undefined {
  if (hostname === null) return site.property.streams.length === 1 ? site.property.streams[0] : undefined;
  const host = withoutWww(hostname);
  const own = (stream: Stream) => withoutWww(hostOf(stream.url) ?? "");
  return (
    site.property.streams.find((stream) => own(stream) === host) ??
    site.property.streams.find((stream) => host.endsWith(`.${own(stream)}`))
  );
}
