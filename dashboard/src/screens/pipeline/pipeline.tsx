// Pipeline: its status and lag, the lake, runs, dead letters, and rebuilds.
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
import { words } from "../../words/pipeline";

const REFRESH = 5_000;

export function Pipeline(): JSX.Element {
  const { property } = useProperty();
  const tick = createTick(REFRESH);
  const pipeline = createLoaded(() => property().site_id, loadPipeline, tick);
  /** The last run started from this page. The list of runs follows it. */
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
          <h1>{words.title}</h1>
          <p class="lead">{words.lead}</p>
        </div>
        <button type="button" class="button button-main" aria-disabled={run.pending()} onClick={() => void run.run()}>
          {words.runNow}
        </button>
      </div>
      <Show when={run.error()}>
        <p role="alert" class="submit-error">
          {run.error()}
        </p>
      </Show>
      <LoadedPanel title={words.status} loaded={pipeline} bones={4}>
        {(view) => <Progress view={view()} />}
      </LoadedPanel>
      <Show when={pipeline.value()}>
        {(view) => (
          <>
            <Show when={view().capacity.level !== "ok"}>
              <div class="notice notice-failure" role="alert">
                <Icon name="alert" />
                <p>
                  <strong>{words.moreShards}</strong> {stateOf(view().capacity)} {adviceFor(view().capacity)}
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
          label={words.lag}
          value={
            <span classList={{ "pipeline-late": isLate() }}>
              {waiting() === 0 ? words.noLag : formatDuration(lag())}
            </span>
          }
        />
        <Figure label={words.waiting} value={words.waitingRows(formatCount(waiting()))} />
        <Figure label={words.lastRun} value={last() ? formatAgo(Date.parse(last()!.started_at), Date.now()) : "–"} />
        <Figure label={words.runsEvery} value={words.minutes(props.view.interval_minutes)} />
        <Figure label={words.now} value={props.view.running ? words.running : words.idle} />
      </dl>
      <Show when={isLate()}>
        <p class="panel-note pipeline-late">{words.late}</p>
      </Show>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
      <div class="wide-table" tabindex="0" role="region" aria-label={words.datasets}>
        <table class="figures">
          <TableHeads
            names={[words.dataset]}
            figures={[words.watermark, words.moved, words.objectsWaiting, words.rowsWaiting, words.lag]}
          />
          <tbody>
            <For each={props.view.datasets}>
              {(one) => (
                <tr>
                  <th scope="row">
                    <strong>{DATASET_NAMES[one.dataset].label}</strong>
                    <small>{DATASET_NAMES[one.dataset].what}</small>
                  </th>
                  <td class="number">{one.position === 0 ? "–" : formatCount(one.position)}</td>
                  <td class="number">{one.moved_at ? formatAgo(Date.parse(one.moved_at), Date.now()) : words.never}</td>
                  <td class="number">{formatCount(one.waiting_files)}</td>
                  <td class="number">{formatCount(one.waiting_rows)}</td>
                  <td class="number">{one.waiting_files === 0 ? words.noLag : formatDuration(one.lag_seconds)}</td>
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
    <section class="panel" aria-label={words.lake}>
      <header class="panel-head">
        <h2>{words.lake}</h2>
        <span class="panel-note">{words.lakeSize(formatBytes(total()))}</span>
      </header>
      <div class="panel-free" classList={{ stale: props.isOld }}>
        <table class="figures">
          <TableHeads names={[words.zone]} figures={[words.objects, words.rows, words.size]} />
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
