// Anomalies: when a metric was unusual for the time, its explanation, and the monitored metrics.
import { A } from "@solidjs/router";
import { type Accessor, createMemo, For, type JSX, Show } from "solid-js";
import type { AnomaliesView } from "../../../../workers/domain/anomalies/record";
import { loadAnomalies, WATCHED } from "../../data/anomaly";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { useProperty } from "../../frame/property-frame";
import { createScreen, LoadedPanel, type Screen, ScreenHead } from "../../frame/screen";
import { Empty } from "../../parts/notice";
import { AnomalyRow } from "./anomaly-row";
import "./anomalies.css";
import { words } from "../../words/anomalies";

export function Anomalies(): JSX.Element {
  const screen = createScreen();
  const { property } = useProperty();
  const anomalies = createLoaded(screen.scene, loadAnomalies, screen.tick);
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <LoadedPanel
        title={words.incidents}
        loaded={anomalies}
        bones={6}
        end={
          <A href={`/p/${property().site_id}/settings/alerts`} class="panel-note">
            {words.alertSettings}
          </A>
        }
      >
        {(view) => <Incidents view={view} screen={screen} onChange={anomalies.retry} />}
      </LoadedPanel>
    </main>
  );
}

function Incidents(props: { view: Accessor<AnomaliesView>; screen: Screen; onChange: () => void }): JSX.Element {
  const newest = createMemo(() =>
    [...props.view().anomalies].sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at)),
  );
  const isShowingAll = (): boolean => props.screen.param("dismissed") === "shown";
  const dismissed = (): number => newest().filter((one) => one.dismissed).length;
  const shown = () => newest().filter((one) => isShowingAll() || !one.dismissed);
  return (
    <>
      <Show when={shown().length > 0} fallback={<Nothing />}>
        <ul class="incidents">
          <For each={shown()}>{(one) => <AnomalyRow anomaly={one} onDismissed={props.onChange} />}</For>
        </ul>
      </Show>
      <Show when={dismissed() > 0}>
        <p class="panel-note">
          <a href={props.screen.hrefWith({ dismissed: isShowingAll() ? undefined : "shown" })} noScroll>
            {isShowingAll() ? words.hideDismissed : words.showDismissed(formatCount(dismissed()))}
          </a>
        </p>
      </Show>
    </>
  );
}

const Nothing = (): JSX.Element => (
  <div class="incidents-none">
    <Empty title={words.none}>{words.noneHint}</Empty>
    <ul class="watched" aria-label={words.watched}>
      <For each={Object.values(WATCHED)}>{(label) => <li>{label}</li>}</For>
    </ul>
  </div>
);
