// One anomaly: the metric, the time, the difference from the expected value, and the best explanation.
import { type JSX, Show } from "solid-js";
import type { AnomalyView } from "../../../../workers/domain/anomalies/record";
import { dimensionFor } from "../../../../workers/domain/events/catalog";
import { inSentence } from "../../../../workers/domain/wording/label";
import { createAction } from "../../data/action";
import { deviationOf, dismissAnomaly, formatValue, titleOf, toGauge, WATCHED, whenOf } from "../../data/anomaly";
import { localClock } from "../../data/calendar";
import { valueName } from "../../data/naming";
import { useProperty } from "../../frame/property-frame";
import { words } from "../../words/anomalies";

/** Explanations of errors and missing pages that are not dimensions of the catalogue. */
const OF_ERRORS: Record<string, string> = words.errorDimensions;

export function AnomalyRow(props: { anomaly: AnomalyView; onDismissed: () => void }): JSX.Element {
  const { property } = useProperty();
  const clockOf = (instant: number): string => localClock(instant, property().timezone);
  const value = (one: number): string => formatValue(props.anomaly.metric, one);
  const others = (): string[] =>
    props.anomaly.metrics.filter((one) => one !== props.anomaly.metric).map((one) => inSentence(WATCHED[one]));
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
            {words.severities[props.anomaly.severity]}
          </span>
          {titleOf(props.anomaly)}
        </h3>
        <p class="incident-when">
          {whenOf(props.anomaly, clockOf)}
          <Show when={others().length > 0}>{words.alsoAffected(others())}</Show>
        </p>
        <Show when={props.anomaly.explanation}>
          {(why) => (
            <p class="incident-why">
              {words.explanation.before(
                Math.round(why().share_percent),
                dimensionFor(why().dimension)?.label ?? OF_ERRORS[why().dimension] ?? why().dimension,
              )}
              <strong>{valueName(why().dimension, why().value)}</strong>
              {words.explanation.after(value(why().observed), value(why().expected))}
            </p>
          )}
        </Show>
        <Show when={props.anomaly.threshold}>
          {(limit) => (
            <p class="incident-why">
              {(limit().of === "upper" ? words.aboveThreshold : words.belowThreshold)(value(limit().limit))}
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
        <Show when={!props.anomaly.dismissed} fallback={<span class="panel-note">{words.dismissed}</span>}>
          <button
            type="button"
            class="button button-small"
            aria-disabled={dismiss.pending()}
            aria-label={words.dismissLabel(titleOf(props.anomaly), whenOf(props.anomaly, clockOf))}
            onClick={() => void dismiss.run()}
          >
            {words.dismiss}
          </button>
        </Show>
      </div>
    </li>
  );
}

/** Observed against expected, as text and on a scale. The scale adds nothing to the text. */
function Figures(props: { anomaly: AnomalyView }): JSX.Element {
  const value = (one: number): string => formatValue(props.anomaly.metric, one);
  const gauge = () => toGauge(props.anomaly);
  return (
    <div class="incident-figures">
      <p>
        <strong>{value(props.anomaly.observed)}</strong>
        {words.expected(value(props.anomaly.expected))}
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
      <small>{words.usual(value(props.anomaly.low), value(props.anomaly.high))}</small>
    </div>
  );
}
