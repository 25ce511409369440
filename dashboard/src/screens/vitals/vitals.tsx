// Web vitals: the speed of the site for its visitors, by page and device.
import { For, type JSX, Show } from "solid-js";
import { VITALS, type Vital, type VitalRow, type VitalsInsight } from "../../../../workers/domain/counts/insight";
import { createLoaded, isOld } from "../../data/answer";
import type { Filters } from "../../data/filters/use-filters";
import { formatCount } from "../../data/format";
import { loadVitals, pageDimension } from "../../data/insight";
import { readGrouped, writeGrouped } from "../../data/view";
import { GroupSwitch } from "../../frame/group-switch";
import { createScreen, LoadedPanel, NothingMeasured, ScreenFoot, ScreenHead } from "../../frame/screen";
import { FilterLink } from "../../panels/filter-link";
import { PageLink } from "../../panels/page-link";
import { Empty } from "../../parts/notice";
import { BANDS, bandOf, formatVital } from "./bands";
import { VitalCard } from "./vital-card";
import "./vitals.css";
import { words as parts } from "../../words/parts";
import { words } from "../../words/vitals";

export function Vitals(): JSX.Element {
  const screen = createScreen({ canFilter: true });
  const isGrouped = (): boolean => readGrouped({ grouped: screen.param("grouped") });
  const vitals = createLoaded(() => ({ scene: screen.scene(), isGrouped: isGrouped() }), loadVitals, screen.tick);
  const isEmpty = (value: VitalsInsight): boolean => value.metrics.every(({ samples }) => samples === 0);
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <LoadedPanel title={words.percentile} loaded={vitals} class="vitals" bones={5}>
        {(value, of) => (
          <Show
            when={!isEmpty(value())}
            fallback={
              <Show
                when={of().scene.filters}
                fallback={<NothingMeasured what={words.things} measurements={["web_vitals"]} />}
              >
                <Empty title={words.noneFiltered}>{words.noneFilteredHint}</Empty>
              </Show>
            }
          >
            <ul class="vital-cards">
              <For each={value().metrics}>{(metric) => <VitalCard metric={metric} />}</For>
            </ul>
          </Show>
        )}
      </LoadedPanel>
      <Show when={vitals.shown()}>
        {(shown) => (
          <div class="insight">
            <Show when={shown().value.pages.length > 0}>
              <Breakdown
                title={words.byPage}
                head={parts.page}
                dimension={pageDimension(shown().key.isGrouped)}
                rows={shown().value.pages}
                isOld={isOld(vitals)}
                filters={screen.filters!}
                foot={
                  <GroupSwitch
                    isGrouped={isGrouped()}
                    onChange={(isGrouped) => screen.change(writeGrouped(isGrouped), true)}
                  />
                }
              />
            </Show>
            <Show when={shown().value.devices.length > 0}>
              <Breakdown
                title={words.byDevice}
                head={words.device}
                dimension="visit:device"
                rows={shown().value.devices}
                isOld={isOld(vitals)}
                filters={screen.filters!}
              />
            </Show>
          </div>
        )}
      </Show>
      <ScreenFoot screen={screen} />
    </main>
  );
}

function Breakdown(props: {
  title: string;
  head: string;
  dimension: string;
  rows: VitalRow[];
  isOld: boolean;
  filters: Filters;
  foot?: JSX.Element;
}): JSX.Element {
  const isChosen = (row: VitalRow): boolean => props.filters.isChosen(props.dimension, row.value);
  return (
    <section class="panel" aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
      </header>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
      <div
        class="wide-table"
        classList={{ stale: props.isOld }}
        tabindex="0"
        role="region"
        aria-label={words.allMetrics(props.title)}
      >
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{props.head}</th>
              <For each={VITALS}>
                {(metric) => (
                  <th scope="col" class="number">
                    {metric}
                  </th>
                )}
              </For>
              <th scope="col" class="number">
                {words.samples}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={props.rows}>
              {(row) => (
                <tr classList={{ "row-chosen": isChosen(row) }}>
                  <th scope="row" class="wide-name">
                    <FilterLink filters={props.filters} dimension={props.dimension} value={row.value} />
                    <PageLink dimension={props.dimension} value={row.value} />
                  </th>
                  <For each={VITALS}>
                    {(metric) => (
                      <td class="number">
                        <Value metric={metric} value={row.p75[metric]} />
                      </td>
                    )}
                  </For>
                  <td class="number">{formatCount(row.samples)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={props.foot}>{(foot) => <footer class="panel-foot">{foot()}</footer>}</Show>
    </section>
  );
}

/** The mark's shape and the text show the band, not only the colour. */
function Value(props: { metric: Vital; value: number | null }): JSX.Element {
  return (
    <Show when={props.value !== null} fallback={formatVital(props.metric, null)}>
      <span class="vital-value">
        <span class={`band-mark band-${bandOf(props.metric, props.value!)}`} aria-hidden="true" />
        {formatVital(props.metric, props.value)}
        <span class="unseen">{words.inBand(BANDS[bandOf(props.metric, props.value!)])}</span>
      </span>
    </Show>
  );
}
