// Writes the map of the world that the dashboard shades: node scripts/make-world-map.ts
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { geoArea, geoCentroid, geoDistance, geoNaturalEarth1, geoPath } from "d3-geo";
import type { Feature, FeatureCollection, Geometry, Polygon } from "geojson";
import iso from "iso-3166-1";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

type Country = Feature<Geometry, { name: string }>;

/** Steps from the left to the right edge: half a pixel each at the largest size of the map. */
const WIDTH = 2000;

/** Antarctica has no visitors and would take a fifth of the height. */
const LEFT_OUT = "AQ";

/** Areas without a number in the atlas, with the code that address look-ups use. */
const WITHOUT_NUMBER: Record<string, string> = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };

/** Parts of France in the atlas that have codes of their own, and where they are (degrees). */
const OVERSEAS: readonly { code: string; at: [number, number] }[] = [
  { code: "GF", at: [-53.2, 3.9] },
  { code: "GP", at: [-61.5, 16.2] },
  { code: "MQ", at: [-61, 14.7] },
  { code: "RE", at: [55.5, -21.1] },
  { code: "YT", at: [45.2, -12.8] },
];
/** In radians: about 150 km, which is less than from Guadeloupe to Martinique. */
const NEAR = 0.024;

/** A country, and its parts overseas as countries of their own. */
function withOverseas(country: Country): Country[] {
  const { geometry } = country;
  if (codeOf(country) !== "FR" || geometry.type !== "MultiPolygon") return [country];
  const parts = geometry.coordinates.map((coordinates): Polygon => ({ type: "Polygon", coordinates }));
  const codeAt = (part: Polygon): string =>
    OVERSEAS.find(({ at }) => geoDistance(geoCentroid(part), at) < NEAR)?.code ?? "FR";
  return [...Map.groupBy(parts, codeAt)].map(([code, own]) => ({
    ...country,
    id: iso.whereAlpha2(code)!.numeric,
    geometry: { type: "MultiPolygon", coordinates: own.map(({ coordinates }) => coordinates) },
  }));
}

function countriesOf(file: string): Country[] {
  const atlas = createRequire(import.meta.url)(`world-atlas/${file}`) as Topology<{
    countries: GeometryCollection<{ name: string }>;
  }>;
  const { features } = feature(atlas, atlas.objects.countries) as FeatureCollection<Geometry, { name: string }>;
  return features.flatMap(withOverseas);
}

function codeOf({ id, properties }: Country): string | undefined {
  return id === undefined ? WITHOUT_NUMBER[properties.name] : iso.whereNumeric(String(id).padStart(3, "0"))?.alpha2;
}

/** `M1,2L3,4L5,6Z` → `m1 2 2 2 2 2z`: whole steps from point to point, and no point twice. */
function toRelative(path: string): string {
  let [x, y] = [0, 0];
  let relative = "";
  for (const [, ring] of path.matchAll(/M([^MZ]+)/g)) {
    const points = ring!.split("L").map((pair) => pair.split(",").map((number) => Math.round(Number(number))));
    const [start, ...rest] = points as [number, number][];
    const steps = [];
    let [atX, atY] = start!;
    for (const [toX, toY] of rest) {
      if (toX === atX && toY === atY) continue;
      steps.push(toX - atX, toY - atY);
      [atX, atY] = [toX, toY];
    }
    // Fewer points than a triangle are invisible.
    if (steps.length < 4) continue;
    relative += `m${[start![0] - x, start![1] - y, ...steps].join(" ").replaceAll(" -", "-")}z`;
    [x, y] = start!;
  }
  return relative;
}

/** The text of the generated file. */
export function makeWorldMap(): string {
  const coarse = countriesOf("countries-110m.json").filter((country) => codeOf(country) !== LEFT_OUT);
  const projection = geoNaturalEarth1().fitWidth(WIDTH, { type: "FeatureCollection", features: coarse });
  const path = geoPath(projection);
  const height = Math.ceil(path.bounds({ type: "FeatureCollection", features: coarse })[1][1]);

  const shapes = new Map<string, string>();
  for (const country of coarse) {
    const code = codeOf(country);
    if (!code) throw new Error(`${country.properties.name} has no code`);
    const drawn = toRelative(path(country) ?? "");
    const known = shapes.get(code);
    // The steps of each part start at the corner again, not at the end of the previous part.
    shapes.set(code, known ? `${known}M0 0${drawn}` : drawn);
  }

  // Too small for the coarse atlas: a point in the middle of its largest part.
  const points = new Map<string, string>();
  for (const country of countriesOf("countries-50m.json")) {
    const code = codeOf(country);
    if (!code || code === LEFT_OUT || shapes.has(code)) continue;
    const { geometry } = country;
    const parts = geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    const largest = parts
      .map((coordinates) => ({ type: "Polygon" as const, coordinates }))
      .sort((a, b) => geoArea(b) - geoArea(a))[0];
    const [x, y] = path.centroid(largest ?? geometry);
    points.set(code, `${Math.round(x)} ${Math.round(y)}`);
  }

  const lines = (table: Map<string, string>): string =>
    [...table]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, drawn]) => `${code} ${drawn}`)
      .join("\n");
  return [
    "// The map of the world: a line per country, its ISO 3166-1 code and its outline. Generated by",
    "// scripts/make-world-map.ts from world-atlas (Natural Earth, public domain) in the Natural Earth projection.",
    "",
    `export const WORLD_WIDTH = ${WIDTH};`,
    `export const WORLD_HEIGHT = ${height};`,
    "",
    "/** Outlines as the `d` of an SVG path. */",
    `export const OUTLINES = \`${lines(shapes)}\`;`,
    "",
    "/** Where the countries lie that are too small for an outline: `code x y`. */",
    `export const POINTS = \`${lines(points)}\`;`,
    "",
  ].join("\n");
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, "../dashboard/src/panels/world-map/world-outlines.ts"), makeWorldMap());
