// The dialog of one goal: its kind, the fields of the kind, and its name. A new goal is also offered what was seen.
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { announce } from "../../data/saved/changes";
import { EMPTY_GOAL, type GoalFields, isWhole, toGoalFields, toGoalFilter } from "../../data/saved/goal-kind";
import { nameOf, type OfferScene } from "../../data/saved/offer";
import { type Goal, goalCalls, type SavedFilter } from "../../data/saved/requests";
import { Dialog } from "../../parts/dialog";
import { Field } from "../../parts/field";
import { Form, Submit, TextField } from "../../parts/form";
import { words as parts } from "../../words/parts";
import { words } from "../../words/saved/goals";
import { GoalFieldset } from "./goal-fieldset";
import { GoalOffers } from "./goal-offers";
import "./goals.css";

export interface GoalDialogProps {
  scene: OfferScene;
  /** Null for a new goal. */
  goal: Goal | null;
  goals: readonly Goal[];
  /** The property's. */
  currency: string;
  onClose: () => void;
}

/** Undefined for text that is no filter. */
function parseFilter(text: string): SavedFilter | undefined {
  try {
    const filter: unknown = JSON.parse(text);
    return Array.isArray(filter) && typeof filter[0] === "string" ? (filter as unknown as SavedFilter) : undefined;
  } catch {
    return undefined;
  }
}

export function GoalDialog(props: GoalDialogProps): JSX.Element {
  const { goal } = props;
  const given = goal && toGoalFields(goal.filter);
  /** A filter that no kind has is edited as it is. */
  const isCustom = goal !== null && given === null;
  const [fields, setFields] = createSignal<GoalFields>(given ?? EMPTY_GOAL);
  const [ruleName, setRuleName] = createSignal("");
  const [text, setText] = createSignal(isCustom ? JSON.stringify(goal.filter) : "");
  const [typedName, setTypedName] = createSignal<string | null>(goal?.name ?? null);
  const [currency, setCurrency] = createSignal(goal?.currency ?? "");
  const [complaint, setComplaint] = createSignal<string | null>(null);

  const suggested = createMemo((): string =>
    isWhole(fields()) ? nameOf(fields().kind === "rule" ? { ...fields(), name: ruleName() } : fields()) : "",
  );
  const name = (): string => typedName() ?? suggested();
  const save = createAction(async (filter: SavedFilter) => {
    const draft = { name: name().trim(), filter, currency: currency().trim().toUpperCase() || null };
    if (goal) await goalCalls.change(props.scene.siteId, goal.id, draft);
    else await goalCalls.create(props.scene.siteId, draft);
    announce("goals");
    props.onClose();
  });
  const faultOf = (path: string): string | null =>
    save.faults().find((fault) => fault.path === path || fault.path.startsWith(`${path}[`))?.message ?? null;
  const shown = (): boolean => ["name", "currency", "filter"].some((path) => faultOf(path) !== null);

  return (
    <Dialog title={goal ? words.form.edit(goal.name) : words.newGoal} onClose={props.onClose}>
      <div class="dialog-scroll">
        <Form
          class="dialog-form"
          onSubmit={() => {
            setComplaint(null);
            const filter = isCustom ? parseFilter(text()) : toGoalFilter(fields());
            if (!filter) setComplaint(words.form.filterWrong);
            else if (isCustom || isWhole(fields())) void save.run(filter);
          }}
        >
          <Show
            when={!isCustom}
            fallback={
              <Field label={words.form.filter} hint={words.form.filterHint} error={complaint() ?? faultOf("filter")}>
                {(control) => (
                  <textarea
                    {...control}
                    class="textarea input-code"
                    rows={5}
                    spellcheck={false}
                    value={text()}
                    onInput={(event) => setText(event.currentTarget.value)}
                  />
                )}
              </Field>
            }
          >
            <GoalFieldset
              scene={props.scene}
              fields={fields()}
              error={faultOf("filter")}
              onChange={(part) => setFields((before) => ({ ...before, ...part }))}
              onRuleName={setRuleName}
            />
          </Show>
          <TextField
            label={words.form.name}
            hint={words.form.nameHint}
            error={faultOf("name")}
            required
            maxlength={100}
            autocomplete="off"
            value={name()}
            onInput={setTypedName}
          />
          <Show when={fields().kind === "event" || currency()}>
            <TextField
              label={words.form.currency}
              hint={words.form.currencyHint(props.currency)}
              error={faultOf("currency")}
              maxlength={3}
              autocomplete="off"
              class="input input-number"
              value={currency()}
              onInput={setCurrency}
            />
          </Show>
          <Submit
            label={goal ? parts.save : words.form.create}
            action={save}
            error={shown() ? null : (complaint() ?? save.error())}
          />
        </Form>
        <Show when={!goal}>
          <section class="offers-block">
            <h3>{words.offers}</h3>
            <p class="block-note">{words.offersLead}</p>
            <GoalOffers scene={props.scene} goals={props.goals} />
          </section>
        </Show>
      </div>
    </Dialog>
  );
}
