// The kit: the core's functions for its chunks. A chunk is a separate module, loaded only where its measurement is on:
// `export default (kit: Kit): void => {…}`. Types only: the core provides the kit, so that chunks contain no copies.
import type { Beacon, BeaconReply, Hit, PageRule } from "../workers/domain/events/beacon.ts";

export interface Kit {
  /** Records an event of this page, now. It is sent within 300 ms, or when the page is hidden. */
  record(name: string, details?: Partial<Hit>): Hit;
  /** Listens on the window in the capture phase; the listener may throw. */
  on<E extends Event>(type: string, listener: (event: E) => unknown): void;
  /** The same function, except that it never throws. */
  safely<A extends unknown[]>(act: (...args: A) => unknown): (...args: A) => void;
  /** Called at each page view, after it was recorded, and at once for the current one. */
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
  /** Sends waiting hits. */
  flush(): void;
  /** Where beacons go. */
  beaconUrl: URL;
  /** Of the page that is viewed. The browser's own is already that of the next when a router's page view ends. */
  address: string;
  /** The page view that is on; false where page views are off. */
  view?: Hit | false;
  /** The visitor's ids for later beacons, set by the identity chunk. Until then, the id stored in the browser. */
  who?: Pick<Beacon, "c" | "v" | "n">;
  /** Paths of files; set by the chunk of downloads. A click on a link to one is a `download`, else `outbound` or none. */
  files?: RegExp;
}

export type Chunk = (kit: Kit) => void;
