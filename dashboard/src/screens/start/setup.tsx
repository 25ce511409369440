// The first run: the owner's account, made with the token that deploying printed.
import { A, useNavigate } from "@solidjs/router";
import { createResource, createSignal, type JSX, Match, Switch } from "solid-js";
import { createAction } from "../../data/action";
import { isSetupNeeded, setUp } from "../../data/session";
import { Field, Submit } from "../../parts/field";
import { Mark } from "../../parts/mark";
import { Failure } from "../../parts/notice";

/** As the accounts of the Worker demand. */
const PASSWORD = 10;

export function Setup(): JSX.Element {
  const [needed, { refetch }] = createResource(isSetupNeeded);
  document.title = "First run · TrackKit";
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <Switch>
          <Match when={needed.error}>
            <Failure what="The installation could not be reached." error={needed.error} onRetry={refetch} />
          </Match>
          <Match when={needed()}>
            <h1>Welcome. Make the owner's account</h1>
            <p class="lead">Nobody has an account here yet. The first one owns this installation.</p>
            <SetupForm />
          </Match>
          <Match when={needed() === false}>
            <h1>This installation is set up</h1>
            <p class="lead">Its owner made the first account already.</p>
            <A href="/sign-in" class="button button-main">
              Sign in
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
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void make.run();
      }}
    >
      <Field label="Setup token" hint="Printed by npm run deploy; it works once.">
        {(control) => (
          <input
            {...control}
            class="input"
            type="password"
            autocomplete="off"
            required
            autofocus
            value={token()}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Your name">
        {(control) => (
          <input
            {...control}
            class="input"
            type="text"
            autocomplete="name"
            required
            maxlength="100"
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="E-mail">
        {(control) => (
          <input
            {...control}
            class="input"
            type="email"
            autocomplete="username"
            required
            value={email()}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Password" hint={`At least ${PASSWORD} characters.`}>
        {(control) => (
          <input
            {...control}
            class="input"
            type="password"
            autocomplete="new-password"
            required
            minlength={PASSWORD}
            value={password()}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <Submit label="Make the account" pending={make.pending()} error={make.error()} />
    </form>
  );
}
