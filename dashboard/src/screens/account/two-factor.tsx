// Two-factor authentication: turning it on with an authenticator app, recovery codes, turning it off.
import { createSignal, type JSX, lazy, Show, Suspense } from "solid-js";
import { createAction } from "../../data/action";
import { Copyable } from "../../parts/copy";
import { Form, Submit, TextField } from "../../parts/form";
import { words } from "../../words/account";
import { newRecoveryCodes, startTwoFactor, stopTwoFactor, type TwoFactorSetup, verifyTwoFactor } from "./requests";

const QrCode = lazy(() => import("./qr-code").then((part) => ({ default: part.QrCode })));

export function TwoFactor(props: { isOn: boolean; onChanged: () => void }): JSX.Element {
  const [setup, setSetup] = createSignal<TwoFactorSetup | null>(null);
  const [codes, setCodes] = createSignal<string[] | null>(null);
  const finish = (): void => {
    setCodes(setup()?.backupCodes ?? null);
    setSetup(null);
    props.onChanged();
  };
  return (
    <section class="block">
      <h2>{words.twoFactor}</h2>
      <p>{props.isOn ? words.twoFactorOn : words.twoFactorOff}</p>
      <Show when={codes()}>
        {(list) => (
          <div class="fresh-key" role="status">
            <p>{words.codesHint}</p>
            <Copyable label={words.codes} text={list().join("\n")} />
          </div>
        )}
      </Show>
      <Show
        when={setup()}
        fallback={
          <Show
            when={props.isOn}
            fallback={
              <PasswordForm
                button={words.turnOn}
                act={async (password) => {
                  setCodes(null);
                  setSetup(await startTwoFactor(password));
                }}
              />
            }
          >
            <PasswordForm
              button={words.newCodes}
              act={async (password) => void setCodes(await newRecoveryCodes(password))}
            />
            <PasswordForm
              button={words.turnOff}
              act={async (password) => {
                await stopTwoFactor(password);
                setCodes(null);
                props.onChanged();
              }}
            />
          </Show>
        }
      >
        {(started) => <Verification setup={started()} onDone={finish} />}
      </Show>
    </section>
  );
}

function PasswordForm(props: { button: string; act: (password: string) => Promise<void> }): JSX.Element {
  const [password, setPassword] = createSignal("");
  const send = createAction(async () => {
    await props.act(password());
    setPassword("");
  });
  return (
    <Form onSubmit={() => void send.run()}>
      <TextField
        label={words.currentPassword}
        type="password"
        autocomplete="current-password"
        required
        value={password()}
        onInput={setPassword}
      />
      <Submit label={props.button} action={send} class="button" />
    </Form>
  );
}

function Verification(props: { setup: TwoFactorSetup; onDone: () => void }): JSX.Element {
  const [code, setCode] = createSignal("");
  const verify = createAction(async () => {
    await verifyTwoFactor(code().replace(/\s/g, ""));
    props.onDone();
  });
  const key = (): string => new URL(props.setup.totpURI).searchParams.get("secret") ?? "";
  return (
    <Form onSubmit={() => void verify.run()}>
      <p>{words.setupHint}</p>
      <Suspense>
        <QrCode text={props.setup.totpURI} label={words.qrCode} />
      </Suspense>
      <Copyable label={words.setupKey} text={key()} />
      <a href={props.setup.totpURI}>{words.openApp}</a>
      <TextField
        label={words.code}
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        maxlength="10"
        value={code()}
        onInput={setCode}
      />
      <Submit label={words.verify} action={verify} />
    </Form>
  );
}
