// A list as text, one entry per line. Lines that the API rejected are marked, with their problems listed below.
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import { type EntryFaults, markLines } from "../data/lines";
import { words } from "../words/parts";
import { Field } from "./field";

export interface LinesFieldProps {
  label: string;
  hint: string;
  rows: number;
  placeholder?: string;
  value: string;
  onInput: (value: string) => void;
  separator: RegExp;
  faults: EntryFaults;
}

export function LinesField(props: LinesFieldProps): JSX.Element {
  const [scroll, setScroll] = createSignal(0);
  const list = createUniqueId();
  const marked = createMemo(() => markLines(props.value, props.separator, props.faults));
  const lines = createMemo(() => [...new Set(marked().map(({ line }) => line))]);
  let area!: HTMLTextAreaElement;

  const select = (line: number): void => {
    const before = props.value.split("\n").slice(0, line);
    const start = before.reduce((length, text) => length + text.length + 1, 0);
    const end = props.value.indexOf("\n", start);
    area.focus();
    area.setSelectionRange(start, end < 0 ? props.value.length : end);
    const { lineHeight } = getComputedStyle(area);
    area.scrollTop = (line - 1) * Number.parseFloat(lineHeight);
  };

  return (
    <Field
      label={props.label}
      hint={
        <>
          {props.hint}
          <Show when={marked().length > 0}>
            <ul class="lines-faults" id={list}>
              <For each={marked()}>
                {(mark) => (
                  <li>
                    <button type="button" class="lines-jump" onClick={() => select(mark.line)}>
                      {words.line(mark.line + 1)}
                    </button>
                    {words.lineFault(mark.isShared ? mark.entry : null, mark.message)}
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </>
      }
    >
      {(control) => (
        <div class="lines">
          <textarea
            {...control}
            ref={area}
            class="textarea"
            aria-invalid={marked().length > 0}
            rows={props.rows}
            wrap="off"
            spellcheck={false}
            autocapitalize="off"
            placeholder={props.placeholder}
            value={props.value}
            onInput={(event) => props.onInput(event.currentTarget.value)}
            onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
          />
          <div class="lines-marks" aria-hidden="true">
            <For each={lines()}>{(line) => <span style={{ "--line": line, "--scroll": `${scroll()}px` }} />}</For>
          </div>
        </div>
      )}
    </Field>
  );
}

/** Focuses and selects the first marked line after the form could not be saved. */
export const goToFirstMark = (form: HTMLFormElement): void =>
  form.querySelector<HTMLButtonElement>(".lines-jump")?.click();
