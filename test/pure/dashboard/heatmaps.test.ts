// Heatmaps: what opens first, the density that is drawn, and the most clicked elements.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEGEND_COLOURS, levelOf, SAMPLE, toDensity, toPixels } from "../../../dashboard/src/screens/heatmaps/density";
import { elementQuestions, toElements } from "../../../dashboard/src/screens/heatmaps/elements";
import { toHeatPicture } from "../../../dashboard/src/screens/heatmaps/heat";
import { chooseHeat, layersAt } from "../../../dashboard/src/screens/heatmaps/start";
import {
  HEAT_COLUMNS,
  HEAT_ROW_PIXELS,
  HEAT_ROWS,
  HEAT_WIDTHS,
  type HeatCell,
  type HeatmapRow,
  type HeatWidth,
} from "../../../workers/domain/counts/insight";

const row = (page: string, width: HeatWidth, views: number, clicks: number, moves = 0): HeatmapRow => ({
  ...{ page, width, views, clicks, moves },
});

describe("the screen opens", () => {
  const rows = [
    row("/much-viewed", "phone", 900, 2),
    row("/much-viewed", "desktop", 500, 0, 4000),
    row("/clicked", "tablet", 10, 3),
    row("/clicked", "phone", 30, 40),
    row("/read", "desktop", 50, 0, 70),
  ];

  test("on the page and the width with the most clicks", () => {
    expect(chooseHeat(rows, {})).toEqual({ page: "/clicked", width: "phone", layer: "clicks" });
  });

  test("on the richest width of a page, and on the layer that has data there", () => {
    expect(chooseHeat(rows, { page: "/much-viewed" })).toEqual({
      page: "/much-viewed",
      width: "phone",
      layer: "clicks",
    });
    expect(chooseHeat(rows, { page: "/read" })).toEqual({ page: "/read", width: "desktop", layer: "moves" });
    expect(chooseHeat(rows, { page: "/much-viewed", width: "desktop" })?.layer).toBe("moves");
  });

  test("on movement where nobody clicked, and on views where nobody moved", () => {
    const quiet = [row("/a", "phone", 90, 0), row("/b", "desktop", 5, 0, 9)];
    expect(chooseHeat(quiet, {})).toEqual({ page: "/b", width: "desktop", layer: "moves" });
    expect(chooseHeat([row("/a", "phone", 1, 0), row("/b", "phone", 2, 0)], {})?.page).toBe("/b");
    expect(chooseHeat([], {})).toBe(null);
  });

  test("on what the address asks for, but never on movement at widths of touch screens", () => {
    expect(chooseHeat(rows, { page: "/gone" })).toEqual({ page: "/gone", width: "desktop", layer: "clicks" });
    expect(chooseHeat(rows, { page: "/clicked", width: "desktop" })?.width).toBe("desktop");
    for (const width of ["phone", "tablet"] as const) {
      expect(layersAt(width)).toEqual(["clicks"]);
      expect(chooseHeat(rows, { width, layer: "moves" })?.layer).toBe("clicks");
    }
    expect(chooseHeat(rows, { width: "desktop", layer: "clicks" })?.layer).toBe("clicks");
  });
});

const cell = fc.tuple(
  fc.integer({ min: 0, max: HEAT_COLUMNS - 1 }),
  fc.integer({ min: 0, max: HEAT_ROWS - 1 }),
  fc.integer({ min: 1, max: 5000 }),
);
const anyCells = fc.uniqueArray(cell, {
  selector: ([column, line]) => `${column},${line}`,
  minLength: 1,
  maxLength: 40,
});

