// Deletes the account.
import { useNavigate } from "@solidjs/router";
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { setSignedOut } from "../../data/api";
import { forgetProperties } from "../../data/property";
import { TypedConfirmation } from "../../parts/typed-confirmation";
import { words } from "../../words/account";
import { deleteAccount } from "./requests";

export function Deletion(props: { email: string }): JSX.Element {
  const [isAsking, setAsking] = createSignal(false);
  return (
    <section class="block block-danger">
      <h2>{words.deleteTitle}</h2>
      <p>{words.deleteHint}</p>
      <button type="button" class="button button-danger" onClick={() => setAsking(true)}>
        {words.delete}
      </button>
      <Show when={isAsking()}>
        <Question email={props.email} onClose={() => setAsking(false)} />
      </Show>
    </section>
  );
}

function Question(props: { email: string; onClose: () => void }): JSX.Element {
  const navigate = useNavigate();
  const remove = createAction(async () => {
    await deleteAccount();
    forgetProperties();
    setSignedOut(true);
    navigate("/sign-in", { replace: true });
  });
  return (
    <TypedConfirmation
      title={words.deleteTitle}
      name={props.email}
      words={words}
      action={remove}
      onClose={props.onClose}
    />
  );
}
