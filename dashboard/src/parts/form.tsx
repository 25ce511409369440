// A form that runs an action: its frame, a text field, and the submit button.
import { type JSX, Show, splitProps } from "solid-js";
import type { Action } from "../data/action";
import { words } from "../words/parts";
import { Field, type FieldProps } from "./field";

export function Form(props: {
  onSubmit: (form: HTMLFormElement) => void;
  /** Replaces the class `form`. */
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

/** A text field. Attributes that are not named here are passed to the `input`. */
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

/** The footer of a form: the error or the confirmation, next to the button. */
export function Submit(props: {
  label: string;
  action: Pick<Action<[]>, "pending" | "error" | "done">;
  /** Shown after success. */
  done?: string;
  /** Replaces the action's own error. */
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
