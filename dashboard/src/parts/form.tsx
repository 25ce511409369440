// A form that runs an action: its frame, a line of text in it, and the button that sends it.
import { type JSX, Show, splitProps } from "solid-js";
import type { Action } from "../data/action";
import { words } from "../words/parts";
import { Field, type FieldProps } from "./field";

export function Form(props: {
  onSubmit: (form: HTMLFormElement) => void;
  /** In place of `form`. */
  class?: string;
  children: JSX.Element;
}): JSX.Element {
  return (
    <form
      class={props.class ?? "form"}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit(event.currentTarget);
      }}
    >
      {props.children}
    </form>
  );
}

export type InputAttributes = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "onInput" | "value" | "id">;

/** A line of text. Attributes of an `input` that are not named here go to it as they are. */
export function TextField(
  props: Omit<FieldProps, "children"> & { value: string; onInput: (typed: string) => void } & InputAttributes,
): JSX.Element {
  const [field, own, rest] = splitProps(props, ["label", "hint", "error"], ["onInput", "class"]);
  return (
    <Field {...field}>
      {(control) => (
        <input
          type="text"
          {...rest}
          {...control}
          class={own.class ?? "input"}
          onInput={(event) => own.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** The foot of a form: what went wrong, or that it went well, beside the button. */
export function Submit(props: {
  label: string;
  action: Pick<Action<[]>, "pending" | "error" | "done">;
  /** Said after it went well. */
  done?: string;
  /** In place of the action's own error. */
  error?: string | null;
  class?: string;
}): JSX.Element {
  const error = (): string | null => (props.error === undefined ? props.action.error() : props.error);
  return (
    <div class="submit">
      <button type="submit" class={props.class ?? "button button-main"} aria-disabled={props.action.pending()}>
        {props.label}
      </button>
      <div role="status" class="submit-status">
        <Show when={!error() && props.action.done()}>{props.done}</Show>
        <Show when={props.action.pending()}>{words.oneMoment}</Show>
      </div>
      <Show when={error()}>
        <p role="alert" class="submit-error">
          {error()}
        </p>
      </Show>
    </div>
  );
}
