// Rebuild: chosen days are counted anew from the lake, or only held against it.
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { localClock } from "../../data/calendar";
import { useProperty } from "../../frame/property-frame";
import { Field, Submit, Switch } from "../../parts/field";
import { startCompaction, startRebuild } from "./requests";

export function RebuildPanel(props: { siteId: string; onStarted: (runId: string) => void }): JSX.Element {
  const { property } = useProperty();
  const today = localClock(Date.now(), property().timezone).slice(0, 10);
  const [from, setFrom] = createSignal(today);
  const [to, setTo] = createSignal(today);
  const [onlyCheck, setOnlyCheck] = createSignal(true);
  const rebuild = createAction(async () => {
    props.onStarted((await startRebuild(props.siteId, { from: from(), to: to(), check: onlyCheck() })).run_id);
  });
  const compact = createAction(async () => props.onStarted((await startCompaction(props.siteId)).run_id));
  return (
    <section class="panel" aria-label="Count again">
      <header class="panel-head">
        <h2>Count again</h2>
        <button
          type="button"
          class="button button-small"
          aria-disabled={compact.pending()}
          title="Merge small objects of the lake now"
          onClick={() => void compact.run()}
        >
          Compact now
        </button>
      </header>
      <form
        class="form panel-form"
        onSubmit={(event) => {
          event.preventDefault();
          void rebuild.run();
        }}
      >
        <p class="panel-note">
          The lake is the record; the numbers on the screens are a view of it. Here it is held against them, or made
          anew.
        </p>
        <div class="field-pair">
          <Field label="From">
            {(control) => (
              <input
                {...control}
                class="input"
                type="date"
                required
                max={today}
                value={from()}
                onInput={(event) => setFrom(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label="To">
            {(control) => (
              <input
                {...control}
                class="input"
                type="date"
                required
                max={today}
                value={to()}
                onInput={(event) => setTo(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <Switch
          label="Only check"
          hint="Says where numbers and record differ, and changes nothing."
          checked={onlyCheck()}
          onChange={setOnlyCheck}
        />
        <Submit
          label={onlyCheck() ? "Check these days" : "Rebuild these days"}
          pending={rebuild.pending()}
          error={rebuild.error() ?? compact.error()}
          done={rebuild.done() && "Started. What comes of it stands in the list of runs."}
        />
      </form>
    </section>
  );
}
