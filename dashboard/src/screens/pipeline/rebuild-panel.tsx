// Rebuild: counts the chosen days again from the lake, or only compares them with it.
import { createSignal, type JSX } from "solid-js";
import { createAction } from "../../data/action";
import { localClock } from "../../data/calendar";
import { useProperty } from "../../frame/property-frame";
import { Switch } from "../../parts/field";
import { Form, Submit, TextField } from "../../parts/form";
import { words as pipeline } from "../../words/pipeline";
import { startCompaction, startRebuild } from "./requests";

const words = pipeline.recount;

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
    <section class="panel" aria-label={words.title}>
      <header class="panel-head">
        <h2>{words.title}</h2>
        <button
          type="button"
          class="button button-small"
          aria-disabled={compact.pending()}
          title={words.compactHint}
          onClick={() => void compact.run()}
        >
          {words.compact}
        </button>
      </header>
      <Form class="form panel-form" onSubmit={() => void rebuild.run()}>
        <p class="panel-note">{words.lead}</p>
        <div class="field-pair">
          <TextField label={words.from} type="date" required max={today} value={from()} onInput={setFrom} />
          <TextField label={words.to} type="date" required max={today} value={to()} onInput={setTo} />
        </div>
        <Switch label={words.dryRun} hint={words.dryRunHint} checked={onlyCheck()} onChange={setOnlyCheck} />
        <Submit
          label={onlyCheck() ? words.check : words.rebuild}
          action={rebuild}
          error={rebuild.error() ?? compact.error()}
          done={words.started}
        />
      </Form>
    </section>
  );
}
