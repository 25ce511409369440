// Settings: a property's name and time zone, public numbers, and deletion.
import { useNavigate } from "@solidjs/router";
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { changeProperty, deleteProperty } from "../../data/property";
import { useProperty } from "../../frame/property-frame";
import { type PropertyDraft, PropertyForm } from "../../panels/property-form";
import { TypedConfirmation } from "../../parts/typed-confirmation";
import { words as parts } from "../../words/parts";
import { general as words } from "../../words/settings";
import { PublicNumbers } from "./public";

export function GeneralSettings(): JSX.Element {
  const { property } = useProperty();
  const [isAsking, setAsking] = createSignal(false);
  const save = createAction((draft: PropertyDraft) => changeProperty(property().site_id, draft));
  return (
    <>
      <section class="block">
        <PropertyForm draft={property()} action={save} button={parts.save} done={parts.saved} />
        <p class="block-note">
          {words.note}
          <code>{property().site_id}</code>
        </p>
      </section>
      <PublicNumbers />
      <section class="block block-danger">
        <h2>{words.deleteTitle}</h2>
        <p>{words.deleteHint}</p>
        <button type="button" class="button button-danger" onClick={() => setAsking(true)}>
          {words.delete}
        </button>
      </section>
      <Show when={isAsking()}>
        <Deletion onClose={() => setAsking(false)} />
      </Show>
    </>
  );
}

function Deletion(props: { onClose: () => void }): JSX.Element {
  const { property } = useProperty();
  const navigate = useNavigate();
  const { site_id: siteId, name } = property();
  const remove = createAction(async () => {
    // Navigate first: the page of a deleted property has nothing to show.
    await deleteProperty(siteId);
    navigate("/", { replace: true });
  });
  return (
    <TypedConfirmation
      title={words.deleteName(name)}
      name={name}
      words={words}
      action={remove}
      onClose={props.onClose}
    />
  );
}
