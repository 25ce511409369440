// The dialogs of segments: save the filters of the page as one, or rename, share and delete the saved ones.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { announce } from "../../data/saved/changes";
import { type SavedFilter, type Segment, segmentCalls } from "../../data/saved/requests";
import { DeleteButton } from "../../panels/saved/delete-button";
import { Radios } from "../../parts/choices";
import { Dialog } from "../../parts/dialog";
import { Form, Submit, TextField } from "../../parts/form";
import { Empty } from "../../parts/notice";
import { words as parts } from "../../words/parts";
import { words } from "../../words/saved/segments";

const ACCESS = [
  { value: "personal", label: words.personal, hint: words.dialog.personalHint },
  { value: "shared", label: words.shared, hint: words.dialog.sharedHint },
] as const;

interface DialogProps {
  siteId: string;
  /** False for members: their segments are personal. */
  canShare: boolean;
  segments: readonly Segment[];
  /** The filter to save as a new segment; null to manage the saved ones. */
  filter: SavedFilter | null;
  onSaved: (segment: Segment) => void;
  onGone: (id: string) => void;
  onClose: () => void;
}

export function SegmentDialog(props: DialogProps): JSX.Element {
  const [edited, setEdited] = createSignal<Segment | null>(null);
  return (
    <Dialog
      title={props.filter ? words.dialog.save : edited() ? words.dialog.rename(edited()!.name) : words.dialog.manage}
      onClose={props.onClose}
    >
      <div class="dialog-scroll">
        <Show when={props.filter}>
          {(filter) => <SegmentForm {...props} segment={null} filter={filter()} onSaved={props.onSaved} />}
        </Show>
        <Show when={!props.filter && edited()} keyed>
          {(segment) => <SegmentForm {...props} segment={segment} filter={null} onSaved={() => setEdited(null)} />}
        </Show>
        <Show when={!props.filter && !edited()}>
          <ul class="keys dialog-list">
            <For
              each={props.segments}
              fallback={
                <li>
                  <Empty>{words.dialog.none}</Empty>
                </li>
              }
            >
              {(segment) => (
                <li class="key">
                  <span class="key-name">
                    <strong>{segment.name}</strong>
                    <small>{segment.shared ? words.shared : words.personal}</small>
                  </span>
                  <Show when={!segment.shared || props.canShare}>
                    <span class="saved-actions">
                      <button
                        type="button"
                        class="button button-small"
                        aria-label={words.dialog.editLabel(segment.name)}
                        onClick={() => setEdited(segment)}
                      >
                        {words.dialog.edit}
                      </button>
                      <DeleteButton
                        label={words.dialog.deleteLabel(segment.name)}
                        onDelete={async () => {
                          await segmentCalls.remove(props.siteId, segment.id);
                          props.onGone(segment.id);
                          announce("segments");
                        }}
                      />
                    </span>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
    </Dialog>
  );
}

function SegmentForm(
  props: Pick<DialogProps, "siteId" | "canShare" | "filter" | "onSaved"> & { segment: Segment | null },
): JSX.Element {
  const [name, setName] = createSignal(props.segment?.name ?? "");
  const [access, setAccess] = createSignal<"personal" | "shared">(
    (props.segment ? props.segment.shared : props.canShare) ? "shared" : "personal",
  );
  const save = createAction(async () => {
    const shared = access() === "shared";
    const draft = { name: name().trim(), ...(shared !== props.segment?.shared && { shared }) };
    const saved = props.segment
      ? await segmentCalls.change(props.siteId, props.segment.id, draft)
      : await segmentCalls.create(props.siteId, { ...draft, shared, filter: props.filter! });
    announce("segments");
    props.onSaved(saved);
  });
  const fault = (): string | null => save.faults().find(({ path }) => path === "name")?.message ?? null;
  return (
    <Form class="dialog-form" onSubmit={() => void save.run()}>
      <TextField
        label={words.dialog.name}
        hint={words.dialog.nameHint}
        error={fault()}
        required
        autofocus
        maxlength={100}
        autocomplete="off"
        value={name()}
        onInput={setName}
      />
      <Show when={props.canShare}>
        <Radios legend={words.dialog.access} choices={ACCESS} value={access()} onPick={setAccess} />
      </Show>
      <Submit label={parts.save} action={save} error={fault() ? null : save.error()} />
    </Form>
  );
}
