// The latency of the dashboard's queries on a month with a million events.
import "./resolve.ts";
import { join } from "node:path";
import { DAY, eventsOf, fillingOf, stampAll, visits } from "./events.ts";
import { percentile } from "./load.ts";
import { type Site, serveSite } from "./runtime.ts";

const { CARD_METRICS, detailQuestion, panelQuestion, seriesQuestion, summaryQuestion } = await import(
  "../../dashboard/src/data/question.ts"
);
const { columnsFor, PANELS } = await import("../../dashboard/src/data/panel.ts");
const { readView } = await import("../../dashboard/src/data/view.ts");

type Question = ReturnType<typeof summaryQuestion>;

const EVENTS = 1_000_000;
const DAYS = 30;
/** Limits of the dashboard: nine rows, plus one to detect more; a hundred in "show all". */
const PANEL_ROWS = 10;
const DETAIL_ROWS = 100;
const REPEATS = 8;

export interface QueryLatency {
  events: number;
  rows: number;
  /** Milliseconds, over all questions. */
  p50: number;
  p95: number;
  /** By kind of question, the slowest first. */
  questions: { name: string; p50: number; p95: number }[];
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Fills the rollups with thirty days that end today. Returns how much there is. */
async function fillMonth(site: Site): Promise<{ events: number; rows: number }> {
  const coming = visits(30);
  const today = Math.floor(Date.now() / DAY) * DAY;
  let events = 0;
  let rows = 0;
  for (let day = DAYS - 1; day >= 0; day--) {
    const occurrences = eventsOf(coming, today - day * DAY, Math.ceil(EVENTS / DAYS));
    const filling = fillingOf(site.siteId, stampAll(site.siteId, occurrences));
    events += occurrences.length;
    rows += filling.hours.length;
    for (const [, dates] of filling.days) for (const [, values] of dates) rows += values.length;
    const response = await fetch(`${site.url}/bench/fill`, { method: "POST", body: JSON.stringify(filling) });
    if (!response.ok)
      throw new Error(`rollups of ${dateOf(today - day * DAY)} were not taken: ${await response.text()}`);
    // The cron folds waiting counts. Here all of today waits, which is more than ever in practice.
    if (day > 0) await fetch(`${site.url}/bench/cron`);
  }
  return { events, rows };
}

/** Every query of the overview on the last thirty days: figures, each line, each tab, each "show all". */
function questionsOf(siteId: string): [name: string, Question][] {
  const scene = (metric: string) => ({
    siteId,
    today: dateOf(Date.now()),
    view: readView({ period: "30d", compare: "previous", metric }),
  });
  const standard = scene("visitors");
  const tabs = Object.values(PANELS).flatMap((panel) => panel.tabs.map(({ dimension }) => ({ panel, dimension })));
  return [
    ["figures", summaryQuestion(standard)],
    ...CARD_METRICS.map((metric): [string, Question] => [`line of ${metric}`, seriesQuestion(scene(metric))]),
    ...tabs.map(({ panel, dimension }): [string, Question] => [
      `panel ${dimension}`,
      panelQuestion(standard, panel, dimension, PANEL_ROWS),
    ]),
    ...tabs.map(({ dimension }): [string, Question] => {
      const order = columnsFor(dimension)[0] ?? "visitors";
      return [`all of ${dimension}`, detailQuestion(standard, dimension, [order, "desc"], DETAIL_ROWS, "")];
    }),
  ];
}

const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

export async function measureQueries(script: string, folder: string): Promise<QueryLatency> {
  const site = await serveSite({ script, state: join(folder, "queries") });
  try {
    const filled = await fillMonth(site);
    const times = new Map<string, number[]>();
    const questions = questionsOf(site.siteId);
    // The first round warms up.
    for (let repeat = 0; repeat <= REPEATS; repeat++)
      for (const [name, question] of questions) {
        const start = performance.now();
        const { results } = await site.api.post<{ results: unknown[] }>("/api/v2/query", question);
        const took = performance.now() - start;
        if (results.length === 0) throw new Error(`no answer to: ${name}`);
        if (repeat > 0) times.set(name, [...(times.get(name) ?? []), took]);
      }
    const all = ascending([...times.values()].flat());
    return {
      ...filled,
      p50: percentile(all, 0.5),
      p95: percentile(all, 0.95),
      questions: [...times]
        .map(([name, own]) => ({ name, p50: percentile(ascending(own), 0.5), p95: percentile(own, 0.95) }))
        .sort((a, b) => b.p95 - a.p95),
    };
  } finally {
    await site.close();
  }
}
