// "Pick on page": the owner selects an element on the site itself, and the form receives its selector.
import { For, type JSX, onCleanup, Show } from "solid-js";
import type { OverlayChoice } from "../../../../workers/domain/events/overlay";
import { createAction } from "../../data/action";
import { pickOnPage } from "../../data/overlay";
import { useProperty } from "../../frame/property-frame";
import { words as parts } from "../../words/parts";
import { words } from "../../words/rules";

/** Properties rarely have more websites, and the form has no room for more buttons. */
const MOST_SITES = 3;

/** The page to open: the one in the pattern, if it names a single page. */
function pageFor(streamUrl: string, pattern: string): string {
  const isPage = pattern.startsWith("/") && !pattern.includes("*");
  return new URL(isPage ? pattern : "/", streamUrl).href;
}

export function PickOnPage(props: {
  /** The rule's page pattern, as typed so far. */
  pattern: string;
  onPicked: (choice: OverlayChoice) => void;
}): JSX.Element {
  const { property } = useProperty();
  let waiting = new AbortController();
  onCleanup(() => waiting.abort());
  const pick = createAction(async (url: string) => {
    waiting = new AbortController();
    const choice = await pickOnPage(property().site_id, pageFor(url, props.pattern), waiting.signal);
    if (choice) props.onPicked(choice);
  });
  return (
    <div class="pick">
      <Show
        when={!pick.pending()}
        fallback={
          <p class="pick-wait" role="status">
            {words.form.waiting}
            <button type="button" class="button button-quiet button-small" onClick={() => waiting.abort()}>
              {parts.cancel}
            </button>
          </p>
        }
      >
        <For each={property().streams.slice(0, MOST_SITES)}>
          {(stream) => (
            <button type="button" class="button button-small" onClick={() => void pick.run(stream.url)}>
              {property().streams.length > 1 ? words.form.pickOn(new URL(stream.url).host) : words.form.pick}
            </button>
          )}
        </For>
      </Show>
      <Show when={pick.error()}>{(error) => <p class="field-hint field-error">{error()}</p>}</Show>
    </div>
  );
}
