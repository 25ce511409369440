// A watcher of the live picture, as a test holds one: what a socket has said so far, and the picture it makes.
import { vi } from "vitest";
import type { LivePicture, SocketMessage } from "../../../workers/domain/visits/hub";
import { call } from "../given";

export interface Watcher {
  socket: WebSocket;
  messages: SocketMessage[];
  /** All texts, also those that are not JSON. */
  texts: string[];
  closed: { code: number } | null;
  /** The first message with all changes since. */
  picture(): LivePicture;
}

export const socketPath = (siteId: string): string => `/api/v1/properties/${siteId}/live/socket`;

export const upgrade = (siteId: string, headers: Record<string, string>): Promise<Response> =>
  call("GET", socketPath(siteId), { headers: { upgrade: "websocket", ...headers } });

/** Opens a socket with a key. Resolves when the first picture is there. */
export const openWatcher = async (siteId: string, key: string): Promise<Watcher> =>
  watch(await upgrade(siteId, { authorization: `Bearer ${key}` }));

/** Watches what the reply to an upgrade opened. */
export async function watch(reply: Response): Promise<Watcher> {
  const socket = reply.webSocket;
  if (!socket) throw new Error(`socket was not opened: ${reply.status} ${await reply.text()}`);
  const watcher: Watcher = {
    socket,
    messages: [],
    texts: [],
    closed: null,
    picture() {
      const [first, ...changes] = watcher.messages;
      if (first?.type !== "picture") throw new Error("first message is not the picture");
      return Object.assign({}, first.picture, ...changes.map((one) => (one.type === "change" ? one.change : {})));
    },
  };
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  socket.addEventListener("message", ({ data }) => {
    resolve();
    watcher.texts.push(String(data));
    if (String(data).startsWith("{")) watcher.messages.push(JSON.parse(String(data)) as SocketMessage);
  });
  socket.addEventListener("close", ({ code }) => {
    watcher.closed = { code };
  });
  socket.accept();
  await begun;
  return watcher;
}

/** Waits for what comes about in the end, however slow the machine is. */
export const waitFor = (isThere: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!isThere()) throw new Error("it did not come about");
    },
    { timeout: 30_000, interval: 20 },
  );
