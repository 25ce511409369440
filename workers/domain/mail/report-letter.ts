// The weekly and the monthly report: figures with their change, top pages, top sources and the forecast.
import type { ForecastView } from "../anomalies/record";
import { METRICS, type MetricName } from "../events/catalog";
import type { Days } from "../queries/period";
import type { Block, Frame, Letter } from "./letter";
import {
  changedVisitors,
  comparedWith,
  headingOf,
  noVisitors,
  onlyVisitors,
  REPORT_SENTENCES,
  rangeOf,
  reasonOf,
  sameVisitors,
  subjectOf,
} from "./sentences/report";
import { fromStranger } from "./stranger";
import { counted, formatCount, formatMetric, formatRange, toChange, weekday } from "./words";

export interface ReportData {
  period: "week" | "month";
  /** Local dates, both included; `before` is the previous period. */
  days: Days;
  before: Days;
  figures: { metric: MetricName; value: number | null; before: number | null }[];
  /** Sorted, the most frequent first. */
  pages: { value: string; pageviews: number }[];
  sources: { value: string; visitors: number }[];
  /** Visitors of the next seven days; null where there is too little history. */
  forecast: ForecastView["days"];
}

function toBars(title: string, of: string, rows: readonly { value: string; count: number }[]): Block[] {
  if (rows.length === 0) return [];
  const most = Math.max(...rows.map(({ count }) => count));
  return [
    {
      kind: "bars",
      title,
      of,
      bars: rows.map(({ value, count }) => ({
        label: fromStranger(value),
        value: formatCount(count),
        share: count / most,
      })),
    },
  ];
}

function toForecast(days: ReportData["forecast"]): Block[] {
  if (!days || days.length === 0) return [];
  const round = (value: number): string => formatCount(Math.max(0, Math.round(value)));
  return [
    {
      kind: "table",
      title: REPORT_SENTENCES.forecast,
      columns: ["", REPORT_SENTENCES.forecastVisitors, REPORT_SENTENCES.forecastRange],
      rows: days.map(({ date, value, low80, high80 }) => [
        weekday(date),
        round(value),
        rangeOf(round(low80), round(high80)),
      ]),
    },
  ];
}

/** The visitors in one sentence, for the preview. */
function inShort({ figures, period }: ReportData): string {
  const visitors = figures.find(({ metric }) => metric === "visitors");
  if (!visitors?.value) return noVisitors(period);
  const said = counted(visitors.value, "visitor");
  const change = toChange("visitors", visitors.value, visitors.before);
  if (change === null) return onlyVisitors(said);
  return change.direction === "flat" ? sameVisitors(said, period) : changedVisitors(said, change.text, period);
}

export function toReportLetter(data: ReportData, frame: Frame): Letter {
  const { period, days, before, figures } = data;
  const name = formatRange(days.first, days.last);
  return {
    subject: `${frame.property}: ${subjectOf(period, name)}`,
    preview: inShort(data),
    heading: headingOf(period, name),
    blocks: [
      {
        kind: "figures",
        title: null,
        figures: figures.map(({ metric, value, before: earlier }) => {
          const change = toChange(metric, value, earlier);
          return {
            label: METRICS[metric].label,
            value: formatMetric(metric, value),
            change: change?.text ?? null,
            better: change?.better ?? null,
          };
        }),
      },
      { kind: "paragraph", text: comparedWith(formatRange(before.first, before.last)) },
      ...toBars(
        REPORT_SENTENCES.pages,
        REPORT_SENTENCES.pageviews,
        data.pages.map(({ value, pageviews }) => ({ value, count: pageviews })),
      ),
      ...toBars(
        REPORT_SENTENCES.sources,
        REPORT_SENTENCES.visitors,
        data.sources.map(({ value, visitors }) => ({ value, count: visitors })),
      ),
      ...toForecast(data.forecast),
      ...(frame.url === null
        ? []
        : [
            {
              kind: "link" as const,
              label: REPORT_SENTENCES.link,
              url: `${frame.url}?period=custom&from=${days.first}&to=${days.last}`,
            },
          ]),
    ],
    reason: reasonOf(period),
  };
}
