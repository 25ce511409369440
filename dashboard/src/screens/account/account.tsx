// The account page: profile, password, two-factor authentication, sessions, and deletion.
import { createSignal, type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { Bar } from "../../frame/bar";
import { Bones } from "../../frame/screen";
import { Failure } from "../../parts/notice";
import { words } from "../../words/account";
import { words as frame } from "../../words/frame";
import { Deletion } from "./deletion";
import { Password } from "./password";
import { Profile } from "./profile";
import { loadAccount } from "./requests";
import { Sessions } from "./sessions";
import { TwoFactor } from "./two-factor";

export function Account(): JSX.Element {
  document.title = frame.pageTitle(words.title);
  const account = createLoaded(() => true as const, loadAccount);
  /** A changed password and a second factor end or replace sessions. */
  const [sessionsChanged, setSessionsChanged] = createSignal(0);
  const changed = (): void => {
    account.retry();
    setSessionsChanged((count) => count + 1);
  };
  return (
    <>
      <Bar />
      <main class="page account">
        <h1>{words.title}</h1>
        <div class="settings-body">
          <Show
            when={account.value()}
            fallback={
              <section class="block" aria-busy={account.state() !== "error"}>
                <Show when={account.state() === "error"} fallback={<Bones count={5} />}>
                  <Failure what={words.loadFailed} error={account.error()} onRetry={account.retry} />
                </Show>
              </section>
            }
          >
            {(known) => (
              <>
                <Profile account={known()} />
                <Password email={known().user.email} onChanged={changed} />
                <TwoFactor isOn={known().user.two_factor} onChanged={changed} />
                <Sessions tick={sessionsChanged} />
                <Deletion email={known().user.email} />
              </>
            )}
          </Show>
        </div>
      </main>
    </>
  );
}
