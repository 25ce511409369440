// Settings: the API keys that may speak for this property.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { createLoaded, type LoadedFor } from "../../data/answer";
import { formatAgo } from "../../data/format";
import {
  type ApiKey,
  createKey,
  deleteKey,
  deleteKeyOfAll,
  loadKeys,
  loadKeysOfAll,
  type Scope,
} from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { Copyable } from "../../parts/copy";
import { Field, Submit, Switch } from "../../parts/field";
import { LoadedBody } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";

const SCOPES: { scope: Scope; label: string; hint: string }[] = [
  { scope: "stats", label: "Read", hint: "Ask for numbers: queries and the live picture." },
  { scope: "ingest", label: "Send", hint: "Send events from servers and apps, and import history." },
  { scope: "manage", label: "Manage", hint: "Change the property, its streams and its keys." },
];

const labelOf = (scope: Scope): string => SCOPES.find((one) => one.scope === scope)?.label ?? scope;

export function KeySettings(): JSX.Element {
  const { property } = useProperty();
  const siteId = property().site_id;
  const [made, setMade] = createSignal<ApiKey | null>(null);
  const own = createLoaded(() => siteId, loadKeys, made);
  const all = createLoaded(() => siteId, loadKeysOfAll);
  return (
    <>
      <section class="block">
        <h2>New key</h2>
        <KeyForm siteId={siteId} onMade={setMade} />
        <Show when={made()?.key}>
          {(key) => (
            <div class="fresh-key" role="status">
              <strong>Copy it now. It is not shown again.</strong>
              <Copyable label={`The key ${made()?.name}`} text={key()} />
            </div>
          )}
        </Show>
      </section>
      <section class="block">
        <h2>Keys in use</h2>
        <KeyList
          keys={own}
          remove={(id) => deleteKey(siteId, id)}
          none="No key for this property alone. Servers and other programs need one; the tag in your pages does not."
        />
      </section>
      <Show when={all.value()?.length}>
        <section class="block">
          <h2>Keys for all properties</h2>
          <KeyList keys={all} remove={deleteKeyOfAll} none="" />
        </section>
      </Show>
    </>
  );
}

function KeyList(props: {
  keys: LoadedFor<ApiKey[], string>;
  remove: (id: string) => Promise<void>;
  none: string;
}): JSX.Element {
  return (
    <LoadedBody loaded={props.keys} failure="The keys could not be loaded." bones={<Bone class="w60" />}>
      {(list) => (
        <ul class="keys">
          <For
            each={list()}
            fallback={
              <li>
                <Empty>{props.none}</Empty>
              </li>
            }
          >
            {(key) => <KeyRow apiKey={key} remove={props.remove} onGone={props.keys.retry} />}
          </For>
        </ul>
      )}
    </LoadedBody>
  );
}

function KeyForm(props: { siteId: string; onMade: (key: ApiKey) => void }): JSX.Element {
  const [name, setName] = createSignal("");
  const [scopes, setScopes] = createSignal<Scope[]>(["stats"]);
  const [complaint, setComplaint] = createSignal<string | null>(null);
  const make = createAction(async () => {
    props.onMade(await createKey(props.siteId, name().trim(), scopes()));
    setName("");
  });
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (scopes().length > 0) void make.run();
        else setComplaint("A key must be allowed something.");
      }}
    >
      <Field label="Name" hint="Where the key will be used.">
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
      <fieldset class="switches">
        <legend>What it may do</legend>
        <For each={SCOPES}>
          {({ scope, label, hint }) => (
            <Switch
              label={label}
              hint={hint}
              checked={scopes().includes(scope)}
              onChange={(checked) => {
                setComplaint(null);
                setScopes((before) => (checked ? [...before, scope] : before.filter((one) => one !== scope)));
              }}
            />
          )}
        </For>
      </fieldset>
      <Submit label="Make a key" pending={make.pending()} error={complaint() ?? make.error()} />
    </form>
  );
}

function KeyRow(props: { apiKey: ApiKey; remove: (id: string) => Promise<void>; onGone: () => void }): JSX.Element {
  const [isSure, setSure] = createSignal(false);
  const remove = createAction(async () => {
    await props.remove(props.apiKey.id);
    props.onGone();
  });
  return (
    <li class="key">
      <span class="key-name">
        <strong>{props.apiKey.name}</strong>
        <small>
          <code>{props.apiKey.prefix}…</code> · {props.apiKey.scopes.map(labelOf).join(", ")} · made{" "}
          {formatAgo(Date.parse(props.apiKey.created_at), Date.now())}
        </small>
        <Show when={remove.error()}>
          <small role="alert" class="submit-error">
            {remove.error()}
          </small>
        </Show>
      </span>
      <button
        type="button"
        class="button button-small button-danger"
        aria-label={isSure() ? undefined : `Delete the key ${props.apiKey.name}`}
        onClick={() => (isSure() ? void remove.run() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {isSure() ? "Click again to delete" : "Delete"}
      </button>
    </li>
  );
}
