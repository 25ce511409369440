// The pages of the demo's websites: titles and links come from the simulation, so that simulated people go where the
// links lead, and the words from content.yml.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { Simulation } from "../simulate/config.ts";
import { toBlock } from "./blocks.ts";
import { escapeHtml, toPicture } from "./html.ts";

const content = z.strictObject({
  lead: z.string(),
  block: z.string().optional(),
  price: z.number().optional(),
  colours: z.array(z.string()).optional(),
  /** Heading and text. */
  sections: z.array(z.tuple([z.string(), z.string()])),
});
type Content = z.infer<typeof content>;
const sites = z.strictObject({ shop: z.record(z.string(), content), docs: z.record(z.string(), content) });
export type SiteName = keyof z.infer<typeof sites>;

const readHere = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

export interface Site {
  name: SiteName;
  simulation: Simulation;
  /** The tracker's tag. */
  tag: string;
}

/** Pages in the head of every page. Others are found through links. */
const MENU = {
  shop: {
    "/bikes/": "Bikes",
    "/journal/": "Journal",
    "/shops/": "Shops",
    "/support/": "Support",
    "/join/": "Club",
    "/cart/": "Cart",
  },
  docs: {
    "/start/": "Start",
    "/guides/belt/": "Guides",
    "/reference/torque/": "Reference",
    "/changelog/": "Changelog",
  },
} as const;
const FOOT = {
  shop: {
    "/about/": "Who we are",
    "/jobs/": "Work with us",
    "/support/delivery/": "Delivery and returns",
    "/catalogue-2019/": "Catalogue 2019",
  },
  docs: { "/reference/parts/": "Spare parts" },
} as const;
const NAMES = { shop: "Northlight", docs: "Northlight Docs" } as const;

const toLinks = (links: Record<string, string>): string =>
  Object.entries(links)
    .map(([path, label]) => `<a href="${path}">${label}</a>`)
    .join("\n");

function toHtml({ name, tag }: Site, title: string, main: string, seed: number): string {
  return `<!doctype html>
<html lang="en">
<head>
${tag}
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/img/badge.svg">
<script>window.trackkit = window.trackkit || function () { (window.trackkit.q = window.trackkit.q || []).push(arguments) }</script>
</head>
<body>
<header><a class="name" href="/">${NAMES[name]}</a><nav>${toLinks(MENU[name])}</nav></header>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
<footer data-seed="${seed}">${toLinks(FOOT[name])}<span>A demo website on your own machine. Nothing is sold here.</span></footer>
</body>
</html>
`;
}

const toSections = (sections: Content["sections"], seed: number): string =>
  sections
    .map(
      ([heading, text], i) =>
        `<section${i === 0 ? ' id="story"' : ""}><div><h2>${escapeHtml(heading)}</h2><p>${escapeHtml(text)}</p></div>${toPicture(heading, seed + i, "picture")}</section>`,
    )
    .join("\n");

/** The HTML of each page, by path. @throws Error for a page of the simulation without words. */
export function toPages(site: Site): Map<string, string> {
  const { simulation, name } = site;
  const words = sites.parse(parse(readHere("content.yml")))[name];
  const titles = new Map(simulation.pages.map(({ path, title }) => [path, title]));
  const shown = simulation.pages.filter(({ actions }) => !actions.some(isMissing));
  return new Map(
    shown.map(({ path, title, next }, index) => {
      const text = words[path];
      if (!text) throw new Error(`content.yml has no ${path}`);
      const card = (to: string): string =>
        `<a class="card" href="${to}"><strong>${escapeHtml(titles.get(to) ?? to)}</strong><br>Read more</a>`;
      const main = `<p class="lead">${escapeHtml(text.lead)}</p>
${toBlock(text.block, { path, price: text.price, colours: text.colours })}
${toSections(text.sections, index)}
<div class="cards">${Object.keys(next).map(card).join("\n")}</div>`;
      return [path, toHtml(site, title, main, index)];
    }),
  );
}

/** Whether an action says that its page does not exist. */
const isMissing = ({ event_type, chance }: { event_type: string; chance: number }): boolean =>
  event_type === "not_found" && chance === 1;

export const toMissingPage = (site: Site): string =>
  toHtml(
    site,
    "Page not found",
    '<p class="lead">The link is old, or has a spelling mistake.</p><p><a class="button" href="/">Home</a></p>',
    0,
  );

export const STYLE = readHere("style.css");
