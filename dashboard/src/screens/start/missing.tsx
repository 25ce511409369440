// The page for unknown URLs.
import { A } from "@solidjs/router";
import type { JSX } from "solid-js";
import { Mark } from "../../parts/mark";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

export function Missing(): JSX.Element {
  document.title = frame.pageTitle(words.notFound);
  return (
    <main class="alone">
      <Mark />
      <h1>{words.notFound}</h1>
      <p>{words.notFoundHint}</p>
      <A href="/" class="button button-main">
        {frame.allProperties}
      </A>
    </main>
  );
}
