// Page views: the page as it loads, each route of a single-page site, and the page that comes back.
import { measure } from "./engagement.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { safely } from "./listen.ts";
import { begins, ends, tell } from "./moments.ts";
import { flush, kit, recordIfOn } from "./send.ts";
import { routesByHash } from "./tag.ts";

/** Identifies a page. The query is not part of it, because it holds filters and tabs. */
const currentPage = (): string => location.pathname + (routesByHash ? location.hash : "");

let page: string;

export const viewPage = (): void => {
  flush(); // While the document still has the title of the previous page.
  tell(ends);
  kit.address = location.href.slice(0, LONGEST_TEXT);
  page = currentPage();
  measure(recordIfOn("pageview"));
  tell(begins);
};

export const followRoute = safely(() => {
  if (currentPage() !== page) viewPage();
});

/** Routers change the address with these two functions, which fire no event. */
export const followHistory = (method: "pushState" | "replaceState"): void => {
  const original = history[method];
  history[method] = (...args) => {
    original.apply(history, args);
    followRoute();
  };
};
