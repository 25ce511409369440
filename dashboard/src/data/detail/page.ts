// One page in detail: its questions, its figures, and the addresses that lead to it. Pure.

import { words } from "../../words/detail/page";
import { type Filter, readFilters, toTrees, toVisitTrees, writeFilters } from "../filters/filter";
import { intervalFor, isOfHours } from "../period";
import { comparisonOf, wholeOf } from "../periods/comparison";
import { changesText, comparedDays, comparedHours } from "../periods/names";
import type { Stream } from "../property";
import type { Answer, Answers, Question, Row, Scene } from "../question";
import { base, filtersOf, isFirst, whoOf } from "../question";

const PAGE = "event:page";
const ENTRY = "visit:entry_page";
const EXIT = "visit:exit_page";
/** Rows of a list. The rest is on the overview, under a filter. */
const MOST_ROWS = 50;

const is = (dimension: string, value: string): Filter => ({ operator: "is", dimension, values: [value] });

/** The page and everything that its figures depend on. */
export interface PageScene extends Scene {
  page: string;
}

/** A question under the filters of the screen, as they hold for visits, and more. */
function asking(
  scene: Scene,
  filters: readonly Filter[],
  question: Pick<Question, "metrics"> & Partial<Question>,
): Question {
  return {
    ...base(scene),
    filters: [...toVisitTrees(scene.view.filters), ...toTrees(filters)],
    ...question,
    include: { ...whoOf(scene), ...question.include },
  };
}

/** What was done on the page. */
const onPage = ({ page }: PageScene): Filter[] => [is(PAGE, page)];

type FigureName = "page" | "entries" | "exits";
type FigureQuestions = Record<FigureName, Question> & Record<`${FigureName}Whole`, Question | null>;

/**
 * The questions of the figures: they are shown side by side, so they arrive together. While the period is running, its
 * complete days or hours are asked for too, for the changes.
 */
export function figureQuestions(scene: PageScene): FigureQuestions {
  const { page, view, today, hour } = scene;
  const completeness = wholeOf(view, today, hour);
  const comparisons = comparisonOf(view, today);
  const whole = completeness === "running" ? null : completeness;
  const both = (filters: readonly Filter[], metrics: Question["metrics"]): [Question, Question | null] => [
    asking(scene, filters, { metrics, include: comparisons ? { comparisons } : {} }),
    whole &&
      asking(scene, filters, {
        metrics,
        date_range: whole.date_range,
        include: { comparisons: whole.comparisons },
      }),
  ];
  const [ofPage, pageWhole] = both(onPage(scene), [
    "visitors",
    "visits",
    "pageviews",
    "bounce_rate",
    "time_on_page",
    "scroll_depth",
  ]);
  const [entries, entriesWhole] = both([is(ENTRY, page)], ["visits"]);
  const [exits, exitsWhole] = both([is(EXIT, page)], ["visits"]);
  return { page: ofPage, entries, exits, pageWhole, entriesWhole, exitsWhole };
}

export type FigureAnswers = Answers<ReturnType<typeof figureQuestions>>;

export interface PageFigures {
  visitors: number;
  visits: number;
  pageviews: number;
  entrances: number;
  exits: number;
  /** Exits in percent of the page views, as the metric `exit_rate`, but under the same filters; null without views. */
  exit_rate: number | null;
  bounce_rate: number | null;
  time_on_page: number | null;
  scroll_depth: number | null;
}

type MetricsOf = (answer: Answer) => readonly (number | null)[] | undefined;

function figuresOf({ page, entries, exits }: Record<FigureName, Answer>, metricsOf: MetricsOf): PageFigures {
  const [visitors, visits, pageviews, bounce_rate, time_on_page, scroll_depth] = metricsOf(page) ?? [];
  const first = (answer: Answer): number => metricsOf(answer)?.[0] ?? 0;
  const [left, views] = [first(exits), pageviews ?? 0];
  return {
    visitors: visitors ?? 0,
    visits: visits ?? 0,
    pageviews: views,
    entrances: first(entries),
    exits: left,
    exit_rate: views > 0 ? Math.round((left / views) * 1000) / 10 : null,
    bounce_rate: bounce_rate ?? null,
    time_on_page: time_on_page ?? null,
    scroll_depth: scroll_depth ?? null,
  };
}

const ofPeriod: MetricsOf = ({ results }) => results[0]?.metrics;
const ofComparison: MetricsOf = ({ results }) => results[0]?.comparison?.metrics;

export const toFigures = (answers: Record<FigureName, Answer>): PageFigures => figuresOf(answers, ofPeriod);

/**
 * What changes are of: complete days or hours while the period is running. Null without a comparison, and while nothing of
 * the period is complete.
 */
export function toCompared(answers: FigureAnswers, scene: Scene): { now: PageFigures; before: PageFigures } | null {
  if (isFirst(scene)) return null;
  const { page, entries, exits, pageWhole, entriesWhole, exitsWhole } = answers;
  const compared =
    pageWhole && entriesWhole && exitsWhole
      ? { page: pageWhole, entries: entriesWhole, exits: exitsWhole }
      : { page, entries, exits };
  if (!compared.page.results[0]?.comparison) return null;
  return { now: figuresOf(compared, ofPeriod), before: figuresOf(compared, ofComparison) };
}

