// Sending: hits wait a moment for others and leave together in one beacon. The reply says what else to measure.
import type { Beacon, BeaconReply, Hit } from "../workers/domain/events/beacon.ts";
import type { Chunk, Kit } from "./kit.ts";
import { LONGEST_TEXT, MOST_HITS, WAIT_MS } from "./limits.ts";
import { on, safely } from "./listen.ts";
import { begins, ends } from "./moments.ts";
import { endpoint, routesByHash, script, siteId } from "./tag.ts";

type WaitingHit = Hit & { a: number };

const waiting: WaitingHit[] = [];
/** The last reply. */
let told: ReturnType<Kit["reply"]> = { off: [] };

/** Milliseconds of a monotonic clock. */
export const now = (): number => performance.now();

/** Records an event of this page, now. It is sent within `WAIT_MS`, or when the page is hidden. */
export const record = (name: string, details?: Partial<Hit>): Hit => {
  const hit: WaitingHit = {
    n: name,
    // Not randomUUID: that exists on https pages only.
    // biome-ignore lint/style/useTemplate: one byte less
    i: Math.random() + "x" + Math.random(),
    u: kit.address,
    // Of a page view this is the one before, which the server does not read.
    v: (kit.view as Hit | undefined)?.i,
    a: now(),
    ...details,
  };
  waiting.push(hit);
  // A timer left over from earlier hits does no harm: it only sends sooner.
  setTimeout(flush, WAIT_MS);
  return hit;
};

/** The same for kinds of hit that can be off. */
export const recordIfOn = (kind: string, details?: Partial<Hit>): Hit | false =>
  !told.off.includes(kind) && record(kind, details);

/** Sends waiting hits. `keepalive` lets the request outlive the page; a text body needs no preflight. No
 * cookies: those of other origins are left out unless asked for. */
export const flush = safely(() => {
  const hits = waiting.splice(0, MOST_HITS);
  for (const hit of hits) {
    hit.a = now() - hit.a;
    if (hit.n === "pageview") hit.t = document.title.slice(0, LONGEST_TEXT);
  }
  try {
    if (localStorage.trackkit_optout) return;
    kit.who ||= JSON.parse(localStorage.trackkit_id);
  } catch {
    // The browser forbids storage on this page, so there can be no opt-out.
  }
  if (!hits[0]) return;
  fetch(endpoint, {
    method: "POST",
    body: JSON.stringify({
      s: siteId as string,
      r: document.referrer,
      // biome-ignore lint/style/useTemplate: one byte less
      w: screen.width + "x" + screen.height,
      f: routesByHash,
      ...kit.who,
      h: hits,
    } satisfies Beacon),
    keepalive: true,
  })
    .then((response) => response.json())
    .then(follow)
    .catch(safely); // Blocked, offline or refused: not the page's concern.
});

/** The kit for chunks. The first page view sets its address. */
export const kit = {
  record,
  on,
  safely,
  flush,
  beaconUrl: endpoint,
  onView: (act) => {
    begins.push(act);
    act();
  },
  onLeave: (act) => ends.push(act),
  rules: () => told.rules || [],
  reply: () => told,
} as Omit<Kit, "address"> as Kit;

/** The script's name without `.js`. Set at build time. */
declare const TRACKER_STEM: string;

const loaded: Record<string, unknown> = {};

/** Loads a chunk, once per page. A failure (blocked, offline) must not concern the page either. */
export const load = (name: string): void => {
  // An absolute address: `import` from a script of another origin cannot resolve a relative one.
  loaded[name] ||= import(new URL(`${TRACKER_STEM}-${name}.js`, script.src) as never)
    .then((chunk: { default: Chunk }) => chunk.default(kit))
    .catch(safely);
};

/** Applies the reply to a beacon. */
const follow = (reply: BeaconReply): void => {
  // A reply from elsewhere has no `on`, so it ends here.
  reply.on.map(load);
  told = reply;
};
