// The root of every page: shortcuts and the sheet that lists them, and the way back to signing in.
import { useLocation, useNavigate } from "@solidjs/router";
import { createEffect, createSignal, type JSX, Show, Suspense } from "solid-js";
import { isSignedOut } from "../data/api";
import { createShortcuts, listenForShortcuts } from "../data/shortcut";
import { isDark, setTheme } from "../data/theme";
import { ShortcutSheet } from "./shortcut-sheet";

export const [isSheetOpen, setSheetOpen] = createSignal(false);

export function Root(props: { children?: JSX.Element }): JSX.Element {
  const navigate = useNavigate();
  const location = useLocation();
  listenForShortcuts();
  createShortcuts({
    title: "Everywhere",
    shortcuts: [
      { key: "?", label: "Show this list", run: () => setSheetOpen(true) },
      { key: "j", label: "Switch between light and dark", run: () => setTheme(isDark() ? "light" : "dark") },
      { key: "g", label: "Go to all properties", run: () => navigate("/") },
    ],
  });

  // A session that ends while the page is open leads to the same page after signing in again.
  createEffect(() => {
    if (!isSignedOut() || location.pathname === "/sign-in" || location.pathname === "/setup") return;
    const here = location.pathname + location.search;
    navigate(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`, { replace: true });
  });

  return (
    <>
      <Suspense>{props.children}</Suspense>
      <Show when={isSheetOpen()}>
        <ShortcutSheet onClose={() => setSheetOpen(false)} />
      </Show>
    </>
  );
}
