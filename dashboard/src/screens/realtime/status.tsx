// How true the picture is: live, asked for now and then, or of earlier.
import { type JSX, Match, Show, Switch } from "solid-js";
import { formatClock } from "../../data/format";
import { type Connection, type LiveWatch, POLL_SECONDS } from "../../data/live-watch";

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
          <Match when={connection().state === "live"}>Live</Match>
          <Match when={connection().state === "polling"}>Live, every {POLL_SECONDS} seconds</Match>
          <Match when={connection().state === "connecting"}>Connecting…</Match>
          <Match when={connection().state === "reconnecting"}>Reconnecting…</Match>
          <Match when={staleSince() !== null}>Stale since {formatClock(staleSince() ?? 0)}</Match>
          <Match when={connection().state === "stale"}>Not connected</Match>
        </Switch>
      </span>
      <Show when={connection().state === "stale"}>
        <button type="button" class="button button-small" onClick={() => props.live.retry()}>
          Try again
        </button>
      </Show>
    </div>
  );
}
