// Dead letters: messages that could not be counted, each with its reason. They can be replayed or discarded.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { createLoaded } from "../../data/answer";
import { formatAgo, formatCount, NOTHING } from "../../data/format";
import { LoadedPanel } from "../../frame/screen";
import { words } from "../../words/pipeline";
import { discardDeadLetters, loadDeadLetters, replayDeadLetters } from "./requests";

export function DeadLetters(props: { siteId: string; count: number; onReplay: (runId: string) => void }): JSX.Element {
  const letters = createLoaded(
    () => props.siteId,
    loadDeadLetters,
    () => props.count,
  );
  const [discarding, setDiscarding] = createSignal<string | null>(null);
  const replay = createAction(async (ids?: string[]) => {
    props.onReplay((await replayDeadLetters(props.siteId, ids)).run_id);
    letters.retry();
  });
  const discard = createAction(async (id: string) => {
    await discardDeadLetters(props.siteId, [id]);
    letters.retry();
  });
  return (
    <LoadedPanel
      title={words.deadLetters}
      loaded={letters}
      bones={3}
      end={
        <button type="button" class="button button-small" onClick={() => void replay.run()}>
          {words.replayAll}
        </button>
      }
    >
      {(view) => (
        <>
          <p class="panel-note">{words.deadLettersNote(view().total, formatCount(view().total))}</p>
          <Show when={replay.error() ?? discard.error()}>
            <p role="alert" class="submit-error">
              {replay.error() ?? discard.error()}
            </p>
          </Show>
          <ul class="letter-list">
            <For each={view().dead_letters}>
              {(letter) => (
                <li class="letter">
                  <div class="letter-name">
                    <strong>{letter.reason}</strong>
                    <small>
                      {words.deadLetter(
                        letter.events === null ? NOTHING : formatCount(letter.events),
                        letter.count,
                        formatCount(letter.count),
                        formatAgo(Date.parse(letter.first_failed_at), Date.now()),
                        formatAgo(Date.parse(letter.failed_at), Date.now()),
                      )}
                    </small>
                    <code>{letter.id}</code>
                  </div>
                  <div class="rule-actions">
                    <button type="button" class="button button-small" onClick={() => void replay.run([letter.id])}>
                      {words.replay}
                    </button>
                    <button
                      type="button"
                      class="button button-small button-danger"
                      onClick={() =>
                        discarding() === letter.id ? void discard.run(letter.id) : setDiscarding(letter.id)
                      }
                      onBlur={() => setDiscarding(null)}
                    >
                      {discarding() === letter.id ? words.discardConfirm : words.discard}
                    </button>
                  </div>
                </li>
              )}
            </For>
          </ul>
        </>
      )}
    </LoadedPanel>
  );
}
