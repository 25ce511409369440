// The number of current visitors, in the bar.
import { type JSX, Show } from "solid-js";
import type { Loaded } from "../data/answer";
import { formatCount } from "../data/format";
import type { LivePicture } from "../data/property";
import { Bone } from "../parts/notice";
import { words } from "../words/frame";

export function LivePill(props: { live: Loaded<LivePicture> }): JSX.Element {
  const isLost = (): boolean => props.live.state() === "error";
  return (
    <Show
      when={props.live.value()}
      fallback={
        <Show when={!isLost()}>
          <span class="live-pill">
            <Bone class="bone-pill" />
          </span>
        </Show>
      }
    >
      {(now) => (
        <span
          class="live-pill"
          classList={{ "live-pill-on": now().active_5m > 0 && !isLost(), "live-pill-lost": isLost() }}
          title={isLost() ? words.liveFailed : words.liveTitle}
        >
          <span class="live-dot" aria-hidden="true" />
          <strong>{formatCount(now().active_5m)}</strong>
          <span class="live-words">{words.visitorsNow(now().active_5m)}</span>
        </span>
      )}
    </Show>
  );
}
