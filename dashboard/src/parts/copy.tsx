// Text to be copied: shown in full, with a button that says when it is done.
import { createSignal, type JSX, onCleanup } from "solid-js";
import { Icon } from "./icon";

export function Copyable(props: { text: string; label: string }): JSX.Element {
  const [said, setSaid] = createSignal<"Copy" | "Copied" | "Press Ctrl+C">("Copy");
  let code!: HTMLElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setSaid("Copied");
    } catch {
      // Without a secure origin there is no clipboard: the text is selected for the person to copy.
      getSelection()?.selectAllChildren(code);
      setSaid("Press Ctrl+C");
    }
    clearTimeout(timer);
    timer = setTimeout(() => setSaid("Copy"), 2500);
  };

  return (
    <div class="copyable">
      <pre>
        <code ref={code}>{props.text}</code>
      </pre>
      <button type="button" class="button button-main" onClick={copy} aria-label={`Copy: ${props.label}`}>
        <Icon name={said() === "Copied" ? "check" : "copy"} />
        <span aria-live="polite">{said()}</span>
      </button>
    </div>
  );
}
