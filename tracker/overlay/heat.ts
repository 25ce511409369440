// The heatmap over the real page: clicks, movement and scroll reach.
import type { HeatCell, HeatmapInsight, HeatWidth } from "../../workers/domain/counts/insight.ts";
import { HEAT_COLUMNS, HEAT_ROW_PIXELS, HEAT_WIDTHS, REACH_STEP } from "../../workers/domain/counts/insight.ts";
import type { OpenedWith } from "./pass.ts";
import { heading, make, openStage } from "./stage.ts";

const LAYERS = { clicks: "Clicks", moves: "Movement", reach: "Scroll reach" } as const;
type Layer = keyof typeof LAYERS;

const widthNow = (): HeatWidth => (innerWidth < 640 ? "phone" : innerWidth < 1024 ? "tablet" : "desktop");

/** From blue (few) over yellow to red (most); `share` of the most, 0–1. */
const heatColour = (share: number): string => `hsl(${Math.round(230 - 230 * share)} 90% 50% / ${0.25 + 0.45 * share})`;

async function loadHeat(pass: OpenedWith, worker: string, width: HeatWidth): Promise<HeatmapInsight | null> {
  const url = new URL("/api/overlay/heatmap", worker);
  url.searchParams.set("url", location.href.replace(/[#&]trackkit=[^&]*$/, ""));
  url.searchParams.set("width", width);
  const reply = await fetch(url, { headers: { authorization: `Bearer ${pass.signed}` }, credentials: "omit" });
  return reply.ok ? ((await reply.json()) as HeatmapInsight) : null;
}

function drawCells(context: CanvasRenderingContext2D, cells: readonly HeatCell[]): void {
  const most = Math.max(1, ...cells.map(([, , count]) => count));
  const column = document.documentElement.scrollWidth / HEAT_COLUMNS;
  for (const [col, row, count] of cells) {
    const top = row * HEAT_ROW_PIXELS - scrollY;
    if (top < -HEAT_ROW_PIXELS || top > innerHeight) continue;
    // Use the square root, so that one busy button does not make everything else the same blue.
    context.fillStyle = heatColour(Math.sqrt(count / most));
    context.fillRect(col * column - scrollX, top, column, HEAT_ROW_PIXELS);
  }
}

function drawReach(context: CanvasRenderingContext2D, { reach, views }: HeatmapInsight): void {
  const { scrollHeight, clientWidth } = document.documentElement;
  reach.forEach((reached, i) => {
    const top = (scrollHeight * i * REACH_STEP) / 100 - scrollY;
    const height = (scrollHeight * REACH_STEP) / 100;
    if (top + height < 0 || top > innerHeight) return;
    const share = views ? reached / views : 0;
    context.fillStyle = heatColour(share);
    context.fillRect(0, top, clientWidth, height);
    context.fillStyle = "#000";
    context.fillRect(0, top + height - 1, clientWidth, 1);
    context.fillRect(0, top + height - 20, 210, 19);
    context.fillStyle = "#fff";
    context.fillText(`${Math.round(share * 100)} % of views reached this`, 8, top + height - 6);
  });
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

function sentenceFor(heat: HeatmapInsight | null, layer: Layer): string {
  if (!heat) return "TrackKit did not answer: open the heatmap again from the dashboard.";
  if (heat.views === 0) return "No data for this page at this width.";
  const total = (cells: readonly HeatCell[]): number => cells.reduce((sum, [, , count]) => sum + count, 0);
  if (layer === "reach") return plural(heat.views, "page view");
  const what = layer === "clicks" ? plural(total(heat.clicks), "click") : plural(total(heat.moves), "moment");
  return `${what} on ${plural(heat.views, "page view")}`;
}

export function openHeatmap(pass: OpenedWith, worker: string): void {
  const stage = openStage("Heatmap");
  const canvas = make("canvas");
  stage.root.prepend(canvas);
  let heat: HeatmapInsight | null = null;
  let layer: Layer = "clicks";
  let width = widthNow();

  const draw = (): void => {
    const scale = devicePixelRatio || 1;
    canvas.width = innerWidth * scale;
    canvas.height = innerHeight * scale;
    Object.assign(canvas.style, { width: `${innerWidth}px`, height: `${innerHeight}px` });
    const context = canvas.getContext("2d");
    if (!context || !heat) return;
    context.scale(scale, scale);
    context.font = "13px system-ui, sans-serif";
    if (layer === "reach") drawReach(context, heat);
    else drawCells(context, heat[layer]);
  };
  let waiting = 0;
  const redraw = (): void => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  };
  const close = (): void => {
    removeEventListener("scroll", redraw, true);
    removeEventListener("resize", redraw);
    stage.close();
  };

  const said = make("p", { ariaLive: "polite" });
  const tell = (): void => {
    said.textContent = sentenceFor(heat, layer);
    draw();
  };
  const load = async (): Promise<void> => {
    said.textContent = "Loading…";
    heat = await loadHeat(pass, worker, width).catch(() => null);
    tell();
  };

  const layers = make("select", { ariaLabel: "What to show" });
  for (const [value, textContent] of Object.entries(LAYERS)) layers.append(make("option", { value, textContent }));
  layers.addEventListener("change", () => {
    layer = layers.value as Layer;
    tell();
  });
  const widths = make("select", { ariaLabel: "Width of the screen" });
  for (const value of HEAT_WIDTHS)
    widths.append(make("option", { value, textContent: value, selected: value === width }));
  widths.addEventListener("change", () => {
    width = widths.value as HeatWidth;
    void load();
  });

  addEventListener("scroll", redraw, true);
  addEventListener("resize", redraw);
  // Filters of the dashboard do not hold here: the pass has a period only.
  const period = `${pass.from && pass.to ? `${pass.from} – ${pass.to}` : "Last 30 days"}, all visitors`;
  const few = make("span", { textContent: "few" });
  const scale = make("span", { className: "bar" });
  scale.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(heatColour).join(", ")})`;
  stage.panel.append(
    heading(stage, "Heatmap", close),
    make("div", { className: "row" }, layers, widths, make("span", { textContent: period })),
    said,
    make("div", { className: "row" }, few, scale, make("span", { textContent: "most" })),
  );
  void load();
}
