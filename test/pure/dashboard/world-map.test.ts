// The map of the world: made by its script, small, and with every country that visitors come from.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { OUTLINES, POINTS, WORLD_HEIGHT, WORLD_WIDTH } from "../../../dashboard/src/panels/world-map/world-outlines";
import { makeWorldMap } from "../../../scripts/make-world-map.ts";

const file = readFileSync(
  join(import.meta.dirname, "../../../dashboard/src/panels/world-map/world-outlines.ts"),
  "utf8",
);
const outlines = OUTLINES.split("\n").map((line): [string, string] => [line.slice(0, 2), line.slice(3)]);
const points = POINTS.split("\n").map((line) => line.split(" "));

test("the table in the tree is what the script makes, and at most 20 KB gzipped", () => {
  expect(makeWorldMap()).toBe(file);
  expect(gzipSync(file, { level: 9 }).length).toBeLessThanOrEqual(20 * 1024);
});

test("a country is in the table once, as an outline or as a point, and named by its code", () => {
  const codes = [...outlines, ...points].map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  expect(codes.filter((code) => !names.of(code!))).toEqual([]);
  for (const code of ["CH", "US", "JP", "ZA", "BR", "TW", "XK", "GF"])
    expect(outlines.map(([one]) => one)).toContain(code);
  for (const code of ["SG", "HK", "MT", "MU", "GP", "MQ", "RE", "YT"])
    expect(points.map(([one]) => one)).toContain(code);
});

/** The corners of an outline, which says each as steps from the one before. */
function cornersOf(outline: string): [number, number][] {
  const corners: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, from, ring] of outline.matchAll(/(M0 0)?m([^mMz]+)z/g)) {
    if (from) [x, y] = [0, 0];
    const steps = ring!.match(/-?\d+/g)!.map(Number);
    const start: [number, number] = [x + steps[0]!, y + steps[1]!];
    [x, y] = start;
    corners.push(start);
    for (let at = 2; at < steps.length; at += 2) {
      x += steps[at]!;
      y += steps[at + 1]!;
      corners.push([x, y]);
    }
    // A closed ring goes back to where it began, and the next one counts from there.
    [x, y] = start;
  }
  return corners;
}

test("every outline and every point lies on the map, where the country is", () => {
  const isOff = ([x, y]: [number, number]): boolean => x < -1 || x > WORLD_WIDTH + 1 || y < -1 || y > WORLD_HEIGHT + 1;
  expect(outlines.filter(([, outline]) => !/^m-?\d/.test(outline) || cornersOf(outline).some(isOff))).toEqual([]);
  expect(points.filter(([, x, y]) => isOff([Number(x), Number(y)]))).toEqual([]);
  const middleOf = (code: string): { x: number; y: number } => {
    const corners = cornersOf(outlines.find(([one]) => one === code)![1]);
    const middle = (axis: 0 | 1): number => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
    return { x: middle(0), y: middle(1) };
  };
  expect(middleOf("BR").x).toBeLessThan(middleOf("CH").x);
  expect(middleOf("CH").x).toBeLessThan(middleOf("JP").x);
  expect(middleOf("SE").y).toBeLessThan(middleOf("ZA").y);
});

test("France is in Europe only: its parts overseas have codes of their own", () => {
  const xs = (code: string) => cornersOf(outlines.find(([one]) => one === code)![1]).map(([x]) => x);
  // All of it lies east of Ireland, and French Guiana on the other side of the ocean, beside Suriname.
  expect(Math.min(...xs("FR"))).toBeGreaterThan(Math.min(...xs("IE")));
  expect(Math.max(...xs("GF"))).toBeLessThan(Math.min(...xs("FR")));
  expect(Math.abs(Math.min(...xs("GF")) - Math.max(...xs("SR")))).toBeLessThan(20);
});
