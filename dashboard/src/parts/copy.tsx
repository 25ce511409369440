// Text to copy, shown in full, with a button that confirms the copy.
import { createSignal, type JSX, onCleanup } from "solid-js";
import { words } from "../words/parts";
import { Icon } from "./icon";

export function Copyable(props: { text: string; label: string }): JSX.Element {
  const [said, setSaid] = createSignal<string>(words.copy);
  let code!: HTMLElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setSaid(words.copied);
    } catch {
      // There is no clipboard without a secure origin, so select the text for the person to copy.
      getSelection()?.selectAllChildren(code);
      setSaid(words.copyByHand);
    }
    clearTimeout(timer);
    timer = setTimeout(() => setSaid(words.copy), 2500);
  };

  return (
    <div class="copyable">
      <pre>
        <code ref={code}>{props.text}</code>
      </pre>
      <button type="button" class="button button-main" onClick={copy} aria-label={words.copyLabel(props.label)}>
        <Icon name={said() === words.copied ? "check" : "copy"} />
        <span aria-live="polite">{said()}</span>
      </button>
    </div>
  );
}
