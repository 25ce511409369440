// Reloads a page of an old version after a deployment, because its chunks no longer exist.

const KEY = "trackkit.reloaded";
/** A second failure within this time is a fault and not an update, and would reload forever. */
const AGAIN = 30_000;

/** Vite reports when a chunk of the page cannot be fetched. */
export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    try {
      if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN) return;
      sessionStorage.setItem(KEY, String(Date.now()));
    } catch {
      // Without storage, a second failure cannot be recognized.
      return;
    }
    event.preventDefault();
    location.reload();
  });
}
