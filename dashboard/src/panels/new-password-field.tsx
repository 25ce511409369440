// The field of a password that is chosen, with the length that it must have.
import type { JSX } from "solid-js";
import { PASSWORD_LENGTH } from "../data/session";
import { TextField } from "../parts/form";

export function NewPasswordField(props: {
  label: string;
  /** @param length characters that a password has at least. */
  hint: (length: number) => string;
  value: string;
  onInput: (typed: string) => void;
  autofocus?: boolean;
}): JSX.Element {
  return (
    <TextField
      label={props.label}
      hint={props.hint(PASSWORD_LENGTH)}
      type="password"
      autocomplete="new-password"
      required
      autofocus={props.autofocus}
      minlength={PASSWORD_LENGTH}
      value={props.value}
      onInput={props.onInput}
    />
  );
}
