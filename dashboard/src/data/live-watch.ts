// The live picture of the property on the screen: told over a socket, or asked for where sockets do not get through.
import { type Accessor, batch, createSignal, onCleanup } from "solid-js";
import type { Loaded } from "./answer";
import { openLiveSocket } from "./live-socket";
import { type LivePicture, loadLive } from "./property";
import { reconnectWait } from "./wait";

/**
 * `live`: changes come by themselves. `polling`: sockets fail, so it is asked for. `stale`: neither works; what is shown
 * was true at `since` (ms), null when there never was a picture.
 */
export type Connection =
  | { state: "connecting" | "live" | "reconnecting" | "polling" }
  | { state: "stale"; since: number | null };

export interface LiveWatch extends Loaded<LivePicture> {
  connection: Accessor<Connection>;
}

export const POLL_SECONDS = 10;
/** Minutes pass and visitors leave without an event that tells of it. */
const LOOK_EVERY = 20_000;

/** Nothing in it will change by time alone: the hub is left to sleep. */
const isQuiet = (now: LivePicture): boolean => now.active_30m === 0 && now.pageviews_30m === 0;

export function createLiveWatch(siteId: string): LiveWatch {
  const [value, setValue] = createSignal<LivePicture>();
  const [error, setError] = createSignal<unknown>();
  const [connection, setConnection] = createSignal<Connection>({ state: "connecting" });
  let socket: ReturnType<typeof openLiveSocket> | null = null;
  let failures = 0;
  let heardAt: number | null = null;
  let polling: AbortController | null = null;
  let nextTry: ReturnType<typeof setTimeout> | undefined;
  let nextPoll: ReturnType<typeof setTimeout> | undefined;

  function show(picture: LivePicture, state: "live" | "polling"): void {
    heardAt = Date.now();
    batch(() => {
      setValue(picture);
      setError(undefined);
      setConnection({ state });
    });
  }

  function connect(): void {
    clearTimeout(nextTry);
    if (socket || document.hidden) return;
    socket = openLiveSocket(siteId, {
      onPicture(picture) {
        failures = 0;
        stopPolling();
        show(picture, "live");
      },
      onChange(change) {
        const before = value();
        if (before) show({ ...before, ...change }, "live");
      },
      onWord: () => {
        heardAt = Date.now();
      },
      onEnd: lose,
    });
  }

  function lose(): void {
    clearTimeout(nextTry);
    socket = null;
    failures++;
    if (connection().state === "live") setConnection({ state: "reconnecting" });
    nextTry = setTimeout(connect, reconnectWait(failures, Math.random()));
    // A hub that moves is back within a second: only then, or for the first picture, is it asked for by other means.
    if (failures > 1 || !value()) void poll();
  }

  async function poll(): Promise<void> {
    if (polling) return;
    clearTimeout(nextPoll);
    const mine = new AbortController();
    polling = mine;
    try {
      const picture = await loadLive(siteId, mine.signal);
      if (mine.signal.aborted) return;
      show(picture, "polling");
    } catch (cause) {
      if (mine.signal.aborted) return;
      fail(cause);
    }
    polling = null;
    nextPoll = setTimeout(poll, POLL_SECONDS * 1000);
  }

  function stopPolling(): void {
    polling?.abort();
    polling = null;
    clearTimeout(nextPoll);
  }

  function fail(cause: unknown): void {
    batch(() => {
      setError(cause);
      setConnection({ state: "stale", since: heardAt });
    });
  }

  /** Whatever is under way ends, and nothing begins by itself. */
  function rest(): void {
    clearTimeout(nextTry);
    stopPolling();
    socket?.close();
    socket = null;
  }

  function retry(): void {
    rest();
    failures = 0;
    if (connection().state !== "connecting") setConnection({ state: "reconnecting" });
    connect();
  }

  // A tab in the background costs nobody anything.
  const turn = (): void => (document.hidden ? rest() : retry());
  // The browser knows before any line goes silent.
  const goOffline = (): void => {
    socket?.close();
    stopPolling();
    failures = Math.max(failures, 1);
    lose();
  };
  const looks = setInterval(() => {
    const now = value();
    if (now && !isQuiet(now)) socket?.look();
  }, LOOK_EVERY);
  document.addEventListener("visibilitychange", turn);
  window.addEventListener("offline", goOffline);
  window.addEventListener("online", retry);
  onCleanup(() => {
    document.removeEventListener("visibilitychange", turn);
    window.removeEventListener("offline", goOffline);
    window.removeEventListener("online", retry);
    clearInterval(looks);
    rest();
  });
  connect();

  const state = (): "loading" | "ready" | "error" =>
    connection().state === "stale" ? "error" : value() ? "ready" : "loading";
  return { value, error, connection, retry, state };
}
