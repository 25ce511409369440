// The mail about an anomaly: what changed, by how much, since when, and what explains it.
import type { AnomalyMetric, AnomalyRecord } from "../anomalies/record";
import { ANOMALY_METRIC_NAMES, deviationOf, formatAnomalyValue, formatDeviation } from "../wording/anomaly";
import { inSentence } from "../wording/label";
import type { Frame, Letter } from "./letter";
import { ANOMALY_SENTENCES, explanationOf, headlineOf, limitLabel, previewOf, rangeOf } from "./sentences/anomaly";
import { fromStranger } from "./stranger";
import { formatDuration, formatTime, LOCALE } from "./words";

export interface AnomalyData extends AnomalyRecord {
  id: string;
  timezone: string;
}

const say = (metric: AnomalyMetric, value: number): string => formatAnomalyValue(metric, value, LOCALE);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** An anomaly is neither good nor bad by itself: more visitors are welcome, more errors are not. */
const isBetter = ({ metric, direction }: AnomalyRecord): boolean =>
  (direction === "spike") === (metric === "visitors" || metric === "pageviews" || metric === "events");

function explain({ explanation, metric }: AnomalyRecord): string {
  if (!explanation) return ANOMALY_SENTENCES.unexplained;
  const { dimension, value, observed, expected, share_percent } = explanation;
  const of = dimension.replace(/^(event|visit):/, "").replaceAll("_", " ");
  return explanationOf(
    of,
    fromStranger(value),
    say(metric, observed),
    say(metric, expected),
    Math.round(share_percent),
  );
}

export function toAnomalyLetter(data: AnomalyData, frame: Frame): Letter {
  const { metric, metrics, severity, started_at, ended_at, observed, expected, low, high, threshold, timezone } = data;
  const title = headlineOf(data);
  const also = metrics.filter((name) => name !== metric).map((name) => inSentence(ANOMALY_METRIC_NAMES[name]));
  const deviation = deviationOf(data);
  const off = deviation && formatDeviation(deviation, LOCALE);
  return {
    subject: `${frame.property}: ${inSentence(title)}${off === null ? "" : ` (${off})`}`,
    preview: previewOf(metric, say(metric, observed), say(metric, expected), formatTime(started_at, timezone)),
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
            label: ANOMALY_SENTENCES.expected,
            value: say(metric, expected),
            change: rangeOf(say(metric, low), say(metric, high)),
            better: null,
          },
          { label: ANOMALY_SENTENCES.severity, value: capital(severity), change: null, better: null },
        ],
      },
      { kind: "paragraph", text: explain(data) },
      {
        kind: "table",
        title: ANOMALY_SENTENCES.details,
        columns: ["", ""],
        rows: [
          [ANOMALY_SENTENCES.started, `${formatTime(started_at, timezone)} (${timezone})`],
          [ANOMALY_SENTENCES.duration, formatDuration((ended_at - started_at) / 1000)],
          ...(threshold ? [[limitLabel(threshold.of), say(metric, threshold.limit)]] : []),
          ...(also.length > 0 ? [[ANOMALY_SENTENCES.alsoAffected, also.join(", ")]] : []),
        ],
      },
      {
        kind: "paragraph",
        text: ANOMALY_SENTENCES.once,
      },
      ...(frame.url === null
        ? []
        : [{ kind: "link" as const, label: ANOMALY_SENTENCES.link, url: `${frame.url}/anomalies` }]),
    ],
    reason: ANOMALY_SENTENCES.reason,
  };
}
