// Settings: the data streams of a property with their measurements, and the tag.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { changeStream, createStream, deleteStream, type Stream, type StreamDraft } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { FirstEvent, Snippet } from "../../panels/snippet";
import { STANDARD_MEASUREMENTS, StreamForm } from "../../panels/stream-form";
import { Icon } from "../../parts/icon";
import { Empty } from "../../parts/notice";
import { words as parts } from "../../words/parts";
import { streams as words } from "../../words/settings";

export function StreamSettings(): JSX.Element {
  const { property } = useProperty();
  const [isAdding, setAdding] = createSignal(false);
  const siteId = property().site_id;
  const add = createAction(async (draft: StreamDraft) => {
    await createStream(siteId, draft);
    setAdding(false);
  });
  /** By id, so that saving one stream does not close the forms of the others. */
  const ids = (): string[] => property().streams.map((stream) => stream.id);

  return (
    <>
      <section class="block">
        <h2>{words.tag}</h2>
        <Snippet siteId={siteId} />
        <FirstEvent siteId={siteId} />
      </section>
      <For
        each={ids()}
        fallback={
          <section class="block">
            <Empty title={words.none}>{words.noneHint}</Empty>
          </section>
        }
      >
        {(id) => {
          const stream = () => property().streams.find((one) => one.id === id);
          return <Show when={stream()}>{(known) => <StreamBlock siteId={siteId} stream={known()} />}</Show>;
        }}
      </For>
      <Show
        when={isAdding()}
        fallback={
          <button type="button" class="button" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {words.add}
          </button>
        }
      >
        <section class="block">
          <h2>{words.new}</h2>
          <StreamForm
            draft={{ url: "", name: "", measurements: STANDARD_MEASUREMENTS }}
            action={add}
            button={words.addButton}
          >
            <button type="button" class="button button-quiet" onClick={() => setAdding(false)}>
              {parts.cancel}
            </button>
          </StreamForm>
        </section>
      </Show>
    </>
  );
}

function StreamBlock(props: { siteId: string; stream: Stream }): JSX.Element {
  const save = createAction((draft: StreamDraft) => changeStream(props.siteId, props.stream.id, draft));
  const [isSure, setSure] = createSignal(false);
  const remove = createAction(() => deleteStream(props.siteId, props.stream.id));
  return (
    <details class="block stream">
      <summary>
        <span>
          <strong>{props.stream.name}</strong>
          <small>{props.stream.url}</small>
        </span>
        <Icon name="down" />
      </summary>
      <StreamForm draft={props.stream} action={save} button={parts.save} done={parts.saved}>
        <button
          type="button"
          class="button button-quiet button-danger"
          onClick={() => (isSure() ? void remove.run() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {isSure() ? words.removeConfirm : words.remove}
        </button>
        <Show when={remove.error()}>
          <p role="alert" class="submit-error">
            {remove.error()}
          </p>
        </Show>
      </StreamForm>
    </details>
  );
}
