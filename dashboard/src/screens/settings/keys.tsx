// Settings: the API keys with access to this property.
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
import { Field, Switch } from "../../parts/field";
import { Form, Submit, TextField } from "../../parts/form";
import { LoadedBody } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { words as parts } from "../../words/parts";
import { keys as words } from "../../words/settings";

const SCOPES = (["stats", "ingest", "manage"] as const satisfies Scope[]).map((scope) => ({
  scope,
  ...words.scopes[scope],
}));

/** Days until a key expires. */
const DAYS = { never: null, month: 30, quarter: 90, year: 365 } as const;
type Expiry = keyof typeof DAYS;

const labelOf = (scope: Scope): string => words.scopes[scope]?.label ?? scope;

export function KeySettings(): JSX.Element {
  const { property } = useProperty();
  const siteId = property().site_id;
  const [made, setMade] = createSignal<ApiKey | null>(null);
  const own = createLoaded(() => siteId, loadKeys, made);
  const all = createLoaded(() => siteId, loadKeysOfAll);
  return (
    <>
      <section class="block">
        <h2>{words.newKey}</h2>
        <KeyForm siteId={siteId} onMade={setMade} />
        <Show when={made()?.key}>
          {(key) => (
            <div class="fresh-key" role="status">
              <strong>{words.copyNow}</strong>
              <Copyable label={words.key(made()?.name ?? "")} text={key()} />
            </div>
          )}
        </Show>
      </section>
      <section class="block">
        <h2>{words.active}</h2>
        <p class="block-note">{words.deleteHint}</p>
        <KeyList keys={own} remove={(id) => deleteKey(siteId, id)} none={words.none} />
      </section>
      <Show when={all.value()?.length}>
        <section class="block">
          <h2>{words.allProperties}</h2>
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
    <LoadedBody loaded={props.keys} failure={words.loadFailed} bones={<Bone class="w60" />}>
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
  const [expiry, setExpiry] = createSignal<Expiry>("never");
  const [complaint, setComplaint] = createSignal<string | null>(null);
  const make = createAction(async () => {
    const days = DAYS[expiry()];
    const expiresAt = days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString();
    props.onMade(await createKey(props.siteId, name().trim(), scopes(), expiresAt));
    setName("");
  });
  return (
    <Form
      onSubmit={() => {
        if (scopes().length > 0) void make.run();
        else setComplaint(words.noPermission);
      }}
    >
      <TextField
        label={words.name}
        hint={words.nameHint}
        required
        maxlength="100"
        autocomplete="off"
        value={name()}
        onInput={setName}
      />
      <fieldset class="switches">
        <legend>{words.permissions}</legend>
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
      <Field label={words.expires}>
        {(control) => (
          <select
            {...control}
            class="input input-number"
            value={expiry()}
            onChange={(event) => setExpiry(event.currentTarget.value as Expiry)}
          >
            <For each={Object.keys(DAYS) as Expiry[]}>
              {(choice) => <option value={choice}>{words.expiries[choice]}</option>}
            </For>
          </select>
        )}
      </Field>
      <Submit label={words.create} action={make} error={complaint() ?? make.error()} />
    </Form>
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
          <code>{props.apiKey.prefix}…</code>
          {words.about(props.apiKey.scopes.map(labelOf), {
            ago: formatAgo(Date.parse(props.apiKey.created_at), Date.now()),
            creator: props.apiKey.created_by,
            used: props.apiKey.last_used_on,
            expires: props.apiKey.expires_at?.slice(0, 10) ?? null,
          })}
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
        aria-label={isSure() ? undefined : words.deleteKey(props.apiKey.name)}
        onClick={() => (isSure() ? void remove.run() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {isSure() ? parts.deleteConfirm : parts.delete}
      </button>
    </li>
  );
}
