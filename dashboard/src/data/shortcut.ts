// Keyboard shortcuts: a page says which keys do what; the sheet under `?` lists whatever is in force.
import { createSignal, onCleanup } from "solid-js";

/** Keys of the shortcuts that open no screen and pick no period, in lower case. All keys of a property are unique. */
export const KEYS = {
  shortcuts: "?",
  theme: "j",
  properties: "g",
  newProperty: "c",
  pause: "h",
  comparison: "x",
  bots: "b",
  table: "v",
} as const;

export interface Shortcut {
  key: string;
  label: string;
  run: () => void;
}

export interface ShortcutGroup {
  title: string;
  shortcuts: Shortcut[];
}

const [groups, setGroups] = createSignal<ShortcutGroup[]>([]);

export { groups as shortcutGroups };

/** In force as long as the component that calls it. */
export function createShortcuts(group: ShortcutGroup): void {
  setGroups((all) => [...all, group]);
  onCleanup(() => setGroups((all) => all.filter((one) => one !== group)));
}

/** Keys belong to whoever is being typed into, and to an open dialog. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  if (document.querySelector("dialog[open], [role=menu]")) return true;
  const target = event.target instanceof HTMLElement ? event.target : null;
  return target?.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Listens for the whole document; called once. */
export function listenForShortcuts(): void {
  const listen = (event: KeyboardEvent): void => {
    if (isTaken(event)) return;
    const shortcut = groups()
      .flatMap((group) => group.shortcuts)
      .find((one) => one.key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  };
  document.addEventListener("keydown", listen);
  onCleanup(() => document.removeEventListener("keydown", listen));
}
