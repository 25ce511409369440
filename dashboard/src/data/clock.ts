// Time as the screen knows it: signals that move only while somebody looks.
import { type Accessor, createSignal, onCleanup } from "solid-js";

/**
 * Counts up every `milliseconds` while the page is visible, and at once when it comes back into view after longer.
 * Nobody pays for a tab in the background.
 */
export function createTick(milliseconds: number): Accessor<number> {
  const [count, setCount] = createSignal(0);
  let last = Date.now();
  const move = (): void => {
    if (document.hidden || Date.now() - last < milliseconds * 0.9) return;
    last = Date.now();
    setCount((before) => before + 1);
  };
  const timer = setInterval(move, milliseconds);
  document.addEventListener("visibilitychange", move);
  onCleanup(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", move);
  });
  return count;
}
