// The demo's own websites: every page that simulated people visit exists, and links lead to pages.
import { describe, expect, test } from "vitest";
import { readSites, type SiteName } from "../../../scripts/simulate/sites";
import { toMissingPage, toPages } from "../../../scripts/site/pages";

const sites = readSites();
const siteOf = (name: SiteName) => ({ name, simulation: sites[name], tag: '<script src="/tk.js"></script>' });
/** Names that no longer exist: links to them are a story. */
const GONE = ["/catalogue-2019/", "/bikes/city/"];

describe.each(["shop", "docs"] as const)("the website %s", (name) => {
  const pages = toPages(siteOf(name));

  test("has the pages that simulated people visit, and not those that they do not find", () => {
    const visited = sites[name].pages.map(({ path }) => path);
    expect([...pages.keys()].sort()).toEqual(visited.filter((path) => !GONE.includes(path)).sort());
  });

  test("carries the tag on every page, the missing one too", () => {
    for (const html of [...pages.values(), toMissingPage(siteOf(name))])
      expect(html).toContain('<script src="/tk.js">');
  });

  test("links only to pages of its own, files, and the one that is gone", () => {
    for (const html of pages.values())
      for (const [, to = ""] of html.matchAll(/<a [^>]*href="(\/[^"]*)"/g))
        expect(pages.has(to) || GONE.includes(to) || to.startsWith("/files/") ? "" : to).toBe("");
  });

  test("has every element that simulated people click, where they click it", () => {
    for (const { path, actions } of sites[name].pages)
      for (const { selector, at, chance } of actions) {
        if (!at || chance === 0) continue;
        for (const width of ["phone", "tablet", "desktop"] as const) {
          const targets = sites[name].layouts[path]?.[width]?.targets ?? [];
          expect(`${path} ${targets.some((one) => one.selector === selector) ? "has" : "lacks"} ${selector}`).toBe(
            `${path} has ${selector}`,
          );
        }
      }
  });

  test("is laid out for every page at every width", () => {
    for (const path of pages.keys())
      for (const width of ["phone", "tablet", "desktop"] as const)
        expect(sites[name].layouts[path]?.[width]?.height).toBeGreaterThan(400);
  });
});
