// Settings: how long data is stored, and erasing a user.
import { A } from "@solidjs/router";
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { useProperty } from "../../frame/property-frame";
import { NumberField } from "../../parts/choices";
import { Form, Submit, TextField } from "../../parts/form";
import { changeSettings, eraseUser, fromNumber, type Retention, toNumber } from "./requests";
import { SettingsLoaded } from "./settings-loaded";
import "./settings.css";
import { words as parts } from "../../words/parts";
import { retention as words } from "../../words/settings";

const FIELDS = (
  ["events_days", "rollups_days", "addresses_days", "dead_letters_days"] as const satisfies (keyof Retention)[]
).map((name) => ({ name, ...words.fields[name] }));

export const RetentionSettings = (): JSX.Element => (
  <>
    <SettingsLoaded>{({ retention }) => <Kept retention={retention} />}</SettingsLoaded>
    <Erasure />
  </>
);

function Kept(props: { retention: Retention }): JSX.Element {
  const { property } = useProperty();
  const [typed, setTyped] = createSignal<Record<keyof Retention, string>>({
    events_days: fromNumber(props.retention.events_days),
    rollups_days: fromNumber(props.retention.rollups_days),
    addresses_days: fromNumber(props.retention.addresses_days),
    dead_letters_days: fromNumber(props.retention.dead_letters_days),
  });
  const save = createAction(() =>
    changeSettings(property().site_id, {
      retention: {
        events_days: toNumber(typed().events_days),
        rollups_days: toNumber(typed().rollups_days),
        addresses_days: toNumber(typed().addresses_days),
        dead_letters_days: toNumber(typed().dead_letters_days),
      },
    }),
  );
  return (
    <section class="block">
      <p class="block-note">{words.lead}</p>
      <Form onSubmit={() => void save.run()}>
        <For each={FIELDS}>
          {({ name, label, hint }) => (
            <NumberField
              label={label}
              hint={hint}
              value={typed()[name]}
              min={1}
              max={3650}
              none={words.forever}
              onInput={(value) => setTyped((before) => ({ ...before, [name]: value }))}
            />
          )}
        </For>
        <Submit label={parts.save} action={save} done={words.saved} />
      </Form>
    </section>
  );
}

function Erasure(): JSX.Element {
  const { property } = useProperty();
  const [user, setUser] = createSignal("");
  const [isSure, setSure] = createSignal(false);
  const [run, setRun] = createSignal<string | null>(null);
  const erase = createAction(async () => {
    setRun((await eraseUser(property().site_id, user().trim())).run_id);
    setUser("");
    setSure(false);
  });
  return (
    <section class="block block-danger" aria-labelledby="erasure">
      <h2 id="erasure">{words.erase.title}</h2>
      <p>
        {words.erase.lead.before}
        <code>{words.erase.field}</code>
        {words.erase.lead.after}
      </p>
      <p class="block-note">{words.erase.notReached}</p>
      <Form
        class="form erasure-form"
        onSubmit={() => {
          if (isSure()) void erase.run();
          else setSure(true);
        }}
      >
        <TextField
          label={words.erase.field}
          hint={words.erase.fieldHint}
          required
          maxlength="256"
          autocomplete="off"
          spellcheck={false}
          value={user()}
          onInput={(typed) => {
            setUser(typed);
            setSure(false);
          }}
        />
        <Submit
          label={isSure() ? words.erase.confirm : words.erase.button}
          class={isSure() ? "button button-main button-fatal" : "button button-danger"}
          action={erase}
        />
        <Show when={run()}>
          {(id) => (
            <p role="status">
              {words.erase.started}{" "}
              <A href={`/p/${property().site_id}/pipeline?${new URLSearchParams({ run: id() })}`}>
                {words.erase.seeRun}
              </A>
            </p>
          )}
        </Show>
      </Form>
    </section>
  );
}
