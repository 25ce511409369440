// Web vitals: waits until the page has loaded and is idle, then loads the library that measures them.
import type { Chunk, Kit } from "../kit.ts";

/**
 * The library alone is 3 KB, so it is a file of its own and comes last: the browser keeps what happened before (buffered
 * entries), a page that is left before it came is not measured.
 */
export default (kit: Kit): void => {
  const bring = kit.safely(() =>
    import(import.meta.url.replace(/\.js$/, "_library.js"))
      .then((library: { default: Chunk }) => library.default(kit))
      .catch(() => {}),
  );
  const rest = (): unknown => (window.requestIdleCallback || setTimeout)(bring);
  if (document.readyState === "complete") rest();
  else addEventListener("load", rest);
};
