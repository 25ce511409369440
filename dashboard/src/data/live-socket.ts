// The live socket of a property: the whole picture first, then changes, until it ends. It connects once; callers
// reconnect.
import type { LivePicture, SocketMessage } from "../../../workers/domain/visits/hub";

export interface LiveSocket {
  /** Requests changes that are due to passing time. */
  look: () => void;
  /** Closes it without calling `onEnd`. */
  close: () => void;
}

const PING_EVERY = 25_000;
/** A dead connection reports nothing, not even that it is closed. */
const PATIENCE = 10_000;

export function openLiveSocket(
  siteId: string,
  listen: {
    onPicture: (picture: LivePicture) => void;
    onChange: (change: Partial<LivePicture>) => void;
    /** Any message arrived, including the reply to a ping. */
    onWord: () => void;
    onEnd: () => void;
  },
): LiveSocket {
  const address = new URL(`/api/v1/properties/${encodeURIComponent(siteId)}/live/socket`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  let isOver = false;
  let limit = setTimeout(end, PATIENCE);
  const pings = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send("ping");
    clearTimeout(limit);
    limit = setTimeout(end, PATIENCE);
  }, PING_EVERY);

  function close(): void {
    isOver = true;
    clearTimeout(limit);
    clearInterval(pings);
    socket.close();
  }
  function end(): void {
    if (isOver) return;
    close();
    listen.onEnd();
  }

  socket.onmessage = ({ data }: MessageEvent<string>) => {
    if (isOver) return;
    clearTimeout(limit);
    listen.onWord();
    if (data === "pong") return;
    const message = JSON.parse(data) as SocketMessage;
    if (message.type === "picture") listen.onPicture(message.picture);
    else if (message.type === "change") listen.onChange(message.change);
  };
  socket.onclose = end;
  socket.onerror = end;
  return {
    look: () => socket.readyState === WebSocket.OPEN && socket.send("look"),
    close,
  };
}
