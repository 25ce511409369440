// Settings: anomaly alerts.
import { createSignal, For, type JSX } from "solid-js";
import type { AnomalyMetric } from "../../../../workers/domain/anomalies/record";
import { createAction } from "../../data/action";
import { WATCHED } from "../../data/anomaly";
import { useProperty } from "../../frame/property-frame";
import { NumberField, Radios } from "../../parts/choices";
import { Switch } from "../../parts/field";
import { Form, Submit } from "../../parts/form";
import { type Alerts, changeSettings, fromNumber, toNumber } from "./requests";
import { SettingsLoaded } from "./settings-loaded";
import "./settings.css";
import { words as parts } from "../../words/parts";
import { alerts as words } from "../../words/settings";

const SENSITIVITIES = (["low", "standard", "high"] as const satisfies Alerts["sensitivity"][]).map((value) => ({
  value,
  ...words.sensitivities[value],
}));

const METRICS = Object.keys(WATCHED) as AnomalyMetric[];
type Typed = Record<AnomalyMetric, { upper: string; lower: string }>;

export const AlertSettings = (): JSX.Element => (
  <SettingsLoaded>{({ alerts }) => <AlertForm alerts={alerts} />}</SettingsLoaded>
);

const toTyped = ({ limits }: Alerts): Typed =>
  Object.fromEntries(
    METRICS.map((metric) => [
      metric,
      { upper: fromNumber(limits[metric]?.upper), lower: fromNumber(limits[metric]?.lower) },
    ]),
  ) as Typed;

/** Metrics without a limit are omitted. */
const toLimits = (typed: Typed): Alerts["limits"] =>
  Object.fromEntries(
    METRICS.map((metric) => [
      metric,
      { upper: toNumber(typed[metric].upper), lower: toNumber(typed[metric].lower) },
    ]).filter(([, limit]) => Object.values(limit as object).some((one) => one !== null)),
  );

function AlertForm(props: { alerts: Alerts }): JSX.Element {
  const { property } = useProperty();
  const [isOn, setOn] = createSignal(props.alerts.enabled);
  const [sensitivity, setSensitivity] = createSignal(props.alerts.sensitivity);
  const [least, setLeast] = createSignal(fromNumber(props.alerts.least_change_percent));
  const [typed, setTyped] = createSignal(toTyped(props.alerts));
  const save = createAction(() =>
    changeSettings(property().site_id, {
      alerts: {
        enabled: isOn(),
        sensitivity: sensitivity(),
        least_change_percent: Number(least()),
        limits: toLimits(typed()),
      },
    }),
  );
  const type = (metric: AnomalyMetric, side: "upper" | "lower", value: string): void => {
    setTyped((before) => ({ ...before, [metric]: { ...before[metric], [side]: value } }));
  };
  return (
    <section class="block">
      <Form onSubmit={() => void save.run()}>
        <Switch label={words.detect} hint={words.detectHint} checked={isOn()} onChange={setOn} />
        <Radios legend={words.sensitivity} choices={SENSITIVITIES} value={sensitivity()} onPick={setSensitivity} />
        <NumberField
          label={words.minimumChange}
          hint={words.minimumChangeHint}
          value={least()}
          min={0}
          max={1000}
          required
          onInput={setLeast}
        />
        <table class="limits">
          <caption>
            {words.thresholds}
            <small>{words.thresholdsHint}</small>
          </caption>
          <thead>
            <tr>
              <th scope="col">{words.metric}</th>
              <th scope="col">{words.below}</th>
              <th scope="col">{words.above}</th>
            </tr>
          </thead>
          <tbody>
            <For each={METRICS}>
              {(metric) => (
                <tr>
                  <th scope="row">
                    {WATCHED[metric]}
                    {metric === "bounce_rate" && words.inPercent}
                  </th>
                  <For each={["lower", "upper"] as const}>
                    {(side) => (
                      <td>
                        <input
                          class="input input-number"
                          type="number"
                          inputmode="decimal"
                          min="0"
                          max={metric === "bounce_rate" ? 100 : 1e12}
                          step="any"
                          placeholder={words.noThreshold}
                          aria-label={(side === "lower" ? words.alertBelow : words.alertAbove)(WATCHED[metric])}
                          value={typed()[metric][side]}
                          onInput={(event) => type(metric, side, event.currentTarget.value)}
                        />
                      </td>
                    )}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
        <Submit label={parts.save} action={save} done={words.saved} />
      </Form>
    </section>
  );
}
