// The root of every page: shortcuts, their sheet, and the redirect to sign-in.
import { useLocation, useNavigate } from "@solidjs/router";
import { createEffect, createSignal, type JSX, Show, Suspense } from "solid-js";
import { confirmWith, isSignedOut } from "../data/api";
import { createShortcuts, KEYS, listenForShortcuts } from "../data/shortcut";
import { isDark, setTheme } from "../data/theme";
import { onDemand } from "../panels/on-demand";
import { words } from "../words/frame";
import { ShortcutSheet } from "./shortcut-sheet";

const ConfirmDialog = onDemand(() => import("./confirm-dialog").then((part) => part.ConfirmDialog));

/** Pages for people without a session. */
const DOORS = new Set(["/sign-in", "/setup", "/forgot", "/reset"]);

export const [isSheetOpen, setSheetOpen] = createSignal(false);

export function Root(props: { children?: JSX.Element }): JSX.Element {
  const navigate = useNavigate();
  const location = useLocation();
  listenForShortcuts();
  createShortcuts({
    title: words.shortcuts.everywhere,
    shortcuts: [
      { key: KEYS.shortcuts, label: words.shortcuts.showShortcuts, run: () => setSheetOpen(true) },
      { key: KEYS.theme, label: words.shortcuts.theme, run: () => setTheme(isDark() ? "light" : "dark") },
      { key: KEYS.properties, label: words.shortcuts.allProperties, run: () => navigate("/") },
    ],
  });

  // Several requests at once share one dialog.
  const [asked, setAsked] = createSignal<((confirmed: boolean) => void) | null>(null);
  let pending: Promise<boolean> | null = null;
  confirmWith(() => {
    pending ??= new Promise<boolean>((resolve) => setAsked(() => resolve)).finally(() => {
      pending = null;
    });
    return pending;
  });

  // If the session ends while the page is open, signing in again returns to the same page.
  createEffect(() => {
    if (!isSignedOut() || DOORS.has(location.pathname)) return;
    const here = location.pathname + location.search;
    navigate(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`, { replace: true });
  });

  return (
    <>
      <Suspense>{props.children}</Suspense>
      <Show when={asked()}>
        {(answer) => (
          <ConfirmDialog
            onDone={(confirmed) => {
              answer()(confirmed);
              setAsked(null);
            }}
          />
        )}
      </Show>
      <Show when={isSheetOpen()}>
        <ShortcutSheet onClose={() => setSheetOpen(false)} />
      </Show>
    </>
  );
}
