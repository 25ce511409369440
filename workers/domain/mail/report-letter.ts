// What the weekly and the monthly report say: the numbers with their change, top pages and sources, and what comes next.
import type { ForecastView } from "../anomalies/record";
import { METRICS, type MetricName } from "../events/catalog";
import type { Days } from "../queries/period";
import type { Block, Frame, Letter } from "./letter";
import { counted, formatCount, formatMetric, formatRange, toChange, weekday } from "./words";

export interface ReportData {
  period: "week" | "month";
  /** Local dates, both included; and those of the period before. */
  days: Days;
  before: Days;
  figures: { metric: MetricName; value: number | null; before: number | null }[];
  /** The most frequent first. */
  pages: { value: string; pageviews: number }[];
  sources: { value: string; visitors: number }[];
  /** Visitors of the days to come; null where there is too little history. */
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
      bars: rows.map(({ value, count }) => ({ label: value, value: formatCount(count), share: count / most })),
    },
  ];
}

function toForecast(days: ReportData["forecast"]): Block[] {
  if (!days || days.length === 0) return [];
  const round = (value: number): string => formatCount(Math.max(0, Math.round(value)));
  return [
    {
      kind: "table",
      title: "Forecast",
      columns: ["", "Visitors", "80% range"],
      rows: days.map(({ date, value, low80, high80 }) => [
        weekday(date),
        round(value),
        `${round(low80)} to ${round(high80)}`,
      ]),
    },
  ];
}

/** Visitors in a sentence, for who reads no further. */
function inShort({ figures, period }: ReportData): string {
  const visitors = figures.find(({ metric }) => metric === "visitors");
  if (!visitors?.value) return `Nobody came this ${period}.`;
  const told = counted(visitors.value, "visitor");
  const change = toChange("visitors", visitors.value, visitors.before);
  if (change === null) return `${told}.`;
  if (change.better === null) return `${told}, as many as in the ${period} before.`;
  return `${told}, ${change.text} against the ${period} before.`;
}

export function toReportLetter(data: ReportData, frame: Frame): Letter {
  const { period, days, before, figures } = data;
  const name = formatRange(days.first, days.last);
  return {
    subject: `${frame.property}: ${period === "week" ? "weekly" : "monthly"} report, ${name}`,
    preview: inShort(data),
    heading: `${period === "week" ? "Weekly" : "Monthly"} report, ${name}`,
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
      { kind: "paragraph", text: `Changes are against ${formatRange(before.first, before.last)}.` },
      ...toBars(
        "Top pages",
        "page views",
        data.pages.map(({ value, pageviews }) => ({ value, count: pageviews })),
      ),
      ...toBars(
        "Top sources",
        "visitors",
        data.sources.map(({ value, visitors }) => ({ value, count: visitors })),
      ),
      ...toForecast(data.forecast),
      ...(frame.url === null
        ? []
        : [
            {
              kind: "link" as const,
              label: "Open the dashboard",
              url: `${frame.url}?period=custom&from=${days.first}&to=${days.last}`,
            },
          ]),
    ],
    reason: `You get this because the property sends a ${period === "week" ? "weekly" : "monthly"} report to its recipients.`,
  };
}
