// The rows of an answer by one dimension: a click filters the screen by the value.
import { createSignal, For, type JSX, Show } from "solid-js";
import type { QueryMetric } from "../../../workers/domain/queries/metric";
import { formatFigure, metricLabel } from "../data/detail/figure";
import type { Filters } from "../data/filters/use-filters";
import { formatCount } from "../data/format";
import type { Row } from "../data/question";
import { Empty } from "../parts/notice";
import { words } from "../words/parts";
import { FilterLink } from "./filter-link";
import { PageLink } from "./page-link";

export interface AnswerRowsProps {
  /** The caption of the table, for screen readers. */
  caption: string;
  /** The name of the dimension, as the head of its column. */
  head: string;
  dimension: string;
  /** In the order of the question. The first is the length of the bars. */
  metrics: readonly QueryMetric[];
  rows: readonly Row[];
  filters: Filters;
  /** The text if there are no rows. */
  empty: string;
  limit?: number;
}

export function AnswerRows(props: AnswerRowsProps): JSX.Element {
  const [isOpen, setOpen] = createSignal(false);
  const limit = (): number => props.limit ?? 9;
  const some = (): readonly Row[] => props.rows.filter(({ metrics }) => (metrics[0] ?? 0) > 0);
  const top = (): number => Math.max(1, ...some().map(({ metrics }) => metrics[0] ?? 0));
  return (
    <Show when={some().length > 0} fallback={<Empty>{props.empty}</Empty>}>
      <table class="rows">
        <caption class="unseen">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{props.head}</th>
            <For each={props.metrics}>
              {(metric) => (
                <th scope="col" class="number">
                  {metricLabel(metric)}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={isOpen() ? some() : some().slice(0, limit())}>
            {(row) => (
              <tr>
                <th scope="row" class="row-name" style={{ "--share": `${((row.metrics[0] ?? 0) / top()) * 100}%` }}>
                  <FilterLink filters={props.filters} dimension={props.dimension} value={row.dimensions[0] ?? null} />
                  <PageLink dimension={props.dimension} value={row.dimensions[0] ?? null} />
                </th>
                <For each={props.metrics}>
                  {(metric, index) => <td class="number">{formatFigure(metric, row.metrics[index()])}</td>}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={!isOpen() && some().length > limit()}>
        <div class="panel-foot">
          <button type="button" class="button button-small button-quiet" onClick={() => setOpen(true)}>
            {words.showAll(formatCount(some().length))}
            <span class="unseen">{words.showAllOf(props.caption)}</span>
          </button>
        </div>
      </Show>
    </Show>
  );
}
