// Keyboard shortcuts: pages declare their keys, and the sheet under `?` lists all active ones.
import { onCleanup } from "solid-js";

/** Keys of the shortcuts other than screens and periods, in lower case. All keys of a property are unique. */
export const KEYS = {
  shortcuts: "?",
  theme: "j",
  properties: "g",
  newProperty: "c",
  pause: "h",
  comparison: "x",
  bots: "b",
  table: "v",
  filter: "f",
  clear: "escape",
  back: "arrowleft",
  ahead: "arrowright",
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

/**
 * No signal: a screen that is loaded on its way appears in a transition, whose end sets each signal to its value from
 * before the old screen was removed. Shortcuts of the old screen would stay, and take the keys of the new one.
 */
const groups = new Set<ShortcutGroup>();

export const shortcutGroups = (): ShortcutGroup[] => [...groups];

/** Active while the calling component exists. */
export function createShortcuts(group: ShortcutGroup): void {
  groups.add(group);
  onCleanup(() => groups.delete(group));
}

/** True for elements that arrow keys scroll or move within. */
const isMovedIn = (target: HTMLElement | null): boolean =>
  target !== null &&
  target.closest("[role=region], [role=grid], [role=radiogroup], [role=tablist], [role=slider], audio, video") !== null;

/** Keys belong to the focused text field, or to an open dialog. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  if (document.querySelector("dialog[open], [role=menu]")) return true;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.key.startsWith("Arrow") && (event.shiftKey || isMovedIn(target))) return true;
  return target?.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Listens on the whole document. Call it once. */
export function listenForShortcuts(): void {
  const listen = (event: KeyboardEvent): void => {
    if (isTaken(event)) return;
    const shortcut = shortcutGroups()
      .flatMap((group) => group.shortcuts)
      .find((one) => one.key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  };
  document.addEventListener("keydown", listen);
  onCleanup(() => document.removeEventListener("keydown", listen));
}
