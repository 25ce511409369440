// Settings: what is out of the ordinary enough to be told.
import { createSignal, For, type JSX } from "solid-js";
import type { AnomalyMetric } from "../../../../workers/domain/anomalies/record";
import { createAction } from "../../data/action";
import { WATCHED } from "../../data/anomaly";
import { useProperty } from "../../frame/property-frame";
import { NumberField, Radios } from "../../parts/choices";
import { Submit, Switch } from "../../parts/field";
import { type Alerts, changeSettings, fromNumber, toNumber } from "./requests";
import { SettingsLoaded } from "./settings-loaded";
import "./settings.css";

const SENSITIVITIES = [
  { value: "low", label: "Low", hint: "Only what is far from anything seen before." },
  { value: "standard", label: "Standard", hint: "At most about one false alarm a month." },
  { value: "high", label: "High", hint: "Small deviations too, and more false alarms." },
] as const satisfies { value: Alerts["sensitivity"]; label: string; hint: string }[];

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

/** Metrics without a limit are left out. */
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
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <Switch
          label="Look for anomalies"
          hint="Every hour and every day, against the same hours of the six weeks before. What is found stands under Anomalies."
          checked={isOn()}
          onChange={setOn}
        />
        <Radios legend="Sensitivity" choices={SENSITIVITIES} value={sensitivity()} onPick={setSensitivity} />
        <NumberField
          label="Least change, in percent"
          hint="What differs by less is never told, however unlikely it is."
          value={least()}
          min={0}
          max={1000}
          required
          onInput={setLeast}
        />
        <table class="limits">
          <caption>
            Your own limits, per hour
            <small>An alarm whenever an hour is above or below. Empty: none.</small>
          </caption>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">Below</th>
              <th scope="col">Above</th>
            </tr>
          </thead>
          <tbody>
            <For each={METRICS}>
              {(metric) => (
                <tr>
                  <th scope="row">
                    {WATCHED[metric]}
                    {metric === "bounce_rate" && ", %"}
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
                          placeholder="none"
                          aria-label={`${WATCHED[metric]}, ${side === "lower" ? "alarm below" : "alarm above"}`}
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
        <Submit
          label="Save"
          pending={save.pending()}
          error={save.error()}
          done={save.done() && "Saved. It holds from the next hour on."}
        />
      </form>
    </section>
  );
}
