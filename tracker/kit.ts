// The kit: what the core lends to its chunks. A chunk is a module of its own, loaded only where its measurement is on:
// `export default (kit: Kit): void => {…}`. Types only: the core makes the kit, so that a chunk carries nothing twice.
import type { Beacon, BeaconReply, Hit, PageRule } from "../workers/domain/events/beacon.ts";

export interface Kit {
  /** Notes an event, now, on this page. It leaves within 300 ms, or when the page is hidden. */
  record(name: string, details?: Partial<Hit>): Hit;
  /** Listens on the window in the capture phase; the listener may throw. */
  on<E extends Event>(type: string, listener: (event: E) => unknown): void;
  /** The same function, except that it never throws. */
  safely<A extends unknown[]>(act: (...args: A) => unknown): (...args: A) => void;
  /** At each page view, after it was noted; and at once for the one that is shown. */
  onView(act: () => void): void;
  /**
   * Before the beacon that the end of a page view is told in: `record` in here is still in time, and still on the page
   * that ends. May come more than once per view (a tab is hidden, shown, hidden).
   */
  onLeave(act: () => void): void;
  /** As of the last reply. */
  rules(): readonly PageRule[];
  /** The last reply; before the first it has no `on`. */
  reply(): Pick<BeaconReply, "off"> & Partial<BeaconReply>;
  /** Sends what waits. */
  flush(): void;
  /** Of the page that is viewed. The browser's own is already that of the next when a router's page view ends. */
  address: string;
  /** Who the visitor is, for all beacons to come; set by the chunk of identity. Until then what the browser keeps. */
  who?: Pick<Beacon, "c" | "v" | "n">;
  /** Paths of files; set by the chunk of downloads. A click on a link to one is a `download`, else `outbound` or none. */
  files?: RegExp;
}

export type Chunk = (kit: Kit) => void;
