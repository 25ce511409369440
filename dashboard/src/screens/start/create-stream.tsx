// Step two: the data stream.
import { useNavigate, useParams } from "@solidjs/router";
import { type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { changeStream, createStream, propertyOf, type StreamDraft } from "../../data/property";
import { Steps } from "../../panels/steps";
import { STANDARD_MEASUREMENTS, StreamForm } from "../../panels/stream-form";
import { words } from "../../words/start";
import { Missing } from "./missing";

export function CreateStream(): JSX.Element {
  const params = useParams();
  const navigate = useNavigate();
  const property = () => propertyOf(params.site_id);
  const save = createAction(async (draft: StreamDraft) => {
    const known = property();
    if (!known) return;
    // On returning to this step, edit the stream instead of adding a second one.
    const existing = known.streams[0];
    if (existing) await changeStream(known.site_id, existing.id, draft);
    else await createStream(known.site_id, draft);
    navigate(`/new/${known.site_id}/install`);
  });
  return (
    <Show when={property()} fallback={<Missing />}>
      {(known) => (
        <Steps at={2} lead={words.streamLead(known().name)}>
          <StreamForm
            draft={known().streams[0] ?? { url: "", name: "", measurements: STANDARD_MEASUREMENTS }}
            action={save}
            button={words.continue}
            calm
          />
        </Steps>
      )}
    </Show>
  );
}
