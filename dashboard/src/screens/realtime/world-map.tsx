// The world map, shaded by visitors: the more visitors, the darker the country. The table next to it has the same
// numbers.
import { createMemo, createResource, createSignal, For, type JSX, Show } from "solid-js";
import { formatCount } from "../../data/format";
import { countryName } from "../../data/naming";
import { words } from "../../words/realtime";

/** A country's code and its visitors. */
export interface MapPlace {
  value: string;
  visitors: number;
}

interface Land {
  code: string;
  outline: string;
}

interface Atlas {
  width: number;
  height: number;
  lands: Land[];
  /** Positions of countries that are too small to see. */
  points: Map<string, { x: number; y: number }>;
}

const split = (line: string): [string, string] => [line.slice(0, 2), line.slice(3)];

/** The outlines are as large as a page, so they load once, when a map is first shown. */
async function loadAtlas(): Promise<Atlas> {
  const { OUTLINES, POINTS, WORLD_HEIGHT, WORLD_WIDTH } = await import("./world-outlines");
  return {
    width: WORLD_WIDTH,
    height: WORLD_HEIGHT,
    lands: OUTLINES.split("\n").map((line) => {
      const [code, outline] = split(line);
      return { code, outline };
    }),
    points: new Map(
      POINTS.split("\n").map((line) => {
        const [code, place] = split(line);
        const [x = 0, y = 0] = place.split(" ").map(Number);
        return [code, { x, y }];
      }),
    ),
  };
}

let atlas: Promise<Atlas> | undefined;

/** The lightest shade that still differs from empty land. */
const FAINTEST = 22;

export function WorldMap(props: { places: readonly MapPlace[] }): JSX.Element {
  const [world] = createResource(() => {
    atlas ??= loadAtlas();
    return atlas;
  });
  const [over, setOver] = createSignal<{ code: string; x: number; y: number } | null>(null);
  const visitors = createMemo(() => new Map(props.places.map((place) => [place.value, place.visitors])));
  const most = createMemo(() => Math.max(...visitors().values(), 1));
  /** By square root: on a linear scale, all countries except the largest would look alike. */
  const shadeOf = (code: string): string | undefined => {
    const count = visitors().get(code);
    return count ? `${FAINTEST + (100 - FAINTEST) * Math.sqrt(count / most())}%` : undefined;
  };
  let frame!: HTMLDivElement;

  const point = (event: PointerEvent): void => {
    const code = event.target instanceof SVGElement ? event.target.dataset.code : undefined;
    const box = frame.getBoundingClientRect();
    setOver(code ? { code, x: event.clientX - box.left, y: event.clientY - box.top } : null);
  };

  return (
    <div class="world" ref={frame} onPointerMove={point} onPointerLeave={() => setOver(null)}>
      <Show when={world.latest}>
        {(known) => (
          <svg viewBox={`0 0 ${known().width} ${known().height}`} role="img" aria-label={words.map}>
            <For each={known().lands}>
              {({ code, outline }) => (
                <path
                  class="land"
                  classList={{ visited: shadeOf(code) !== undefined }}
                  d={outline}
                  data-code={code}
                  style={{ "--shade": shadeOf(code) }}
                />
              )}
            </For>
            <For each={props.places.filter((place) => known().points.has(place.value))}>
              {({ value }) => (
                <circle
                  class="land visited island"
                  cx={known().points.get(value)?.x}
                  cy={known().points.get(value)?.y}
                  r="8"
                  data-code={value}
                  style={{ "--shade": shadeOf(value) }}
                />
              )}
            </For>
          </svg>
        )}
      </Show>
      <Show when={over()}>
        {(spot) => (
          <div
            class="tip"
            classList={{ "tip-left": spot().x > frame.clientWidth / 2 }}
            style={{ "--x": `${spot().x}px`, "--y": `${spot().y}px` }}
            aria-hidden="true"
          >
            <div class="tip-row tip-now">
              <span>{countryName(spot().code)}</span>
              <strong>{formatCount(visitors().get(spot().code) ?? 0)}</strong>
            </div>
          </div>
        )}
      </Show>
    </div>
  );
}
