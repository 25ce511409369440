// A forgotten password: the request for a link, and the page behind the link.
import { useNavigate } from "@solidjs/router";
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { askForReset, resetPassword } from "../../data/session";
import { NewPasswordField } from "../../panels/new-password-field";
import { Form, Submit, TextField } from "../../parts/form";
import { words } from "../../words/start";
import { Door, tokenOfLink } from "./door";

export function Forgot(): JSX.Element {
  const [email, setEmail] = createSignal("");
  const ask = createAction(() => askForReset(email().trim()));
  return (
    <Door title={words.forgotTitle} lead={words.forgotLead}>
      <Form onSubmit={() => void ask.run()}>
        <TextField
          label={words.email}
          type="email"
          autocomplete="username"
          required
          autofocus
          value={email()}
          onInput={setEmail}
        />
        <Submit label={words.sendLink} action={ask} done={words.linkSent} />
      </Form>
    </Door>
  );
}

export function Reset(): JSX.Element {
  const navigate = useNavigate();
  const token = tokenOfLink();
  const [password, setPassword] = createSignal("");
  const save = createAction(async () => {
    await resetPassword(token, password());
    navigate("/sign-in", { replace: true });
  });
  return (
    <Door title={words.resetTitle} lead={token === "" ? words.noToken : words.resetLead}>
      <Show when={token !== ""}>
        <Form onSubmit={() => void save.run()}>
          <NewPasswordField
            label={words.newPassword}
            hint={words.passwordHint}
            autofocus
            value={password()}
            onInput={setPassword}
          />
          <Submit label={words.savePassword} action={save} />
        </Form>
      </Show>
    </Door>
  );
}
