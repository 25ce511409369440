// The webhook: the URL that receives the same messages as signed JSON, and the signing secret, shown once.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { useProperty } from "../../frame/property-frame";
import { Copyable } from "../../parts/copy";
import { Form, Submit, TextField } from "../../parts/form";
import { words as parts } from "../../words/parts";
import { webhook as words } from "../../words/settings";
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
      <h2 id="webhook">{words.title}</h2>
      <p class="block-note">{words.lead}</p>
      <Form onSubmit={() => void save.run()}>
        <TextField
          label={words.url}
          hint={words.urlHint}
          type="url"
          maxlength="500"
          placeholder={words.urlExample}
          spellcheck={false}
          autocomplete="off"
          value={url()}
          onInput={setUrl}
        />
        <Submit label={words.save} action={save} done={parts.saved} />
      </Form>
      <Show when={secret()}>
        {(text) => (
          <div class="fresh-key" role="status">
            <strong>{words.copySecret}</strong>
            <Copyable label={words.secret} text={text()} />
          </div>
        )}
      </Show>
    </section>
  );
}
