// The state of the picture: live, polled, or outdated.
import { type JSX, Match, Show, Switch } from "solid-js";
import { formatClock } from "../../data/format";
import { type Connection, type LiveWatch, POLL_SECONDS } from "../../data/live-watch";
import { words as parts } from "../../words/parts";
import { words as realtime } from "../../words/realtime";

const words = realtime.connection;

export function LiveStatus(props: { live: LiveWatch }): JSX.Element {
  const connection = (): Connection => props.live.connection();
  const staleSince = (): number | null => {
    const now = connection();
    return now.state === "stale" ? now.since : null;
  };
  return (
    <div class={`live-status live-status-${connection().state}`}>
      <span class="live-dot" aria-hidden="true" />
      <span role="status">
        <Switch>
          <Match when={connection().state === "live"}>{words.live}</Match>
          <Match when={connection().state === "polling"}>{words.polling(POLL_SECONDS)}</Match>
          <Match when={connection().state === "connecting"}>{words.connecting}</Match>
          <Match when={connection().state === "reconnecting"}>{words.reconnecting}</Match>
          <Match when={staleSince() !== null}>{words.staleSince(formatClock(staleSince() ?? 0))}</Match>
          <Match when={connection().state === "stale"}>{words.offline}</Match>
        </Switch>
      </span>
      {/* Before the first picture the notice of the failure has the button. */}
      <Show when={staleSince() !== null}>
        <button type="button" class="button button-small" onClick={() => props.live.retry()}>
          {parts.tryAgain}
        </button>
      </Show>
    </div>
  );
}
