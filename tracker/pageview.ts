// Page views: the page as it loads, each route of a single-page site, and the page that comes back.
import { measure } from "./engagement.ts";
import { LONGEST_TEXT } from "./limits.ts";
import { safely } from "./listen.ts";
import { begins, ends, tell } from "./moments.ts";
import { flush, kit, recordIfOn } from "./send.ts";
import { routesByHash } from "./tag.ts";

/** What makes one page another. The query is not part of it: filters and tabs live there. */
const currentPage = (): string => location.pathname + (routesByHash ? location.hash : "");

let page: string;

export const viewPage = (): void => {
  flush(); // While the title is still that of the page before.
  tell(ends);
  kit.address = location.href.slice(0, LONGEST_TEXT);
  page = currentPage();
  measure(recordIfOn("pageview"));
  tell(begins);
};

export const followRoute = safely(() => {
  if (currentPage() !== page) viewPage();
});

/** Routers change the address through these two, without an event. */
export const followHistory = (method: "pushState" | "replaceState"): void => {
  const original = history[method];
  history[method] = (...args) => {
    original.apply(history, args);
    followRoute();
  };
};
