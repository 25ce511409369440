// The dialog of one filter: a dimension, a condition, and values from the visitors of the period.
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import {
  FILTER_GROUPS,
  type FilterDimension,
  filterDimension,
  isProp,
  propDimension,
  propKey,
} from "../../data/filters/dimension";
import type { Filter, Operator } from "../../data/filters/filter";
import type { DateRange } from "../../data/period";
import { Dialog } from "../../parts/dialog";
import { Field } from "../../parts/field";
import { Form, TextField } from "../../parts/form";
import { words } from "../../words/filters";
import { ValueField } from "./value-field";

/** Where values come from: the period, under the other filters. */
export interface FilterScene {
  siteId: string;
  today: string;
  range: DateRange;
  filters: readonly Filter[];
}

/** The choice of a prop, whose key is asked next. */
const PROP_CHOICE = propDimension("");

const NUMBERS: readonly Operator[] = ["at_least", "at_most"];
const HINTS: Partial<Record<Operator, string>> = {
  matches_wildcard: words.dialog.patternHint,
  matches_wildcard_not: words.dialog.patternHint,
};
const LABELS: Partial<Record<Operator, string>> = {
  matches_wildcard: words.dialog.pattern,
  matches_wildcard_not: words.dialog.pattern,
  matches: words.dialog.regex,
  matches_not: words.dialog.regex,
  contains: words.dialog.text,
  contains_not: words.dialog.text,
};
/** Conditions whose values are those of rows. The others have any text. */
const PICKED: readonly Operator[] = ["is", "is_not", "has_done", "has_not_done"];

export function FilterDialog(props: {
  /** The filter to edit; undefined for a new one. */
  filter: Filter | undefined;
  nameOf: (dimension: string, value: string) => string;
  scene: FilterScene;
  /** @param filter null to remove it. */
  onApply: (filter: Filter | null) => void;
  onClose: () => void;
}): JSX.Element {
  const given = props.filter;
  const [name, setName] = createSignal(given?.dimension ?? "event:page");
  const [operator, setOperator] = createSignal<Operator>(given?.operator ?? "is");
  const [values, setValues] = createSignal<readonly string[]>(given?.values ?? []);
  const [typed, setTyped] = createSignal("");

  const dimension = createMemo((): FilterDimension => filterDimension(name()));
  const isListed = (): boolean => FILTER_GROUPS.some((group) => group.dimensions.some((one) => one.name === name()));
  const isNumber = (): boolean => NUMBERS.includes(operator());
  /** What is typed and not added yet counts too. */
  const wanted = (): string[] => {
    const text = typed().trim();
    return text === "" || (PICKED.includes(operator()) && values().length > 0) ? [...values()] : [...values(), text];
  };
  const isWhole = (): boolean => wanted().length > 0 && name() !== PROP_CHOICE;

  const choose = (chosen: string): void => {
    setName(chosen);
    setValues([]);
    setTyped("");
    const { operators } = filterDimension(chosen);
    if (!operators.includes(operator())) setOperator(operators[0]!);
  };
  const chooseOperator = (chosen: Operator): void => {
    // A pattern is no value, and a value is no pattern.
    if (PICKED.includes(chosen) !== PICKED.includes(operator())) setValues([]);
    setOperator(chosen);
  };

  return (
    <Dialog title={given ? words.dialog.edit : words.dialog.add} onClose={props.onClose}>
      <Form
        class="dialog-form filter-form"
        onSubmit={() => isWhole() && props.onApply({ operator: operator(), dimension: name(), values: wanted() })}
      >
        <div class="pair">
          <Field label={words.dialog.dimension}>
            {(control) => (
              <select
                {...control}
                class="input"
                autofocus
                value={isProp(name()) ? PROP_CHOICE : name()}
                onChange={(event) => choose(event.currentTarget.value)}
              >
                <For each={FILTER_GROUPS}>
                  {(group) => (
                    <optgroup label={group.label}>
                      <For each={group.dimensions}>
                        {(one) => (
                          <option value={one.name} selected={one.name === name()}>
                            {one.label}
                          </option>
                        )}
                      </For>
                    </optgroup>
                  )}
                </For>
                <optgroup label={words.groups.props}>
                  <option value={PROP_CHOICE} selected={isProp(name())}>
                    {words.dialog.propKey}…
                  </option>
                </optgroup>
                <Show when={!isListed() && !isProp(name())}>
                  <option value={name()} selected>
                    {dimension().label}
                  </option>
                </Show>
              </select>
            )}
          </Field>
          <Field label={words.dialog.operator}>
            {(control) => (
              <select
                {...control}
                class="input"
                value={operator()}
                onChange={(event) => chooseOperator(event.currentTarget.value as Operator)}
              >
                <For each={dimension().operators}>
                  {(one) => (
                    <option value={one} selected={one === operator()}>
                      {words.operators[one]}
                    </option>
                  )}
                </For>
              </select>
            )}
          </Field>
        </div>
        <Show when={isProp(name())}>
          <TextField
            label={words.dialog.propKey}
            hint={words.dialog.propKeyHint}
            required
            maxlength={100}
            value={propKey(name())}
            onInput={(key) => {
              setName(propDimension(key.trim()));
              setValues([]);
            }}
          />
        </Show>
        <Show
          when={!isNumber()}
          fallback={
            <TextField
              label={words.dialog.number}
              type="number"
              step="any"
              required
              value={values()[0] ?? ""}
              onInput={(text) => setValues(text === "" ? [] : [text])}
            />
          }
        >
          <ValueField
            label={LABELS[operator()] ?? words.dialog.values}
            hint={HINTS[operator()] ?? words.dialog.manyHint}
            dimension={name()}
            dimensionLabel={dimension().label}
            values={values()}
            nameOf={props.nameOf}
            typed={typed()}
            offers={PICKED.includes(operator()) && name() !== PROP_CHOICE}
            scene={props.scene}
            onChange={setValues}
            onType={setTyped}
          />
        </Show>
        <div class="filter-actions">
          <button type="submit" class="button button-main" aria-disabled={!isWhole()}>
            {words.dialog.apply}
          </button>
          <Show when={given}>
            <button type="button" class="button button-quiet" onClick={() => props.onApply(null)}>
              {words.dialog.remove}
            </button>
          </Show>
        </div>
      </Form>
    </Dialog>
  );
}
