// Combines verdicts that belong together into one anomaly: consecutive hours, their day, related metrics.
import {
  ANOMALY_GROUPS,
  type Anomaly,
  type AnomalyGroup,
  type AnomalyMetric,
  type Grain,
  type Severity,
} from "./anomaly";
import type { Measure } from "./judge/track";
import type { Judgement, Side, Verdict } from "./judge/verdict";

interface Span {
  start: number;
  end: number;
  score: number;
  strength: number;
}

interface Incident {
  id: string;
  group: AnomalyGroup;
  side: Side;
  start: number;
  end: number;
  silent: boolean;
  reason: "baseline" | "limit";
  /** Anomalous time of each metric, by grain. */
  spans: Map<AnomalyMetric, Map<Grain, Span>>;
}

/**
 * Verdicts in the order in which they became known, so that later verdicts do not change anomalies made from earlier
 * ones.
 */
function inOrder(judgements: readonly Judgement[]): Verdict[] {
  const order = { hour: 0, day: 1 };
  const metrics = Object.keys(ANOMALY_GROUPS);
  return judgements
    .flatMap(({ verdicts }) => verdicts)
    .sort(
      (a, b) =>
        a.end - b.end ||
        order[a.grain] - order[b.grain] ||
        metrics.indexOf(a.metric) - metrics.indexOf(b.metric) ||
        a.start - b.start,
    );
}

function join(incident: Incident, verdict: Verdict): void {
  incident.start = Math.min(incident.start, verdict.start);
  incident.end = Math.max(incident.end, verdict.end);
  incident.silent ||= verdict.silent;
  if (verdict.reason === "baseline") incident.reason = "baseline";
  const grains = incident.spans.get(verdict.metric) ?? new Map<Grain, Span>();
  incident.spans.set(verdict.metric, grains);
  const { start, end, score, strength } = verdict;
  const span = grains.get(verdict.grain);
  if (!span) {
    grains.set(verdict.grain, { start, end, score, strength });
    return;
  }
  span.start = Math.min(span.start, start);
  span.end = Math.max(span.end, end);
  span.score = Math.max(span.score, score);
  span.strength = Math.max(span.strength, strength);
}

/** The metric and grain with the most information. Hours come before days, because they show the time. */
function leading({ spans }: Incident): { metric: AnomalyMetric; grain: Grain; span: Span } {
  const all = [...spans].flatMap(([metric, grains]) => [...grains].map(([grain, span]) => ({ metric, grain, span })));
  const hours = all.filter(({ grain }) => grain === "hour");
  return (hours.length > 0 ? hours : all).reduce((best, each) => (each.span.score > best.span.score ? each : best));
}

function severityOf(incident: Incident, strength: number, { observed, expected }: Measure): Severity {
  if (incident.reason === "limit") return "warning";
  const ratio = observed > (expected ?? 0) ? observed / (expected ?? 1) : (expected ?? 0) / Math.max(observed, 1e-9);
  if (incident.side === "down" && incident.silent) return "critical";
  const bad = incident.side === "down" || incident.group === "errors" || incident.group === "not_found";
  // More visitors than ever is news, not an emergency.
  if (bad && incident.group !== "bounce_rate" && strength >= 2 && ratio >= 3) return "critical";
  return strength >= 1.5 || ratio >= 3 ? "warning" : "notice";
}

function toAnomaly(incident: Incident, judgements: ReadonlyMap<AnomalyMetric, Judgement>): Anomaly {
  const { id, group, side, silent, reason } = incident;
  const { metric, grain, span } = leading(incident);
  const measure = judgements.get(metric)!.measure(grain, span.start, span.end);
  const spans = [...incident.spans];
  // Hours show the time. A completed day only confirms them.
  const times = spans.flatMap(([, grains]) => grains.get(grain) ?? []);
  const { observed, expected, low, high } = measure;
  return {
    id,
    group,
    metric,
    metrics: spans.map(([each]) => each),
    grains: [...new Set(spans.flatMap(([, grains]) => [...grains.keys()]))],
    direction: side === "up" ? "spike" : silent ? "outage" : "drop",
    severity: severityOf(incident, span.strength, measure),
    reason,
    start: Math.min(...times.map((time) => time.start)),
    end: Math.max(...times.map((time) => time.end)),
    observed,
    expected,
    low,
    high,
    change: expected ? (100 * (observed - expected)) / expected : null,
    score: span.score,
  };
}

/** Anomalies that end after `from`, by start. Verdicts up to `joined` seconds apart belong to one anomaly. */
export function groupVerdicts(judgements: readonly Judgement[], joined: number, from: number): Anomaly[] {
  const incidents: Incident[] = [];
  for (const verdict of inOrder(judgements)) {
    const group = ANOMALY_GROUPS[verdict.metric];
    const found = incidents.find(
      (each) =>
        each.group === group &&
        each.side === verdict.side &&
        verdict.start <= each.end + joined &&
        each.start <= verdict.end + joined,
    );
    if (found) {
      join(found, verdict);
      continue;
    }
    const { start, end, side, reason } = verdict;
    const opened = { group, side, start, end, reason, silent: false };
    const incident: Incident = { ...opened, spans: new Map(), id: `${group}-${side}-${start}` };
    join(incident, verdict);
    incidents.push(incident);
  }
  const byMetric = new Map(judgements.map((judgement) => [judgement.metric, judgement]));
  return incidents
    .filter(({ end }) => end > from)
    .map((incident) => toAnomaly(incident, byMetric))
    .sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
}
