// The place of loaded data: a skeleton before it arrives, dimmed while it is old, an error with a retry button.
import { type Accessor, type JSX, Show } from "solid-js";
import { isBusy, isOld, type LoadedFor } from "../data/answer";
import { Failure } from "./notice";

interface LoadedProps<T, K> {
  loaded: LoadedFor<T, K>;
  /** The failure, as a sentence. */
  failure: string;
  bones: JSX.Element;
  /** @param key the question that the value answers. Build the labels next to it from this key. */
  children: (value: Accessor<T>, key: Accessor<K>) => JSX.Element;
}

/** Without a wrapper: the caller's own element shows its state with {@link isOld} and {@link isBusy}. */
export const LoadedContent = <T, K>(props: LoadedProps<T, K>): JSX.Element => (
  <>
    <Show when={props.loaded.state() === "error"}>
      <Failure what={props.failure} error={props.loaded.error()} onRetry={props.loaded.retry} />
    </Show>
    <Show when={props.loaded.shown()} fallback={<Show when={props.loaded.state() === "loading"}>{props.bones}</Show>}>
      {(shown) =>
        props.children(
          () => shown().value,
          () => shown().key,
        )
      }
    </Show>
  </>
);

export const LoadedBody = <T, K>(props: LoadedProps<T, K> & { class?: string }): JSX.Element => (
  <div class={props.class} classList={{ stale: isOld(props.loaded) }} aria-busy={isBusy(props.loaded)}>
    <LoadedContent {...props} />
  </div>
);
