// The site: what collect must know of a property, kept in the isolate for a minute, or until a hub tells of a newer
// version. Unknown ids are kept too, so that a wrong tag costs neither D1 nor a Durable Object per hit.
import { toLiveGoals } from "../domain/analysis/saved/simple-goal";
import type { PageRule } from "../domain/events/beacon";
import { CORE_SWITCHES, MEASUREMENT_NAMES, MEASUREMENTS, type Measurement } from "../domain/events/measurement";
import { hostOf, type PageSettings, toPatternSource, withoutWww } from "../domain/events/path";
import type { Property, Stream } from "../domain/properties/property";
import type { LiveGoals } from "../domain/visits/hub";
import { type Configuration, loadConfiguration } from "../storage/properties/properties";

const KEPT_MS = 60_000;
const KEPT_SITES = 2_000;

/** A data stream as events look for it. */
interface HostStream {
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
  /** Whether their subdomains are its own too. */
  subdomains: boolean;
  hostStreams: readonly HostStream[];
  /** The version of this configuration. */
  version: number;
  /** The rules that are on, as pages need them. */
  rules: readonly PageRule[];
  /** All rules: what a page matched before its rule was switched off was matched. */
  ruleIds: ReadonlySet<string>;
  /** What live data counts. A batch brings it to each hub once: the names of those that have it. */
  goals: LiveGoals & { told: Set<string> };
}

interface Known {
  site: Promise<Site | null>;
  until: number;
  /** The version that a hub told of when it was looked up; the site may be newer. */
  version: number;
}

const sites = new Map<string, Known>();

const toPageRule = (
  { id, selector, trigger, page, attributes }: Configuration["rules"][number],
  pages: PageSettings,
): PageRule => ({
  i: id,
  s: selector,
  t: trigger,
  ...(page === null ? {} : { p: toPatternSource(page, pages) }),
  ...(attributes.length > 0 ? { a: attributes } : {}),
});

async function load(db: D1Database, siteId: string): Promise<Site | null> {
  const configuration = await loadConfiguration(db, siteId);
  if (!configuration) return null;
  const { property, version, rules, goals } = configuration;
  const hostStreams = property.streams.map((stream) => ({
    host: withoutWww(hostOf(stream.url) ?? ""),
    stream,
    off: Object.entries(CORE_SWITCHES).flatMap(([key, kind]) =>
      stream.measurements[key as Measurement] ? [] : [kind],
    ),
    on: MEASUREMENT_NAMES.filter((key) => MEASUREMENTS[key].chunk && stream.measurements[key]),
  }));
  return {
    property,
    hosts: hostStreams.map(({ host }) => host),
    subdomains: property.privacy.subdomains,
    hostStreams,
    version,
    rules: rules.filter(({ enabled }) => enabled).map((rule) => toPageRule(rule, property.pages)),
    ruleIds: new Set(rules.map(({ id }) => id)),
    goals: { version, list: toLiveGoals(goals), told: new Set() },
  };
}

/** The form of every site_id: what has another needs no look-up. */
const SITE_ID = /^[0-9a-hjkmnp-tv-z]{10}$/;

/** True when a look-up would cost nothing. */
export function isAtHand(siteId: string, now: number): boolean {
  const known = sites.get(siteId);
  return !SITE_ID.test(siteId) || (known !== undefined && known.until > now);
}

/** Null when there is no such property. What the owner changes is known here within a minute… */
export function siteFor(db: D1Database, siteId: string, now: number): Promise<Site | null> {
  if (!SITE_ID.test(siteId)) return Promise.resolve(null);
  const known = sites.get(siteId);
  return known && known.until > now ? known.site : lookUp(db, siteId, now, known, known?.version ?? 0);
}

/** …or at once when a hub has heard of it. The site as it was where D1 does not answer. */
export async function siteOfVersion(db: D1Database, site: Site, version: number, now: number): Promise<Site> {
  if (site.version >= version) return site;
  const { site_id } = site.property;
  const known = sites.get(site_id);
  // Of beacons that arrive together, one reads the database.
  const sought = known && known.version >= version ? known.site : lookUp(db, site_id, now, known, version);
  return (await sought.catch(() => site)) ?? site;
}

function lookUp(
  db: D1Database,
  siteId: string,
  now: number,
  known: Known | undefined,
  version: number,
): Promise<Site | null> {
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
  sites.set(siteId, { site, until: now + KEPT_MS, version });
  return site;
}

/** How often a rule that nobody knows is asked for (ms): whoever makes up ids must not make D1 work. */
const RULE_EVERY_MS = 1_000;
const askedForRules = new Map<string, number>();

/** The site, looked up again when it lacks one of the rules: it may have been made since, and be on pages already. */
export async function siteWithRules(db: D1Database, site: Site, rules: readonly unknown[], now: number): Promise<Site> {
  if (rules.every((id) => typeof id !== "string" || site.ruleIds.has(id))) return site;
  const { site_id } = site.property;
  if ((askedForRules.get(site_id) ?? 0) > now - RULE_EVERY_MS) return site;
  if (askedForRules.size >= KEPT_SITES) askedForRules.clear();
  askedForRules.set(site_id, now);
  const known = sites.get(site_id);
  return (await lookUp(db, site_id, now, known, known?.version ?? 0).catch(() => site)) ?? site;
}

/** The data stream of a host: the one with exactly this host, else the one that the host lies below. */
export function hostStreamFor({ hostStreams }: Site, hostname: string | null): HostStream | undefined {
  if (hostname === null) return hostStreams.length === 1 ? hostStreams[0] : undefined;
  const host = withoutWww(hostname);
  return hostStreams.find((own) => own.host === host) ?? hostStreams.find((own) => host.endsWith(`.${own.host}`));
}

/**
 * Whether pages of a host may name users, or send revenue. A page that does not say its host may if all pages may. Servers
 * with a key always may.
 */
export function takesFromPages(site: Site, hostname: string | null, what: "identify" | "revenue"): boolean {
  const stream = hostStreamFor(site, hostname)?.stream;
  const streams = stream ? [stream] : site.property.streams;
  return streams.every(({ measurements }) => measurements[what]);
}
