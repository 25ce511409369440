// The course of the demo's shop: growth, the year, and what happened. Pure: the same end gives the same course. All hours
// are those of UTC.
import type { Action, Page, Simulation, Source } from "./config.ts";
import type { Course } from "./traffic.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR_DAYS = 365.25;

/** Visits of the shop in fourteen months, of which the last have most events: about 130,000 in all. */
const VISITS = 23_200;
/** From this time before the end the site measures more than views, clicks and its own events. */
const MEASURED_DAYS = 45;
/** Traffic grows by this factor in fourteen months, evenly. */
const GROWTH = 3.2;
export const HISTORY_DAYS = 425;
/** The bicycle year: most visits in June, fewest in December. */
const SEASON = { swing: 0.16, peak: 165 };

/** Instants (ms) at which the stories of the demo begin and end. */
export interface Stories {
  /** The gravel bike is launched. The spike fades within a week. */
  launch: number;
  campaign: { from: number; to: number };
  /** The site is down. */
  outage: { from: number; to: number };
  /** A release links pages under a former name until it is mended. */
  release: { from: number; to: number };
}

/** The last time before `limit` at which a UTC hour begins. */
function lastHour(hour: number, limit: number): number {
  const at = Math.floor(limit / DAY) * DAY + hour * HOUR;
  return at <= limit ? at : at - DAY;
}

/**
 * Outage and release lie within the two days before the end, in which the anomaly detection looks for news; both are over
 * by then, and at hours that are busy otherwise.
 */
export function storiesUntil(end: number): Stories {
  const launch = lastHour(8, end - 61 * DAY);
  const campaign = lastHour(6, end - 25 * DAY);
  const outage = lastHour(17, end - 24 * HOUR);
  const release = lastHour(9, end - 7 * HOUR);
  return {
    launch,
    campaign: { from: campaign, to: campaign + 14 * DAY },
    outage: { from: outage, to: outage + 3 * HOUR },
    release: { from: release, to: release + 6 * HOUR },
  };
}

const within = (hour: number, { from, to }: { from: number; to: number }): boolean => hour >= from && hour < to;

/** Times as many visits as usual, after the launch. */
const launchSpike = (hour: number, launch: number): number => {
  const days = (hour - launch) / DAY;
  return days < 0 ? 0 : 4.5 * Math.exp(-days / 1.3);
};

const growthAt = (hour: number, end: number): number => GROWTH ** (Math.min(0, hour - end) / (HISTORY_DAYS * DAY));

const seasonAt = (hour: number): number => {
  const { swing, peak } = SEASON;
  const day = (hour / DAY) % YEAR_DAYS;
  return 1 + swing * Math.cos((2 * Math.PI * (day - peak)) / YEAR_DAYS);
};

const CAMPAIGN_FACTOR = 1.4;
const RELEASE_FACTOR = 2.8;

/** How busy each hour is for the stories alone, relative to a usual one. */
function eventsFactor(hour: number, { launch, campaign, outage, release }: Stories): number {
  if (within(hour, outage)) return 0.02;
  const letters = (within(hour, campaign) ? CAMPAIGN_FACTOR : 1) * (within(hour, release) ? RELEASE_FACTOR : 1);
  return letters * (1 + launchSpike(hour, launch));
}

/** Where the campaign's visits come from; they buy and join more often than others. */
const campaignSources = (all: readonly Source[]): Source[] => {
  const weight = all.reduce((sum, source) => sum + source.weight, 0) * ((CAMPAIGN_FACTOR - 1) / 2);
  const landing = { "/bikes/commuter/": 5, "/join/": 2, "/bikes/": 1 };
  const draws = { "/cart/": 4, "/checkout/": 2, "/checkout/thanks/": 2 };
  const query = (source: string, medium: string, content: string) =>
    `utm_source=${source}&utm_medium=${medium}&utm_campaign=ride-to-work&utm_content=${content}`;
  return [
    { name: "campaign, letter", weight, query: query("newsletter", "email", "letter-4"), landing, draws, bounce: 0.12 },
    {
      name: "campaign, reels",
      weight,
      referrer: "https://l.instagram.com/",
      query: [query("instagram", "paid_social", "reel-1"), query("instagram", "paid_social", "reel-2")],
      landing,
      draws,
      bounce: 0.36,
    },
  ];
};

