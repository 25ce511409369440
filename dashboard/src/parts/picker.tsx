// A text field that searches a long list: the combobox for time zones and currencies.
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import { type Choice, searchChoices } from "../data/choice";
import { words } from "../words/parts";

export interface PickerProps<T extends Choice> {
  choices: readonly T[];
  /** The choices that match the typed text, best first. By default, those that contain all words. */
  search?: (choices: readonly T[], typed: string) => T[];
  value: string;
  onPick: (value: string) => void;
  control: { id: string; "aria-describedby": string; "aria-invalid": boolean };
}

/** The maximum of shown results: a letter that nearly all choices contain must not cost as much as the whole list. */
const SHOWN = 100;

export function Picker<T extends Choice>(props: PickerProps<T>): JSX.Element {
  const list = createUniqueId();
  const [typed, setTyped] = createSignal<string | null>(null);
  const [active, setActive] = createSignal(0);
  const isOpen = (): boolean => typed() !== null;
  const chosen = createMemo(() => props.choices.find((choice) => choice.value === props.value));
  let box!: HTMLDivElement;
  let options!: HTMLDivElement;

  const found = createMemo((): readonly T[] => {
    const text = typed()?.trim();
    if (text === undefined) return [];
    return text === "" ? props.choices : (props.search ?? searchChoices)(props.choices, text).slice(0, SHOWN);
  });

  const move = (to: number): void => {
    setActive(Math.max(0, Math.min(found().length - 1, to)));
    box.querySelector(`#${list}-${active()}`)?.scrollIntoView({ block: "nearest" });
  };
  /** Scrolls the current choice to the middle, so that its neighbours are visible. */
  const moveToChosen = (): void => {
    move(found().findIndex((choice) => choice.value === props.value));
    const option = box.querySelector<HTMLElement>(`#${list}-${active()}`);
    if (option) options.scrollTop = option.offsetTop - (options.clientHeight - option.offsetHeight) / 2;
  };
  /** Shows all choices, starting at the current one. */
  const open = (): void => {
    if (isOpen()) return;
    setTyped("");
    moveToChosen();
  };
  const pick = (choice: T | undefined): void => {
    // Without matches, the list stays open and shows a message.
    if (!choice) return;
    props.onPick(choice.value);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (isOpen()) move(active() + step);
      else open();
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
        placeholder={chosen()?.label}
        onClick={open}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          move(0);
        }}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      <Show when={!isOpen()}>
        <span class="picker-hint">{chosen()?.hint}</span>
      </Show>
      <div class="picker-list" hidden={!isOpen()}>
        <div class="picker-options" ref={options} id={list} role="listbox" aria-label={words.choices} tabindex="-1">
          <For each={found()}>
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
                <span class="picker-text">
                  {choice.label}
                  <Show when={choice.detail}>
                    <small>{choice.detail}</small>
                  </Show>
                </span>
                <small>{choice.hint}</small>
              </div>
            )}
          </For>
        </div>
        <Show when={found().length === 0}>
          <p class="picker-none">{props.choices.length === 0 ? words.oneMoment : words.noChoice(typed() ?? "")}</p>
        </Show>
      </div>
      <div role="status" class="unseen">
        {typed() ? words.choiceCount(found().length) : ""}
      </div>
    </div>
  );
}
