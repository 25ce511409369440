// The values of a filter: a text field that offers those which visitors of the period have, the most frequent first.
import { createEffect, createMemo, createSignal, createUniqueId, For, type JSX, on, Show } from "solid-js";
import { createAnswer } from "../../data/answer";
import { createSearch } from "../../data/filters/search";
import { formatCount } from "../../data/format";
import { type Question, type Row, valuesQuestion } from "../../data/question";
import { Field } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { words } from "../../words/filters";
import type { FilterScene } from "./filter-dialog";

/** Values that are loaded at first. Of more, the API searches. */
const OFFERED = 100;
const SHOWN = 12;

export function ValueField(props: {
  label: string;
  hint: string;
  dimension: string;
  dimensionLabel: string;
  values: readonly string[];
  nameOf: (dimension: string, value: string) => string;
  typed: string;
  /** False where values are texts or patterns of one's own. */
  offers: boolean;
  scene: FilterScene;
  onChange: (values: readonly string[]) => void;
  onType: (typed: string) => void;
}): JSX.Element {
  const list = createUniqueId();
  const [active, setActive] = createSignal(-1);
  const [isOpen, setOpen] = createSignal(false);
  const searched = createSearch(() => props.typed);
  let field!: HTMLInputElement;

  const key = createMemo(() => (props.offers ? { ...props.scene, dimension: props.dimension } : null));
  const common = createAnswer(key, (asked): Question => valuesQuestion(asked, asked.dimension, "", OFFERED));
  const isCut = (): boolean => (common.value()?.meta.total_rows ?? 0) > OFFERED;
  const found = createAnswer(
    () => {
      const asked = key();
      return asked && isCut() && searched() ? { ...asked, text: searched() } : null;
    },
    (asked): Question => valuesQuestion(asked, asked.dimension, asked.text, OFFERED),
  );

  const nameOf = (value: string): string => props.nameOf(props.dimension, value);
  const options = createMemo((): Row[] => {
    if (!props.offers) return [];
    const text = props.typed.trim().toLowerCase();
    const rows = [...(common.value()?.results ?? []), ...(found.value()?.results ?? [])];
    const seen = new Set(props.values);
    const matching: Row[] = [];
    for (const row of rows) {
      const value = row.dimensions[0];
      if (value == null || seen.has(value)) continue;
      seen.add(value);
      if (`${value} ${nameOf(value)}`.toLowerCase().includes(text)) matching.push(row);
      if (matching.length === SHOWN) break;
    }
    return matching;
  });
  createEffect(on(options, () => setActive(-1), { defer: true }));

  const add = (value: string): void => {
    if (value !== "" && !props.values.includes(value)) props.onChange([...props.values, value]);
    props.onType("");
    field.focus();
  };
  const remove = (value: string): void => {
    props.onChange(props.values.filter((one) => one !== value));
    field.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpen(true);
      setActive((now) => Math.max(-1, Math.min(options().length - 1, now + step)));
      return;
    }
    const chosen = options()[active()]?.dimensions[0];
    if (event.key === "Enter" && (chosen || props.typed.trim())) {
      // Enter adds a value; in an empty field it applies the filter.
      event.preventDefault();
      const only = options().length === 1 && props.offers ? options()[0]!.dimensions[0] : null;
      add(chosen ?? only ?? props.typed.trim());
    } else if (event.key === "Backspace" && props.typed === "" && props.values.length > 0) {
      remove(props.values.at(-1)!);
    } else if (event.key === "Escape" && isOpen() && options().length > 0) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <Field label={props.label} hint={props.hint}>
      {(control) => (
        <div class="values">
          <Show when={props.values.length > 0}>
            <ul class="values-chosen">
              <For each={props.values}>
                {(value) => (
                  <li class="filter">
                    <bdi class="filter-text">{nameOf(value)}</bdi>
                    <button
                      type="button"
                      class="filter-remove"
                      aria-label={words.dialog.removeValue(nameOf(value))}
                      onClick={() => remove(value)}
                    >
                      <Icon name="close" />
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <input
            {...control}
            ref={field}
            class="input"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck={false}
            aria-autocomplete="list"
            aria-expanded={isOpen() && options().length > 0}
            aria-controls={list}
            aria-activedescendant={active() >= 0 ? `${list}-${active()}` : undefined}
            placeholder={props.offers ? words.dialog.search(props.dimensionLabel) : ""}
            value={props.typed}
            onFocus={() => setOpen(true)}
            onInput={(event) => {
              setOpen(true);
              props.onType(event.currentTarget.value);
            }}
            onKeyDown={onKeyDown}
          />
          <div
            class="values-offered"
            id={list}
            role="listbox"
            aria-label={props.label}
            tabindex="-1"
            hidden={!isOpen() || options().length === 0}
          >
            <For each={options()}>
              {(row, index) => (
                // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which points at the active option
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
                <div
                  id={`${list}-${index()}`}
                  class="picker-option"
                  role="option"
                  aria-selected={index() === active()}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => add(row.dimensions[0]!)}
                >
                  <bdi class="picker-text">{nameOf(row.dimensions[0]!)}</bdi>
                  <small>{formatCount(row.metrics[0] ?? 0)}</small>
                </div>
              )}
            </For>
          </div>
          <p class="values-state" role="status">
            <Show when={common.state() === "loading"}>{words.dialog.loading}</Show>
            <Show when={common.state() === "error"}>{words.dialog.failed}</Show>
            <Show when={common.state() === "ready" && common.value()?.results.length === 0}>{words.dialog.none}</Show>
          </p>
        </div>
      )}
    </Field>
  );
}
