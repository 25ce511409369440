// `npm run bench`: measures cost and speed and compares them with the budgets. Eight minutes, loopback only. With
// `--year`: the analysis of ten million events alone, a quarter of an hour.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureAnalysis } from "./bench/analysis.ts";
import { measureClickCost } from "./bench/click-cost.ts";
import { measureCost } from "./bench/cost.ts";
import { measureMemory } from "./bench/memory.ts";
import { measurePageCost } from "./bench/page-cost.ts";
import { measurePipeline } from "./bench/pipeline.ts";
import { measureQueries } from "./bench/queries.ts";
import { type Measured, missed, toJson, toText } from "./bench/report.ts";
import { bundle } from "./bench/runtime.ts";
import { measureThroughput } from "./bench/throughput.ts";
import { measureTracker } from "./bench/tracker.ts";
import { measureYear } from "./bench/year.ts";
import { ROOT } from "./local/config.ts";

async function step<T>(what: string, measure: () => Promise<T>): Promise<T> {
  const start = performance.now();
  process.stdout.write(`${what} … `);
  const result = await measure();
  console.log(`${((performance.now() - start) / 1_000).toFixed(0)} s`);
  return result;
}

async function measureAll(folder: string): Promise<Measured> {
  const inside = (name: string): Promise<string> => bundle(`scripts/bench/inside/${name}.ts`, folder);
  const tracker = await step("Tracker", () => measureTracker(join(folder, "tracker")));
  const pages = await step("What trackers cost a page", () => measurePageCost(join(folder, "pages")));
  const clicks = await step("What clicks cost a page", () => measureClickCost(join(folder, "clicks")));
  const [collect, counting, baseline] = await step("Bundling the Worker", () =>
    Promise.all([inside("collect"), inside("counting"), inside("baseline")]),
  );
  const throughput = await step("Throughput of collect", () => measureThroughput({ collect, baseline }, folder));
  const [one, three] = await step("Cost of events, in real time", () =>
    Promise.all([measureCost(counting, folder, 1), measureCost(counting, folder, 3)]),
  );
  const queries = await step("Queries on a million events", () => measureQueries(counting, folder));
  const analysis = await step("Analysis of a million events", () => measureAnalysis(counting, folder));
  const memory = await step("Memory of a hub", () => measureMemory(counting, folder));
  const pipeline = await step("The pipeline on half an hour of 100 events/s", () => measurePipeline(counting, folder));
  return { pipeline, throughput, cost: { one, three }, queries, analysis, tracker, pages, clicks, memory };
}

/** @returns whether only the year was asked for. */
async function measureOnlyYear(folder: string): Promise<boolean> {
  if (!process.argv.includes("--year")) return false;
  const script = await bundle("scripts/bench/inside/counting.ts", folder);
  const year = await step("Analysis of ten million events in ten months", () => measureYear(script, folder));
  const { events, cold, unfiltered, filtered, held } = year;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  console.log(
    `7 panels by scan, ${events.toLocaleString("en")} events: unfiltered ${ms(unfiltered)} (300), filtered ${ms(filtered)} (80), ` +
      `cold ${ms(cold)} (2,500); ${(held / 1e6).toFixed(0)} MB of columns held (64)`,
  );
  return true;
}

const folder = mkdtempSync(join(tmpdir(), "trackkit-bench-"));
try {
  if (!(await measureOnlyYear(folder))) {
    const measured = await measureAll(folder);
    const at = new Date().toISOString();
    const results = join(ROOT, "bench");
    mkdirSync(results, { recursive: true });
    const file = join(results, `${at.replace(/[:.]/g, "-")}.json`);
    writeFileSync(file, toJson(measured, at));
    console.log(`\n${toText(measured)}\n\nAll figures: ${file}`);
    for (const what of missed(measured)) console.log(`Budget missed: ${what}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
