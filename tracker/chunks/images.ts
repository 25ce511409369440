// Image views: an image was at least half visible for a second, once per image and page view.
import { tidy } from "../element.ts";
import type { Kit } from "../kit.ts";

const SEEN_MS = 1000;
/** Smaller ones, in CSS pixels, are icons and counting pixels. */
const LEAST_SIDE = 50;
/** Interval between two searches for new images. */
const LOOK_MS = 500;
const LONGEST_SOURCE = 500;

export default (kit: Kit): void => {
  let told = new WeakSet<Element>();
  let looking: unknown;
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();

  const stop = (image: Element): void => {
    clearTimeout(timers.get(image));
    timers.delete(image);
  };

  const start = (image: HTMLImageElement): void => {
    const view = kit.safely(() => {
      stop(image);
      // Not loaded yet, or a placeholder: try again in a second. A broken image never counts.
      if (image.naturalWidth < 2) return !image.complete || image.naturalWidth ? start(image) : undefined;
      if (image.width < LEAST_SIDE || image.height < LEAST_SIDE || !image.isConnected) return;
      told.add(image);
      const source = (image.currentSrc || image.src).split(/[?#]/)[0]!;
      // Images written into the page itself have no address.
      const src = source.startsWith("http") ? source : "";
      kit.record("image_view", {
        p: { image: tidy(image.alt || src.split("/").pop()), src: tidy(src, LONGEST_SOURCE) },
      });
    });
    timers.set(image, setTimeout(view, SEEN_MS));
  };

  const observer = new IntersectionObserver(
    kit.safely((entries: IntersectionObserverEntry[]) => {
      for (const { target, intersectionRatio, intersectionRect } of entries) {
        // Of an image taller than the screen, half a screen is enough.
        const isSeen = intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2;
        if (!isSeen) stop(target);
        else if (!told.has(target) && !timers.has(target)) start(target as HTMLImageElement);
      }
    }),
    { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5] },
  );

  const look = kit.safely(() => {
    looking = undefined;
    for (const image of document.images) observer.observe(image);
  });

  // The second starts again when the page is shown again.
  const restart = (): void => {
    observer.disconnect();
    [...timers.keys()].forEach(stop);
    if (!document.hidden) look();
  };

  kit.onView(() => {
    told = new WeakSet();
    restart();
  });
  kit.on("visibilitychange", restart);
  new MutationObserver(() => {
    if (!looking) looking = setTimeout(look, LOOK_MS);
  }).observe(document, { childList: true, subtree: true });
};
