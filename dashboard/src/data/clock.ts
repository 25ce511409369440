// Time for screens: signals that change only while the page is visible.
import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import type { Period } from "./period";
import { openHour } from "./periods/moment";

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

/**
 * The current hour of a period of hours that has not ended, for the scene; it changes with the hour only.
 * @param tick when to look at the clock.
 */
export const createOpenHour = (
  period: Accessor<Period>,
  timezone: Accessor<string>,
  tick: Accessor<unknown>,
): Accessor<{ hour?: string }> =>
  createMemo(
    () => {
      tick();
      return openHour(period(), timezone(), Date.now());
    },
    undefined,
    { equals: (one, other) => one.hour === other.hour },
  );
