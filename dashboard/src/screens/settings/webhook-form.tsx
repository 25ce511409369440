// The webhook: where the same news is posted as signed JSON, and the secret that signs it, shown once.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { useProperty } from "../../frame/property-frame";
import { Copyable } from "../../parts/copy";
import { Field, Submit } from "../../parts/field";
import { changeSettings, freshSecret, type Reports } from "./requests";

export function WebhookForm(props: { webhook: Reports["webhook"] }): JSX.Element {
  const { property } = useProperty();
  const [url, setUrl] = createSignal(props.webhook?.url ?? "");
  const [secret, setSecret] = createSignal<string | null>(null);
  const save = createAction(async () => {
    const wanted = url().trim();
    setSecret(
      freshSecret(
        await changeSettings(property().site_id, { reports: { webhook: wanted === "" ? null : { url: wanted } } }),
      ),
    );
  });
  return (
    <section class="block" aria-labelledby="webhook">
      <h2 id="webhook">Webhook</h2>
      <p class="block-note">
        What goes out as mail is posted there too, as JSON that is signed with a secret (HMAC-SHA-256).
      </p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <Field label="Address" hint="https; empty for none. Another address gets another secret.">
          {(control) => (
            <input
              {...control}
              class="input"
              type="url"
              maxlength="500"
              placeholder="https://example.com/hook"
              spellcheck={false}
              autocomplete="off"
              value={url()}
              onInput={(event) => setUrl(event.currentTarget.value)}
            />
          )}
        </Field>
        <Submit label="Save the webhook" pending={save.pending()} error={save.error()} done={save.done() && "Saved."} />
      </form>
      <Show when={secret()}>
        {(text) => (
          <div class="fresh-key" role="status">
            <strong>This secret signs what is posted. Copy it now. It is not shown again.</strong>
            <Copyable label="The secret of the webhook" text={text()} />
          </div>
        )}
      </Show>
    </section>
  );
}
