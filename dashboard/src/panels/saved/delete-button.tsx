// Deletes with a second click, so that nothing is lost by a slip. An error is shown beside it.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { words } from "../../words/parts";

export function DeleteButton(props: {
  /** For screen readers: says what is deleted. */
  label: string;
  onDelete: () => Promise<void>;
}): JSX.Element {
  const [isSure, setSure] = createSignal(false);
  const remove = createAction(() => props.onDelete());
  return (
    <>
      <button
        type="button"
        class="button button-small button-danger"
        aria-label={isSure() ? undefined : props.label}
        aria-disabled={remove.pending()}
        onClick={() => (isSure() ? void remove.run() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {isSure() ? words.deleteConfirm : words.delete}
      </button>
      <Show when={remove.error()}>
        <small role="alert" class="submit-error">
          {remove.error()}
        </small>
      </Show>
    </>
  );
}
