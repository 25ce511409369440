// What a mail says of an anomaly: what, how much, since when, what explains it, and how not to be told of it.
import type { AnomalyMetric, AnomalyRecord } from "../anomalies/record";
import { ANOMALY_METRIC_NAMES, deviationOf, formatAnomalyValue, formatDeviation, inSentence } from "../wording/anomaly";
import type { Block, Frame, Letter } from "./letter";
import { formatDuration, formatTime, LOCALE } from "./words";

export interface AnomalyData extends AnomalyRecord {
  id: string;
  timezone: string;
}

const nameOf = (metric: AnomalyMetric): string => inSentence(ANOMALY_METRIC_NAMES[metric]);

const say = (metric: AnomalyMetric, value: number): string => formatAnomalyValue(metric, value, LOCALE);

function headline({ metric, direction, threshold }: AnomalyRecord): string {
  const name = nameOf(metric);
  if (threshold) return `${capital(name)} ${threshold.of === "upper" ? "above" : "below"} your limit`;
  if (direction === "outage") return metric === "bounce_rate" ? "No visits at all" : `No ${name} at all`;
  const [more, fewer] = metric === "bounce_rate" ? ["Higher", "Lower"] : ["More", "Fewer"];
  return `${direction === "spike" ? more : fewer} ${name} than usual`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** An anomaly is neither good nor bad by itself: more visitors are welcome, more errors are not. */
const isBetter = ({ metric, direction }: AnomalyRecord): boolean =>
  (direction === "spike") === (metric === "visitors" || metric === "pageviews" || metric === "events");

function explain({ explanation, metric }: AnomalyRecord): Block[] {
  if (!explanation)
    return [
      {
        kind: "paragraph",
        text: "No single page, source, country or device stands out: it is spread over all of them.",
      },
    ];
  const { dimension, value, observed, expected, share_percent } = explanation;
  const of = dimension.replace(/^(event|visit):/, "").replaceAll("_", " ");
  return [
    {
      kind: "paragraph",
      text: `Mostly the ${of} ${value}: ${say(metric, observed)} instead of about ${say(metric, expected)}, which is ${Math.round(share_percent)}% of the difference.`,
    },
  ];
}

export function toAnomalyLetter(data: AnomalyData, frame: Frame): Letter {
  const { metric, metrics, severity, started_at, ended_at, observed, expected, low, high, threshold, timezone } = data;
  const title = headline(data);
  const also = metrics.filter((name) => name !== metric).map(nameOf);
  const deviation = deviationOf(data);
  const off = deviation && formatDeviation(deviation, LOCALE);
  return {
    subject: `${frame.property}: ${title.charAt(0).toLowerCase()}${title.slice(1)}${off === null ? "" : ` (${off})`}`,
    preview: `${say(metric, observed)} instead of about ${say(metric, expected)}, since ${formatTime(started_at, timezone)}.`,
    heading: title,
    blocks: [
      {
        kind: "figures",
        title: null,
        figures: [
          {
            label: ANOMALY_METRIC_NAMES[metric],
            value: say(metric, observed),
            change: off,
            better: off === null ? null : isBetter(data),
          },
          {
            label: "Expected",
            value: say(metric, expected),
            change: `${say(metric, low)} to ${say(metric, high)}`,
            better: null,
          },
          { label: "Severity", value: capital(severity), change: null, better: null },
        ],
      },
      ...explain(data),
      {
        kind: "table",
        title: "When",
        columns: ["", ""],
        rows: [
          ["Since", `${formatTime(started_at, timezone)} (${timezone})`],
          ["For", formatDuration((ended_at - started_at) / 1000)],
          ...(threshold ? [[`Your ${threshold.of} limit`, say(metric, threshold.limit)]] : []),
          ...(also.length > 0 ? [["Moved along", also.join(", ")]] : []),
        ],
      },
      {
        kind: "paragraph",
        text: "This anomaly is told once. How sensitive the search is, and from which change on, is set under Alerts.",
      },
      ...(frame.url === null ? [] : [{ kind: "link" as const, label: "Look at it", url: `${frame.url}/anomalies` }]),
    ],
    reason: "You get this because the property tells its recipients of anomalies.",
  };
}
