// Pipeline: what becomes of events after they have been counted, how far it is, and what could not be counted.
import { createSignal, For, type JSX, Show } from "solid-js";
import type { PipelineView } from "../../../../workers/domain/runs/run";
import { adviceFor, stateOf } from "../../../../workers/domain/visits/capacity";
import { createAction } from "../../data/action";
import { createLoaded, isOld } from "../../data/answer";
import { createTick } from "../../data/clock";
import { formatAgo, formatCount, formatDuration } from "../../data/format";
import { useProperty } from "../../frame/property-frame";
import { LoadedPanel } from "../../frame/screen";
import { Icon } from "../../parts/icon";
import { TableHeads } from "../../parts/table-heads";
import { DeadLetters } from "./dead-letters";
import { PipelineRuns } from "./pipeline-runs";
import { RebuildPanel } from "./rebuild-panel";
import { DATASET_NAMES, formatBytes, loadPipeline, startRun, ZONE_NAMES } from "./requests";
import "../../style/insight.css";
import "./pipeline.css";
import { Figure } from "../../parts/figure";

const REFRESH = 5_000;

export function Pipeline(): JSX.Element {
  const { property } = useProperty();
  const tick = createTick(REFRESH);
  const pipeline = createLoaded(() => property().site_id, loadPipeline, tick);
  /** The run that this page has started last: it is watched in the list of runs. */
  const [started, setStarted] = createSignal<string | null>(null);
  const watch = (runId: string): void => {
    setStarted(runId);
    pipeline.retry();
  };
  const run = createAction(async () => watch((await startRun(property().site_id)).run_id));

  return (
    <main class="overview">
      <div class="overview-head">
        <div class="screen-title">
          <h1>Pipeline</h1>
          <p class="lead">What becomes of events after they have been counted. Numbers elsewhere do not wait for it.</p>
        </div>
        <button type="button" class="button button-main" aria-disabled={run.pending()} onClick={() => void run.run()}>
          Run now
        </button>
      </div>
      <Show when={run.error()}>
        <p role="alert" class="submit-error">
          {run.error()}
        </p>
      </Show>
      <LoadedPanel title="How far it is" loaded={pipeline} bones={4}>
        {(view) => <Progress view={view()} />}
      </LoadedPanel>
      <Show when={pipeline.value()}>
        {(view) => (
          <>
            <Show when={view().capacity.level !== "ok"}>
              <div class="notice notice-failure" role="alert">
                <Icon name="alert" />
                <p>
                  <strong>This property needs more shards.</strong> {stateOf(view().capacity)}{" "}
                  {adviceFor(view().capacity)}
                </p>
              </div>
            </Show>
            <PipelineRuns runs={view().runs} started={started()} isOld={isOld(pipeline)} />
            <Show when={view().dead_letters > 0}>
              <DeadLetters siteId={property().site_id} count={view().dead_letters} onReplay={watch} />
            </Show>
            <div class="insight insight-two pipeline-two">
              <Lake view={view()} isOld={isOld(pipeline)} />
              <RebuildPanel siteId={property().site_id} onStarted={watch} />
            </div>
          </>
        )}
      </Show>
    </main>
  );
}

function Progress(props: { view: PipelineView }): JSX.Element {
  const waiting = () => Math.max(...props.view.datasets.map(({ waiting_rows }) => waiting_rows));
  const lag = () => Math.max(...props.view.datasets.map(({ lag_seconds }) => lag_seconds));
  const isLate = () => lag() > 2 * 60 * props.view.interval_minutes;
  const last = () => props.view.runs.find(({ kind }) => kind === "run");
  return (
    <>
      <dl class="tally pipeline-tally">
        <Figure
          label="Lag"
          value={
            <span classList={{ "pipeline-late": isLate() }}>{waiting() === 0 ? "none" : formatDuration(lag())}</span>
          }
        />
        <Figure label="Waiting" value={`${formatCount(waiting())} rows`} />
        <Figure
          label="Last run with data"
          value={last() ? formatAgo(Date.parse(last()!.started_at), Date.now()) : "–"}
        />
        <Figure label="Runs every" value={`${props.view.interval_minutes} min.`} />
        <Figure label="Now" value={props.view.running ? "running" : "idle"} />
      </dl>
      <Show when={isLate()}>
        <p class="panel-note pipeline-late">
          It is behind: what has arrived waits for longer than two runs. A run that failed says why below; a backlog of
          history is caught up by itself.
        </p>
      </Show>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
      <div class="wide-table" tabindex="0" role="region" aria-label="Datasets">
        <table class="figures">
          <TableHeads names={["Dataset"]} figures={["Watermark", "Moved", "Objects waiting", "Rows waiting", "Lag"]} />
          <tbody>
            <For each={props.view.datasets}>
              {(one) => (
                <tr>
                  <th scope="row">
                    <strong>{DATASET_NAMES[one.dataset].label}</strong>
                    <small>{DATASET_NAMES[one.dataset].what}</small>
                  </th>
                  <td class="number">{one.position === 0 ? "–" : formatCount(one.position)}</td>
                  <td class="number">{one.moved_at ? formatAgo(Date.parse(one.moved_at), Date.now()) : "never"}</td>
                  <td class="number">{formatCount(one.waiting_files)}</td>
                  <td class="number">{formatCount(one.waiting_rows)}</td>
                  <td class="number">{one.waiting_files === 0 ? "none" : formatDuration(one.lag_seconds)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </>
  );
}

function Lake(props: { view: PipelineView; isOld: boolean }): JSX.Element {
  const total = () => props.view.zones.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section class="panel" aria-label="Lake">
      <header class="panel-head">
        <h2>Lake</h2>
        <span class="panel-note">{formatBytes(total())} of Parquet in your bucket</span>
      </header>
      <div class="panel-free" classList={{ stale: props.isOld }}>
        <table class="figures">
          <TableHeads names={["Zone"]} figures={["Objects", "Rows", "Size"]} />
          <tbody>
            <For each={props.view.zones}>
              {(zone) => (
                <tr>
                  <th scope="row">
                    <strong>{ZONE_NAMES[zone.zone].label}</strong>
                    <small>{ZONE_NAMES[zone.zone].what}</small>
                  </th>
                  <td class="number">{formatCount(zone.files)}</td>
                  <td class="number">{formatCount(zone.rows)}</td>
                  <td class="number">{formatBytes(zone.bytes)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </section>
  );
}
