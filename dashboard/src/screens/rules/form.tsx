// The form to create or edit a rule, in a dialog. API errors appear at their fields.
import { createSignal, For, type JSX } from "solid-js";
import { RULE_TRIGGER_NAMES, RULE_TRIGGERS, type RuleTrigger } from "../../../../workers/domain/events/rule";
import { createAction } from "../../data/action";
import {
  changeRule,
  createRule,
  fieldOf,
  type Rule,
  type RuleDraft,
  type RuleField,
  toAttributes,
} from "../../data/rule";
import { Dialog } from "../../parts/dialog";
import { Switch } from "../../parts/field";
import { Form, type InputAttributes, Submit, TextField } from "../../parts/form";
import { words as parts } from "../../words/parts";
import { words } from "../../words/rules";
import { PickOnPage } from "./pick-on-page";
import { SelectorField } from "./selector-field";

export function RuleDialog(props: {
  siteId: string;
  /** Null for a new rule. */
  rule: Rule | null;
  onClose: () => void;
  onSaved: () => void;
}): JSX.Element {
  const [name, setName] = createSignal(props.rule?.name ?? "");
  const [selector, setSelector] = createSignal(props.rule?.selector ?? "");
  const [trigger, setTrigger] = createSignal<RuleTrigger>(props.rule?.trigger ?? "click");
  const [page, setPage] = createSignal(props.rule?.page ?? "");
  const [attributes, setAttributes] = createSignal(props.rule?.attributes.join(", ") ?? "");
  const [enabled, setEnabled] = createSignal(props.rule?.enabled ?? true);

  const save = createAction(async (draft: RuleDraft) => {
    if (props.rule) await changeRule(props.siteId, props.rule.id, draft);
    else await createRule(props.siteId, draft);
    props.onSaved();
  });
  const refused = (): RuleField | null => fieldOf(save.error());
  const complaint = (field: RuleField): string | null => (refused() === field ? save.error() : null);

  const text = (
    field: RuleField,
    label: string,
    hint: JSX.Element,
    value: () => string,
    set: (value: string) => void,
    more: InputAttributes,
  ): JSX.Element => (
    <TextField
      label={label}
      hint={hint}
      error={complaint(field)}
      autocomplete="off"
      spellcheck={false}
      value={value()}
      onInput={set}
      {...more}
    />
  );

  return (
    <Dialog title={props.rule ? words.form.edit(props.rule.name) : words.new} onClose={props.onClose}>
      <Form
        class="dialog-form dialog-scroll"
        onSubmit={() => {
          void save.run({
            name: name().trim(),
            selector: selector().trim(),
            trigger: trigger(),
            page: page().trim() || null,
            attributes: toAttributes(attributes()),
            enabled: enabled(),
          });
        }}
      >
        {text("name", words.form.name, words.form.nameHint, name, setName, {
          required: true,
          maxlength: "120",
          autofocus: true,
        })}
        <SelectorField value={selector()} error={complaint("selector")} onChange={setSelector} />
        <PickOnPage
          pattern={page().trim()}
          onPicked={(choice) => {
            setSelector(choice.selector);
            if (!name().trim()) setName(choice.text);
          }}
        />
        <fieldset class="switches choices">
          <legend>{words.form.trigger}</legend>
          <For each={RULE_TRIGGER_NAMES}>
            {(one) => (
              <label class="switch">
                <input
                  type="radio"
                  name="trigger"
                  class="radio"
                  checked={trigger() === one}
                  onChange={() => setTrigger(one)}
                />
                <span class="switch-text">{RULE_TRIGGERS[one]}</span>
              </label>
            )}
          </For>
        </fieldset>
        {text("page", words.form.pages, words.form.pagesHint, page, setPage, {
          maxlength: "200",
          placeholder: words.form.pagesExample,
          class: "input input-code",
        })}
        {text("attributes", words.form.attributes, words.form.attributesHint, attributes, setAttributes, {
          placeholder: words.form.attributesExample,
          class: "input input-code",
        })}
        <Switch label={words.form.enabled} hint={words.form.enabledHint} checked={enabled()} onChange={setEnabled} />
        <Submit
          label={props.rule ? parts.save : words.form.create}
          action={save}
          error={refused() ? null : save.error()}
        />
      </Form>
    </Dialog>
  );
}
