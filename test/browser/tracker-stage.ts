// The stage of the tracker's tests: a site with the tag, a collector on another origin, a browser, and somewhere to go.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { inject } from "vitest";
import { type Arrived, type Collector, openCollector, openSite, type Site } from "./fixture-site.ts";
import { joinChromium, noteRestore } from "./shared-chromium.ts";

declare global {
  interface Window {
    trackkit: ((name: string, props?: Record<string, unknown>, more?: Record<string, unknown>) => void) & {
      site?: string;
      q?: unknown;
      c?: unknown;
      visit: () => Promise<string | undefined>;
    };
  }
}

export interface PageParts {
  title?: string;
  body?: string;
  /** Before the tag. */
  head?: string;
  /** More attributes of the tag. */
  tag?: string;
}

export interface Stage {
  site: Site;
  elsewhere: Site;
  collector: Collector;
  browser: Browser;
  tag(attributes?: string): string;
  html(parts?: PageParts): string;
  /**
   * Opens a page of the site as a new visitor and waits for its first hit; `on` names chunks that the reply asks for
   * (as `collector.reply` may, with `rules` and `store`), and waits until they run. A page that `returns` can be left
   * and brought out of the back/forward cache by `restore`.
   */
  visit(
    path: string,
    options?: { init?: () => void; silent?: boolean; on?: string[]; returns?: boolean },
  ): Promise<Page>;
  /** Waits until these chunks run in the page as it is now. */
  running(page: Page, ...chunks: string[]): Promise<void>;
  /** Waits until the page has read so many replies to its beacons, and knows what they say. */
  replied(page: Page, count?: number): Promise<void>;
  /** Leaves the site and gives everything that was sent from the page, in order: `name address → target`. */
  leave(page: Page): Promise<string[]>;
  /** Errors that pages threw. */
  errors: string[];
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const [browser, collector, site, elsewhere] = await Promise.all([
    joinChromium(),
    openCollector(inject("trackerScript")),
    openSite(),
    openSite({ "/": "<title>Elsewhere</title>" }),
  ]);
  let whole: Browser | undefined;
  const contexts: BrowserContext[] = [];
  const errors: string[] = [];
  const tag = (attributes = ""): string =>
    `<script defer src="${collector.script}" data-site-id="site-1" ${attributes}></script>`;

  async function running(page: Page, ...chunks: string[]): Promise<void> {
    await page.waitForFunction(
      (names) => names.every((name) => performance.getEntriesByName(`tk-${name}`, "mark").length > 0),
      chunks,
    );
  }

  async function replied(page: Page, count = 1): Promise<void> {
    await page.waitForFunction(
      (least) =>
        performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname === "/e").length >= least,
      count,
    );
    // The body is there; its reader's turn comes before that of an idle page.
    await page.evaluate(() => new Promise((done) => requestIdleCallback(() => setTimeout(done))));
  }

  return {
    running,
    replied,
    site,
    elsewhere,
    collector,
    browser,
    errors,
    tag,
    html: (parts = {}) =>
      `<!doctype html><html><head><title>${parts.title ?? "Home"}</title>${parts.head ?? ""}${tag(parts.tag)}</head>` +
      `<body>${parts.body ?? ""}</body></html>`,
    async visit(path, options = {}) {
      if (options.returns) whole ??= await joinChromium("whole");
      const context = await (options.returns ? whole! : browser).newContext();
      contexts.push(context);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(String(error)));
      if (options.init) await page.addInitScript(options.init);
      if (options.returns) await page.addInitScript(noteRestore);
      if (options.on) collector.reply = { ...collector.reply, on: options.on };
      await page.goto(site.at(path));
      if (!options.silent) await collector.arrived(1);
      await running(page, ...(options.on ?? []));
      return page;
    },
    async leave(page) {
      // Noted after the tracker has heard pagehide, so it leaves with the visibilitychange that follows: in the last
      // beacon of the page. Beacons may overtake each other on the way, hence the moment at the end.
      await page.evaluate(() => addEventListener("pagehide", () => window.trackkit("the end"), true));
      await page.goto("about:blank");
      while (!collector.hits.some((hit) => hit.n === "the end"))
        await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return story(collector.hits, site.origin);
    },
    async reset() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      collector.forget();
      collector.reply = { off: [], on: [] };
      collector.token = "token";
      errors.length = 0;
      for (const path of Object.keys(site.pages)) delete site.pages[path];
    },
    async close() {
      await Promise.all([browser.close(), whole?.close()]);
      await Promise.all([site.close(), elsewhere.close(), collector.close()]);
    },
  };
}

/** The hits in words, without the end that `leave` adds. */
export function story(hits: Arrived[], origin: string): string[] {
  return hits
    .filter((hit) => hit.n !== "the end")
    .map(
      (hit) => `${hit.n} ${hit.u.replace(origin, "")}${hit.h === undefined ? "" : ` → ${hit.h.replace(origin, "")}`}`,
    );
}
