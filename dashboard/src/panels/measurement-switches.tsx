// The switches for a data stream's measurements: all of them in groups, or the usual ones with the rest collapsed.
import { For, type JSX, Show } from "solid-js";
import {
  MEASUREMENT_NAMES,
  MEASUREMENTS,
  type Measurement,
  type Measurements,
} from "../../../workers/domain/events/measurement";
import { MEASUREMENT_GROUPS } from "../data/measurement-groups";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icon";
import { words } from "../words/forms";

const isStandard = (name: Measurement): boolean => MEASUREMENTS[name].standard;

const OTHERS = MEASUREMENT_GROUPS.map(({ title, measurements }) => ({
  title,
  measurements: measurements.filter((name) => !isStandard(name)),
})).filter(({ measurements }) => measurements.length > 0);

export interface SwitchesProps {
  measurements: Measurements;
  onChange: (name: Measurement, on: boolean) => void;
  /** For new owners: shows the usual ones, and the others after one click. */
  calm?: boolean;
}

export function MeasurementSwitches(props: SwitchesProps): JSX.Element {
  const group = (title: string, names: readonly Measurement[]): JSX.Element => (
    <Group title={title} names={names} measurements={props.measurements} onChange={props.onChange} />
  );
  return (
    <Show
      when={props.calm}
      fallback={<For each={MEASUREMENT_GROUPS}>{({ title, measurements }) => group(title, measurements)}</For>}
    >
      {group(words.measured, MEASUREMENT_NAMES.filter(isStandard))}
      {/* On returning to this step, the section with the earlier choices is open. */}
      <details
        class="more-measurements"
        open={MEASUREMENT_NAMES.some((name) => !isStandard(name) && props.measurements[name])}
      >
        <summary>
          <Icon name="right" />
          {words.moreMeasurements}
        </summary>
        <For each={OTHERS}>{({ title, measurements }) => group(title, measurements)}</For>
      </details>
    </Show>
  );
}

function Group(props: SwitchesProps & { title: string; names: readonly Measurement[] }): JSX.Element {
  return (
    <fieldset class="switches">
      <legend>{props.title}</legend>
      <For each={props.names}>
        {(name) => (
          <Switch
            label={MEASUREMENTS[name].label}
            hint={MEASUREMENTS[name].hint}
            checked={props.measurements[name]}
            onChange={(checked) => props.onChange(name, checked)}
          />
        )}
      </For>
    </fieldset>
  );
}
