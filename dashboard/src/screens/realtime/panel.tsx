// A panel of names that are loaded and counts of the live picture: it scrolls where there are many.
import { type JSX, Show } from "solid-js";
import { isOld, type Loaded } from "../../data/answer";
import type { LivePicture } from "../../data/property";
import { Failure } from "../../parts/notice";
import { LiveBones } from "./rows";

export function LivePanel(props: {
  /** Of the panel's heading, and of its style. */
  id: "live-goals" | "live-rules";
  title: string;
  note: string;
  /** For screen readers: what scrolls. */
  label: string;
  /** The title of the failure. */
  failed: string;
  live: Loaded<LivePicture>;
  names: Loaded<unknown>;
  children: JSX.Element;
}): JSX.Element {
  return (
    <section class={`panel live-panel ${props.id}`} aria-labelledby={props.id}>
      <header class="panel-head">
        <h2 id={props.id}>{props.title}</h2>
        <small>{props.note}</small>
      </header>
      {/* biome-ignore lint/a11y/useSemanticElements: many rows scroll, so a keyboard must reach them */}
      <div
        class="panel-body"
        classList={{ stale: isOld(props.names) }}
        role="region"
        aria-label={props.label}
        tabindex="0"
      >
        <Show when={props.names.state() === "error"}>
          <Failure what={props.failed} error={props.names.error()} onRetry={props.names.retry} />
        </Show>
        <Show when={props.live.value() && props.names.value()} fallback={<LiveBones live={props.names} />}>
          {props.children}
        </Show>
      </div>
    </section>
  );
}
