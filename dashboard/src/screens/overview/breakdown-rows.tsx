// The rows of a panel: a value on a bar, its figure, and its share or a second figure.
import { For, type JSX } from "solid-js";
import { hasGoal } from "../../data/filters/filter";
import type { Filters } from "../../data/filters/use-filters";
import { formatMetric, formatShare } from "../../data/format";
import { type PanelDefinition, ungrouped } from "../../data/panel";
import type { Row, Scene } from "../../data/question";
import { formatRate, formatValue, metricLabel } from "../../data/saved/conversion";
import { FilterLink } from "../../panels/filter-link";
import { PageLink } from "../../panels/page-link";
import { words } from "../../words/overview";
import { words as parts } from "../../words/parts";
import { words as goals } from "../../words/saved/goals";

export interface RowsProps {
  panel: PanelDefinition;
  /** The question that the rows answer. */
  scene: Scene;
  dimension: string;
  rows: readonly Row[];
  /** The base of shares; null while unknown. */
  visitors: number | null;
  filters: Filters;
}

export function BreakdownRows(props: RowsProps & { top?: number; class?: string }): JSX.Element {
  const label = (): string => props.panel.tabs.find((tab) => tab.dimension === ungrouped(props.dimension))?.label ?? "";
  const top = (): number => props.top ?? Math.max(...props.rows.map((row) => row.metrics[0] ?? 0), 1);
  const isOfGoal = (): boolean => hasGoal(props.scene.view.filters);
  return (
    <table class={`rows ${props.class ?? ""}`}>
      <thead>
        <tr>
          <th scope="col">{label()}</th>
          <th scope="col" class="number">
            {isOfGoal() ? goals.conversionsShort : metricLabel(props.panel.metric)}
          </th>
          <th scope="col" class="number share">
            {isOfGoal() ? (
              <span title={goals.groupRateHint}>{goals.rate}</span>
            ) : props.panel.second ? (
              metricLabel(props.panel.second)
            ) : (
              <span title={words.shareHint}>{parts.share}</span>
            )}
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr>
              <th scope="row" class="row-name" style={{ "--share": `${((row.metrics[0] ?? 0) / top()) * 100}%` }}>
                <FilterLink filters={props.filters} dimension={props.dimension} value={row.dimensions[0] ?? null} />
                <PageLink dimension={props.dimension} value={row.dimensions[0] ?? null} />
              </th>
              <td class="number">{formatMetric(props.panel.metric, row.metrics[0])}</td>
              <td class="number share">
                {isOfGoal()
                  ? formatRate(row.metrics[1] ?? 0, row.metrics[0] ?? 0)
                  : props.panel.second
                    ? formatValue(props.panel.second, row.metrics[1])
                    : formatShare(row.metrics[0] ?? 0, props.visitors ?? 0)}
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
