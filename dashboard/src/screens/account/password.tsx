// The change of the password.
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { NewPasswordField } from "../../panels/new-password-field";
import { Form, Submit, TextField } from "../../parts/form";
import { words } from "../../words/account";
import { changePassword } from "./requests";

export function Password(props: { email: string; onChanged: () => void }): JSX.Element {
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const save = createAction(async () => {
    await changePassword(current(), next());
    setCurrent("");
    setNext("");
    props.onChanged();
  });
  return (
    <section class="block">
      <h2>{words.password}</h2>
      <Form onSubmit={() => void save.run()}>
        {/* Password managers look for the account's name in the same form. */}
        <input type="hidden" autocomplete="username" value={props.email} />
        <TextField
          label={words.currentPassword}
          type="password"
          autocomplete="current-password"
          required
          value={current()}
          onInput={setCurrent}
        />
        <NewPasswordField label={words.newPassword} hint={words.passwordHint} value={next()} onInput={setNext} />
        <Submit label={words.changePassword} action={save} done={words.passwordChanged} />
      </Form>
    </section>
  );
}
