// Forecast and anomalies on the overview: when to show them, and how to add them to the line. Pure.
import type { AnomaliesView, ForecastView } from "../../../../workers/domain/anomalies/record";
import { MOST_INSIGHT_DAYS } from "../../../../workers/domain/counts/insight";
import type { ForecastAsk } from "../../data/anomaly";
import { daysIn } from "../../data/calendar";
import type { InsightScene } from "../../data/insight";
import { daysOf, isRunning, spanOf } from "../../data/period";
import { intervalOfView } from "../../data/periods/interval";
import type { Scene } from "../../data/question";
import type { Point, Series } from "../../data/series";

const FORECAST_METRICS: readonly string[] = ["visitors", "pageviews", "events"] satisfies ForecastView["metric"][];
const isForecast = (metric: string): metric is ForecastView["metric"] => FORECAST_METRICS.includes(metric);

/** False for hours or months, past periods, rates, or a part of the visits: there is no forecast of them. */
export const canForecast = ({ today, view }: Scene): boolean =>
  !view.withoutBots &&
  view.filters.length === 0 &&
  isForecast(view.metric) &&
  intervalOfView(view, today) === "day" &&
  isRunning(view.period, today);

/** Days of a period that is too short for a forecast to be on by itself. */
const SHORT = 7;

export function isForecastOn({ today, view }: Scene): boolean {
  if (view.forecast !== null) return view.forecast;
  const span = spanOf(view.period, today);
  return span === null || daysIn(span.from, span.to) > SHORT;
}

/** Null if there is no forecast, or it is off. */
export const forecastAsk = (scene: Scene): ForecastAsk | null =>
  canForecast(scene) && isForecastOn(scene)
    ? { siteId: scene.siteId, metric: scene.view.metric as ForecastAsk["metric"] }
    : null;

/** Null without anomalies: they are of all visitors and have days, but the line may have hours or months. */
export const anomaliesAsk = ({ siteId, today, view }: Scene): InsightScene | null =>
  view.filters.length === 0 && intervalOfView(view, today) === "day"
    ? { siteId, ...daysOf(view.period, today, MOST_INSIGHT_DAYS) }
    : null;

/** The forecast takes at most a quarter of the chart's width. */
const WIDEST = 1 / 4;

/**
 * The points until the last forecast that is drawn. The first forecast is that of today, and as many follow as a quarter
 * of the width has room for.
 */
function withinQuarter(points: readonly Point[], own: number): Point[] {
  const first = points.findIndex(({ forecast }) => forecast);
  if (first < 0) return [...points];
  const isIn = (length: number): boolean => {
    const last = Math.min(length, points.length) - 1;
    return last - first <= WIDEST * (Math.max(length, own) - 1);
  };
  let length = points.length;
  while (length > first + 1 && !isIn(length)) length--;
  return points
    .slice(0, Math.max(length, own))
    .map((point, index) => (index < length ? point : { ...point, forecast: undefined }));
}

/**
 * Adds future days after the line, and the expected end of today. Days that the period already includes keep their
 * place.
 */
export function withForecast(series: Series, { days }: ForecastView, today: string): Series {
  if (!days || series.interval !== "day") return series;
  const ahead = days.filter(({ date }) => date >= today);
  const known = new Map(ahead.map((day) => [day.date, day]));
  const labels = new Set(series.points.map(({ label }) => label));
  const points = series.points.map((point): Point => {
    const forecast = known.get(point.label);
    return forecast ? { ...point, forecast } : point;
  });
  const more = ahead
    .filter(({ date }) => !labels.has(date))
    .map((forecast): Point => ({ label: forecast.date, value: null, beforeLabel: null, before: null, forecast }));
  return { ...series, points: withinQuarter([...points, ...more], points.length) };
}

/** Marks the days with anomalies. @param dateOf the local date of an instant. */
export function withMarks(series: Series, { anomalies }: AnomaliesView, dateOf: (instant: number) => string): Series {
  if (series.interval !== "day") return series;
  const spans = anomalies
    .filter(({ dismissed }) => !dismissed)
    .map(({ started_at, ended_at }) => [dateOf(Date.parse(started_at)), dateOf(Date.parse(ended_at) - 1)] as const);
  const isMarked = (label: string): boolean => spans.some(([from, to]) => label >= from && label <= to);
  return {
    ...series,
    points: series.points.map((point) =>
      point.value !== null && isMarked(point.label) ? { ...point, marked: true } : point,
    ),
  };
}
