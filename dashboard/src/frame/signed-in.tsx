// The gate: pages below it have a signed-in user and the list of properties. Otherwise it redirects or shows the error.
import { createResource, type JSX, Match, Show, Switch } from "solid-js";
import { loadProperties, properties } from "../data/property";
import { loadMe, me } from "../data/session";
import { Mark } from "../parts/mark";
import { Failure } from "../parts/notice";
import { words } from "../words/frame";

export function SignedIn(props: { children?: JSX.Element }): JSX.Element {
  // Loads both at once, to save a round trip.
  const [loaded, { refetch }] = createResource(async () => {
    await Promise.all([me() ? undefined : loadMe(), loadProperties()]);
    return true;
  });
  const isReady = (): boolean => Boolean(me() && properties());

  return (
    <Switch>
      <Match when={isReady()}>{props.children}</Match>
      <Match when={loaded.error && me() !== null}>
        <main class="alone">
          <Mark />
          <Failure what={words.openFailed} error={loaded.error} onRetry={refetch} />
        </main>
      </Match>
      <Match when={true}>
        <Show when={loaded.loading}>
          <div class="bar" aria-hidden="true">
            <Mark />
          </div>
        </Show>
      </Match>
    </Switch>
  );
}
