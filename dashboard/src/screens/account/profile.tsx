// The name and the email address of the account.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { loadMe } from "../../data/session";
import { Form, Submit, TextField } from "../../parts/form";
import { words } from "../../words/account";
import { words as parts } from "../../words/parts";
import { type Account, changeAccount } from "./requests";

export function Profile(props: { account: Account }): JSX.Element {
  const [name, setName] = createSignal(props.account.user.name);
  const [known, setKnown] = createSignal(props.account.user.email);
  const [email, setEmail] = createSignal(known());
  const [password, setPassword] = createSignal("");
  /** The address that has to be confirmed by its link. */
  const [asked, setAsked] = createSignal<string | null>(null);
  const isMoving = (): boolean => email().trim().toLowerCase() !== known();
  const save = createAction(async () => {
    setAsked(null);
    const changed = await changeAccount({
      name: name().trim(),
      ...(isMoving() ? { email: email().trim(), current_password: password() } : {}),
    });
    setPassword("");
    setKnown(changed.user.email);
    setEmail(changed.user.email);
    setAsked(changed.email_to_confirm ?? null);
    await loadMe();
  });
  const done = (): string => {
    const address = asked();
    return address === null ? parts.saved : words.linkSentTo(address);
  };
  return (
    <section class="block">
      <h2>{words.profile}</h2>
      <Form onSubmit={() => void save.run()}>
        <TextField label={words.name} autocomplete="name" required maxlength="100" value={name()} onInput={setName} />
        <TextField
          label={words.email}
          hint={props.account.reset_by_mail ? words.emailHint : words.emailHintWithoutMail}
          type="email"
          autocomplete="email"
          required
          value={email()}
          onInput={setEmail}
        />
        <Show when={isMoving()}>
          <TextField
            label={words.passwordToMove}
            type="password"
            autocomplete="current-password"
            required
            value={password()}
            onInput={setPassword}
          />
        </Show>
        <Submit label={parts.save} action={save} done={done()} />
      </Form>
    </section>
  );
}