/** Who writes about the launch. */
const launchSources = (all: readonly Source[], times: number): Source[] => {
  const weight = all.reduce((sum, source) => sum + source.weight, 0) * (times / 4);
  const landing = { "/bikes/gravel/": 6, "/journal/atlas-crossing/": 2, "/": 1 };
  const from = (name: string, referrer: string, share: number): Source => ({
    name,
    weight: weight * share,
    referrer,
    landing,
    bounce: 0.42,
  });
  return [
    from("Hacker News", "https://news.ycombinator.com/item", 1.6),
    from("review of the launch", "https://bikereviews.example/northlight-gravel-first-ride/", 1.4),
    from("YouTube", "https://www.youtube.com/", 1),
  ];
};

const MOVED = { path: "/bikes/city/", from: ["/", "/bikes/", "/bikes/compare/", "/journal/fit-guide/"] } as const;

/** Readers of the letter about the release, which has the wrong link too. */
const releaseSource = (all: readonly Source[]): Source => ({
  name: "letter about the release",
  weight: all.reduce((sum, source) => sum + source.weight, 0) * (RELEASE_FACTOR - 1),
  query: "utm_source=newsletter&utm_medium=email&utm_campaign=release-2-4",
  landing: { [MOVED.path]: 1 },
  bounce: 0.4,
});

/** The pages while links lead to a name that no longer exists. */
const brokenPages = (pages: readonly Page[]): Page[] =>
  pages.map((page) => {
    return MOVED.from.some((path) => path === page.path) ? { ...page, next: { ...page.next, [MOVED.path]: 24 } } : page;
  });

/** What a site without optional measurements tells: nothing that needs a chunk of the tracker. */
const PLAIN: ReadonlySet<string> = new Set(["click", "outbound", "download"]);
const isPlain = ({ event_type }: Action): boolean => PLAIN.has(event_type) || /[A-Z]/.test(event_type);
const plainPages = (pages: readonly Page[]): Page[] =>
  pages.map((page) => ({ ...page, actions: page.actions.filter(isPlain) }));

/** When the site began to measure all that it can; its rules are as old. */
export const measuredFrom = (end: number): number => Math.floor((end - MEASURED_DAYS * DAY) / HOUR) * HOUR;

/** The shop as it is in each hour. `end` is the end of the history. */
export function shopCourse(base: Simulation, end: number): Course {
  const stories = storiesUntil(end);
  const plain = plainPages(base.pages);
  const broken = brokenPages(base.pages);
  const measured = measuredFrom(end);
  const shape = (hour: number) => growthAt(hour, end) * seasonAt(hour) * eventsFactor(hour, stories);
  let shapes = 0;
  for (let hour = 0; hour < HISTORY_DAYS * 24; hour++) shapes += shape(end - hour * HOUR);
  const ofRelease = [...base.sources, releaseSource(base.sources)];
  const ofCampaign = [...base.sources, ...campaignSources(base.sources)];
  return (hour) => {
    const spike = launchSpike(hour, stories.launch);
    const onCampaign = within(hour, stories.campaign);
    const rate = (VISITS * shape(hour)) / shapes;
    const sources = onCampaign
      ? ofCampaign
      : spike > 0.05
        ? [...base.sources, ...launchSources(base.sources, spike)]
        : base.sources;
    const now: Simulation = { ...base, rate, sources };
    if (within(hour, stories.release)) return { ...now, sources: ofRelease, pages: broken };
    return hour < measured ? { ...now, pages: plain, behaviour: undefined } : now;
  };
}

/** The documentation grows and has no stories; it began to measure with the shop. */
export function docsCourse(base: Simulation, end: number): Course {
  const plain = plainPages(base.pages);
  const measured = measuredFrom(end);
  return (hour) => {
    const now: Simulation = { ...base, rate: base.rate * growthAt(hour, end) };
    return hour < measured ? { ...now, pages: plain, behaviour: undefined } : now;
  };
}
