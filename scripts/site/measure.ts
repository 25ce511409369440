// Measures where the links, buttons and pictures of the demo's websites are, at the widths of phones, tablets and desktops,
// and writes scripts/simulate/layouts.json: simulated people press what is there. Run it by hand after the sites changed.
import { writeFileSync } from "node:fs";
import { openChromium } from "../../test/browser/chromium.ts";
import { reservePort } from "../local/port.ts";
import type { Layout, Simulation, Width } from "../simulate/config.ts";
import { readSites } from "../simulate/sites.ts";
import { toPages } from "./pages.ts";
import { serveSites } from "./server.ts";

const VIEWPORTS: Record<Width, { width: number; height: number }> = {
  phone: { width: 393, height: 852 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1512, height: 860 },
};

/** Runs in the page. Links that visits follow often, and buttons, are pressed more than pictures and headings. */
function measure(next: Record<string, number>): Layout {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const weightOf = (element: Element): number => {
    if (element.matches("a.card, nav a")) return next[element.getAttribute("href") ?? ""] ?? 0.6;
    if (element.matches("a.button, button")) return 5;
    if (element.matches("input, select")) return 3;
    return element.matches("a") ? 0.4 : 0.7;
  };
  const targets = [...document.querySelectorAll("a, button, input, select, .picture, .badge, h2")].map((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const name = element.matches("img.badge") ? "img.badge" : element.id && `#${element.id}`;
    return {
      x: Math.round(((left + width / 2) / scrollWidth) * 1000) / 10,
      y: Math.round(top + scrollY + height / 2),
      weight: weightOf(element),
      ...(name ? { selector: name } : {}),
    };
  });
  return { height: scrollHeight, targets };
}

const port = await reservePort();
const stop = new AbortController();
const sites = readSites();
const tagless = Object.entries(sites).map(([name, simulation]) => ({
  name: name as keyof typeof sites,
  simulation,
  tag: "",
  hostname: `${name}.localhost`,
}));
await serveSites(tagless, port, stop.signal);
const browser = await openChromium();
const measured: Record<string, Simulation["layouts"]> = {};
for (const site of tagless) {
  const layouts: Simulation["layouts"] = {};
  for (const path of toPages(site).keys()) {
    const next = site.simulation.pages.find((page) => page.path === path)?.next ?? {};
    const ofPage: Partial<Record<Width, Layout>> = {};
    for (const [width, viewport] of Object.entries(VIEWPORTS)) {
      const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
      await page.goto(`http://${site.hostname}:${port}${path}`);
      ofPage[width as Width] = await page.evaluate(measure, next);
      await page.close();
    }
    layouts[path] = ofPage;
  }
  measured[site.name] = layouts;
}
await browser.close();
stop.abort();
writeFileSync(new URL("../simulate/layouts.json", import.meta.url), `${JSON.stringify(measured)}\n`);
