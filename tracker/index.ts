// The tracker. It starts when the page is first shown: a page that was only prerendered, or opened in a background tab
// and never shown, has not been visited. Until then it sends and stores nothing.
import { type Call, recordCustom } from "./custom.ts";
import { followVisibility, measureDepth, runClock } from "./engagement.ts";
import { followForm } from "./forms.ts";
import { followLink } from "./links.ts";
import { on } from "./listen.ts";
import { followHistory, followRoute, viewPage } from "./pageview.ts";
import { flush, load } from "./send.ts";
import { siteId } from "./tag.ts";

/** A call of `identify`, `consent` or `optOut`, which the identity chunk runs. */
export type IdentityCall = [name: "identify" | "consent" | "optOut", args: ArrayLike<unknown>];

interface Api extends Partial<Record<IdentityCall[0], (...args: unknown[]) => void>> {
  (...call: Call): void;
  q?: Call[];
  c?: IdentityCall[];
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

for (const name of ["identify", "consent", "optOut"] as const)
  api[name] = (...args) => {
    // biome-ignore lint/suspicious/noAssignInExpressions: five bytes less than two statements
    (api.c ||= []).push([name, args]);
    if (api.site) load("identity");
  };

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
