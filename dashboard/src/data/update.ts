// A new version of the dashboard was put up while a page of the old one was open: its parts are gone, so it reloads.

const KEY = "trackkit.reloaded";
/** Twice within this time is no update but a fault, and reloading would go on for ever. */
const AGAIN = 30_000;

/** Vite tells when a part of the page cannot be fetched any more. */
export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    try {
      if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN) return;
      sessionStorage.setItem(KEY, String(Date.now()));
    } catch {
      // Without storage nobody could tell the second time from the first.
      return;
    }
    event.preventDefault();
    location.reload();
  });
}
