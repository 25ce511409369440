// Deletes the account.
import { useNavigate } from "@solidjs/router";
import { createSignal, type JSX, Show } from "solid-js";
import { createAction } from "../../data/action";
import { setSignedOut } from "../../data/api";
import { forgetProperties } from "../../data/property";
import { Dialog } from "../../parts/dialog";
import { Form, Submit, TextField } from "../../parts/form";
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
  const [typed, setTyped] = createSignal("");
  const [complaint, setComplaint] = createSignal<string | null>(null);
  const remove = createAction(async () => {
    await deleteAccount();
    forgetProperties();
    setSignedOut(true);
    navigate("/sign-in", { replace: true });
  });
  return (
    <Dialog title={words.deleteTitle} onClose={props.onClose}>
      <Form
        class="dialog-form"
        onSubmit={() => {
          if (typed().trim() === props.email) void remove.run();
          else setComplaint(words.typeExactly(props.email));
        }}
      >
        <p>{words.deleteWarning}</p>
        <TextField
          label={words.typeToConfirm(props.email)}
          error={complaint()}
          autocomplete="off"
          required
          value={typed()}
          onInput={(text) => {
            setTyped(text);
            setComplaint(null);
          }}
        />
        <Submit label={words.deleteForGood} class="button button-main button-fatal" action={remove} />
      </Form>
    </Dialog>
  );
}
