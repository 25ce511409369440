// Step one: the property.
import { useNavigate } from "@solidjs/router";
import type { JSX } from "solid-js";
import { createAction } from "../../data/action";
import { browserCurrency, browserTimezone } from "../../data/choice";
import { createProperty } from "../../data/property";
import { type PropertyDraft, PropertyForm } from "../../panels/property-form";
import { Steps } from "../../panels/steps";
import { words } from "../../words/start";

export function CreateProperty(): JSX.Element {
  const navigate = useNavigate();
  const create = createAction(async (draft: PropertyDraft) => {
    const property = await createProperty(draft);
    navigate(`/new/${property.site_id}/stream`);
  });
  return (
    <Steps at={1} lead={words.propertyLead}>
      <PropertyForm
        draft={{ name: "", timezone: browserTimezone(), currency: browserCurrency(navigator.languages) }}
        action={create}
        button={words.continue}
      />
    </Steps>
  );
}
