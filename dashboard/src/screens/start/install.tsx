// Step three: the tag, and the wait for the first event.
import { A, useParams } from "@solidjs/router";
import { type JSX, Show } from "solid-js";
import { propertyOf } from "../../data/property";
import { FirstEvent, Snippet } from "../../panels/snippet";
import { Steps } from "../../panels/steps";
import { words } from "../../words/start";
import { Missing } from "./missing";

export function Install(): JSX.Element {
  const params = useParams();
  const property = () => propertyOf(params.site_id);
  return (
    <Show when={property()} fallback={<Missing />}>
      {(known) => (
        <Steps at={3} lead={words.installLead(known().name)}>
          <div class="form">
            <Snippet siteId={known().site_id} />
            <FirstEvent siteId={known().site_id} />
            <div class="form-foot">
              <A href={`/p/${known().site_id}`} class="button button-main">
                {words.toOverview}
              </A>
              <A href={`/new/${known().site_id}/stream`} class="button button-quiet">
                {words.back}
              </A>
            </div>
          </div>
        </Steps>
      )}
    </Show>
  );
}