/** The text below the figures: the compared days or hours, or why nothing is compared. Empty without a comparison. */
export function comparedText(answers: FigureAnswers, scene: Scene): string {
  if (!answers.page.meta.comparison_date_range) return "";
  const unfinished = changesText(answers.pageWhole, scene);
  if (unfinished !== "") return unfinished;
  const compared = isOfHours(scene.view.period) ? comparedHours(answers.page) : comparedDays(answers.page, scene);
  return compared ? words.compared(compared.now, compared.before) : "";
}

export function trendQuestion(scene: PageScene): Question {
  const interval = intervalFor(scene.view.period);
  return asking(scene, onPage(scene), {
    metrics: ["pageviews"],
    dimensions: [interval ? `time:${interval}` : "time"],
    include: { time_labels: true },
  });
}

/**
 * The page views right before or after one of the page, in the same visit, and all page views of the page, of which the rows
 * may be only the most frequent.
 */
export const neighbourQuestions = (scene: PageScene, side: "previous" | "next"): Record<"rows" | "all", Question> => ({
  rows: asking(scene, onPage(scene), {
    metrics: ["pageviews"],
    dimensions: [`event:${side}_page`],
    order_by: [["pageviews", "desc"]],
    pagination: { limit: MOST_ROWS, offset: 0 },
  }),
  all: asking(scene, onPage(scene), { metrics: ["pageviews"] }),
});

export const scrollQuestion = (scene: PageScene): Question =>
  asking(scene, onPage(scene), { metrics: ["pageviews"], dimensions: ["event:scroll_bucket"] });

/** The visitors of the page by a dimension of their visits. */
export const visitorsQuestion = (scene: PageScene, dimension: "visit:source" | "visit:country"): Question =>
  asking(scene, onPage(scene), {
    metrics: ["visitors"],
    dimensions: [dimension],
    order_by: [["visitors", "desc"]],
    pagination: { limit: MOST_ROWS, offset: 0 },
  });

/** The goals of visits with the page, whether they were reached before or after it. */
export const goalsQuestion = (scene: PageScene): Question =>
  asking(scene, [{ operator: "has_done", dimension: PAGE, values: [scene.page] }], {
    metrics: ["visitors", "events", "conversion_rate"],
    dimensions: ["event:goal"],
    order_by: [["visitors", "desc"]],
  });

/** The host on which the page was seen most: the page of several sites may be at several addresses. */
export const hostQuestion = (scene: PageScene): Question => ({
  site_id: scene.siteId,
  ...filtersOf([is(PAGE, scene.page)]),
  date_range: base(scene).date_range,
  metrics: ["pageviews"],
  dimensions: ["event:hostname"],
  order_by: [["pageviews", "desc"]],
  pagination: { limit: 1, offset: 0 },
});

/** All pages, the most read first. */
export const pagesQuestion = (scene: Scene): Question =>
  asking(scene, [], {
    metrics: ["pageviews", "visitors", "time_on_page"],
    dimensions: [PAGE],
    order_by: [["pageviews", "desc"]],
    pagination: { limit: 200, offset: 0 },
  });

/** A path that a browser can open: `(none)` is no page. */
export const isPath = (value: string | null): value is string => value?.startsWith("/") === true;

/**
 * The address of a page on its site, null without a stream. A path is only ever appended to the stream's own address: as a
 * link of its own, `//elsewhere.example` would lead away.
 * @param host the host on which it was seen; another than a stream's does not count.
 */
export function addressOf(page: string, host: string | null, streams: readonly Pick<Stream, "url">[]): string | null {
  const sites = streams.flatMap(({ url }) => (URL.canParse(url) ? [new URL(url)] : []));
  const isOn = (site: URL): boolean => host === site.hostname || host?.endsWith(`.${site.hostname}`) === true;
  const site = sites.find((one) => one.hostname === host) ?? sites.find(isOn) ?? sites[0];
  if (!site || !isPath(page)) return null;
  const name = host !== null && isOn(site) ? host : site.hostname;
  return `${site.protocol}//${name}${site.port && `:${site.port}`}${page}`;
}

/** The dimensions whose values are pages. */
export const isPageDimension = (dimension: string): boolean => [PAGE, ENTRY, EXIT].includes(dimension);

/** The page that the filters choose, if they choose exactly one. */
export function filteredPage(filters: readonly Filter[]): string | null {
  const chosen = filters.filter(({ operator, dimension }) => operator === "is" && dimension === PAGE);
  const [page] = chosen[0]?.values ?? [];
  return chosen.length === 1 && chosen[0]?.values.length === 1 && page !== undefined && isPath(page) ? page : null;
}

/** The parameters of a page's screen: those of the present one, without a filter by other pages. */
export function searchOfPage(search: string, page: string | null): string {
  const params = new URLSearchParams(search);
  params.delete("all");
  if (page === null) params.delete("page");
  else {
    const filters = readFilters(params.get("f") ?? undefined);
    const others = writeFilters(filters.filter(({ operator, dimension }) => operator !== "is" || dimension !== PAGE));
    if (others === undefined) params.delete("f");
    else params.set("f", others);
    params.set("page", page);
  }
  return params.size > 0 ? `?${params}` : "";
}

export type { Row };
