// Networks: the organizations and the pages they read, and suspected bots.
import { type Accessor, createMemo, For, type JSX, Show } from "solid-js";
import { createLoaded, isOld } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadNetworks } from "../../data/insight";
import { valueName } from "../../data/naming";
import { readWithoutBots, writeWithoutBots } from "../../data/view";
import { BotsNote, BotsSwitch } from "../../frame/bots-switch";
import { createScreen, LoadedPanel, type Screen, ScreenFoot, ScreenHead } from "../../frame/screen";
import { Empty } from "../../parts/notice";
import { ALL_NETWORKS, isSuspected, type NetworkChoice, ORGANIZATIONS, signalName, toChoices, toShown } from "./choice";
import { NetworkTable } from "./network-table";
import "./networks.css";
import type { NetworksInsight } from "../../../../workers/domain/counts/insight";
import { words } from "../../words/networks";
import { words as parts } from "../../words/parts";

const NAMES: Record<string, string> = { [ORGANIZATIONS]: words.organizations, [ALL_NETWORKS]: words.allNetworks };
const nameOf = (show: string): string => NAMES[show] ?? valueName("visit:network_type", show);

export function Networks(): JSX.Element {
  const screen = createScreen({ canFilter: true });
  const networks = createLoaded(screen.scene, loadNetworks, screen.tick);
  const choice = createMemo(
    (): NetworkChoice => ({
      show: screen.param("type") ?? ORGANIZATIONS,
      withoutBots: readWithoutBots({ bots: screen.param("bots") }),
    }),
  );
  const change = (withoutBots: boolean): void => screen.change(writeWithoutBots(withoutBots));
  return (
    <main class="overview">
      <ScreenHead
        title={words.title}
        lead={words.lead}
        screen={screen}
        more={<BotsSwitch without={choice().withoutBots} onChange={change} />}
      />
      <Show when={choice().withoutBots}>
        <BotsNote onEnd={() => change(false)}>{words.botsExcluded}</BotsNote>
      </Show>
      <LoadedPanel title={nameOf(choice().show)} loaded={networks} bones={9}>
        {(value) => <Organizations value={value} choice={choice()} screen={screen} />}
      </LoadedPanel>
      <Show when={networks.value()}>
        {(value) => <SuspectedBots signals={value().signals} isOld={isOld(networks)} />}
      </Show>
      <ScreenFoot screen={screen} withoutBots={choice().withoutBots} />
    </main>
  );
}

function Organizations(props: {
  value: Accessor<NetworksInsight>;
  choice: NetworkChoice;
  screen: Screen;
}): JSX.Element {
  const rows = createMemo(() => toShown(props.value(), props.choice));
  return (
    <>
      <nav aria-label={words.types}>
        <ul class="chips chips-choice">
          <For each={toChoices(props.value(), props.choice.withoutBots)}>
            {({ show, visitors }) => (
              <li>
                <a
                  class="chip"
                  href={props.screen.hrefWith({ type: show === ORGANIZATIONS ? undefined : show, network: undefined })}
                  noScroll
                  aria-current={props.choice.show === show ? "true" : undefined}
                >
                  <span>
                    {nameOf(show)} <small>{formatCount(visitors)}</small>
                  </span>
                </a>
              </li>
            )}
          </For>
        </ul>
      </nav>
      <Show
        when={rows().length > 0}
        fallback={
          <Show
            when={props.choice.show === ORGANIZATIONS && props.value().types.length > 0}
            fallback={
              <Show
                when={props.choice.withoutBots && isSuspected(props.choice.show)}
                fallback={<Empty title={words.none}>{words.noneHint}</Empty>}
              >
                <Empty title={words.excluded}>{words.excludedHint}</Empty>
              </Show>
            }
          >
            <Empty title={words.noOrganizations}>
              {words.noOrganizationsHint}
              <a href={props.screen.hrefWith({ type: ALL_NETWORKS })} noScroll>
                {words.showAllNetworks}
              </a>
            </Empty>
          </Show>
        }
      >
        <NetworkTable rows={rows()} screen={props.screen} />
      </Show>
    </>
  );
}

function SuspectedBots(props: { signals: NetworksInsight["signals"]; isOld: boolean }): JSX.Element {
  return (
    <section class="panel" aria-label={words.bots.title}>
      <header class="panel-head">
        <h2>{words.bots.title}</h2>
        <span class="panel-note">{words.bots.note}</span>
      </header>
      <div class="panel-free" classList={{ stale: props.isOld }}>
        <p class="panel-note">{words.bots.lead}</p>
        <Show when={props.signals.length > 0} fallback={<Empty title={words.bots.none}>{words.bots.noneHint}</Empty>}>
          {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
          <div class="wide-table" tabindex="0" role="region" aria-label={words.bots.tableLabel}>
            <table class="figures signal-table">
              <caption class="unseen">{words.bots.caption}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.bots.reason}</th>
                  <For each={[parts.visitors, parts.visits, parts.pageViews, parts.events]}>
                    {(label) => (
                      <th scope="col" class="number">
                        {label}
                      </th>
                    )}
                  </For>
                </tr>
              </thead>
              <tbody>
                <For each={props.signals}>
                  {(one) => (
                    <tr>
                      <th scope="row" class="signal-name">
                        <strong>{signalName(one.signal)}</strong>
                        <small>{one.meaning}</small>
                      </th>
                      <td class="number">{formatCount(one.visitors)}</td>
                      <td class="number">{formatCount(one.visits)}</td>
                      <td class="number">{formatCount(one.pageviews)}</td>
                      <td class="number">{formatCount(one.events)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
        </Show>
      </div>
    </section>
  );
}
