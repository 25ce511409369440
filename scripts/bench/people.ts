// The visitors of a busy site, with its variety of pages, places, devices and sources: the cost of an event depends on
// the number of values per day. The people of the simulator visit a small site.
import { type Random, randomFor } from "../simulate/random.ts";

export interface Person {
  address: string;
  agent: string;
  screen: string;
  language: string;
  country: string;
  region: string;
  city: string;
  network: string;
  asn: number;
}

export interface Visit {
  person: Person;
  /** The referring page; empty for a direct visit. */
  referrer: string;
  /** Query of the landing page, with its question mark. */
  query: string;
  /** Paths in the order of reading. */
  pages: string[];
}

/** How many different values a site has; the first of each are by far the most frequent (Zipf). */
const VARIETY = { pages: 500, cities: 2_000, regions: 600, countries: 150, networks: 800, referrers: 300, agents: 160 };

/** A draw of 0 … count − 1, number n as likely as 1 / (n + 1)^steepness. */
function zipf(count: number, steepness: number): (random: Random) => number {
  const sums: number[] = [];
  let sum = 0;
  for (let n = 1; n <= count; n++) {
    sum += n ** -steepness;
    sums.push(sum);
  }
  return (random) => {
    const wanted = random.unit() * sum;
    let low = 0;
    for (let high = count - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

const list = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

const SYSTEMS = [
  (v: number) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${142 - v}.0.0.0 Safari/537.36`,
  (v: number) =>
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${18 - (v >> 2)}_${v & 3} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${18 - (v >> 2)}.${v & 3} Mobile/15E148 Safari/604.1`,
  (v: number) =>
    `Mozilla/5.0 (Linux; Android ${15 - (v % 6)}; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${142 - v}.0.0.0 Mobile Safari/537.36`,
  (v: number) =>
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${18 - (v >> 2)}.${v & 3} Safari/605.1.15`,
  (v: number) =>
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${142 - v}.0.0.0 Safari/537.36`,
  (v: number) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${142 - v}.0.0.0 Safari/537.36 Edg/${142 - v}.0.0.0`,
  (v: number) => `Mozilla/5.0 (X11; Linux x86_64; rv:${144 - v}.0) Gecko/20100101 Firefox/${144 - v}.0`,
  (v: number) =>
    `Mozilla/5.0 (Linux; Android ${15 - (v % 6)}; SM-S9${10 + v}B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/${28 - v}.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
];
const AGENTS = list(VARIETY.agents, (n) => SYSTEMS[n % SYSTEMS.length]?.(Math.floor(n / SYSTEMS.length)) ?? "");
const SCREENS = list(40, (n) => `${[1920, 390, 412, 1440, 1536, 1366, 360, 2560][n % 8]}x${844 + 36 * (n >> 3)}`);
const LANGUAGES = ["en-US", "de-DE", "en-GB", "fr-FR", "es-ES", "nl-NL", "it-IT", "pt-BR", "pl-PL", "ja-JP", "sv-SE"];
const HOSTS = ["www.google.com", "www.bing.com", "duckduckgo.com", "t.co", "news.ycombinator.com", "www.reddit.com"];
const REFERRERS = list(VARIETY.referrers, (n) => `https://${HOSTS[n] ?? `www.site-${n}.example`}/`);
const COUNTRIES = [..."US DE GB FR NL CH AT ES IT PL SE IN CA AU BR JP".split(" ")];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
for (let n = 0; COUNTRIES.length < VARIETY.countries; n++) {
  const code = `${LETTERS[n % 26]}${LETTERS[(n * 7 + Math.floor(n / 26)) % 26]}`;
  if (!COUNTRIES.includes(code)) COUNTRIES.push(code);
}
const PAGES = list(VARIETY.pages, (n) =>
  n === 0 ? "/" : `/${["blog", "docs", "products", "help"][n % 4]}/article-${n}`,
);

const draw = {
  page: zipf(VARIETY.pages, 1),
  agent: zipf(VARIETY.agents, 1),
  screen: zipf(SCREENS.length, 0.8),
  language: zipf(LANGUAGES.length, 1.2),
  country: zipf(VARIETY.countries, 1.2),
  city: zipf(VARIETY.cities, 0.9),
  network: zipf(VARIETY.networks, 1),
  referrer: zipf(VARIETY.referrers, 1.1),
  campaign: zipf(25, 1),
};

function somebody(random: Random): Person {
  const city = draw.city(random);
  // A city is always in the same country, so the country follows from the city.
  const country = COUNTRIES[draw.country(randomFor(1, city))] ?? "US";
  const network = draw.network(random);
  return {
    address: `${random.int(11, 99)}.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`,
    agent: AGENTS[draw.agent(random)] ?? "",
    screen: SCREENS[draw.screen(random)] ?? "",
    language: LANGUAGES[draw.language(random)] ?? "",
    country,
    region: `Region ${city % VARIETY.regions}`,
    city: `City ${city}`,
    // People use home or mobile networks. One network in ten belongs to a company.
    network: network % 10 === 7 ? `Network ${network} Ltd` : `Network ${network} Telecom`,
    asn: 1_000 + network,
  };
}

/** Shares of direct visits, visits from a link, and visits with campaign parameters. */
const DIRECT = 0.45;
const TAGGED = 0.1;
/** The share of visits that continue after each page. Most visits are short; the mean is 2.5 pages. */
const GOES_ON = 0.6;
const MOST_PAGES = 20;
/** Share of visits by recent visitors. */
const RETURNS = 0.15;
const REMEMBERED = 5_000;

/** Endless visits, the same for the same seed. */
export function* visits(seed: number): Generator<Visit, never, undefined> {
  const random = randomFor(seed);
  const known: Person[] = [];
  for (let n = 0; ; n++) {
    const person = known.length > 0 && random.chance(RETURNS) ? random.pick(known) : somebody(random);
    known[n % REMEMBERED] = person;
    const tagged = random.chance(TAGGED);
    const campaign = draw.campaign(random);
    const pages = [PAGES[draw.page(random)] ?? "/"];
    while (pages.length < MOST_PAGES && random.chance(GOES_ON)) pages.push(PAGES[draw.page(random)] ?? "/");
    yield {
      person,
      referrer: random.chance(DIRECT) ? "" : (REFERRERS[draw.referrer(random)] ?? ""),
      query: tagged
        ? `?utm_source=partner-${campaign % 8}&utm_medium=${["email", "cpc", "social"][campaign % 3]}&utm_campaign=campaign-${campaign}`
        : "",
      pages,
    };
  }
}

export interface View {
  visit: Visit;
  /** Which of the visit's pages. */
  index: number;
}

/** Concurrent visits: about half a minute of reading at a hundred page views per second. */
const AT_ONCE = 1_200;

/** Page views of many visits side by side, as a site sees them. */
export function* views(seed: number): Generator<View, never, undefined> {
  const random = randomFor(seed, 2);
  const coming = visits(seed);
  const going: View[] = [];
  for (;;) {
    // Until there are enough, a new visit starts with every other view.
    const isNew = going.length === 0 || (going.length < AT_ONCE ? random.chance(0.4) : false);
    const place = isNew ? going.push({ visit: coming.next().value, index: 0 }) - 1 : random.int(0, going.length - 1);
    const view = going[place] as View;
    yield { ...view };
    view.index += 1;
    if (view.index < view.visit.pages.length) continue;
    const last = going.pop();
    if (last && last !== view) going[place] = last;
  }
}
