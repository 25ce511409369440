// The outlines of the countries, ready to draw. They are as large as a page, so they load once, when a map is first shown.

export interface Atlas {
  width: number;
  height: number;
  lands: { code: string; outline: string }[];
  /** Positions of countries that are too small to see. */
  points: Map<string, { x: number; y: number }>;
}

const split = (line: string): [string, string] => [line.slice(0, 2), line.slice(3)];

async function readAtlas(): Promise<Atlas> {
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

export function loadAtlas(): Promise<Atlas> {
  atlas ??= readAtlas();
  return atlas;
}
