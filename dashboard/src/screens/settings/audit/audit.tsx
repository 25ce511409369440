// Settings: the audit log, of this property or of the whole organization.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createAction } from "../../../data/action";
import { createLoaded } from "../../../data/answer";
import { formatAgo } from "../../../data/format";
import { propertyOf } from "../../../data/property";
import { useProperty } from "../../../frame/property-frame";
import { Switch } from "../../../parts/field";
import { LoadedBody } from "../../../parts/loaded";
import { Bone, Empty } from "../../../parts/notice";
import { audit as words } from "../../../words/settings";
import { type AuditEntry, type AuditPage, loadAudit } from "./requests";

export function AuditSettings(): JSX.Element {
  const { property } = useProperty();
  const [isOfAll, setOfAll] = createSignal(false);
  const asked = () => ({
    organizationId: property().organization_id,
    siteId: isOfAll() ? null : property().site_id,
  });
  const first = createLoaded(asked, loadAudit);
  return (
    <section class="block">
      <p>{words.lead}</p>
      <Switch label={words.allProperties} checked={isOfAll()} onChange={setOfAll} />
      <LoadedBody loaded={first} failure={words.loadFailed} bones={<Bone class="w60" />}>
        {(page) => (
          // Keyed: further pages belong to the first one.
          <Show when={page()} keyed>
            {(known) => <Pages first={known} load={(after) => loadAudit({ ...asked(), after })} />}
          </Show>
        )}
      </LoadedBody>
    </section>
  );
}

function Pages(props: { first: AuditPage; load: (after: string) => Promise<AuditPage> }): JSX.Element {
  const [entries, setEntries] = createSignal(props.first.entries);
  const [next, setNext] = createSignal(props.first.next);
  const more = createAction(async () => {
    const page = await props.load(next() ?? "");
    setEntries((list) => [...list, ...page.entries]);
    setNext(page.next);
  });
  return (
    <>
      <ul class="keys">
        <For
          each={entries()}
          fallback={
            <li>
              <Empty>{words.none}</Empty>
            </li>
          }
        >
          {(entry) => <Entry entry={entry} />}
        </For>
      </ul>
      <Show when={next()}>
        <button type="button" class="button" aria-disabled={more.pending()} onClick={() => void more.run()}>
          {words.more}
        </button>
      </Show>
      <Show when={more.error()}>
        <p role="alert" class="submit-error">
          {more.error()}
        </p>
      </Show>
    </>
  );
}

function Entry(props: { entry: AuditEntry }): JSX.Element {
  const about = (): string => {
    const { details, site_id, network } = props.entry;
    const property = site_id === null ? null : (propertyOf(site_id)?.name ?? site_id);
    return [details.name ?? null, details.fields?.join(", ") ?? null, property, network && words.network(network)]
      .filter((part) => part !== null)
      .join(" · ");
  };
  return (
    <li class="key">
      <span class="key-name">
        <strong>{words.did(words.actor(props.entry.actor), props.entry.action)}</strong>
        <small>{about()}</small>
      </span>
      <time dateTime={props.entry.at} title={new Date(props.entry.at).toLocaleString()}>
        {formatAgo(Date.parse(props.entry.at), Date.now())}
      </time>
    </li>
  );
}
