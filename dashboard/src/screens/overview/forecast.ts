// Forecast and anomalies on the overview: when to show them, and how to add them to the line. Pure.
import type { AnomaliesView, ForecastView } from "../../../../workers/domain/anomalies/record";
import { MOST_INSIGHT_DAYS } from "../../../../workers/domain/counts/insight";
import type { ForecastAsk } from "../../data/anomaly";
import type { InsightScene } from "../../data/insight";
import { daysOf, intervalFor, isRunning } from "../../data/period";
import type { Scene } from "../../data/question";
import type { Point, Series } from "../../data/series";

const FORECAST_METRICS: readonly string[] = ["visitors", "pageviews", "events"] satisfies ForecastView["metric"][];
const isForecast = (metric: string): metric is ForecastView["metric"] => FORECAST_METRICS.includes(metric);

/** Null without a forecast: for hours or months, past periods, rates, or a part of the visits. */
export function forecastAsk({ siteId, today, view }: Scene): ForecastAsk | null {
  const { period, metric, withoutBots } = view;
  if (withoutBots || !isForecast(metric) || intervalFor(period) !== "day" || !isRunning(period, today)) return null;
  return { siteId, metric };
}

/** Null without anomalies: they have days, but the line may have hours or months. */
export function anomaliesAsk({ siteId, today, view: { period } }: Scene): InsightScene | null {
  return intervalFor(period) === "day" ? { siteId, ...daysOf(period, today, MOST_INSIGHT_DAYS) } : null;
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
  return { ...series, points: [...points, ...more] };
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
