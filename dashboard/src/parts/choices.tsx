// Radio buttons with a hint each, and an optional number field.
import { createUniqueId, For, type JSX } from "solid-js";
import { Field } from "./field";

export interface RadioChoice<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

export function Radios<T extends string>(props: {
  legend: string;
  choices: readonly RadioChoice<T>[];
  /** Undefined until something is picked. */
  value: T | undefined;
  required?: boolean;
  onPick: (value: T) => void;
}): JSX.Element {
  const name = createUniqueId();
  return (
    <fieldset class="switches">
      <legend>{props.legend}</legend>
      <For each={props.choices}>
        {(choice) => (
          <label class="switch">
            <input
              type="radio"
              class="radio"
              name={name}
              required={props.required}
              checked={props.value === choice.value}
              onChange={() => props.onPick(choice.value)}
            />
            <span class="switch-text">
              {choice.label}
              <small>{choice.hint}</small>
            </span>
          </label>
        )}
      </For>
    </fieldset>
  );
}

export function NumberField(props: {
  label: string;
  hint?: string;
  /** As typed; empty without a number. */
  value: string;
  min: number;
  max: number;
  /** Shown in an empty field. */
  none?: string;
  required?: boolean;
  onInput: (typed: string) => void;
}): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint}>
      {(control) => (
        <input
          {...control}
          class="input input-number"
          type="number"
          inputmode="numeric"
          min={props.min}
          max={props.max}
          step="1"
          required={props.required}
          placeholder={props.none}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
