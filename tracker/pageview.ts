// Page views: the page as it loads, each route of a single-page site, and the page that comes back.
import { measure } from "./engagement.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { safely } from "./listen.ts";
import { begins, ends, tell } from "./moments.ts";
import { flush, kit, recordIfOn } from "./send.ts";
import { routesByHash } from "./tag.ts";

/**
 * What makes one page another. Of the query only the parameters that belong to the page, as the last reply named them:
 * the others are filters and tabs.
 */
const pageOf = ({ pathname, hash, search }: URL | Location): string =>
  [pathname, routesByHash && hash, kit.reply().query?.map((name) => new URLSearchParams(search).getAll(name))].join();

let page: URL;

export const viewPage = (): void => {
  flush(); // While the document still has the title of the previous page.
  tell(ends);
  kit.address = location.href.slice(0, LONGEST_TEXT);
  page = new URL(location.href);
  kit.view = recordIfOn("pageview");
  measure(kit.view);
  tell(begins);
};

export const followRoute = safely(() => {
  // Both now: between them a reply may have named other parameters.
  if (pageOf(location) !== pageOf(page)) viewPage();
});

/** Routers change the address with these two functions, which fire no event. */
export const followHistory = (method: "pushState" | "replaceState"): void => {
  const original = history[method];
  history[method] = (...args) => {
    original.apply(history, args);
    followRoute();
  };
};
