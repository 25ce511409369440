// A comparison with other visitors instead of another time: a segment, or everybody, as the second line of the chart. Pure.
import { hasGoal, toTrees } from "../filters/filter";
import { type Answer, type Question, type Scene, seriesQuestion } from "../question";
import type { Series } from "../series";
import { type ChartMetric, emptyValue, toNumber } from "./charted";
import type { Segment } from "./requests";
import { isSegmentChip, segmentChip } from "./segment";

/** The value of the parameter `vs` that stands for everybody. */
export const EVERYBODY = "all";

/** The question of the second line; null without one. */
export function versusQuestion(scene: Scene): Question | null {
  const { vs, metric } = scene.view;
  if (vs === null) return null;
  const { filters: _, ...series } = seriesQuestion({ ...scene, view: { ...scene.view, compare: "none" } });
  // The rate is of the same goal: without one, everybody converts.
  const goals = metric === "conversion_rate" ? scene.view.filters.filter((filter) => hasGoal([filter])) : [];
  const filters = vs === EVERYBODY ? goals : [...goals, segmentChip(vs)];
  return filters.length > 0 ? { ...series, filters: toTrees(filters) } : series;
}

/**
 * The series with the other visitors as its comparison.
 * @param answer undefined while it is loading: then nothing is compared, because the previous period has another name.
 */
export function withVersus(series: Series, answer: Answer | undefined, metric: ChartMetric, clock: string): Series {
  const rows = answer && new Map(answer.results.map((row) => [row.dimensions[0], toNumber(row.metrics[0])]));
  const nothing = emptyValue(metric);
  const points = series.points.map((point) => ({
    ...point,
    beforeLabel: rows ? point.label : null,
    before: !rows || point.label > clock ? null : (rows.get(point.label) ?? nothing),
  }));
  return { ...series, points };
}

/** The names of the two lines. `filtered` stands for filters without a name of their own. */
export function versusNames(
  { view }: Pick<Scene, "view">,
  segments: readonly Segment[],
  texts: { everybody: string; filtered: string; deleted: string },
): { now: string; before: string } {
  const nameOf = (id: string): string => segments.find((one) => one.id === id)?.name ?? texts.deleted;
  const [only, ...others] = view.filters;
  const now = !only
    ? texts.everybody
    : others.length === 0 && isSegmentChip(only)
      ? nameOf(only.values[0]!)
      : texts.filtered;
  const vs = view.vs ?? EVERYBODY;
  return { now, before: vs === EVERYBODY ? texts.everybody : nameOf(vs) };
}
