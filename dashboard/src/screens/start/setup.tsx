// The first run: creates the owner's account with the token that the deployment printed.
import { A, useNavigate } from "@solidjs/router";
import { createResource, createSignal, type JSX, Match, Switch } from "solid-js";
import { createAction } from "../../data/action";
import { isSetupNeeded, setUp } from "../../data/session";
import { NewPasswordField } from "../../panels/new-password-field";
import { Form, Submit, TextField } from "../../parts/form";
import { Mark } from "../../parts/mark";
import { Failure } from "../../parts/notice";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

export function Setup(): JSX.Element {
  const [needed, { refetch }] = createResource(isSetupNeeded);
  document.title = frame.pageTitle(words.setup);
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <Switch>
          <Match when={needed.error}>
            <Failure what={words.unreachable} error={needed.error} onRetry={refetch} />
          </Match>
          <Match when={needed()}>
            <h1>{words.createOwner}</h1>
            <p class="lead">{words.createOwnerLead}</p>
            <SetupForm />
          </Match>
          <Match when={needed() === false}>
            <h1>{words.alreadySetUp}</h1>
            <p class="lead">{words.alreadySetUpLead}</p>
            <A href="/sign-in" class="button button-main">
              {words.signIn}
            </A>
          </Match>
        </Switch>
      </div>
    </main>
  );
}

function SetupForm(): JSX.Element {
  const navigate = useNavigate();
  const [token, setToken] = createSignal("");
  const [name, setName] = createSignal("");
  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");
  const make = createAction(async () => {
    await setUp({ token: token().trim(), name: name().trim(), email: email().trim(), password: password() });
    navigate("/new", { replace: true });
  });

  return (
    <Form onSubmit={() => void make.run()}>
      <TextField
        label={words.token}
        hint={words.tokenHint}
        type="password"
        autocomplete="off"
        required
        autofocus
        value={token()}
        onInput={setToken}
      />
      <TextField label={words.name} autocomplete="name" required maxlength="100" value={name()} onInput={setName} />
      <TextField label={words.email} type="email" autocomplete="username" required value={email()} onInput={setEmail} />
      <NewPasswordField label={words.password} hint={words.passwordHint} value={password()} onInput={setPassword} />
      <Submit label={words.createAccount} action={make} />
    </Form>
  );
}
