// Video and audio: play, pause, progress, and seconds played. HTML elements fire events; for players in frames there
// is `media_frames.ts`, which loads only if a page has one.
import type { Kit } from "../kit.ts";

/** The state that a player reports. Absent fields have not changed. Times are in seconds. */
export interface Said {
  /** A new source is a new film. */
  id?: string;
  name?: string;
  at?: number;
  length?: number;
  playing?: boolean;
  ended?: boolean;
  loop?: boolean;
}

export type Follow = (key: object, kind: string, said: Said) => void;
/** Passed to `media_frames.ts`. */
export interface MediaKit extends Kit {
  follow: Follow;
}

interface Player extends Said {
  at: number;
  kind: string;
  /** The page view in which it was last started. */
  view?: number;
  /** Seconds played in this page view, and the time of `at`. */
  played: number;
  since: number;
  /** The highest mark reported in this page view. */
  told: number;
}

/** The last part of a path. The address of a stream (`blob:`) has no meaning. */
const FILE = /^http[^?#]*\/([^?#]+)/;
const LONGEST_NAME = 200;
const TYPES = ["playing", "timeupdate", "pause", "ended"];

export default (kit: Kit): void => {
  const players = new WeakMap<object, Player>();
  const playing = new Set<Player>();
  let view = 0;

  const tell = (event: string | number, { kind, name, played }: Player): unknown =>
    kit.record(`media_${event}`, {
      p: { media: name?.slice(0, LONGEST_NAME), kind, seconds: Math.round(played * 10) / 10 },
    });

  const follow: Follow = (key, kind, said) => {
    let player = players.get(key);
    if (!player || (said.id && player.id && said.id !== player.id)) {
      player = { kind, at: 0, played: 0, since: 0, told: 0 };
      players.set(key, player);
    }
    const now = performance.now() / 1000;
    if (said.at !== undefined) {
      // A jump takes no time and a stall makes no progress, so the smaller of the two was played.
      if (playing.has(player)) player.played += Math.max(0, Math.min(said.at - player.at, now - player.since));
      player.since = now;
    }
    Object.assign(player, said);
    const { at, length = NaN, ended } = player;

    if (player.playing && !playing.has(player)) {
      playing.add(player);
      if (player.view !== view) {
        player.view = view;
        player.played = player.told = 0;
      }
      tell("play", player);
    }
    if (!playing.has(player)) return;
    // A loop never ends. It is complete after its whole length has been played.
    const percent = ended || (player.loop && player.played >= length) ? 100 : (at / length) * 100;
    for (const mark of [25, 50, 75, 100])
      if (percent >= mark && player.told < mark) {
        player.told = mark;
        tell(mark < 100 ? mark : "complete", player);
      }
    if (ended || !player.playing) {
      playing.delete(player);
      // Some players report a pause at the end.
      if (!ended && !(at > length - 0.5)) tell("pause", player);
    }
  };

  const hear = kit.safely(({ target: media }: Event) => {
    // Media that plays by itself, muted and without controls, is decoration.
    if (!(media instanceof HTMLMediaElement) || (media.autoplay && media.muted && !media.controls)) return;
    // If a route removes it from the document, it pauses, and the window gets no event.
    listen(media);
    follow(media, media.localName, {
      id: media.currentSrc,
      name: media.title || FILE.exec(media.currentSrc)?.[1] || media.id,
      at: media.currentTime,
      length: media.duration,
      playing: !media.paused,
      ended: media.ended,
      loop: media.loop,
    });
  });
  /** Listening twice to the same element has no effect. */
  const listen = (target: EventTarget): void => {
    for (const type of TYPES) target.addEventListener(type, hear, true);
  };
  listen(window);

  // Media events do not leave a shadow tree, but the click or key that starts the player does.
  const enter = (event: Event): void => {
    for (const node of event.composedPath()) if (node instanceof ShadowRoot) listen(node);
  };
  kit.on("pointerdown", enter);
  kit.on("focusin", enter);

  // Load the chunk for players in frames only once there is one.
  let isAsked = false;
  const look = ({ src }: HTMLIFrameElement): void => {
    if (isAsked || !/^https:\/\/(www\.youtube|player\.vimeo)/.test(src)) return;
    isAsked = true;
    import(import.meta.url.replace(/\.js$/, "_frames.js"))
      .then((chunk: { default: (kit: MediaKit) => void }) => chunk.default({ ...kit, follow }))
      .catch(() => {});
  };
  document.querySelectorAll("iframe").forEach(look);
  // On the document, because this event does not reach the window.
  document.addEventListener(
    "load",
    kit.safely((event: Event) => look(event.target as HTMLIFrameElement)),
    true,
  );

  kit.onView(() => {
    view++;
  });
  // The page ends and so does the playing, without an event.
  kit.on("pagehide", () => {
    for (const player of playing) tell("pause", player);
    playing.clear();
    kit.flush();
  });
};
