// "Details": every value of a dimension with more figures, sortable by each, and searched on the server.
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js";
import { createAnswer, isBusy, isOld } from "../../data/answer";
import { createSearch } from "../../data/filters/search";
import { useFilters } from "../../data/filters/use-filters";
import { formatCount } from "../../data/format";
import { valueName } from "../../data/naming";
import { type PanelName, panelFor, ungrouped } from "../../data/panel";
import { columnsOf, detailQuestion, type Row, type Scene } from "../../data/question";
import { formatValue, metricLabel, type QueryMetric } from "../../data/saved/conversion";
import { splitEvents } from "../../data/saved/event-order";
import { shownDimension } from "../../data/view";
import { FilterLink } from "../../panels/filter-link";
import { PageLink } from "../../panels/page-link";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icon";
import { LoadedContent } from "../../parts/loaded";
import { Bone, Empty } from "../../parts/notice";
import { words } from "../../words/overview";

const STEP = 100;
/** Countries have codes, but people search for names. */
const COUNTRY = "visit:country";
const COUNTRIES = 300;

const limitFor = (dimension: string, limit: number): number =>
  dimension === COUNTRY ? Math.max(COUNTRIES, limit) : limit;

/** What the server searches for. Names that only the screen knows are searched among all rows. */
const searchFor = (dimension: string, text: string): string => (dimension === COUNTRY ? "" : text);

export function BreakdownDialog(props: { name: PanelName; scene: Scene; onClose: () => void }): JSX.Element {
  const panel = panelFor(props.name);
  const filters = useFilters();
  const [order, setOrder] = createSignal<[QueryMetric, "asc" | "desc"]>([panel.metric, "desc"]);
  const [limit, setLimit] = createSignal(STEP);
  const [typed, setTyped] = createSignal("");
  const text = createSearch(typed);
  const wanted = createMemo(() => shownDimension(props.scene.view, props.scene.view.tabs[props.name]));
  createEffect(on([wanted, order, text], () => setLimit(STEP), { defer: true }));

  const answer = createAnswer(
    () => ({ ...props.scene, dimension: wanted(), order: order(), limit: limitFor(wanted(), limit()), text: text() }),
    (asked) => detailQuestion(asked, asked.dimension, asked.order, asked.limit, searchFor(asked.dimension, asked.text)),
  );
  const dimension = createMemo((): string => answer.shown()?.key.dimension ?? wanted());
  const shownOrder = () => answer.shown()?.key.order ?? order();
  const label = (): string => panel.tabs.find((tab) => tab.dimension === ungrouped(dimension()))?.label ?? "";
  const shownScene = (): Scene => answer.shown()?.key ?? props.scene;
  const columns = createMemo(() => columnsOf(shownScene(), dimension()));
  const rows = (): Row[] => answer.value()?.results ?? [];
  const total = (): number => answer.value()?.meta.total_rows ?? rows().length;
  /** Automatic events never lead: within the site's own and the automatic ones, the rows keep their order. */
  const isOfEvents = (): boolean => dimension() === "event:name";
  /** All that is found on the server, and countries by the names that are shown. */
  const found = createMemo(() => {
    const searched = typed().trim().toLowerCase();
    const all = isOfEvents() ? Object.values(splitEvents(rows(), (row) => row.dimensions[0] ?? null)).flat() : rows();
    if (!searched || dimension() !== COUNTRY) return all;
    return all.filter(({ dimensions: [value = null] }) =>
      `${value} ${valueName(COUNTRY, value)}`.toLowerCase().includes(searched),
    );
  });
  const sort = (metric: QueryMetric): void => {
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
                            {metricLabel(metric, shownScene().view.filters)}
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
                          <FilterLink filters={filters} dimension={dimension()} value={row.dimensions[0] ?? null} />
                          <PageLink dimension={dimension()} value={row.dimensions[0] ?? null} />
                        </th>
                        <For each={columns()}>
                          {(metric, index) => <td class="number">{formatValue(metric, row.metrics[index()], true)}</td>}
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
