// Sign-in. Without any account it leads to the setup of the first one.
import { A, Navigate, useNavigate, useSearchParams } from "@solidjs/router";
import { createEffect, createResource, createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { isSetupNeeded, loadMe, me, signIn, signInWithCode } from "../../data/session";
import { Form, Submit, TextField } from "../../parts/form";
import { Mark } from "../../parts/mark";
import { words as frame } from "../../words/frame";
import { words } from "../../words/start";

/** Accepts only a path of this dashboard: a link must not send anyone elsewhere after signing in. */
const toPath = (next: unknown): string =>
  typeof next === "string" && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : "/";

export function SignIn(): JSX.Element {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [setup] = createResource(() => isSetupNeeded().catch(() => false));
  const next = (): string => toPath(params.next);
  document.title = frame.pageTitle(words.signIn);

  // A signed-in user goes on to the dashboard.
  if (me() === undefined) loadMe().catch(() => undefined);
  createEffect(() => {
    if (me()) navigate(next(), { replace: true });
  });
  const [code, setCode] = createSignal("");
  const [needsCode, setNeedsCode] = createSignal(false);
  const enter = createAction(async () => setNeedsCode(!(await signIn(email().trim(), password()))));
  const complete = createAction(() => signInWithCode(code().replace(/\s/g, "")));

  return (
    <main class="door">
      <Show when={setup()}>
        <Navigate href="/setup" />
      </Show>
      <div class="door-card">
        <Mark />
        <h1>{words.signInTitle}</h1>
        <Show
          when={!needsCode()}
          fallback={
            <Form onSubmit={() => void complete.run()}>
              <TextField
                label={words.code}
                hint={words.codeHint}
                autocomplete="one-time-code"
                inputmode="numeric"
                required
                autofocus
                value={code()}
                onInput={setCode}
              />
              <Submit label={words.signIn} action={complete} />
            </Form>
          }
        >
          <Form onSubmit={() => void enter.run()}>
            <TextField
              label={words.email}
              type="email"
              name="email"
              autocomplete="username"
              required
              autofocus
              value={email()}
              onInput={setEmail}
            />
            <TextField
              label={words.password}
              type="password"
              name="password"
              autocomplete="current-password"
              required
              value={password()}
              onInput={setPassword}
            />
            <Submit label={words.signIn} action={enter} />
            <A href="/forgot">{words.forgot}</A>
          </Form>
        </Show>
      </div>
      <p class="door-foot">{words.tagline}</p>
    </main>
  );
}
