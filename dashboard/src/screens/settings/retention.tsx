// Settings: how long things are kept, and the erasure of one user.
import { A } from "@solidjs/router";
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { useProperty } from "../../frame/property-frame";
import { NumberField } from "../../parts/choices";
import { Field, Submit } from "../../parts/field";
import { changeSettings, eraseUser, fromNumber, type Retention, toNumber } from "./requests";
import { SettingsLoaded } from "./settings-loaded";
import "./settings.css";

const KEPT: { name: keyof Retention; label: string; hint: string }[] = [
  {
    name: "events_days",
    label: "Days that events are kept",
    hint: "The record in the lake. Without it nothing can be counted again.",
  },
  {
    name: "rollups_days",
    label: "Days that counts are kept",
    hint: "What the screens show. Counts hold nobody’s identity.",
  },
  {
    name: "addresses_days",
    label: "Days that full addresses are kept",
    hint: "Then they are truncated. Only of properties that keep addresses in full.",
  },
];

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
  });
  const save = createAction(() =>
    changeSettings(property().site_id, {
      retention: {
        events_days: toNumber(typed().events_days),
        rollups_days: toNumber(typed().rollups_days),
        addresses_days: toNumber(typed().addresses_days),
      },
    }),
  );
  return (
    <section class="block">
      <p class="block-note">A field that is empty means for ever. What is too old is removed once a day, for good.</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <For each={KEPT}>
          {({ name, label, hint }) => (
            <NumberField
              label={label}
              hint={hint}
              value={typed()[name]}
              min={1}
              max={3650}
              none="for ever"
              onInput={(value) => setTyped((before) => ({ ...before, [name]: value }))}
            />
          )}
        </For>
        <Submit
          label="Save"
          pending={save.pending()}
          error={save.error()}
          done={save.done() && "Saved. It holds from the next night on."}
        />
      </form>
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
      <h2 id="erasure">Erase a user</h2>
      <p>
        Deletes every event that was sent with this <code>user_id</code> from the record, for a request under the GDPR,
        say. Nothing brings them back. Visitors without an id of yours cannot be found: nothing is kept that would tell
        who they are.
      </p>
      <form
        class="form erasure-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure()) void erase.run();
          else setSure(true);
        }}
      >
        <Field label="user_id" hint="Exactly as your site or server sends it.">
          {(control) => (
            <input
              {...control}
              class="input"
              type="text"
              required
              maxlength="256"
              autocomplete="off"
              spellcheck={false}
              value={user()}
              onInput={(event) => {
                setUser(event.currentTarget.value);
                setSure(false);
              }}
            />
          )}
        </Field>
        <Submit
          label={isSure() ? "Click again to erase for good" : "Erase…"}
          class={isSure() ? "button button-main button-fatal" : "button button-danger"}
          pending={erase.pending()}
          error={erase.error()}
        />
        <Show when={run()}>
          {(id) => (
            <p role="status">
              Started: what has been processed is erased at once, what was under way in half an hour.{" "}
              <A href={`/p/${property().site_id}/pipeline?${new URLSearchParams({ run: id() })}`}>The run says</A> what
              was erased.
            </p>
          )}
        </Show>
      </form>
    </section>
  );
}
