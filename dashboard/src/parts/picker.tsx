// A text field that searches a long list: the combobox of time zones and currencies.
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import type { Choice } from "../data/choice";

export interface PickerProps {
  choices: Choice[];
  value: string;
  onPick: (value: string) => void;
  control: { id: string; "aria-describedby": string; "aria-invalid": boolean };
}

const SHOWN = 60;
const plain = (text: string): string => text.toLowerCase().replaceAll(/[_/]/g, " ");

export function Picker(props: PickerProps): JSX.Element {
  const list = createUniqueId();
  const [typed, setTyped] = createSignal<string | null>(null);
  const [active, setActive] = createSignal(0);
  const isOpen = (): boolean => typed() !== null;
  const chosen = createMemo(() => props.choices.find((choice) => choice.value === props.value));
  const labels = createMemo(() => props.choices.map((choice) => plain(`${choice.value} ${choice.label}`)));
  let box!: HTMLDivElement;

  const found = createMemo(() => {
    const words = plain(typed() ?? "")
      .split(" ")
      .filter(Boolean);
    const all = labels();
    const hits = props.choices.filter((_, index) => words.every((word) => all[index]!.includes(word)));
    return hits.slice(0, SHOWN);
  });

  const move = (to: number): void => {
    setActive(Math.max(0, Math.min(found().length - 1, to)));
    box.querySelector(`#${list}-${active()}`)?.scrollIntoView({ block: "nearest" });
  };
  const pick = (choice: Choice | undefined): void => {
    if (choice) props.onPick(choice.value);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (isOpen()) move(active() + step);
      else setTyped("");
    } else if (event.key === "Enter" && isOpen()) {
      event.preventDefault();
      pick(found()[active()]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      setTyped(null);
    }
  };

  return (
    <div class="picker" ref={box}>
      <input
        {...props.control}
        class="input"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen()}
        aria-controls={list}
        aria-activedescendant={isOpen() && found().length > 0 ? `${list}-${active()}` : undefined}
        value={typed() ?? chosen()?.label ?? props.value}
        onClick={(event) => {
          if (isOpen()) return;
          setTyped("");
          setActive(0);
          event.currentTarget.placeholder = chosen()?.label ?? "";
        }}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      <Show when={!isOpen()}>
        <span class="picker-hint">{chosen()?.hint}</span>
      </Show>
      <div class="picker-list" id={list} role="listbox" aria-label="Choices" hidden={!isOpen()}>
        <For each={isOpen() ? found() : []} fallback={<p class="picker-none">Nothing matches “{typed()}”.</p>}>
          {(choice, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which points at the active option
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
            <div
              id={`${list}-${index()}`}
              class="picker-option"
              role="option"
              aria-selected={index() === active()}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(choice)}
            >
              <span>{choice.label}</span>
              <small>{choice.hint}</small>
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
