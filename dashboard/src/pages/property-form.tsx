// Name, time zone and currency of a property: asked when it is created and in its settings.
import { createSignal, type JSX } from "solid-js";
import type { Action } from "../data/action";
import { currencies, timezones } from "../data/choice";
import type { Property } from "../data/property";
import { Field, Submit } from "../parts/field";
import { Picker } from "../parts/picker";

export type PropertyDraft = Pick<Property, "name" | "timezone" | "currency">;

export function PropertyForm(props: {
  draft: PropertyDraft;
  action: Action<[PropertyDraft]>;
  button: string;
  done?: string;
}): JSX.Element {
  const [name, setName] = createSignal(props.draft.name);
  const [timezone, setTimezone] = createSignal(props.draft.timezone);
  const [currency, setCurrency] = createSignal(props.draft.currency);
  const zones = timezones(Date.now());
  const money = currencies();

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void props.action.run({ name: name().trim(), timezone: timezone(), currency: currency() });
      }}
    >
      <Field label="Property name" hint="What you call the site or the product.">
        {(control) => (
          <input
            {...control}
            class="input"
            type="text"
            required
            maxlength="100"
            autocomplete="off"
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Time zone" hint="Days in the reports begin at midnight here.">
        {(control) => <Picker control={control} choices={zones} value={timezone()} onPick={setTimezone} />}
      </Field>
      <Field label="Currency" hint="What revenue is shown in.">
        {(control) => <Picker control={control} choices={money} value={currency()} onPick={setCurrency} />}
      </Field>
      <Submit
        label={props.button}
        pending={props.action.pending()}
        error={props.action.error()}
        done={props.action.done() && (props.done ?? false)}
      />
    </form>
  );
}
