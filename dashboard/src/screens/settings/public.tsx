// Settings: public live numbers, as a badge for the owner's pages and as JSON.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { changeProperty } from "../../data/property";
import { me } from "../../data/session";
import { useProperty } from "../../frame/property-frame";
import { Copyable } from "../../parts/copy";
import { Switch } from "../../parts/field";
import { publicNumbers as words } from "../../words/settings";

/** The Worker's public URL, from which sites also load the tracker. */
const publicAddress = (siteId: string, file: string): string =>
  new URL(`/api/public/${encodeURIComponent(siteId)}/${file}`, me()?.tracker_url ?? location.origin).href;

/** The URL is ours and cannot contain a quote. */
export const badgeCode = (address: string): string => `<img src="${address}" alt="${words.badgeAlt}">`;

export function PublicNumbers(): JSX.Element {
  const { property } = useProperty();
  const siteId = property().site_id;
  const [isWanted, setWanted] = createSignal(property().public_live);
  const save = createAction((isPublic: boolean) => changeProperty(siteId, { public_live: isPublic }));
  const change = async (isPublic: boolean): Promise<void> => {
    setWanted(isPublic);
    await save.run(isPublic);
    // If saving failed, the switch goes back.
    setWanted(property().public_live);
  };
  return (
    <section class="block">
      <h2>{words.title}</h2>
      <Switch label={words.counter} hint={words.counterHint} checked={isWanted()} onChange={change} />
      <Show when={save.error()}>
        <p role="alert" class="submit-error">
          {save.error()}
        </p>
      </Show>
      <Show when={property().public_live}>
        <div class="public-live">
          {/* Through the dashboard's own origin, as its content security policy requires. */}
          <img src={`/api/public/${encodeURIComponent(siteId)}/badge.svg`} alt={words.badgeAlt} height="20" />
          <Copyable label={words.badge} text={badgeCode(publicAddress(siteId, "badge.svg"))} />
          <Copyable label={words.json} text={publicAddress(siteId, "live.json")} />
        </div>
      </Show>
    </section>
  );
}
