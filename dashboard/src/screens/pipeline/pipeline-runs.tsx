// The runs of the pipeline and maintenance tasks, newest first. A row opens to show its steps.
import { A, useSearchParams } from "@solidjs/router";
import { createEffect, createSignal, For, type JSX, Show } from "solid-js";
import type { RunDetails, RunView } from "../../../../workers/domain/runs/run";
import { RUNS } from "../../../../workers/domain/runs/tasks";
import { createLoaded } from "../../data/answer";
import { createTick } from "../../data/clock";
import { formatAgo, formatClock, formatCount } from "../../data/format";
import { useProperty } from "../../frame/property-frame";
import { Bones } from "../../frame/screen";
import { Dialog } from "../../parts/dialog";
import { LoadedBody } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { TableHeads } from "../../parts/table-heads";
import { words } from "../../words/pipeline";
import { formatTook, loadRun, reportLines } from "./requests";

const STATES: Record<RunView["status"], string> = words.states;

export const RunState = (props: { status: RunView["status"] }): JSX.Element => (
  <span class={`run-state run-${props.status}`}>
    <span class="run-mark" aria-hidden="true" />
    {STATES[props.status]}
  </span>
);

export function PipelineRuns(props: { runs: RunView[]; started: string | null; isOld: boolean }): JSX.Element {
  const [params, setParams] = useSearchParams<{ run?: string }>();
  const hrefOf = (id: string): string => `?${new URLSearchParams({ ...params, run: id } as Record<string, string>)}`;
  /** Started from here but not in the list: it did nothing for this property, or has just begun. */
  const isElsewhere = (): boolean => props.started !== null && !props.runs.some(({ id }) => id === props.started);
  return (
    <section class="panel" aria-label={words.runs}>
      <header class="panel-head">
        <h2>{words.runs}</h2>
        <Show when={isElsewhere()}>
          <A href={hrefOf(props.started!)} noScroll class="panel-note">
            {words.seeStarted}
          </A>
        </Show>
      </header>
      <div class="panel-free" classList={{ stale: props.isOld }}>
        <Show when={props.runs.length > 0} fallback={<Empty title={words.noRuns}>{words.noRunsHint}</Empty>}>
          {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
          <div class="wide-table" tabindex="0" role="region" aria-label={words.runsTable}>
            <table class="figures">
              <TableHeads
                names={[words.type, words.state]}
                figures={[words.began, words.took, words.objects, words.rows]}
              />
              <tbody>
                <For each={props.runs}>
                  {(run) => (
                    <tr classList={{ "row-chosen": params.run === run.id }}>
                      <th scope="row">
                        <A href={hrefOf(run.id)} noScroll class="row-link">
                          {RUNS[run.kind].label}
                        </A>
                        <Show when={run.trigger === "owner"}>
                          <small>{words.manual}</small>
                        </Show>
                      </th>
                      <td>
                        <RunState status={run.status} />
                      </td>
                      <td class="number" title={new Date(run.started_at).toLocaleString()}>
                        {formatAgo(Date.parse(run.started_at), Date.now())}
                      </td>
                      <td class="number">{formatTook(run.started_at, run.ended_at)}</td>
                      <td class="number">{formatCount(run.files)}</td>
                      <td class="number">{formatCount(run.rows)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
        </Show>
      </div>
      <Show when={params.run} keyed>
        {(id) => <RunDialog id={id as string} onClose={() => setParams({ run: undefined }, { scroll: false })} />}
      </Show>
    </section>
  );
}

function RunDialog(props: { id: string; onClose: () => void }): JSX.Element {
  const { property } = useProperty();
  const tick = createTick(2_000);
  const [isOver, setOver] = createSignal(false);
  const run = createLoaded(
    () => ({ siteId: property().site_id, id: props.id }),
    loadRun,
    () => (isOver() ? 0 : tick()),
  );
  createEffect(() => setOver((run.value()?.status ?? "running") !== "running"));
  return (
    <Dialog title={run.value() ? RUNS[run.value()!.kind].label : words.run} onClose={props.onClose} wide>
      <LoadedBody loaded={run} failure={words.runFailed} bones={<Bones count={6} />}>
        {(value) => <Details run={value()} />}
      </LoadedBody>
    </Dialog>
  );
}

function Details(props: { run: RunDetails }): JSX.Element {
  const took = (step: RunDetails["steps"][number]): number =>
    step.ended_at === null ? 0 : Date.parse(step.ended_at) - Date.parse(step.started_at);
  const longest = (): number => Math.max(1, ...props.run.steps.map(took));
  return (
    <div class="run-details">
      <p class="run-line">
        <RunState status={props.run.status} />
        <span>{words.startedAt(formatClock(Date.parse(props.run.started_at), true))}</span>
        <span>{words.duration(formatTook(props.run.started_at, props.run.ended_at))}</span>
        <span>{words.processed(formatCount(props.run.files), formatCount(props.run.rows))}</span>
      </p>
      <code class="run-id">{props.run.id}</code>
      <Show when={props.run.error}>
        <p class="notice notice-failure">{props.run.error}</p>
      </Show>
      <ol class="run-steps">
        <For each={props.run.steps}>
          {(step) => (
            <li class="run-step">
              <span class={`run-mark run-${step.status}`} aria-hidden="true" />
              <span class="run-step-name">
                {step.name}
                <span class="unseen">{words.stepState(STATES[step.status])}</span>
                <Show when={step.note}>
                  <small>{step.note}</small>
                </Show>
                <Show when={step.attempts > 1}>
                  <small>{words.attempts(step.attempts)}</small>
                </Show>
              </span>
              <span class="run-bar" aria-hidden="true">
                <span style={{ width: `${Math.max(1, (took(step) / longest()) * 100)}%` }} />
              </span>
              <span class="number">{formatTook(step.started_at, step.ended_at)}</span>
            </li>
          )}
        </For>
      </ol>
      <Show when={reportLines(props.run.report).length > 0}>
        <dl class="run-report">
          <For each={reportLines(props.run.report)}>
            {({ name, value }) => (
              <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            )}
          </For>
        </dl>
      </Show>
    </div>
  );
}
