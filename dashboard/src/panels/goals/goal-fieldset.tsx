// The fields of a goal's kind, which suggest values that visitors of the period have.
import { createEffect, createMemo, createUniqueId, For, Index, type JSX, Show } from "solid-js";
import { createAnswer, createLoaded } from "../../data/answer";
import { type Question, valuesQuestion } from "../../data/question";
import { loadRules } from "../../data/rule";
import { GOAL_KINDS, type GoalFields, type GoalKind, type GoalProp } from "../../data/saved/goal-kind";
import type { OfferScene } from "../../data/saved/offer";
import { Field } from "../../parts/field";
import { TextField } from "../../parts/form";
import { Icon } from "../../parts/icon";
import { words } from "../../words/saved/goals";

const SUGGESTED = 100;

/** The dimension whose values a kind suggests, and the events that have them. */
const SOURCES: Partial<Record<GoalKind, { dimension: string; event?: string }>> = {
  event: { dimension: "event:name" },
  page: { dimension: "event:page" },
  scroll: { dimension: "event:page" },
  form: { dimension: "event:props:form", event: "form_submit" },
  download: { dimension: "event:href", event: "download" },
  outbound: { dimension: "event:href", event: "outbound" },
};

export function GoalFieldset(props: {
  scene: OfferScene;
  fields: GoalFields;
  error: string | null;
  onChange: (part: Partial<GoalFields>) => void;
  onRuleName: (name: string) => void;
}): JSX.Element {
  const list = createUniqueId();
  const source = createMemo(() => SOURCES[props.fields.kind]);
  const seen = createAnswer(
    () => {
      const from = source();
      return from ? { ...props.scene, ...from, filters: [] } : null;
    },
    (asked): Question => {
      const question = valuesQuestion(asked, asked.dimension, "", SUGGESTED);
      return asked.event ? { ...question, filters: [["is", "event:name", [asked.event]]] } : question;
    },
  );
  const isKind = (...kinds: GoalKind[]): boolean => kinds.includes(props.fields.kind);
  const text = (label: string, hint: string, field: "name" | "page" | "link", required: boolean): JSX.Element => (
    <TextField
      label={label}
      hint={hint}
      error={props.error}
      required={required}
      maxlength={500}
      list={list}
      autocomplete="off"
      spellcheck={false}
      value={props.fields[field]}
      onInput={(typed) => props.onChange({ [field]: typed })}
    />
  );

  return (
    <>
      <Field label={words.form.kind} hint={words.kinds[props.fields.kind].hint}>
        {(control) => (
          <select
            {...control}
            class="input"
            autofocus
            onChange={(event) =>
              props.onChange({ kind: event.currentTarget.value as GoalKind, name: "", props: [], link: "", page: "" })
            }
          >
            <For each={GOAL_KINDS}>
              {(kind) => (
                <option value={kind} selected={kind === props.fields.kind}>
                  {words.kinds[kind].label}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
      <datalist id={list}>
        <For each={seen.value()?.results}>{(row) => <option value={row.dimensions[0] ?? ""} />}</For>
      </datalist>
      <Show when={isKind("event")}>
        {text(words.form.event, words.form.eventHint, "name", true)}
        <PropRows props={props.fields.props} onChange={(changed) => props.onChange({ props: changed })} />
      </Show>
      <Show when={isKind("page")}>{text(words.form.page, words.form.pageHint, "page", true)}</Show>
      <Show when={isKind("scroll")}>
        <TextField
          label={words.form.depth}
          hint={words.form.depthHint}
          type="number"
          min={1}
          max={100}
          required
          class="input input-number"
          value={props.fields.depth}
          onInput={(depth) => props.onChange({ depth })}
        />
        {text(words.form.page, words.form.anyPageHint, "page", false)}
      </Show>
      <Show when={isKind("form")}>{text(words.form.form, words.form.formHint, "name", false)}</Show>
      <Show when={isKind("download", "outbound")}>{text(words.form.link, words.form.linkHint, "link", false)}</Show>
      <Show when={isKind("rule")}>
        <RuleField
          siteId={props.scene.siteId}
          value={props.fields.name}
          error={props.error}
          onPick={(id, name) => {
            props.onChange({ name: id });
            props.onRuleName(name);
          }}
        />
      </Show>
    </>
  );
}

function RuleField(props: {
  siteId: string;
  value: string;
  error: string | null;
  onPick: (id: string, name: string) => void;
}): JSX.Element {
  const rules = createLoaded(() => props.siteId, loadRules);
  createEffect(() => {
    const first = rules.value()?.[0];
    if (first && props.value === "") props.onPick(first.id, first.name);
  });
  return (
    <Field
      label={words.form.rule}
      hint={rules.value()?.length === 0 ? words.form.noRules : undefined}
      error={props.error}
    >
      {(control) => (
        <select
          {...control}
          class="input"
          onChange={(event) => {
            const chosen = rules.value()?.find(({ id }) => id === event.currentTarget.value);
            if (chosen) props.onPick(chosen.id, chosen.name);
          }}
        >
          <For each={rules.value()}>
            {(rule) => (
              <option value={rule.id} selected={rule.id === props.value}>
                {rule.name}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  );
}

function PropRows(props: { props: readonly GoalProp[]; onChange: (props: GoalProp[]) => void }): JSX.Element {
  const change = (at: number, part: Partial<GoalProp>): void =>
    props.onChange(props.props.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <fieldset class="goal-props">
      <legend class="field-label">{words.form.props}</legend>
      <Index each={props.props}>
        {(prop, index) => (
          <div class="goal-prop">
            <input
              class="input"
              aria-label={words.form.propLabel(index + 1)}
              placeholder={words.form.prop}
              maxlength={100}
              value={prop().key}
              onInput={(event) => change(index, { key: event.currentTarget.value })}
            />
            <input
              class="input"
              aria-label={words.form.valueLabel(index + 1)}
              placeholder={words.form.value}
              maxlength={500}
              value={prop().value}
              onInput={(event) => change(index, { value: event.currentTarget.value })}
            />
            <button
              type="button"
              class="button button-icon"
              aria-label={words.form.removeProp(index + 1)}
              onClick={() => props.onChange(props.props.filter((_, at) => at !== index))}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </Index>
      <button
        type="button"
        class="button button-small button-quiet"
        onClick={() => props.onChange([...props.props, { key: "", value: "" }])}
      >
        <Icon name="plus" />
        {words.form.addProp}
      </button>
    </fieldset>
  );
}
