// A dialog that asks to type a name before something is deleted for good.
import { createSignal, type JSX } from "solid-js";
import type { Action } from "../data/action";
import { Dialog } from "./dialog";
import { Form, Submit, TextField } from "./form";

export interface ConfirmationWords {
  deleteWarning: string;
  /** The label of the field. */
  typeToConfirm: (name: string) => string;
  /** The complaint about another name. */
  typeExactly: (name: string) => string;
  deleteForGood: string;
}

export function TypedConfirmation(props: {
  title: string;
  name: string;
  words: ConfirmationWords;
  action: Action<[]>;
  onClose: () => void;
}): JSX.Element {
  const [typed, setTyped] = createSignal("");
  const [complaint, setComplaint] = createSignal<string | null>(null);
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        class="dialog-form"
        onSubmit={() => {
          if (typed().trim() === props.name.trim()) void props.action.run();
          else setComplaint(props.words.typeExactly(props.name));
        }}
      >
        <p>{props.words.deleteWarning}</p>
        <TextField
          label={props.words.typeToConfirm(props.name)}
          error={complaint()}
          autocomplete="off"
          required
          value={typed()}
          onInput={(text) => {
            setTyped(text);
            setComplaint(null);
          }}
        />
        <Submit label={props.words.deleteForGood} class="button button-main button-fatal" action={props.action} />
      </Form>
    </Dialog>
  );
}
