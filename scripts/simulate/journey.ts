// One visit: its source, its pages and how long they are read, and the actions on them.
import { behaviourOn, type Happening, type Place, placeOn, widthOf } from "./behaviour.ts";
import type { Action, Layout, Page, Simulation, Source } from "./config.ts";
import type { SimulatedEvent } from "./event.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";
import { type KnownRule, matchesOf } from "./rule-matches.ts";

/** An event and its time, by which events of several visits are sorted. */
export interface Moment {
  at: number;
  event: SimulatedEvent;
}

/** The most pages in one visit. */
const MAX_PAGES = 30;
/** The longest time on one page. It must stay below the half hour that ends a visit. */
const MAX_READ_MS = 20 * 60_000;
/** A page that was left at once. */
const GLANCE_MS = [800, 6_000] as const;
/** Share of visits by regulars who type the address or use a bookmark. */
const BOOKMARKED = 0.55;

type Words = Happening["words"];

function one<T>(random: Random, value: T | T[]): T {
  return Array.isArray(value) ? random.pick(value) : value;
}

/** The fields of an action, with one value picked from each list. */
function settle(random: Random, value: unknown): unknown {
  if (Array.isArray(value)) return settle(random, random.pick(value));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settle(random, inner)]));
}

function sourceFor(simulation: Simulation, person: Person, random: Random): Source {
  const direct = simulation.sources.filter((source) => !source.referrer && !source.query);
  const from = person.regular && direct.length > 0 && random.chance(BOOKMARKED) ? direct : simulation.sources;
  return random.weighted(from, (source) => source.weight);
}

function landingPage(simulation: Simulation, source: Source, random: Random): Page {
  return random.weighted(simulation.pages, (page) => (source.landing ? (source.landing[page.path] ?? 0) : page.entry));
}

function nextPage(simulation: Simulation, page: Page, { draws = {} }: Source, random: Random): Page | undefined {
  const followed = Object.entries(page.next)
    .map(([path, weight]): [string, number] => [path, weight * (draws[path] ?? 1)])
    .filter(([, weight]) => weight > 0);
  if (followed.length === 0 || random.chance(page.leave)) return undefined;
  const [path] = random.weighted(followed, ([, weight]) => weight);
  return simulation.pages.find((other) => other.path === path);
}

const layoutFor = ({ layouts }: Simulation, { path }: Page, person: Person): Layout | undefined =>
  layouts[path]?.[widthOf(person)];

/** A page and the milliseconds for which it is read. */
interface Reading {
  page: Page;
  person: Person;
  read: number;
  /** The page as the person's browser lays it out, if known. */
  layout: Layout | undefined;
  /** Left at once. */
  glance: boolean;
}

/** Paths of an action's words become addresses of the site. */
function atOrigin(words: Record<string, unknown>, origin: string): Record<string, unknown> {
  const { href } = words;
  return typeof href === "string" && href.startsWith("/") ? { ...words, href: origin + href } : words;
}

function toWords(
  random: Random,
  { chance: _, at: __, one_of, event_type, ...given }: Action,
  place: Place | undefined,
  origin: string,
): Words {
  const { weight: ___, ...variant } = one_of ? random.weighted(one_of, ({ weight }) => weight) : { weight: 1 };
  const words = atOrigin(settle(random, { ...given, ...variant }) as Record<string, unknown>, origin);
  const props = place && { ...(words.props as object | undefined), ...place };
  return { event_type, ...words, ...(props ? { props } : {}) };
}

/** An action that happened, and where it was clicked. */
interface Done {
  action: Action;
  place: Place | undefined;
  happening: Happening;
}

/** The actions on a page while it is read. A glance is long enough for what the page itself reports. */
function actionsOn({ page, read, person, layout, glance }: Reading, random: Random, origin: string): Done[] {
  return page.actions
    .filter(({ event_type }) => !glance || event_type === "not_found")
    .filter((action) => random.chance(action.chance))
    .map((action) => {
      const after = Math.floor(read * (0.3 + 0.6 * random.unit()));
      const place = placeOn(person, action, layout);
      return { action, place, happening: { after, words: toWords(random, action, place, origin) } };
    });
}

export interface VisitOptions {
  person: Person;
  start: number;
  /** Prefix of the ids of the visit's events. */
  id: string;
  /** The property's rules. */
  rules: readonly KnownRule[];
}

/** The visit's events in the order in which they happen. */
export function visitOf(simulation: Simulation, random: Random, options: VisitOptions): Moment[] {
  const { person } = options;
  const source = sourceFor(simulation, person, random);
  const origin = `${simulation.scheme}://${simulation.hostname}`;
  const moments: Moment[] = [];
  const who = {
    ...(person.user_id ? { user_id: person.user_id } : {}),
    language: person.language,
    screen: person.screen,
    ip: person.ip,
    user_agent: person.device.agent,
    country: person.country.code,
    region: person.region,
    city: person.city,
    ...(person.network ? { network: person.network.name, asn: person.network.asn } : {}),
  };
  function add(at: number, words: Words & { url: string }): void {
    const event_id = `${options.id}-${moments.length}`;
    moments.push({ at, event: { event_id, event_time: new Date(at).toISOString(), ...words, ...who } });
  }

  const query = source.query === undefined ? "" : `?${one(random, source.query)}`;
  let referrer = source.referrer === undefined ? undefined : one(random, source.referrer);
  let page: Page | undefined = landingPage(simulation, source, random);
  let at = options.start;
  const glance = random.chance(source.bounce);
  for (let count = 0; page && count < MAX_PAGES; count++) {
    const url = `${origin}${page.path}${count === 0 ? query : ""}`;
    const read = glance
      ? random.int(...GLANCE_MS)
      : Math.min(MAX_READ_MS, Math.round(random.logNormal(page.read * person.pace * 1_000, 0.7)));
    add(at, { event_type: "pageview", url, title: page.title, ...(referrer ? { referrer } : {}) });
    const layout = layoutFor(simulation, page, person);
    const reading = { page, person, read, layout, glance };
    const actions = actionsOn(reading, random, origin);
    const deepest = glance ? random.int(4, 30) : Math.round(random.logNormal(page.scroll, 0.3));
    const depth = Math.max(3, Math.min(100, deepest));
    const happenings = actions.map(({ happening }) => happening);
    if (!glance) {
      const clicks = actions.flatMap(({ place }) => place ?? []);
      if (simulation.behaviour)
        happenings.push(...behaviourOn(simulation.behaviour, { ...reading, depth, clicks }, random));
      happenings.push(...matchesOf(options.rules, reading, depth, actions));
    }
    happenings.sort((a, b) => a.after - b.after);
    for (const { after, words } of happenings) add(at + after, { ...words, url, title: page.title });
    add(at + read, {
      event_type: "engagement",
      url,
      engaged_ms: Math.round(read * (0.6 + 0.4 * random.unit())),
      scroll_depth: depth,
    });
    referrer = url;
    page = glance ? undefined : nextPage(simulation, page, source, random);
    at += read + random.int(150, 1_500);
  }
  return moments;
}
