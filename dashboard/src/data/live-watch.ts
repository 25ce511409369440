// The live picture of the current property: over a socket, or by polling if sockets fail.
import { type Accessor, batch, createSignal, onCleanup } from "solid-js";
import type { Loaded } from "./answer";
import { openLiveSocket } from "./live-socket";
import { type LivePicture, loadLive } from "./property";
import { reconnectWait } from "./wait";

/**
 * `live`: changes are pushed. `polling`: sockets fail, so it polls. `stale`: neither works, and the picture is from
 * `since` (ms), or null without any picture.
 */
export type Connection =
  | { state: "connecting" | "live" | "reconnecting" | "polling" }
  | { state: "stale"; since: number | null };

export interface LiveWatch extends Loaded<LivePicture> {
  connection: Accessor<Connection>;
}

export const POLL_SECONDS = 10;
/** Time passes and visitors leave without an event that reports it. */
const LOOK_EVERY = 20_000;

/** Passing time will not change this picture, so let the hub sleep. */
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
    // A moved hub is reachable again within a second, so poll only after a second failure, or for the first picture.
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

  /** Cancels everything in progress and starts nothing new. */
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

  // A background tab makes no requests.
  const turn = (): void => (document.hidden ? rest() : retry());
  // The browser knows before the connection times out.
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
