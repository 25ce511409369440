// The name and the email address of the account.
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { loadMe } from "../../data/session";
import { Form, Submit, TextField } from "../../parts/form";
import { words } from "../../words/account";
import { words as parts } from "../../words/parts";
import { type Account, changeAccount } from "./requests";

export function Profile(props: { account: Account }): JSX.Element {
  const [name, setName] = createSignal(props.account.user.name);
  const [email, setEmail] = createSignal(props.account.user.email);
  const save = createAction(async () => {
    await changeAccount({ name: name().trim(), email: email().trim() });
    await loadMe();
  });
  return (
    <section class="block">
      <h2>{words.profile}</h2>
      <Form onSubmit={() => void save.run()}>
        <TextField label={words.name} autocomplete="name" required maxlength="100" value={name()} onInput={setName} />
        <TextField
          label={words.email}
          hint={words.emailHint}
          type="email"
          autocomplete="email"
          required
          value={email()}
          onInput={setEmail}
        />
        <Submit label={parts.save} action={save} done={parts.saved} />
      </Form>
    </section>
  );
}
