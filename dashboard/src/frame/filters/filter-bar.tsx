// The filters of a page as chips: each can be edited and removed.
import { createSignal, For, type JSX, Show } from "solid-js";
import { createLoaded } from "../../data/answer";
import { filterDimension } from "../../data/filters/dimension";
import { type Filter, RULE, SEGMENT, withFilterAt } from "../../data/filters/filter";
import type { Filters } from "../../data/filters/use-filters";
import { valueName } from "../../data/naming";
import { loadRules } from "../../data/rule";
import { createSegments } from "../../data/saved/changes";
import { isSegmentChip } from "../../data/saved/segment";
import { createShortcuts, KEYS } from "../../data/shortcut";
import { onDemand } from "../../panels/on-demand";
import { Icon } from "../../parts/icon";
import { words } from "../../words/filters";
import { words as segmentWords } from "../../words/saved/segments";
import { createSegmentControls, type VersusChoice } from "../segments/segment-menu";
import type { FilterScene } from "./filter-dialog";
import "./filters.css";

/** Loaded when it is opened first. */
const FilterDialog = onDemand(() => import("./filter-dialog").then((file) => file.FilterDialog));

/** Values that a chip spells out. */
const SHOWN = 3;

export function valuesText({ dimension, values }: Filter, nameOf = valueName): string {
  const named = values.slice(0, SHOWN).map((value) => nameOf(dimension, value));
  const rest = values.length - SHOWN;
  return [...named, ...(rest > 0 ? [words.more(rest)] : [])].join(words.or);
}

/** What is open: a new filter, the one at a place, or none. */
type Open = "new" | number | null;

export interface FilterControls {
  /** The button that adds a filter. */
  Button: () => JSX.Element;
  /** The chips, and the dialog that the button opens. */
  Chips: () => JSX.Element;
}

/**
 * The controls for filters, and their shortcuts: `F` adds one, `Escape` clears all.
 * @param scene the period and property whose values are offered.
 * @param versus the comparison with other visitors, on screens that have one.
 */
export function createFilterControls(
  filters: Filters,
  scene: () => Omit<FilterScene, "filters">,
  versus: () => VersusChoice | undefined = () => undefined,
): FilterControls {
  const [open, setOpen] = createSignal<Open>(null);
  const segments = createSegments(() => scene().siteId);
  const segment = createSegmentControls(filters, segments, versus);
  const rules = createLoaded(
    () => (filters.list().some(({ dimension }) => dimension === RULE) ? scene().siteId : null),
    loadRules,
  );
  /** Segments and rules are named by their ids. */
  const nameOf = (dimension: string, value: string | null): string => {
    if (dimension === SEGMENT)
      return segments.value()?.find(({ id }) => id === value)?.name ?? (segments.value() ? segmentWords.deleted : "…");
    const rule = dimension === RULE ? rules.value()?.find(({ id }) => id === value) : undefined;
    return rule?.name ?? valueName(dimension, value);
  };
  const textOf = (filter: Filter): string =>
    `${filterDimension(filter.dimension).label} ${words.operators[filter.operator]} ${valuesText(filter, nameOf)}`;
  createShortcuts({
    title: words.filters,
    shortcuts: [
      { key: KEYS.filter, label: words.shortcuts.open, run: () => setOpen("new") },
      { key: KEYS.clear, label: words.shortcuts.clear, run: () => filters.list().length > 0 && filters.set([]) },
    ],
  });
  const edited = (): Filter | undefined => {
    const at = open();
    return typeof at === "number" ? filters.list()[at] : undefined;
  };
  const apply = (filter: Filter | null): void => {
    const [at, list] = [open(), filters.list()];
    setOpen(null);
    if (typeof at === "number") filters.set(withFilterAt(list, at, filter));
    else if (filter) filters.set([...list, filter]);
  };

  return {
    Button: () => (
      <>
        <button type="button" class="button" onClick={() => setOpen("new")}>
          <Icon name="filter" />
          {words.filter}
        </button>
        <segment.Menu />
      </>
    ),
    Chips: () => (
      <>
        <Show when={open() !== null}>
          <FilterDialog
            filter={edited()}
            nameOf={nameOf}
            scene={{ ...scene(), filters: filters.list().filter((_, at) => at !== open()) }}
            onApply={apply}
            onClose={() => setOpen(null)}
          />
        </Show>
        <Show when={filters.list().length > 0}>
          <ul class="filters" aria-label={words.filters}>
            <For each={filters.list()}>
              {(filter, index) => (
                <li class="filter">
                  <button
                    type="button"
                    class="filter-text"
                    aria-label={words.edit(textOf(filter))}
                    title={textOf(filter)}
                    onClick={() => (isSegmentChip(filter) ? segment.edit(filter.values[0]!) : setOpen(index()))}
                  >
                    <span class="filter-label">{filterDimension(filter.dimension).label}</span>{" "}
                    {words.operators[filter.operator]} <bdi class="filter-values">{valuesText(filter, nameOf)}</bdi>
                  </button>
                  <button
                    type="button"
                    class="filter-remove"
                    aria-label={words.remove(textOf(filter))}
                    title={words.dialog.remove}
                    onClick={() => filters.set(withFilterAt(filters.list(), index(), null))}
                  >
                    <Icon name="close" />
                  </button>
                </li>
              )}
            </For>
            <segment.State />
            <li>
              <button type="button" class="button button-small button-quiet" onClick={() => setOpen("new")}>
                <Icon name="plus" />
                {words.addFilter}
              </button>
            </li>
            <li>
              <button type="button" class="button button-small button-quiet" onClick={() => filters.set([])}>
                {words.clear}
              </button>
            </li>
          </ul>
        </Show>
      </>
    ),
  };
}
