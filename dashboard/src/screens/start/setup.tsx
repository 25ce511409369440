// The first run: the owner's account, made with the token that deploying printed.
import { A, useNavigate } from "@solidjs/router";
import { createResource, createSignal, type JSX, Match, Switch } from "solid-js";
import { createAction } from "../../data/action";
import { isSetupNeeded, setUp } from "../../data/session";
import { Field, Submit } from "../../parts/field";
import { Mark } from "../../parts/mark";
import { Failure } from "../../parts/notice";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

/** As the accounts of the Worker demand. */
const PASSWORD = 10;

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
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void make.run();
      }}
    >
      <Field label={words.token} hint={words.tokenHint}>
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
      <Field label={words.name}>
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
      <Field label={words.email}>
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
      <Field label={words.password} hint={words.passwordHint(PASSWORD)}>
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
      <Submit label={words.createAccount} pending={make.pending()} error={make.error()} />
    </form>
  );
}
