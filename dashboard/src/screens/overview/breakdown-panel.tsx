// A panel: visitors of the period by one dimension, with tabs for related dimensions.
import { For, type JSX, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { createAnswer } from "../../data/answer";
import { useFilters } from "../../data/filters/use-filters";
import { canGroup, type DimensionName, type PanelDefinition, type PanelName, panelFor } from "../../data/panel";
import { panelQuestion, type Row, type Scene } from "../../data/question";
import { shownDimension } from "../../data/view";
import { GroupSwitch } from "../../frame/group-switch";
import { Bones } from "../../frame/screen";
import { LoadedBody } from "../../parts/loaded";
import { Menu, MenuChoice } from "../../parts/menu";
import { Empty } from "../../parts/notice";
import { words as frame } from "../../words/frame";
import { words } from "../../words/overview";
import { BreakdownRows } from "./breakdown-rows";
import { EventRows, MOST_EVENTS } from "./event-rows";

export const PANEL_ROWS = 9;

export interface BreakdownPanelProps {
  name: PanelName;
  scene: Scene;
  tick: () => unknown;
  /** Visitors of a whole period, the base of shares; null while unknown. */
  visitorsOf: (scene: Scene) => number | null;
  onTab: (dimension: DimensionName) => void;
  onAll: () => void;
  onGroup: (isGrouped: boolean) => void;
}

export function BreakdownPanel(props: BreakdownPanelProps): JSX.Element {
  const panel = panelFor(props.name);
  const filters = useFilters();
  const isEvents = props.name === "events";
  const tabOf = (scene: Scene): DimensionName => scene.view.tabs[props.name];
  const dimensionOf = (scene: Scene): string => shownDimension(scene.view, tabOf(scene));
  const answer = createAnswer(
    () => props.scene,
    (scene) => panelQuestion(scene, panel, dimensionOf(scene), isEvents ? MOST_EVENTS : PANEL_ROWS + 1),
    props.tick,
  );
  const rows = (): Row[] =>
    (answer.value()?.results ?? [])
      .filter((row) => (row.metrics[0] ?? 0) > 0)
      .slice(0, isEvents ? MOST_EVENTS : PANEL_ROWS);

  return (
    <section class="panel" aria-labelledby={`panel-${props.name}`}>
      <header class="panel-head">
        <h2 id={`panel-${props.name}`}>{panel.title}</h2>
        <Show when={panel.tabs.length > 1}>
          <Tabs panel={panel} dimension={tabOf(props.scene)} onTab={props.onTab} />
        </Show>
      </header>
      <LoadedBody
        class="panel-body"
        loaded={answer}
        failure={frame.loadFailed(panel.title)}
        bones={<Bones count={PANEL_ROWS} />}
      >
        {(_, scene) => (
          <Show when={rows().length > 0} fallback={<Empty>{panel.empty}</Empty>}>
            <Dynamic
              component={isEvents ? EventRows : BreakdownRows}
              panel={panel}
              scene={scene()}
              dimension={dimensionOf(scene())}
              rows={rows()}
              visitors={props.visitorsOf(scene())}
              filters={filters}
            />
          </Show>
        )}
      </LoadedBody>
      <footer class="panel-foot">
        <Show when={canGroup(tabOf(props.scene))}>
          <GroupSwitch isGrouped={props.scene.view.isGrouped} onChange={props.onGroup} />
        </Show>
        <Show when={rows().length > 0}>
          <button type="button" class="button button-small button-quiet" onClick={props.onAll}>
            {words.details}
            <span class="unseen">{words.detailsOf(panel.title)}</span>
          </button>
        </Show>
      </footer>
    </section>
  );
}

function Tabs(props: {
  panel: PanelDefinition;
  dimension: DimensionName;
  onTab: (dimension: DimensionName) => void;
}): JSX.Element {
  const hidden = () => props.panel.tabs.slice(props.panel.shown);
  const chosen = () => hidden().find((tab) => tab.dimension === props.dimension);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick what the rows are
    <div class="tabs" role="group" aria-label={words.panelBy(props.panel.title)}>
      <For each={props.panel.tabs.slice(0, props.panel.shown)}>
        {(tab) => (
          <button
            type="button"
            class="tab"
            aria-pressed={tab.dimension === props.dimension}
            onClick={() => props.onTab(tab.dimension)}
          >
            {tab.label}
          </button>
        )}
      </For>
      <Show when={hidden().length > 0}>
        <Menu
          label={props.panel.more ?? words.more}
          face={chosen()?.label}
          class={`tab ${chosen() ? "tab-chosen" : ""}`}
          align="end"
        >
          {(close) => (
            <For each={hidden()}>
              {(tab) => (
                <MenuChoice
                  checked={tab.dimension === props.dimension}
                  onPick={() => {
                    close();
                    props.onTab(tab.dimension);
                  }}
                >
                  {tab.label}
                </MenuChoice>
              )}
            </For>
          )}
        </Menu>
      </Show>
    </div>
  );
}
