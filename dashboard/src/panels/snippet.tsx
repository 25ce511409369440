// The tag that an owner puts into their pages, with the instructions and the wait for the first event.
import { type JSX, Show } from "solid-js";
import { formatAgo } from "../data/format";
import { createFirstEvent } from "../data/live";
import { me } from "../data/session";
import { Copyable } from "../parts/copy";
import { Icon } from "../parts/icon";

/** Both values are our own: a URL and an id, neither can hold a quote. */
export const snippetFor = (trackerUrl: string, siteId: string): string =>
  `<script defer src="${trackerUrl}" data-site-id="${siteId}"></script>`;

export function Snippet(props: { siteId: string }): JSX.Element {
  return (
    <div class="snippet">
      <Copyable label="The tag" text={snippetFor(me()?.tracker_url ?? "", props.siteId)} />
      <p>
        Paste it into every page,{" "}
        <strong>
          immediately after <code>&lt;head&gt;</code>
        </strong>
        , and <strong>not more than one tag per page</strong>. With a site builder or a framework, put it into the
        layout that all pages share.
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
              <strong>Waiting for the first event…</strong>
              <p>
                <Show
                  when={failed()}
                  fallback="Open a page of your site in another tab. This looks by itself; nothing needs reloading."
                >
                  The server did not answer just now. It will be asked again.
                </Show>
              </p>
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
              <strong>First event received</strong>
              <p>The last one came {formatAgo(Date.parse(at()), Date.now())}. It works.</p>
            </div>
          </>
        )}
      </Show>
    </div>
  );
}
