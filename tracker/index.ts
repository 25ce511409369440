// The tracker. It starts when the page is first shown: a page that was only prerendered, or opened in a background tab
// and never shown, has not been visited. Until then it sends and stores nothing.
import { type Call, recordCustom } from "./custom.ts";
import { followVisibility, measureDepth, runClock } from "./engagement.ts";
import { followForm } from "./forms.ts";
import { LONGEST_VISIT_MS } from "./limits.ts";
import { followLink } from "./links.ts";
import { on } from "./listen.ts";
import { followHistory, followRoute, viewPage } from "./pageview.ts";
import { flush, load } from "./send.ts";
import { siteId } from "./tag.ts";

/** Takes the token that a page asked for by `visit`; undefined when there is none. */
export type VisitTaker = (token?: string) => void;

/** A call that the chunk of identity carries out; of `visit` the argument is who takes the token. */
export type IdentityCall = [name: "identify" | "consent" | "optOut" | "visit", args: ArrayLike<unknown>];

interface Api extends Partial<Record<Exclude<IdentityCall[0], "visit">, (...args: unknown[]) => void>> {
  (...call: Call): void;
  q?: Call[];
  c?: IdentityCall[];
  /** Asks for the token by which an event of a server joins this visitor. */
  visit?: () => Promise<string | undefined>;
  /** Set by the tag that runs: a second tag on the page does nothing. */
  site?: string;
}

declare global {
  interface Window {
    trackkit?: Api;
  }
  interface Document {
    /** Chrome since 108; elsewhere undefined. */
    prerendering?: boolean;
  }
}

// Calls always go through the queue: the page may have kept its stub, and the stub only knows `q`.
// biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
const api: Api = (window.trackkit ||= (...call) => queue.push(call));
// biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
const queue = (api.q ||= []);

const callIdentity = (...call: IdentityCall): void => {
  // biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
  (api.c ||= []).push(call);
  if (api.site) load("identity");
};
for (const name of ["identify", "consent", "optOut"] as const) api[name] = (...args) => callIdentity(name, args);
api.visit = () =>
  new Promise((take) => {
    // Blocked, offline, or not yet shown: a checkout must not wait for its statistics.
    setTimeout(take, LONGEST_VISIT_MS);
    callIdentity("visit", [take]);
  });

const begin = (): void => {
  if (!siteId || api.site || document.hidden || document.prerendering) return;
  api.site = siteId;
  measureDepth();
  viewPage();
  followHistory("pushState");
  followHistory("replaceState");
  on("scroll", measureDepth);
  on("focus", runClock);
  on("blur", runClock);
  on("visibilitychange", followVisibility);
  on("pagehide", followVisibility);
  on("popstate", followRoute);
  on<PageTransitionEvent>("pageshow", (event) => event.persisted && viewPage());
  on("click", followLink);
  on("auxclick", followLink);
  on("submit", followForm);
  // biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
  queue.forEach((queue.push = recordCustom as never));
  // Identity comes before events: the identity chunk sends them once it knows the visitor.
  if (api.c) load("identity");
  else flush();
};
on("visibilitychange", begin);
// An activated prerendered page becomes visible first, while its requests are still marked as prefetches.
on("prerenderingchange", begin);
begin();
