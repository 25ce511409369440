// One anomaly: what moved, when, by how much against what was expected, and what explains it most.
import { type JSX, Show } from "solid-js";
import type { AnomalyView } from "../../../../workers/domain/anomalies/record";
import { dimensionFor } from "../../../../workers/domain/events/catalog";
import { createAction } from "../../data/action";
import { deviationOf, dismissAnomaly, formatValue, titleOf, toGauge, WATCHED, whenOf } from "../../data/anomaly";
import { localClock } from "../../data/calendar";
import { valueName } from "../../data/naming";
import { useProperty } from "../../frame/property-frame";

const SEVERITIES = { notice: "Notice", warning: "Warning", critical: "Critical" } as const;

/** What explains errors and pages not found beside the dimensions of the catalogue. */
const OF_ERRORS: Record<string, string> = {
  "event:message": "Message",
  "event:file": "File",
  "event:referrer": "Referrer",
};

export function AnomalyRow(props: { anomaly: AnomalyView; onDismissed: () => void }): JSX.Element {
  const { property } = useProperty();
  const clockOf = (instant: number): string => localClock(instant, property().timezone);
  const value = (one: number): string => formatValue(props.anomaly.metric, one);
  const others = (): string[] =>
    props.anomaly.metrics.filter((one) => one !== props.anomaly.metric).map((one) => WATCHED[one].toLowerCase());
  const dismiss = createAction(async () => {
    await dismissAnomaly(property().site_id, props.anomaly.id);
    props.onDismissed();
  });
  return (
    <li class="incident" classList={{ "incident-dismissed": props.anomaly.dismissed }}>
      <div class="incident-text">
        <h3>
          <span class={`severity severity-${props.anomaly.severity}`}>
            <span class="severity-mark" aria-hidden="true" />
            {SEVERITIES[props.anomaly.severity]}
          </span>
          {titleOf(props.anomaly)}
        </h3>
        <p class="incident-when">
          {whenOf(props.anomaly, clockOf)}
          <Show when={others().length > 0}> · with it moved {others().join(" and ")}</Show>
        </p>
        <Show when={props.anomaly.explanation}>
          {(why) => (
            <p class="incident-why">
              {Math.round(why().share_percent)}% of it:{" "}
              {(dimensionFor(why().dimension)?.label ?? OF_ERRORS[why().dimension] ?? why().dimension).toLowerCase()}{" "}
              <strong>{valueName(why().dimension, why().value)}</strong>, {value(why().observed)} instead of{" "}
              {value(why().expected)}
            </p>
          )}
        </Show>
        <Show when={props.anomaly.threshold}>
          {(limit) => (
            <p class="incident-why">
              {limit().of === "upper" ? "Above" : "Below"} your own limit of {value(limit().limit)} an hour
            </p>
          )}
        </Show>
        <Show when={dismiss.error()}>
          <p role="alert" class="submit-error">
            {dismiss.error()}
          </p>
        </Show>
      </div>
      <Figures anomaly={props.anomaly} />
      <div class="rule-actions">
        <Show when={!props.anomaly.dismissed} fallback={<span class="panel-note">Dismissed</span>}>
          <button
            type="button"
            class="button button-small"
            aria-disabled={dismiss.pending()}
            aria-label={`Dismiss ${titleOf(props.anomaly)}, ${whenOf(props.anomaly, clockOf)}`}
            onClick={() => void dismiss.run()}
          >
            Dismiss
          </button>
        </Show>
      </div>
    </li>
  );
}

/** Observed against expected, in words and on a scale; the picture says nothing that the words do not. */
function Figures(props: { anomaly: AnomalyView }): JSX.Element {
  const value = (one: number): string => formatValue(props.anomaly.metric, one);
  const gauge = () => toGauge(props.anomaly);
  return (
    <div class="incident-figures">
      <p>
        <strong>{value(props.anomaly.observed)}</strong> instead of {value(props.anomaly.expected)}
        <Show when={deviationOf(props.anomaly)}>{(by) => <span class="incident-by">{by()}</span>}</Show>
      </p>
      <div
        class="gauge"
        aria-hidden="true"
        style={{
          "--low": `${gauge().low}%`,
          "--span": `${Math.max(1, gauge().high - gauge().low)}%`,
          "--expected": `${gauge().expected}%`,
          "--observed": `${gauge().observed}%`,
        }}
      >
        <span class="gauge-band" />
        <span class="gauge-expected" />
        <span class={`gauge-observed severity-${props.anomaly.severity}`} />
      </div>
      <small>
        usual: {value(props.anomaly.low)} to {value(props.anomaly.high)}
      </small>
    </div>
  );
}
