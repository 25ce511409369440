// The list of sent mails with their delivery to the mail service, a test mail, and previews.
import { createSignal, For, type JSX, Show } from "solid-js";
import type { MailKind, MailView } from "../../../../workers/domain/mail/mail";
import { createAction } from "../../data/action";
import { createLoaded } from "../../data/answer";
import { formatAgo } from "../../data/format";
import { useProperty } from "../../frame/property-frame";
import { Bones } from "../../frame/screen";
import { LoadedBody } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { sent as words } from "../../words/settings";
import { loadMails, previewUrl, sendTest, type TestSent } from "./requests";

const STATES: Record<MailView["status"], string> = words.states;
const KINDS: Record<MailKind, string> = words.kinds;

const PREVIEWS = ["weekly_report", "monthly_report"] as const satisfies MailKind[];
const SHOWN = 20;

export function SentMails(props: {
  /** Changes when the recipients change, because an error about them is then outdated. */
  changes: number;
}): JSX.Element {
  const { property } = useProperty();
  const siteId = property().site_id;
  const [sent, setSent] = createSignal<TestSent | null>(null);
  const mails = createLoaded(
    () => siteId,
    loadMails,
    () => props.changes,
  );
  const test = createAction(async () => {
    setSent(null);
    setSent(await sendTest(siteId));
    mails.retry();
  });
  return (
    <section class="block" aria-labelledby="sent">
      <h2 id="sent">{words.title}</h2>
      <div class="sent-tools">
        <button type="button" class="button" aria-disabled={test.pending()} onClick={() => void test.run()}>
          {words.sendTest}
        </button>
        <For each={PREVIEWS}>
          {(kind) => (
            <a class="button button-quiet" href={previewUrl(siteId, kind)} target="_blank" rel="noreferrer">
              {words.preview(KINDS[kind])}
            </a>
          )}
        </For>
        <span role="status" class="submit-status">
          <Show when={sent()}>{(result) => <>{words.tested(result().sent, result().failed)}</>}</Show>
        </span>
      </div>
      <Show when={test.error()}>
        <p role="alert" class="submit-error">
          {test.error()}
        </p>
      </Show>
      <LoadedBody loaded={mails} failure={words.loadFailed} bones={<Bones count={3} />}>
        {(view) => (
          <ul class="mails">
            <For
              each={view().mails.slice(0, SHOWN)}
              fallback={
                <li>
                  <Empty>{words.none}</Empty>
                </li>
              }
            >
              {(mail) => <Mail mail={mail} />}
            </For>
          </ul>
        )}
      </LoadedBody>
    </section>
  );
}

const Mail = (props: { mail: MailView }): JSX.Element => (
  <li class="mail">
    <span class="mail-text">
      <strong>{props.mail.subject}</strong>
      <small>
        {words.about(
          KINDS[props.mail.kind],
          props.mail.channel === "webhook" ? words.webhookAt(props.mail.recipient) : props.mail.recipient,
          formatAgo(Date.parse(props.mail.sent_at ?? props.mail.created_at), Date.now()),
        )}
      </small>
      <Show when={props.mail.error}>
        <small class="submit-error">{props.mail.error}</small>
      </Show>
    </span>
    <span class={`mail-state mail-${props.mail.status}`}>{STATES[props.mail.status]}</span>
  </li>
);
