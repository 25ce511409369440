// The menu of one bucket of the chart: what a click on it, or Enter, can do there.
import { For, type JSX, onCleanup, onMount } from "solid-js";
import { Icon, type IconName } from "../../../parts/icon";
import { moveInMenu } from "../../../parts/menu";

export interface BucketChoice {
  icon: IconName;
  text: string;
  onPick: () => void;
}

export function BucketMenu(props: {
  /** The time of the bucket. */
  title: string;
  /** Pixels from the left of the chart. */
  x: number;
  /** True to the left of the bucket: there is no room to its right. */
  isLeft: boolean;
  choices: readonly BucketChoice[];
  /** @param isBack true if the focus goes back to the chart. */
  onClose: (isBack: boolean) => void;
}): JSX.Element {
  let root!: HTMLDivElement;
  const onOutside = (event: Event): void => {
    if (event.target instanceof Node && !root.contains(event.target)) props.onClose(false);
  };
  onMount(() => {
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    moveInMenu(root, "Home");
  });
  onCleanup(() => {
    document.removeEventListener("pointerdown", onOutside);
    document.removeEventListener("focusin", onOutside);
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      props.onClose(true);
    } else if (moveInMenu(root, event.key)) event.preventDefault();
  };
  return (
    <div
      ref={root}
      class="menu-list bucket-menu"
      classList={{ "bucket-menu-left": props.isLeft }}
      style={{ "--x": `${props.x}px` }}
      role="menu"
      aria-label={props.title}
      onKeyDown={onKeyDown}
    >
      <p class="menu-title" role="presentation">
        {props.title}
      </p>
      <For each={props.choices}>
        {(choice) => (
          <button
            type="button"
            role="menuitem"
            tabindex="-1"
            class="menu-item"
            onClick={() => {
              props.onClose(true);
              choice.onPick();
            }}
          >
            <Icon name={choice.icon} />
            <span class="menu-text">{choice.text}</span>
          </button>
        )}
      </For>
    </div>
  );
}
