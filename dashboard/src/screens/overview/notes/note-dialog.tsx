// The dialog of one annotation: its text, its day or moment, and who sees it.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../../data/action";
import { instantOf } from "../../../data/periods/moment";
import type { Property } from "../../../data/property";
import { toInstant } from "../../../data/saved/annotation";
import { announce } from "../../../data/saved/changes";
import { type Annotation, annotationCalls } from "../../../data/saved/requests";
import { DeleteButton } from "../../../panels/saved/delete-button";
import { Radios } from "../../../parts/choices";
import { Dialog } from "../../../parts/dialog";
import { Field } from "../../../parts/field";
import { Form, Submit, TextField } from "../../../parts/form";
import { words as parts } from "../../../words/parts";
import { words } from "../../../words/saved/annotations";

const ACCESS = [
  { value: "shared", label: words.shared, hint: words.sharedHint },
  { value: "personal", label: words.personal, hint: words.personalHint },
] as const;

export function NoteDialog(props: {
  property: Property;
  /** Null for a new one. */
  note: Annotation | null;
  /** Its local date, or its date and time: that of a bucket for a new one. */
  moment: string;
  canShare: boolean;
  onClose: () => void;
}): JSX.Element {
  const { note, property, moment } = props;
  const [text, setText] = createSignal(note?.text ?? "");
  const [date, setDate] = createSignal(moment.slice(0, 10));
  const [time, setTime] = createSignal(moment.slice(11, 16));
  const [access, setAccess] = createSignal<"shared" | "personal">(
    (note ? note.shared : props.canShare) ? "shared" : "personal",
  );
  const close = (): void => {
    announce("annotations");
    props.onClose();
  };
  /** Either a date or a time. One that is not moved stays in its second of two equal hours, and keeps its seconds. */
  const when = (): Pick<Annotation, "date" | "time"> => {
    if (!time()) return { date: date(), time: null };
    const isMoved = date() !== moment.slice(0, 10) || time() !== moment.slice(11, 16);
    if (isMoved) return { date: null, time: toInstant(date(), time(), property.timezone) };
    return { date: null, time: note?.time ?? new Date(instantOf(moment, property.timezone)).toISOString() };
  };
  const save = createAction(async () => {
    const shared = access() === "shared";
    const draft = { text: text().trim(), ...when() };
    if (note)
      await annotationCalls.change(property.site_id, note.id, { ...draft, ...(shared !== note.shared && { shared }) });
    else await annotationCalls.create(property.site_id, { ...draft, shared });
    close();
  });
  const faultOf = (path: string): string | null => save.faults().find((fault) => fault.path === path)?.message ?? null;
  const isShown = (): boolean => ["text", "date", "time"].some((path) => faultOf(path) !== null);

  return (
    <Dialog title={note ? words.editTitle : words.add} onClose={props.onClose}>
      <Form class="dialog-form dialog-scroll" onSubmit={() => void save.run()}>
        <Field label={words.text} hint={words.textHint} error={faultOf("text")}>
          {(control) => (
            <textarea
              {...control}
              class="textarea note-input"
              rows={2}
              maxlength={500}
              required
              autofocus
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="pair">
          <TextField label={words.date} error={faultOf("date")} type="date" required value={date()} onInput={setDate} />
          <TextField
            label={words.time}
            hint={words.timeHint(property.timezone.replaceAll("_", " "))}
            error={faultOf("time")}
            type="time"
            value={time()}
            onInput={setTime}
          />
        </div>
        <Show when={props.canShare}>
          <Radios legend={words.access} choices={ACCESS} value={access()} onPick={setAccess} />
        </Show>
        <div class="note-actions">
          <Submit label={parts.save} action={save} error={isShown() ? null : save.error()} />
          <Show when={note}>
            {(known) => (
              <DeleteButton
                label={words.delete(known().text)}
                onDelete={async () => {
                  await annotationCalls.remove(property.site_id, known().id);
                  close();
                }}
              />
            )}
          </Show>
        </div>
      </Form>
    </Dialog>
  );
}
