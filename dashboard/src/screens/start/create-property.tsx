// Step one: the property.
import { useNavigate } from "@solidjs/router";
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { browserCurrency, browserTimezone } from "../../data/choice";
import { createProperty } from "../../data/property";
import { type PropertyDraft, PropertyForm } from "../../panels/property-form";
import { Steps } from "../../panels/steps";
import { Radios } from "../../parts/choices";
import { words } from "../../words/start";

export function CreateProperty(): JSX.Element {
  const navigate = useNavigate();
  // Nobody can guess what is right here, so nothing is picked beforehand.
  const [signals, setSignals] = createSignal<"respect" | "ignore">();
  const create = createAction(async (draft: PropertyDraft) => {
    const property = await createProperty({ ...draft, privacy: { honour_dnt: signals() === "respect" } });
    navigate(`/new/${property.site_id}/stream`);
  });
  return (
    <Steps at={1} lead={words.propertyLead}>
      <PropertyForm
        draft={{ name: "", timezone: browserTimezone(), currency: browserCurrency(navigator.languages) }}
        action={create}
        button={words.continue}
      >
        <Radios
          legend={words.signals}
          required
          choices={[
            { value: "respect", ...words.signalsRespected },
            { value: "ignore", ...words.signalsIgnored },
          ]}
          value={signals()}
          onPick={setSignals}
        />
      </PropertyForm>
    </Steps>
  );
}
