// Light or dark theme: from the system, or a stored choice. public/theme.js applies the choice before paint.
import { createSignal } from "solid-js";
import { words } from "../words/frame";

export type Theme = "system" | "light" | "dark";
export const THEMES: Record<Theme, string> = words.themes;

const KEY = "trackkit.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

const chosen = document.documentElement.dataset.theme;
const [theme, setSignal] = createSignal<Theme>(chosen === "light" || chosen === "dark" ? chosen : "system");
const [isSystemDark, setSystemDark] = createSignal(system.matches);
system.addEventListener("change", (event) => setSystemDark(event.matches));

export { theme };

/** Changes with the colours on the screen. */
export const isDark = (): boolean => (theme() === "system" ? isSystemDark() : theme() === "dark");

export function setTheme(next: Theme): void {
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Storage may be blocked. The choice then lasts until the page closes.
  }
  setSignal(next);
}
