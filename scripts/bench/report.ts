// The report: figures beside their budgets, as a table and as JSON.
import { MOST_VISITORS } from "../../workers/domain/visits/capacity.ts";
import type { AnalysisLatency } from "./analysis.ts";
import type { ClickCost } from "./click-cost.ts";
import type { Cost } from "./cost.ts";
import type { HubMemory } from "./memory.ts";
import type { PageCost } from "./page-cost.ts";
import type { PipelineCost } from "./pipeline.ts";
import { PRICES, UNITS } from "./prices.ts";
import type { QueryLatency } from "./queries.ts";
import type { Throughput } from "./throughput.ts";

export interface Measured {
  throughput: Throughput;
  /** By number of events per beacon. */
  cost: { one: Cost; three: Cost };
  queries: QueryLatency;
  analysis: AnalysisLatency;
  /** Bytes. */
  tracker: number;
  /** Null without Chromium. */
  pages: PageCost[] | null;
  clicks: ClickCost | null;
  memory: HubMemory;
  pipeline: PipelineCost;
}

interface Figure {
  what: string;
  value: number;
  show: (value: number) => string;
  /** The maximum or minimum of the value; null without a budget. */
  budget: { most: number } | { least: number } | null;
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const dollars = (value: number): string => `$${value.toFixed(2)}`;
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;
const bytes = (value: number): string => `${whole.format(value)} B`;

const clickFigure = ({ elements, bare, tracked }: ClickCost): Figure => ({
  what: `Click among ${whole.format(elements)} elements, every measurement on, p99 (without: ${ms(bare.p99)})`,
  value: tracked.p99,
  show: ms,
  budget: { most: 2 },
});

const scanFigures = ({ events, cold, unfiltered, filtered, duckdb, held }: AnalysisLatency): Figure[] => {
  const of = `7 panels by scan, ${whole.format(events)} events`;
  return [
    { what: `${of}, unfiltered, warm`, value: unfiltered, show: ms, budget: { most: 40 } },
    { what: `${of}, filtered, warm`, value: filtered, show: ms, budget: { most: 15 } },
    { what: `${of}, cold`, value: cold, show: ms, budget: { most: 500 } },
    {
      what: "The same, unfiltered: times faster than native DuckDB",
      value: duckdb.unfiltered / unfiltered,
      show: (times) => times.toFixed(1),
      budget: { least: 10 },
    },
    { what: "Columns held for these questions", value: held, show: megabytes, budget: { most: 48e6 } },
  ];
};

const figuresOf = ({ throughput, cost, queries, analysis, tracker, clicks, memory, pipeline }: Measured): Figure[] => [
  {
    what: "Collect beside an empty Worker + Durable Object, local",
    value: throughput.ratio,
    show: percent,
    budget: { least: 0.4 },
  },
  {
    what: "1 M page views, one event per beacon, 100/s",
    value: cost.one.dollars,
    show: dollars,
    budget: { most: 1.15 },
  },
  {
    what: "The same with the pipeline",
    value: cost.one.dollars + pipeline.dollars,
    show: dollars,
    budget: { most: 1.15 },
  },
  { what: "1 M events, three per beacon, 100/s", value: cost.three.dollars, show: dollars, budget: { most: 0.65 } },
  {
    what: `Dashboard query, 30 days, ${whole.format(queries.events)} events, p95`,
    value: queries.p95,
    show: ms,
    budget: { most: 50 },
  },
  ...scanFigures(analysis),
  { what: "Tracker, brotli", value: tracker, show: bytes, budget: { most: 1_400 } },
  ...(clicks ? [clickFigure(clicks)] : []),
  { what: "Hub's memory for a visitor's day", value: memory.bytesPerVisitor, show: bytes, budget: null },
  { what: "Pipeline, peak memory of the isolate", value: pipeline.peakBytes, show: megabytes, budget: { most: 128e6 } },
];

const keeps = ({ value, budget }: Figure): boolean | null =>
  budget === null ? null : "most" in budget ? value <= budget.most : value >= budget.least;

const VERDICTS = new Map([
  [true, "kept"],
  [false, "MISSED"],
  [null, ""],
]);

function budgetOf({ budget, show }: Figure): string {
  if (budget === null) return "";
  return "most" in budget ? `≤ ${show(budget.most)}` : `≥ ${show(budget.least)}`;
}

/** Aligns columns: the first to the left, figures to the right. */
function toTable(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  const line = (row: string[]): string =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join("   ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

function costTable({ one, three }: Measured["cost"]): string {
  const rows = one.lines.map(({ unit, units, dollars: price }, n) => {
    const other = three.lines[n];
    return [
      PRICES[unit].label,
      whole.format(units),
      dollars(price),
      whole.format(other?.units ?? 0),
      dollars(other?.dollars ?? 0),
    ];
  });
  const total = ["All", "", dollars(one.dollars), "", dollars(three.dollars)];
  return toTable([["For 1 M events", "1 per beacon", "", "3 per beacon", ""], ...rows, total]);
}

const costNote = (name: string, cost: Cost): string =>
  `${name}: ${whole.format(cost.events)} events in ${cost.seconds.toFixed(0)} s; ` +
  `${cost.eventsPerGroup.toFixed(1)} events per journal row, ${cost.eventsPerMessage.toFixed(0)} per queue message ` +
  `(${bytes(cost.bytesPerEvent)} each), ${cost.messagesPerDelivery.toFixed(0)} messages and ` +
  `${whole.format(cost.d1RowsPerDelivery)} D1 rows per delivery; answered in ${ms(cost.p50)} (p50), ${ms(cost.p95)} (p95).`;

const cpuNote = ({ collectCpu, baselineCpu }: Throughput): string =>
  collectCpu === null || baselineCpu === null
    ? ""
    : ` CPU of a request: ${collectCpu.toFixed(2)} ms and ${baselineCpu.toFixed(2)} ms.`;

function pageTable(pages: Measured["pages"]): string {
  if (!pages) return "What trackers cost a page was not measured: there is no Chromium.";
  const rows = pages.map((page) => [page.what, whole.format(page.requests), bytes(page.bytes), ms(page.mainThread)]);
  return toTable([["One load of a page", "requests", "network", "main thread"], ...rows]);
}

function pipelineTable({ lines, dollars: all }: PipelineCost): string {
  const rows = lines.map(({ unit, units, dollars: price }) => [
    PRICES[unit].label,
    whole.format(units),
    dollars(price),
  ]);
  return toTable([["The pipeline, for 1 M events", "", ""], ...rows, ["All", "", dollars(all)]]);
}

function analysisTable({ bill: { zone, steady, rare } }: AnalysisLatency): string {
  const all = [zone, steady, rare];
  const rows = UNITS.filter((unit) => all.some(({ units }) => units[unit])).map((unit) => [
    PRICES[unit].label,
    ...all.map(({ units }) => whole.format(units[unit] ?? 0)),
  ]);
  const head = ["The analysis zone", "1 M events", "1,000 filtered dashboards, awake", "asleep"];
  return toTable([head, ...rows, ["All", ...all.map((bill) => dollars(bill.dollars))]]);
}

export function toText(measured: Measured): string {
  const { pipeline, throughput, cost, queries, analysis, memory, pages } = measured;
  const figures = figuresOf(measured).map((figure) => [
    figure.what,
    figure.show(figure.value),
    budgetOf(figure),
    VERDICTS.get(keeps(figure)) ?? "",
  ]);
  const slowest = queries.questions.slice(0, 3).map(({ name, p95 }) => `${name} ${ms(p95)}`);
  return [
    toTable([["", "measured", "budget", ""], ...figures]),
    costTable(cost),
    pipelineTable(pipeline),
    analysisTable(analysis),
    pageTable(pages),
    [
      `Collect: ${whole.format(throughput.collect)} requests/s; the empty one ${whole.format(throughput.baseline)}.${cpuNote(throughput)}`,
      costNote("1 per beacon", cost.one),
      costNote("3 per beacon", cost.three),
      `Pipeline: ${whole.format(pipeline.events)} rows; ${whole.format(pipeline.transformRate)} rows/s through a run, ` +
        `${whole.format(pipeline.compactionRate)} rows/s through compaction; ${pipeline.filesBefore} objects became ${pipeline.filesAfter}.`,
      `Queries: ${whole.format(queries.rows)} rollup rows; p50 ${ms(queries.p50)}; slowest by p95: ${slowest.join(", ")}.`,
      `Analysis: native DuckDB ${ms(analysis.duckdb.unfiltered)} unfiltered, ${ms(analysis.duckdb.filtered)} filtered; ` +
        `a repeated question ${ms(analysis.repeated)}; ` +
        `tables of ${analysis.bytesPerEvent.toFixed(0)} B an event, made in ${ms(analysis.closing)} a day.`,
      `Hub: ${whole.format(memory.visitors)} visitors with ${memory.eventsPerVisitor.toFixed(1)} events each; ` +
        `it remembers ${whole.format(MOST_VISITORS)} a day; longest call ${ms(memory.longestCall)}.`,
    ].join("\n"),
  ].join("\n\n");
}

/** The figures with their verdicts, and everything that was measured. */
export const toJson = (measured: Measured, at: string): string =>
  `${JSON.stringify(
    {
      at,
      figures: figuresOf(measured).map((figure) => ({
        what: figure.what,
        value: figure.value,
        budget: figure.budget,
        kept: keeps(figure),
      })),
      ...measured,
    },
    null,
    2,
  )}\n`;

export const missed = (measured: Measured): string[] =>
  figuresOf(measured)
    .filter((figure) => keeps(figure) === false)
    .map(({ what }) => what);
