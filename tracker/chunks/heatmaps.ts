// Heatmaps: counts of clicks and mouse positions in a coarse grid, and the reach of the scroll. Never a recording: a
// summary says how often a cell was hit, not when or in which order.
import type { Kit } from "../kit.ts";

const COLUMNS = 24;
const ROW_PX = 40;
const LAST_ROW = 249;
const SAMPLE_MS = 100;
/** Cells of a kind in one event: with both kinds, at 9 characters each at most, it stays below 2,000. */
const MOST_CELLS = 100;

type Counts = Map<string, number>;

export default (kit: Kit): void => {
  const clicks: Counts = new Map();
  const moves: Counts = new Map();
  const root = document.documentElement;
  let sampled = 0;
  let clicked: number;
  let path: string;
  /** The document's width and height: measured when somebody scrolls or the page ends, because it costs a layout. */
  let width = 0;
  let height = 0;
  let seen: number;
  let from: number | undefined;

  const measure = (): void => {
    width = root.scrollWidth;
    height = root.scrollHeight;
    seen = Math.max(seen, scrollY + innerHeight);
  };

  const count = (counts: Counts, { pageX, pageY }: MouseEvent): void => {
    if (!width) measure();
    const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor((pageX / width) * COLUMNS)));
    const row = Math.min(LAST_ROW, Math.max(0, Math.floor(pageY / ROW_PX)));
    const cell = `${column.toString(36)},${row.toString(36)}`;
    counts.set(cell, (counts.get(cell) || 0) + 1);
  };

  /** Removes some of the counts and returns them as text; undefined if there are none. */
  const take = (counts: Counts): string | undefined => {
    const cells = [...counts].slice(0, MOST_CELLS);
    return cells.map(([cell, n]) => counts.delete(cell) && `${cell},${n.toString(36)}`).join(";") || undefined;
  };

  const tell = (): void => {
    // A route has begun, so the document may already show the next page.
    if (!height || path === location.pathname) measure();
    // Pages grow during reading, so the share may shrink. Keep the highest reported value.
    const to = Math.max(from || 0, Math.min(100, Math.round((seen / (height || 1)) * 100)));
    while (to !== from || clicks.size || moves.size) {
      const size = innerWidth < 640 ? "phone" : innerWidth < 1024 ? "tablet" : "desktop";
      kit.record("heatmap", {
        p: { width: size, clicks: take(clicks), moves: take(moves), ...(to !== from && { from, to }) },
      });
      from = to;
    }
  };

  // Clicks by keys and scripts have no position, and a click on a label also clicks its field.
  kit.on<MouseEvent>("click", (event) => {
    if (!event.detail || !event.isTrusted || event.timeStamp === clicked) return;
    clicked = event.timeStamp;
    count(clicks, event);
  });
  kit.on<PointerEvent>("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.timeStamp - sampled < SAMPLE_MS) return;
    sampled = event.timeStamp;
    count(moves, event);
  });
  kit.on("scroll", measure);
  kit.on("resize", () => {
    width = 0;
  });
  kit.onLeave(tell);
  kit.onView(() => {
    path = location.pathname;
    width = height = 0;
    seen = innerHeight;
    from = undefined;
  });
};
