// An address that leads nowhere.
import { A } from "@solidjs/router";
import type { JSX } from "solid-js";
import { Mark } from "../../parts/mark";

export function Missing(): JSX.Element {
  return (
    <main class="alone">
      <Mark />
      <h1>There is no such page</h1>
      <p>The address may have been cut short when it was copied.</p>
      <A href="/" class="button button-main">
        All properties
      </A>
    </main>
  );
}
