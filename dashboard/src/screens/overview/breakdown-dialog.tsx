// "Details": every value of a dimension with more figures, sortable by each, and searchable among the loaded rows.
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js";
import { METRICS, type MetricName } from "../../../../workers/domain/events/catalog";
import { createAnswer, isBusy, isOld } from "../../data/answer";
import { formatCount, formatMetric } from "../../data/format";
import { valueName } from "../../data/naming";
import { columnsFor, type DimensionName, type PanelName, panelFor } from "../../data/panel";
import { detailQuestion, type Row, type Scene } from "../../data/question";
import { ValueName } from "../../panels/value-cell";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icon";
import { LoadedContent } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { words } from "../../words/overview";

const STEP = 100;

export function BreakdownDialog(props: { name: PanelName; scene: Scene; onClose: () => void }): JSX.Element {
  const panel = panelFor(props.name);
  const [order, setOrder] = createSignal<[MetricName, "asc" | "desc"]>([panel.metric, "desc"]);
  const [limit, setLimit] = createSignal(STEP);
  const [typed, setTyped] = createSignal("");
  const wanted = createMemo(() => props.scene.view.tabs[props.name]);
  createEffect(on([wanted, order], () => setLimit(STEP), { defer: true }));

  const answer = createAnswer(
    () => ({ ...props.scene, dimension: wanted(), order: order(), limit: limit() }),
    (asked) => detailQuestion(asked, asked.dimension, asked.order, 0, asked.limit),
  );
  const dimension = createMemo((): DimensionName => answer.shown()?.key.dimension ?? wanted());
  const shownOrder = () => answer.shown()?.key.order ?? order();
  const label = (): string => panel.tabs.find((tab) => tab.dimension === dimension())?.label ?? "";
  const columns = createMemo(() => columnsFor(dimension()));
  const rows = (): Row[] => answer.value()?.results ?? [];
  const total = (): number => answer.value()?.meta.total_rows ?? rows().length;
  const found = createMemo(() => {
    const searched = typed().trim().toLowerCase();
    if (!searched) return rows();
    return rows().filter((row) => {
      const value = row.dimensions[0] ?? null;
      return `${value} ${valueName(dimension(), value)}`.toLowerCase().includes(searched);
    });
  });
  const sort = (metric: MetricName): void => {
    setOrder(([before, way]) => [metric, before === metric && way === "desc" ? "asc" : "desc"]);
  };

  return (
    <Dialog
      title={panel.tabs.length > 1 ? words.dialog.title(panel.title, label()) : panel.title}
      wide
      onClose={props.onClose}
    >
      <div class="detail-tools">
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            autofocus
            placeholder={words.dialog.search(label())}
            aria-label={words.dialog.searchLabel(label())}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
        <small aria-live="polite">
          <Show when={answer.value()}>{words.dialog.count(formatCount(found().length), formatCount(total()))}</Show>
        </small>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
      <div
        class="detail-body"
        classList={{ stale: isOld(answer) }}
        tabindex="0"
        role="region"
        aria-label={words.dialog.rows(panel.title)}
        aria-busy={isBusy(answer)}
      >
        <LoadedContent
          loaded={answer}
          failure={words.dialog.loadFailed}
          bones={
            <div class="bones">
              <For each={Array(8)}>{() => <Bone class="w60" />}</For>
            </div>
          }
        >
          {() => (
            <>
              <table class="figures">
                <thead>
                  <tr>
                    <th scope="col">{label()}</th>
                    <For each={columns()}>
                      {(metric) => (
                        <th
                          scope="col"
                          class="number"
                          aria-sort={
                            shownOrder()[0] === metric
                              ? shownOrder()[1] === "desc"
                                ? "descending"
                                : "ascending"
                              : undefined
                          }
                        >
                          <button type="button" class="sort" onClick={() => sort(metric)}>
                            {METRICS[metric].label}
                            <Show when={shownOrder()[0] === metric}>
                              <Icon name={shownOrder()[1] === "desc" ? "fall" : "rise"} />
                            </Show>
                          </button>
                        </th>
                      )}
                    </For>
                  </tr>
                </thead>
                <tbody>
                  <For each={found()}>
                    {(row) => (
                      <tr>
                        <th scope="row" class="detail-name">
                          <span class="row-text">
                            <ValueName dimension={dimension()} value={row.dimensions[0] ?? null} />
                          </span>
                        </th>
                        <For each={columns()}>
                          {(metric, index) => (
                            <td class="number">{formatMetric(metric, row.metrics[index()], true)}</td>
                          )}
                        </For>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
              <Show when={found().length === 0}>
                <Empty>{typed() ? words.dialog.nothing(typed()) : panel.empty}</Empty>
              </Show>
              <Show when={rows().length < total()}>
                <button type="button" class="button detail-more" onClick={() => setLimit((before) => before + STEP)}>
                  {words.dialog.more(formatCount(Math.min(STEP, total() - rows().length)))}
                </button>
              </Show>
            </>
          )}
        </LoadedContent>
      </div>
    </Dialog>
  );
}
