// Placeholders for content: an error with a retry button, and an empty state with the next step.
import { type JSX, Show } from "solid-js";
import { messageOf } from "../data/api";
import { words } from "../words/parts";
import { Icon } from "./icon";

export function Failure(props: { what: string; error: unknown; onRetry: () => void }): JSX.Element {
  return (
    <div class="notice notice-failure" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{props.what}</strong> {messageOf(props.error)}
      </p>
      <button type="button" class="button button-small" onClick={() => props.onRetry()}>
        {words.tryAgain}
      </button>
    </div>
  );
}

export function Empty(props: { title?: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="notice notice-empty">
      <Show when={props.title}>
        <strong>{props.title}</strong>
      </Show>
      <p>{props.children}</p>
    </div>
  );
}

/** A line of a skeleton. */
export const Bone = (props: { class?: string }): JSX.Element => (
  <span class={`bone ${props.class ?? ""}`} aria-hidden="true" />
);
