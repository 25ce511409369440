// The live picture of a property, polled while the page is visible, and the wait for a new site's first event.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import { createLoaded, type Loaded } from "./answer";
import { createTick } from "./clock";
import { type LivePicture, loadLive } from "./property";
import { nextWait } from "./wait";

const EVERY = 10_000;

export const createLive = (siteId: Accessor<string | null>): Loaded<LivePicture> =>
  createLoaded(siteId, loadLive, createTick(EVERY));

/**
 * The time of a property's last event, or null before the first. Stops polling after the first event. `failed` is true
 * if the last request failed; polling continues.
 */
export function createFirstEvent(siteId: Accessor<string>): {
  lastEventAt: Accessor<string | null>;
  failed: Accessor<boolean>;
} {
  const [lastEventAt, setLastEventAt] = createSignal<string | null>(null);
  const [failed, setFailed] = createSignal(false);

  createEffect(
    on(siteId, (id) => {
      const abort = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      let waited = 0;
      const look = async (): Promise<void> => {
        try {
          const { last_event_at } = await loadLive(id, abort.signal);
          setFailed(false);
          if (last_event_at) {
            setLastEventAt(last_event_at);
            return;
          }
        } catch {
          if (abort.signal.aborted) return;
          setFailed(true);
        }
        const seconds = nextWait(waited);
        waited += seconds;
        timer = setTimeout(look, seconds * 1000);
      };
      setLastEventAt(null);
      void look();
      onCleanup(() => {
        abort.abort();
        clearTimeout(timer);
      });
    }),
  );
  return { lastEventAt, failed };
}
