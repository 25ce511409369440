// Asks for the password again before a change that cannot be undone.
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../data/action";
import { confirmPassword } from "../data/session";
import { Dialog } from "../parts/dialog";
import { Form, Submit, TextField } from "../parts/form";
import { words as parts } from "../words/parts";

const words = parts.confirm;

export function ConfirmDialog(props: { onDone: (confirmed: boolean) => void }): JSX.Element {
  const [password, setPassword] = createSignal("");
  const check = createAction(async () => {
    await confirmPassword(password());
    props.onDone(true);
  });
  return (
    <Dialog title={words.title} onClose={() => props.onDone(false)}>
      <Form class="dialog-form" onSubmit={() => void check.run()}>
        <p>{words.lead}</p>
        <TextField
          label={words.password}
          type="password"
          autocomplete="current-password"
          required
          autofocus
          value={password()}
          onInput={setPassword}
        />
        <Submit label={words.button} action={check} />
      </Form>
    </Dialog>
  );
}
