// A dialog based on the browser's <dialog>, which traps focus, dims the page and closes with Escape.
import { type JSX, onCleanup, onMount } from "solid-js";
import { words } from "../words/parts";
import { Icon } from "./icon";

export interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  class?: string;
  children: JSX.Element;
}

/** Open while it is rendered. */
export function Dialog(props: DialogProps): JSX.Element {
  let dialog!: HTMLDialogElement;
  const opener = document.activeElement;

  onMount(() => dialog.showModal());
  onCleanup(() => {
    dialog.close();
    if (opener instanceof HTMLElement) opener.focus();
  });

  return (
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ""}`}
      classList={{ "dialog-wide": props.wide }}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onPointerDown={(event) => {
        // A click on the backdrop targets the dialog element itself.
        if (event.target === dialog) props.onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{props.title}</h2>
          <button type="button" class="button button-icon" aria-label={words.close} onClick={() => props.onClose()}>
            <Icon name="close" />
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
