// Time for screens: signals that change only while the page is visible.
import { type Accessor, createSignal, onCleanup } from "solid-js";

/**
 * Increments every `milliseconds` while the page is visible, and immediately when the page becomes visible after a
 * longer time. A background tab makes no requests.
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
