// The text of a search field, once its typist pauses: a search for every letter would be many requests.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** Waits for the next letter before it searches (ms). */
const PAUSE = 200;

/** @returns the typed text without spaces around it; empty until something was typed. */
export function createSearch(typed: Accessor<string>): Accessor<string> {
  const [searched, setSearched] = createSignal("");
  createEffect(
    on(
      typed,
      (now) => {
        const timer = setTimeout(() => setSearched(now.trim()), PAUSE);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return searched;
}
