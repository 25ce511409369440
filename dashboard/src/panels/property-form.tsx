// Name, time zone and currency of a property, for its creation and its settings.
import { type Accessor, createSignal, type JSX } from "solid-js";
import type { Action } from "../data/action";
import { browserTimezone, currencies } from "../data/choice";
import type { Property } from "../data/property";
import type { ZoneChoice } from "../data/zone-choices";
import { Field } from "../parts/field";
import { Form, Submit, TextField } from "../parts/form";
import { Picker } from "../parts/picker";
import { words } from "../words/forms";

export type PropertyDraft = Pick<Property, "name" | "timezone" | "currency">;

interface Zones {
  choices: ZoneChoice[];
  search: (choices: readonly ZoneChoice[], typed: string) => ZoneChoice[];
}

/** The time zones, after their table has loaded. The current choice then gets the table's name. */
function createZones(chosen: Accessor<string>, choose: (zone: string) => void): Accessor<Zones | undefined> {
  const [zones, setZones] = createSignal<Zones>();
  void import("../data/zone-choices").then(({ canonicalZone, searchZones, zoneChoices }) => {
    choose(canonicalZone(chosen()));
    setZones({ choices: zoneChoices(Date.now(), browserTimezone(), chosen()), search: searchZones });
  });
  return zones;
}

export function PropertyForm(props: {
  draft: PropertyDraft;
  action: Action<[PropertyDraft]>;
  button: string;
  done?: string;
  /** More fields, after these. */
  children?: JSX.Element;
}): JSX.Element {
  const [name, setName] = createSignal(props.draft.name);
  const [timezone, setTimezone] = createSignal(props.draft.timezone);
  const [currency, setCurrency] = createSignal(props.draft.currency);
  const zones = createZones(timezone, setTimezone);
  const money = currencies();

  return (
    <Form onSubmit={() => void props.action.run({ name: name().trim(), timezone: timezone(), currency: currency() })}>
      <TextField
        label={words.propertyName}
        hint={words.propertyNameHint}
        required
        maxlength="100"
        autocomplete="off"
        value={name()}
        onInput={setName}
      />
      <Field label={words.timezone} hint={words.timezoneHint}>
        {(control) => (
          <Picker
            control={control}
            choices={zones()?.choices ?? []}
            search={zones()?.search}
            value={timezone()}
            onPick={setTimezone}
          />
        )}
      </Field>
      <Field label={words.currency} hint={words.currencyHint}>
        {(control) => <Picker control={control} choices={money} value={currency()} onPick={setCurrency} />}
      </Field>
      {props.children}
      <Submit label={props.button} action={props.action} done={props.done} />
    </Form>
  );
}
