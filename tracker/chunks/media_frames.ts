// The players of YouTube and Vimeo. It uses the messages of their own libraries, so no third-party code is loaded.
import type { MediaKit } from "./media.ts";

type Frame = Pick<Window, "postMessage">;

/** A frame's address, or a message's origin. */
const YOUTUBE = /^https:\/\/www\.youtube(-nocookie)?\.com(\/embed|$)/;
const VIMEO = /^https:\/\/player\.vimeo\.com(\/|$)/;
/** A player gets no message before its script runs, perhaps after its frame has loaded. Repeating it does no harm. */
const ASK_AFTER_MS = [0, 1000, 5000];

/** Asks a player to report its events. The message has no private data, because the frame may show another page. */
const ask = (frame: Frame, isVimeo: boolean): void => {
  const post = (message: unknown): void => frame.postMessage(message, "*");
  if (!isVimeo) {
    post('{"event":"listening"}');
    return;
  }
  for (const value of ["play", "pause", "ended", "timeupdate"]) post({ method: "addEventListener", value });
  for (const method of ["getVideoTitle", "getPaused"]) post({ method });
};

export default (kit: MediaKit): void => {
  const meet = (element: unknown): void => {
    const { src, contentWindow } = element as HTMLIFrameElement;
    const isVimeo = VIMEO.test(src);
    if (isVimeo || YOUTUBE.test(src))
      for (const ms of ASK_AFTER_MS)
        setTimeout(
          kit.safely(() => ask(contentWindow as Frame, isVimeo)),
          ms,
        );
  };
  document.querySelectorAll("iframe").forEach(meet);
  document.addEventListener(
    "load",
    kit.safely((event: Event) => meet(event.target)),
    true,
  );

  kit.on<MessageEvent>("message", ({ data, origin, source }) => {
    const isVimeo = VIMEO.test(origin);
    if (!source || (!isVimeo && !YOUTUBE.test(origin))) return;
    const { event, method, value, info, data: times } = typeof data === "string" ? JSON.parse(data) : data;
    if (!isVimeo) {
      if (!info) return;
      const { videoData: { video_id: id, title: name } = {}, currentTime: at, duration: length, playerState } = info;
      // -1 not started, 0 ended, 1 playing, 2 paused, 3 waits for data, 5 ready.
      const isState = playerState >= 0 && playerState !== 3;
      const state = isState ? { playing: playerState === 1, ended: !playerState } : {};
      // Copy by JSON, so that fields missing now do not overwrite earlier values.
      kit.follow(source, "youtube", JSON.parse(JSON.stringify({ id, name, at, length, ...state })));
    } else if (event === "ready") ask(source as Frame, isVimeo);
    else if (method === "getVideoTitle") kit.follow(source, "vimeo", { name: value });
    else if (method === "getPaused") kit.follow(source, "vimeo", { playing: !value });
    else if (times) {
      const state = event === "timeupdate" ? {} : { playing: event === "play", ended: event === "ended" };
      kit.follow(source, "vimeo", { at: times.seconds, length: times.duration, ...state });
    }
  });
};
