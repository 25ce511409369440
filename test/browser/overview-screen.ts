// The overview as a test reads it: every label beside its figures; and a site's history in which no two periods agree.
import type { Page } from "playwright-core";

export interface OverviewText {
  headline: string;
  cards: string[];
  /** Title, range, and the table behind the chart with its legend. */
  trend: string;
  panels: string[];
  foot: string;
}

declare global {
  interface Window {
    readOverview: () => OverviewText;
    /** What was on the screen at any moment since watching began, each part once. */
    moments: { headlines: Set<string>; cards: Set<string>; trends: Set<string> };
    watchOverview: () => void;
  }
}

/** Runs in the page before its own scripts. */
export function installReader(): void {
  const text = (element: Element | null | undefined): string =>
    (element?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  const parts = (element: Element, ...selectors: string[]): string =>
    selectors.map((selector) => text(element.querySelector(selector))).join(" | ");
  const trend = (): string =>
    [all(".trend h2")[0], ...all(".trend thead tr"), ...all(".trend tbody tr")]
      .map((line) => [...(line?.children ?? [])].map(text).join(" | "))
      .join("\n");
  const headline = (): string => text(document.querySelector("h1"));
  const cards = (): string[] => all(".card").map((card) => parts(card, ".card-label", ".card-value", ".card-change"));
  window.readOverview = () => ({
    headline: headline(),
    cards: cards(),
    trend: trend(),
    panels: all(".panels > .panel:not(.now, .goals)").map((panel) =>
      [...panel.querySelectorAll("h2, tr, .notice")].map((line) => [...line.children].map(text).join(" | ")).join("\n"),
    ),
    foot: text(document.querySelector(".overview-foot .foot-words")),
  });
  window.watchOverview = () => {
    const moments = { headlines: new Set<string>(), cards: new Set<string>(), trends: new Set<string>() };
    window.moments = moments;
    const look = (): void => {
      moments.headlines.add(headline());
      moments.cards.add(cards().join("\n"));
      moments.trends.add(trend());
    };
    new MutationObserver(look).observe(document.querySelector("main")!, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  };
}

/** The sentence about the visitors; what follows it comes by itself. */
export const sentenceOf = (headline: string): string =>
  headline.split(/\. Top (?:source|page): /)[0]!.replace(/\.$/, "");

/** What belongs to the line and not to the forecast behind it, which comes by itself: names, and the period's first rows. */
export const lineOf = (trend: string): string =>
  trend
    .split("\n")
    .slice(0, 4)
    .map((line, index) =>
      line
        .split(" | ")
        .slice(0, index === 0 ? 2 : 3)
        .join(" | "),
    )
    .join("\n");

export const read = (page: Page): Promise<OverviewText> => page.evaluate(() => window.readOverview());

const DAY = 86_400_000;
const SOURCES = ["https://www.google.com/", "https://duckduckgo.com/", "https://news.example/", undefined];
const BROWSERS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];
const PAGES = ["/", "/pricing", "/guide", "/blog"];
export const HISTORY_DAYS = 800;

/** Every other visitor comes in an earlier hour: some of the last 24 hours' visitors came in the 23 that are complete. */
const before = (visitor: number): number => (1 + visitor) * 300_000 + (visitor % 2) * 5_400_000;

/** Events of 800 days until now, in order of time: more or fewer visitors each day, of other sources, reading other pages. */
export function historyOf(siteId: string, now: number): { events: object[]; pageviews: number } {
  const events: { event_time: string }[] = [];
  let pageviews = 0;
  const first = now - HISTORY_DAYS * DAY;
  for (let at = first, day = 0; at <= now; at += DAY, day++) {
    // Near the end there is more to tell apart.
    const visitors = day < HISTORY_DAYS - 70 ? 1 + (day % 3 === 0 ? 1 : 0) : 3 + ((day * 7) % 11);
    for (let visitor = 0; visitor < visitors; visitor++) {
      const views = 1 + ((day + visitor) % 3);
      const stay = 20 + ((day * 13) % 60);
      const event = (view: number, event_type: string, seconds: number) => ({
        event_type,
        event_time: new Date(at - before(visitor) + (view * stay + seconds) * 1000).toISOString(),
        site_id: siteId,
        url: `https://shop.example${PAGES[(day + visitor + view) % PAGES.length]}`,
        ip: `203.0.${day % 250}.${visitor}`,
        user_agent: BROWSERS[(day + visitor) % BROWSERS.length]!,
      });
      for (let view = 0; view < views; view++) {
        pageviews++;
        const referrer = view === 0 ? SOURCES[(day + visitor * visitor) % SOURCES.length] : undefined;
        events.push(
          { ...event(view, "pageview", 0), ...(referrer && { referrer }) },
          {
            ...event(view, "engagement", 15),
            ...{ engaged_ms: 2000 + ((day * 31 + view) % 25) * 500, scroll_depth: 10 + ((day * 17 + visitor) % 80) },
          },
        );
      }
    }
  }
  events.sort((a, b) => (a.event_time < b.event_time ? -1 : 1));
  return { events, pageviews };
}

/** Every ordered pair of names once, as one walk: each name is left for each other one. */
export function walkAllPairs(names: readonly string[]): string[] {
  const left = new Map(names.map((name) => [name, names.filter((other) => other !== name)]));
  const path = [names[0]!];
  const walk: string[] = [];
  while (path.length > 0) {
    const next = left.get(path.at(-1)!)!.pop();
    if (next === undefined) walk.push(path.pop()!);
    else path.push(next);
  }
  return walk.reverse();
}
