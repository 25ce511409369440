// Listening without side effects: errors in listeners never reach the page.

/** The same function, except that it never throws. */
export const safely =
  <A extends unknown[]>(act: (...args: A) => unknown) =>
  (...args: A): void => {
    try {
      act(...args);
    } catch {
      // The page matters more than its statistics.
    }
  };

/**
 * Listens on the window in the capture phase: first in line, so a page that stops propagation hides nothing, and also
 * for events that do not bubble. No listener calls preventDefault or hears touch or wheel, so none delays anything.
 */
export const on = <E extends Event>(type: string, listener: (event: E) => unknown): void =>
  addEventListener(type, safely(listener) as EventListener, true);
