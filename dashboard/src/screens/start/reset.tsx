// A forgotten password: the request for a link, and the page behind the link.
import { A, useNavigate } from "@solidjs/router";
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { askForReset, PASSWORD_LENGTH, resetPassword } from "../../data/session";
import { Form, Submit, TextField } from "../../parts/form";
import { Mark } from "../../parts/mark";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

function Door(props: { title: string; lead: string; children: JSX.Element }): JSX.Element {
  document.title = frame.pageTitle(props.title);
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <h1>{props.title}</h1>
        <p class="lead">{props.lead}</p>
        {props.children}
      </div>
      <p class="door-foot">
        <A href="/sign-in">{words.backToSignIn}</A>
      </p>
    </main>
  );
}

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
  // The fragment is sent to no server and written to no log.
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  const [password, setPassword] = createSignal("");
  const save = createAction(async () => {
    await resetPassword(token, password());
    navigate("/sign-in", { replace: true });
  });
  return (
    <Door title={words.resetTitle} lead={token === "" ? words.noToken : words.resetLead}>
      <Show when={token !== ""}>
        <Form onSubmit={() => void save.run()}>
          <TextField
            label={words.newPassword}
            hint={words.passwordHint(PASSWORD_LENGTH)}
            type="password"
            autocomplete="new-password"
            required
            autofocus
            minlength={PASSWORD_LENGTH}
            value={password()}
            onInput={setPassword}
          />
          <Submit label={words.savePassword} action={save} />
        </Form>
      </Show>
    </Door>
  );
}
