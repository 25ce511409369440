// The sessions of the account, and signing them out.
import { type Accessor, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { createLoaded } from "../../data/answer";
import { formatAgo } from "../../data/format";
import { LoadedBody } from "../../parts/loaded";
import { Bone } from "../../parts/notice";
import { words } from "../../words/account";
import { endOtherSessions, endSession, loadSessions, type Session } from "./requests";

export function Sessions(props: { tick: Accessor<unknown> }): JSX.Element {
  const sessions = createLoaded(
    () => true as const,
    loadSessions,
    () => props.tick(),
  );
  const endOthers = createAction(async () => {
    await endOtherSessions();
    sessions.retry();
  });
  return (
    <section class="block">
      <h2>{words.sessions}</h2>
      <LoadedBody loaded={sessions} failure={words.sessionsFailed} bones={<Bone class="w60" />}>
        {(list) => (
          <ul class="keys">
            <For each={list()}>{(session) => <SessionRow session={session} onGone={sessions.retry} />}</For>
          </ul>
        )}
      </LoadedBody>
      <div class="submit">
        <button type="button" class="button" aria-disabled={endOthers.pending()} onClick={() => void endOthers.run()}>
          {words.signOutOthers}
        </button>
        <div role="status" class="submit-status">
          <Show when={endOthers.done()}>{words.othersOut}</Show>
        </div>
        <Show when={endOthers.error()}>
          <p role="alert" class="submit-error">
            {endOthers.error()}
          </p>
        </Show>
      </div>
    </section>
  );
}

function SessionRow(props: { session: Session; onGone: () => void }): JSX.Element {
  const browser = (): string => props.session.browser ?? words.unknownBrowser;
  const end = createAction(async () => {
    await endSession(props.session.id);
    props.onGone();
  });
  return (
    <li class="key">
      <span class="key-name">
        <strong>{browser()}</strong>
        <small>
          {words.sessionAbout(props.session.network, formatAgo(Date.parse(props.session.last_used_at), Date.now()))}
        </small>
        <Show when={end.error()}>
          <small role="alert" class="submit-error">
            {end.error()}
          </small>
        </Show>
      </span>
      <Show when={!props.session.current} fallback={<small>{words.current}</small>}>
        <button
          type="button"
          class="button button-small"
          aria-label={words.signOutOf(browser())}
          onClick={() => void end.run()}
        >
          {words.signOut}
        </button>
      </Show>
    </li>
  );
}
