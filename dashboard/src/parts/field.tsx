// Form fields: a label above, and a hint or an error below.
import { createUniqueId, type JSX, Show } from "solid-js";

export interface FieldProps {
  label: string;
  hint?: JSX.Element;
  error?: string | null;
  /** Called with the id and the id of the description. */
  children: (control: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => JSX.Element;
}

export function Field(props: FieldProps): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      {props.children({
        id,
        "aria-describedby": `${id}-hint`,
        get "aria-invalid"() {
          return Boolean(props.error);
        },
      })}
      <div class="field-hint" classList={{ "field-error": Boolean(props.error) }} id={`${id}-hint`}>
        {props.error ?? props.hint}
      </div>
    </div>
  );
}

export function Switch(props: {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        checked={props.checked}
        aria-describedby={props.hint ? id : undefined}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span class="switch-text">
        {props.label}
        <Show when={props.hint}>
          <small id={id}>{props.hint}</small>
        </Show>
      </span>
    </label>
  );
}