describe("the picture", () => {
  test("shows its deepest cell, and the first screen of a page without any", () => {
    expect(toHeatPicture([[3, 40, 1]], "desktop").rows).toBe(44);
    for (const width of HEAT_WIDTHS) expect(toHeatPicture([], width).rows).toBeGreaterThan(15);
  });

  test("has its cells in order, the most frequent first", () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        const counts = toHeatPicture(cells as HeatCell[], "phone").cells.map(([, , count]) => count);
        expect(counts).toEqual(cells.map(([, , count]) => count).sort((a, b) => b - a));
      }),
    );
  });

  test("has a spot in the middle of each cell that falls off evenly to all sides", () => {
    const { width, height, values, most } = toDensity([[12, 5, 7]], 480, 12);
    expect([width, height]).toEqual([48, 48]);
    const at = (x: number, y: number) => values[Math.floor(y / SAMPLE) * width + Math.floor(x / SAMPLE)]!;
    const [x, y] = [12.5 * 20, 5.5 * HEAT_ROW_PIXELS];
    expect(most).toBeGreaterThan(6.5);
    expect(most).toBeLessThanOrEqual(7);
    expect(at(x + 40, y)).toBeCloseTo(at(x - 41, y), 5);
    expect(at(x + 30, y)).toBeGreaterThan(at(x + 50, y));
    expect(at(x + 130, y)).toBe(0);
    expect(at(x, y + 130)).toBe(0);
  });

  test("adds up where spots overlap, and keeps every count within its bounds", () => {
    fc.assert(
      fc.property(anyCells, fc.constantFrom(390, 820, 1280), (cells, pixels) => {
        const { rows } = toHeatPicture(cells as HeatCell[], "desktop");
        const density = toDensity(cells as HeatCell[], pixels, rows);
        const counts = cells.map(([, , count]) => count);
        expect(density.values).toHaveLength(density.width * density.height);
        expect(density.most).toBeGreaterThan(Math.max(...counts) * 0.9);
        expect(density.most).toBeLessThanOrEqual(counts.reduce((a, b) => a + b) + 0.01);
      }),
      { numRuns: 30 },
    );
    const [both, one, other] = [
      [
        [3, 4, 2],
        [4, 4, 5],
      ],
      [[3, 4, 2]],
      [[4, 4, 5]],
    ].map((cells) => toDensity(cells as HeatCell[], 820, 10).values);
    for (const [sample, value] of both!.entries()) expect(value).toBeCloseTo(one![sample]! + other![sample]!, 4);
  });

  test("is drawn the stronger the more clicks there are, and not at all where there are none", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 9000, noNaN: true }),
        fc.double({ min: 0, max: 9000, noNaN: true }),
        (a, b) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          expect(levelOf(less, 9000)).toBeLessThanOrEqual(levelOf(more, 9000));
          expect(levelOf(more, 9000)).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect([levelOf(0, 10), levelOf(10, 10)]).toEqual([0, 1]);
    expect(levelOf(1, 1)).toBe(levelOf(1, 1000));
    const density = toDensity([[0, 0, 3]], 390, 20);
    const pixels = toPixels(density);
    const opacities = pixels.filter((_, index) => index % 4 === 3);
    expect(opacities.at(-1)).toBe(0);
    expect(Math.max(...opacities)).toBeGreaterThan(200);
    expect(LEGEND_COLOURS.at(-1)).toBe("rgb(224 56 40 / 0.90)");
  });
});

describe("the most clicked elements", () => {
  const ask = { scene: { siteId: "s", from: "2026-11-01", to: "2026-11-30" }, isGrouped: false, page: "/" };

  test("are those of the page and of the devices of the width", () => {
    const deviceOf = (width: HeatWidth) => elementQuestions({ ...ask, width }).filters[2];
    expect(elementQuestions({ ...ask, width: "phone" })).toMatchObject({
      date_range: ["2026-11-01", "2026-11-30"],
      filters: [
        ["is", "event:name", ["click"]],
        ["is", "event:page", ["/"]],
        ["is", "visit:device", ["Mobile"]],
      ],
    });
    expect(elementQuestions({ ...ask, isGrouped: true, page: "Blog", width: "phone" }).filters[1]).toEqual([
      "is",
      "event:page_group",
      ["Blog"],
    ]);
    expect([deviceOf("tablet"), deviceOf("desktop")]).toEqual([
      ["is", "visit:device", ["Tablet"]],
      ["is_not", "visit:device", ["Mobile", "Tablet"]],
    ]);
  });

  test("are named by their text, else by their id or kind, with what they lead to", () => {
    const row = (clicks: number, ...dimensions: (string | null)[]) => ({ dimensions, metrics: [clicks] });
    const all = [
      row(20, "Buy now", "a", "buy"),
      row(7, "Menu", "button", "menu"),
      row(6, "(none)", "svg", "close"),
      row(5, "(none)", "img", null),
      row(3, "Write", "a", "(none)"),
      row(2, "(none)", "(none)", "(none)"),
    ];
    const links = [
      row(9, "Buy now", "a", "buy", "https://shop.example/cart?step=1"),
      row(8, "Buy now", "a", "buy", "https://docs.example/start?x=1"),
      row(3, "Write", "a", "(none)", "mailto:a@b.example"),
    ];
    const elements = toElements(all, links, ["shop.example"]);
    expect(elements.map(({ name, hint, clicks }) => [name, hint, clicks])).toEqual([
      ["Buy now", "link to /cart?step=1", 9],
      ["Buy now", "link to docs.example/start", 8],
      ["Menu", "button #menu", 7],
      ["#close", "svg", 6],
      ["image", "image", 5],
      ["Write", "link to a@b.example", 3],
      // What is left of its clicks had no target.
      ["Buy now", "link #buy", 3],
      ["Element", "Element", 2],
    ]);
    // Each filters the visits that clicked it: by its link, else by its text, its id or its kind.
    expect(elements.map(({ filter }) => filter && [filter.dimension, filter.value])).toEqual([
      ["event:href", "https://shop.example/cart?step=1"],
      ["event:href", "https://docs.example/start?x=1"],
      ["event:props:text", "Menu"],
      ["event:props:id", "close"],
      ["event:props:tag", "img"],
      ["event:href", "mailto:a@b.example"],
      ["event:props:text", "Buy now"],
      null,
    ]);
  });
});
