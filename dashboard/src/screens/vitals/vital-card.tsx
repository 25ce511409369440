// One web vital: its 75th percentile on the scale of web.dev, and the number of page views in each band.
import { For, type JSX, Show } from "solid-js";
import type { VitalInsight } from "../../../../workers/domain/counts/insight";
import { formatCount, formatShare } from "../../data/format";
import { words } from "../../words/vitals";
import { BANDS, type Band, bandOf, formatVital, placeOf, VITAL_ABOUT } from "./bands";

const BAND_NAMES = Object.keys(BANDS) as Band[];

export function VitalCard(props: { metric: VitalInsight }): JSX.Element {
  const about = () => VITAL_ABOUT[props.metric.metric];
  const band = (): Band | null => (props.metric.p75 === null ? null : bandOf(props.metric.metric, props.metric.p75));
  const counts = (): Record<Band, number> => ({
    good: props.metric.good,
    needs: props.metric.needs_improvement,
    poor: props.metric.poor,
  });
  return (
    <li class="vital">
      <h3 title={about().hint}>
        {props.metric.metric}
        <small>{about().label}</small>
      </h3>
      <p class="vital-figure">
        <strong>{formatVital(props.metric.metric, props.metric.p75)}</strong>
        <Show when={band()} fallback={<span class="band">{words.noSamples}</span>}>
          {(name) => (
            <span class="band">
              <span class={`band-mark band-${name()}`} aria-hidden="true" />
              {BANDS[name()]}
            </span>
          )}
        </Show>
      </p>
      <div class="vital-scale" aria-hidden="true">
        <span class="band-good" />
        <span class="band-needs" />
        <span class="band-poor" />
        <Show when={props.metric.p75 !== null}>
          <i style={{ "--place": `${placeOf(props.metric.metric, props.metric.p75!)}%` }} />
        </Show>
      </div>
      <p class="vital-limits" aria-hidden="true">
        <span>{formatVital(props.metric.metric, about().good)}</span>
        <span>{formatVital(props.metric.metric, about().poor)}</span>
      </p>
      <dl class="vital-shares">
        <For each={BAND_NAMES}>
          {(name) => (
            <div title={words.samplesOf(formatCount(counts()[name]), formatCount(props.metric.samples))}>
              <dt>{BANDS[name]}</dt>
              <dd>{formatShare(counts()[name], props.metric.samples)}</dd>
            </div>
          )}
        </For>
        <div>
          <dt>{words.samples}</dt>
          <dd>{formatCount(props.metric.samples)}</dd>
        </div>
      </dl>
    </li>
  );
}
