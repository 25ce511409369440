// A menu below a button: arrow keys move, Escape and an outside click close it, and focus returns to the button.
import { createSignal, type JSX, onCleanup, Show } from "solid-js";
import { Icon } from "./icon";

export interface MenuProps {
  /** The name of the menu. If the button shows a face, only screen readers hear it. */
  label: string;
  /** Shown on the button instead: an icon, or the current choice. */
  face?: JSX.Element;
  class?: string;
  align?: "start" | "end";
  /** The face is only an icon: the button has no arrow, and the label is its name. */
  bare?: boolean;
  children: (close: () => void) => JSX.Element;
}

const ITEMS = "[role^=menuitem]:not([aria-disabled=true])";
const itemsIn = (root: HTMLElement): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(ITEMS)];

/** Moves the focus between the items of a menu. False for keys that do not move. */
export function moveInMenu(root: HTMLElement, key: string): boolean {
  const all = itemsIn(root);
  const now = all.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[key];
  if (next === undefined) return false;
  all.at(next % all.length)?.focus();
  return true;
}

export function Menu(props: MenuProps): JSX.Element {
  const [isOpen, setOpen] = createSignal(false);
  let root!: HTMLDivElement;
  let button!: HTMLButtonElement;

  const close = (): void => {
    if (root.contains(document.activeElement)) button.focus();
    setOpen(false);
  };
  const open = (): void => {
    setOpen(true);
    const checked = root.querySelector<HTMLElement>("[aria-checked=true]");
    (checked ?? itemsIn(root)[0])?.focus();
  };
  const onOutside = (event: Event): void => {
    if (isOpen() && event.target instanceof Node && !root.contains(event.target)) setOpen(false);
  };
  document.addEventListener("pointerdown", onOutside);
  document.addEventListener("focusin", onOutside);
  onCleanup(() => {
    document.removeEventListener("pointerdown", onOutside);
    document.removeEventListener("focusin", onOutside);
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && isOpen()) {
      event.stopPropagation();
      close();
      return;
    }
    if (!isOpen()) {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open();
      return;
    }
    if (moveInMenu(root, event.key)) event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the button and the items
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class={props.class ?? "button"}
        aria-haspopup="menu"
        aria-expanded={isOpen()}
        aria-label={props.bare ? props.label : undefined}
        title={props.bare ? props.label : undefined}
        onClick={() => (isOpen() ? close() : open())}
      >
        <Show when={props.face} fallback={props.label}>
          <Show when={!props.bare}>
            <span class="unseen">{props.label}: </span>
          </Show>
          {props.face}
        </Show>
        <Show when={!props.bare}>
          <Icon name="down" />
        </Show>
      </button>
      <Show when={isOpen()}>
        <div class="menu-list" classList={{ "menu-end": props.align === "end" }} role="menu" aria-label={props.label}>
          {props.children(close)}
        </div>
      </Show>
    </div>
  );
}

interface MenuItemProps {
  checked: boolean;
  onPick: () => void;
  hint?: string;
  children: JSX.Element;
}

/** One of several choices. */
export const MenuChoice = (props: MenuItemProps): JSX.Element => <MenuItem {...props} role="menuitemradio" />;

/** A choice that is on or off by itself. */
export const MenuSwitch = (props: MenuItemProps): JSX.Element => <MenuItem {...props} role="menuitemcheckbox" />;

function MenuItem(props: MenuItemProps & { role: "menuitemradio" | "menuitemcheckbox" }): JSX.Element {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles support aria-checked
    <button
      type="button"
      role={props.role}
      tabindex="-1"
      class="menu-item"
      aria-checked={props.checked}
      onClick={props.onPick}
    >
      <span class="menu-check">
        <Show when={props.checked}>
          <Icon name="check" />
        </Show>
      </span>
      <span class="menu-text">{props.children}</span>
      <Show when={props.hint}>
        <kbd>{props.hint}</kbd>
      </Show>
    </button>
  );
}
