// Video and audio: played, paused, how far, and for how many seconds. HTML elements by their events; the players of
// others in `media_frames.ts`, which is loaded where a page has one.
import type { Kit } from "../kit.ts";

/** What a player says of itself; absent where it says nothing new. Times in seconds. */
export interface Said {
  /** Another one is another film. */
  id?: string;
  name?: string;
  at?: number;
  length?: number;
  playing?: boolean;
  ended?: boolean;
  loop?: boolean;
}

export type Follow = (key: object, kind: string, said: Said) => void;
/** What the chunk of frames gets. */
export interface MediaKit extends Kit {
  follow: Follow;
}

interface Player extends Said {
  at: number;
  kind: string;
  /** The page view in which it was started last. */
  view?: number;
  /** Seconds played in it, and the time at which `at` was true. */
  played: number;
  since: number;
  /** The highest mark told in it. */
  told: number;
}

/** The last part of a path. Streams have an address (`blob:`) that says nothing to anybody. */
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
      // A jump forward takes no time and a stall leads nowhere: the smaller of the two was played.
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
    // A loop never ends: it is complete when its whole length was played.
    const percent = ended || (player.loop && player.played >= length) ? 100 : (at / length) * 100;
    for (const mark of [25, 50, 75, 100])
      if (percent >= mark && player.told < mark) {
        player.told = mark;
        tell(mark < 100 ? mark : "complete", player);
      }
    if (ended || !player.playing) {
      playing.delete(player);
      // Some players say that they pause when they end.
      if (!ended && !(at > length - 0.5)) tell("pause", player);
    }
  };

  const hear = kit.safely(({ target: media }: Event) => {
    // What plays by itself, silently and without controls, is decoration.
    if (!(media instanceof HTMLMediaElement) || (media.autoplay && media.muted && !media.controls)) return;
    // Where a route takes it out of the document, it pauses, and the window hears nothing of it.
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
  /** To listen again to the same changes nothing. */
  const listen = (target: EventTarget): void => {
    for (const type of TYPES) target.addEventListener(type, hear, true);
  };
  listen(window);

  // These events do not leave a shadow tree; those of the hand that starts a player do.
  const enter = (event: Event): void => {
    for (const node of event.composedPath()) if (node instanceof ShadowRoot) listen(node);
  };
  kit.on("pointerdown", enter);
  kit.on("focusin", enter);

  // The players of others are of no interest until there is one.
  let isAsked = false;
  const look = ({ src }: HTMLIFrameElement): void => {
    if (isAsked || !/^https:\/\/(www\.youtube|player\.vimeo)/.test(src)) return;
    isAsked = true;
    import(import.meta.url.replace(/\.js$/, "_frames.js"))
      .then((chunk: { default: (kit: MediaKit) => void }) => chunk.default({ ...kit, follow }))
      .catch(() => {});
  };
  document.querySelectorAll("iframe").forEach(look);
  // On the document: of all events, only this one does not reach the window.
  document.addEventListener(
    "load",
    kit.safely((event: Event) => look(event.target as HTMLIFrameElement)),
    true,
  );

  kit.onView(() => {
    view++;
  });
  // The page ends, and with it what plays. Nobody would tell.
  kit.on("pagehide", () => {
    for (const player of playing) tell("pause", player);
    playing.clear();
    kit.flush();
  });
};
