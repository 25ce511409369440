// The tag for the owner's pages, with instructions and the wait for the first event.
import { type JSX, Show } from "solid-js";
import { formatAgo } from "../data/format";
import { createFirstEvent } from "../data/live";
import { me } from "../data/session";
import { Copyable } from "../parts/copy";
import { Icon } from "../parts/icon";
import { words } from "../words/forms";

/** Both values are ours: a URL and an id, which cannot contain a quote. */
export const snippetFor = (trackerUrl: string, siteId: string): string =>
  `<script defer src="${trackerUrl}" data-site-id="${siteId}"></script>`;

export function Snippet(props: { siteId: string }): JSX.Element {
  return (
    <div class="snippet">
      <Copyable label={words.tag} text={snippetFor(me()?.tracker_url ?? "", props.siteId)} />
      <p>
        {words.pasteTag.before}
        <strong>
          {words.pasteTag.place}
          <code>{words.pasteTag.element}</code>
        </strong>
        {words.pasteTag.between}
        <strong>{words.pasteTag.once}</strong>
        {words.pasteTag.after}
      </p>
    </div>
  );
}

export function FirstEvent(props: { siteId: string }): JSX.Element {
  const { lastEventAt, failed } = createFirstEvent(() => props.siteId);
  return (
    <div class="first-event" classList={{ "first-event-here": lastEventAt() !== null }} role="status">
      <Show
        when={lastEventAt()}
        fallback={
          <>
            <span class="waiting" aria-hidden="true" />
            <div>
              <strong>{words.waiting}</strong>
              <p>{failed() ? words.waitingFailed : words.waitingHint}</p>
            </div>
          </>
        }
      >
        {(at) => (
          <>
            <span class="arrived" aria-hidden="true">
              <Icon name="check" />
            </span>
            <div>
              <strong>{words.firstEvent}</strong>
              <p>{words.firstEventHint(formatAgo(Date.parse(at()), Date.now()))}</p>
            </div>
          </>
        )}
      </Show>
    </div>
  );
}
