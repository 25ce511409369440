// A data stream: the website's URL, its name, and its measurements.
import { createSignal, type JSX, Show } from "solid-js";
import { MEASUREMENT_NAMES, MEASUREMENTS, type Measurements } from "../../../workers/domain/events/measurement";
import type { Action } from "../data/action";
import type { StreamDraft } from "../data/property";
import { Form, Submit, TextField } from "../parts/form";
import { words } from "../words/forms";
import { MeasurementSwitches } from "./measurement-switches";

export const STANDARD_MEASUREMENTS = Object.fromEntries(
  MEASUREMENT_NAMES.map((name) => [name, MEASUREMENTS[name].standard]),
) as Measurements;

/** People type `example.com` without a scheme. */
export const toUrl = (typed: string): string => (/^https?:\/\//i.test(typed) ? typed : `https://${typed}`);

/** `https://not a host` is a valid URL too: its spaces become %20. */
const isAddress = (text: string): boolean => URL.canParse(text) && /^[^%\s]+$/.test(new URL(text).hostname);

export function StreamForm(props: {
  draft: StreamDraft;
  action: Action<[StreamDraft]>;
  button: string;
  /** Shows only the usual measurements at first. */
  calm?: boolean;
  done?: string;
  children?: JSX.Element;
}): JSX.Element {
  const [url, setUrl] = createSignal(props.draft.url);
  const [name, setName] = createSignal(props.draft.name);
  const [isNamed, setNamed] = createSignal(props.draft.name !== "");
  const [measurements, setMeasurements] = createSignal({ ...STANDARD_MEASUREMENTS, ...props.draft.measurements });
  const [complaint, setComplaint] = createSignal<string | null>(null);

  /** Until the owner types a name, a stream is named after its host. */
  const type = (typed: string): void => {
    setUrl(typed);
    setComplaint(null);
    const full = toUrl(typed.trim());
    if (!isNamed() && isAddress(full)) setName(new URL(full).host);
  };

  return (
    <Form
      onSubmit={() => {
        const full = toUrl(url().trim());
        if (!isAddress(full)) {
          setComplaint(words.websiteInvalid);
          return;
        }
        void props.action.run({ url: full, name: name().trim(), measurements: measurements() });
      }}
    >
      <TextField
        label={words.website}
        hint={words.websiteHint}
        error={complaint()}
        inputmode="url"
        required
        maxlength="500"
        autocomplete="url"
        placeholder={words.websiteExample}
        value={url()}
        onInput={type}
      />
      <TextField
        label={words.streamName}
        required
        maxlength="100"
        autocomplete="off"
        value={name()}
        onInput={(typed) => {
          setName(typed);
          setNamed(typed !== "");
        }}
      />
      <MeasurementSwitches
        calm={props.calm}
        measurements={measurements()}
        onChange={(name, on) => setMeasurements((before) => ({ ...before, [name]: on }))}
      />
      <div class="form-foot">
        <Submit label={props.button} action={props.action} done={props.done} />
        <Show when={props.children}>{props.children}</Show>
      </div>
    </Form>
  );
}
