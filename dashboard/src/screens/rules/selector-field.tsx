// The field of a rule's selector, with tools to find one.
import type { JSX } from "solid-js";
import { Field } from "../../parts/field";
import { words } from "../../words/rules";

export function SelectorField(props: {
  value: string;
  error: string | null;
  onChange: (selector: string) => void;
}): JSX.Element {
  return (
    <Field label={words.form.selector} hint={words.form.selectorHint} error={props.error}>
      {(control) => (
        <div class="selector">
          <input
            {...control}
            type="text"
            class="input input-code"
            required
            maxlength="500"
            autocomplete="off"
            spellcheck={false}
            value={props.value}
            onInput={(event) => props.onChange(event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  );
}
