// Sending: hits wait a moment for company, then leave together in one beacon.
import type { Beacon, BeaconReply, Hit } from "../workers/domain/beacon.ts";
import { LONGEST_ADDRESS, LONGEST_TITLE, MOST_HITS, WAIT_MS } from "./limits.ts";
import { safely } from "./listen.ts";
import { isOff, switchOff } from "./switches.ts";
import { endpoint, routesByHash, siteId } from "./tag.ts";

type WaitingHit = Hit & { a: number };

const waiting: WaitingHit[] = [];
/** Of the last hit. A timer that an earlier hit left behind does no harm: it only sends sooner. */
let timer: ReturnType<typeof setTimeout>;

/** Whole milliseconds of a clock that nobody sets. */
export const now = (): number => Math.round(performance.now());

/** Notes an event, now, on this page. It leaves within `WAIT_MS`, or when the page is hidden. */
export const record = (name: string, details?: Partial<Hit>): Hit => {
  const hit: WaitingHit = {
    n: name,
    // Not randomUUID: that exists on https pages only.
    i: `${Math.random()}${Math.random()}`,
    u: location.href.slice(0, LONGEST_ADDRESS),
    a: now(),
    ...details,
  };
  waiting.push(hit);
  timer = setTimeout(flush, WAIT_MS);
  return hit;
};

/** The same for what can be switched off. */
export const recordIfOn = (kind: string, details?: Partial<Hit>): Hit | false => !isOff(kind) && record(kind, details);

/** Sends what waits. `keepalive` carries it over the end of the page; a text body needs no preflight. */
export const flush = safely(() => {
  clearTimeout(timer);
  const hits = waiting.splice(0, MOST_HITS);
  for (const hit of hits) {
    hit.a = now() - hit.a;
    // By code points: no character is cut in two.
    if (hit.n === "pageview") hit.t = [...document.title].slice(0, LONGEST_TITLE).join("");
  }
  try {
    if ("trackkit_optout" in localStorage) return;
  } catch {
    // The browser forbids storage to this page: nobody can have opted out in it.
  }
  if (!hits[0]) return;
  fetch(endpoint, {
    method: "POST",
    body: JSON.stringify({
      s: siteId as string,
      r: document.referrer.slice(0, LONGEST_ADDRESS),
      w: `${screen.width}x${screen.height}`,
      l: navigator.language,
      f: routesByHash,
      h: hits,
    } satisfies Beacon),
    keepalive: true,
    credentials: "omit",
  })
    .then(async (response) => switchOff(((await response.json()) as BeaconReply).off))
    .catch(() => {}); // Blocked, offline or refused: not the page's concern.
});
