// Web vitals: the speed of the site for its visitors, by page and device.
import { For, type JSX, Show } from "solid-js";
import { VITALS, type Vital, type VitalRow, type VitalsInsight } from "../../../../workers/domain/counts/insight";
import { createLoaded, isOld } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadVitals } from "../../data/insight";
import { valueName } from "../../data/naming";
import { createScreen, LoadedPanel, NothingMeasured, type Screen, ScreenHead } from "../../frame/screen";
import { Icon } from "../../parts/icon";
import { Empty } from "../../parts/notice";
import { BANDS, bandOf, formatVital } from "./bands";
import { VitalCard } from "./vital-card";
import "./vitals.css";
import { words as parts } from "../../words/parts";
import { words } from "../../words/vitals";

const deviceName = (device: string): string => valueName("visit:device", device);

export function Vitals(): JSX.Element {
  const screen = createScreen();
  const vitals = createLoaded(
    () => ({ scene: screen.scene(), page: screen.param("page"), device: screen.param("device") }),
    loadVitals,
    screen.tick,
  );
  const isEmpty = (value: VitalsInsight): boolean => value.metrics.every(({ samples }) => samples === 0);
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <Chips screen={screen} />
      <LoadedPanel title={words.percentile} loaded={vitals} class="vitals" bones={5}>
        {(value, of) => (
          <Show
            when={!isEmpty(value())}
            fallback={
              <Show
                when={of().page ?? of().device}
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
      <Show when={vitals.value()}>
        {(value) => (
          <div class="insight">
            <Show when={value().pages.length > 0}>
              <Breakdown
                title={words.byPage}
                head={parts.page}
                param="page"
                rows={value().pages}
                isOld={isOld(vitals)}
                screen={screen}
              />
            </Show>
            <Show when={value().devices.length > 0}>
              <Breakdown
                title={words.byDevice}
                head={words.device}
                param="device"
                name={deviceName}
                rows={value().devices}
                isOld={isOld(vitals)}
                screen={screen}
              />
            </Show>
          </div>
        )}
      </Show>
    </main>
  );
}

/** The active filters, each with a button to remove it. */
function Chips(props: { screen: Screen }): JSX.Element {
  const chips = () =>
    [
      { param: "page", label: parts.page, value: props.screen.param("page") },
      { param: "device", label: words.device, value: props.screen.param("device") },
    ].filter((chip) => chip.value !== undefined);
  return (
    <Show when={chips().length > 0}>
      <ul class="chips" aria-label={words.filters}>
        <For each={chips()}>
          {({ param, label, value }) => (
            <li>
              <a
                class="chip"
                href={props.screen.hrefWith({ [param]: undefined })}
                noScroll
                aria-label={words.removeFilter(label, value!)}
              >
                <span>
                  {label} <strong>{param === "device" ? deviceName(value!) : value}</strong>
                </span>
                <Icon name="close" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function Breakdown(props: {
  title: string;
  head: string;
  param: "page" | "device";
  name?: (value: string) => string;
  rows: VitalRow[];
  isOld: boolean;
  screen: Screen;
}): JSX.Element {
  const isChosen = (row: VitalRow): boolean => props.screen.param(props.param) === row.value;
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
                    <a
                      class="row-link value"
                      href={props.screen.hrefWith({ [props.param]: isChosen(row) ? undefined : row.value })}
                      noScroll
                      title={row.value}
                      aria-current={isChosen(row) ? "true" : undefined}
                    >
                      {props.name?.(row.value) ?? row.value}
                    </a>
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
