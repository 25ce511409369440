// The page behind the link that a new address receives. A click confirms it: programs that look at mails open links, too.
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { confirmAddress } from "../../data/session";
import { Form, Submit } from "../../parts/form";
import { words } from "../../words/start";
import { Door, tokenOfLink } from "./door";

export function ConfirmAddress(): JSX.Element {
  const token = tokenOfLink();
  const [email, setEmail] = createSignal<string | null>(null);
  const confirm = createAction(async () => setEmail(await confirmAddress(token)));
  return (
    <Door title={words.confirmTitle} lead={token === "" ? words.noToken : words.confirmLead}>
      <Show when={email()} fallback={<Confirmation isShown={token !== ""} action={confirm} />}>
        {(address) => <p role="status">{words.confirmed(address())}</p>}
      </Show>
    </Door>
  );
}

function Confirmation(props: { isShown: boolean; action: ReturnType<typeof createAction<[]>> }): JSX.Element {
  return (
    <Show when={props.isShown}>
      <Form onSubmit={() => void props.action.run()}>
        <Submit label={words.confirmAddress} action={props.action} />
      </Form>
    </Show>
  );
}
