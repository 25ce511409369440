// A matrix of two technology dimensions: a table with cells shaded by their share, and totals.
import { For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import { formatCount, formatShare } from "../../data/format";
import { valueName } from "../../data/naming";
import { words as parts } from "../../words/parts";
import { words } from "../../words/technology";
import {
  type Line,
  type Matrix,
  narrow,
  shadeOf,
  type TechColumn,
  type TechView,
  techDimension,
  techLabel,
} from "./tech";

export function TechMatrix(props: { matrix: Matrix; view: TechView; hrefTo: (view: TechView) => string }): JSX.Element {
  const nameOf = (column: TechColumn, { value, values }: Line): string =>
    value === null ? words.others(formatCount(values)) : valueName(techDimension(column), value);
  const head = (column: TechColumn, line: Line): JSX.Element => (
    <Show when={line.value} fallback={<span class="value absent">{nameOf(column, line)}</span>}>
      {(value) => (
        <a
          class="row-link value"
          href={props.hrefTo(narrow(props.view, { [column]: value() }))}
          noScroll
          title={words.only(nameOf(column, line))}
        >
          {nameOf(column, line)}
        </a>
      )}
    </Show>
  );
  const metric = (): string => METRICS[props.view.metric].label;
  const caption = (): string => words.by(metric(), techLabel(props.view.rows), techLabel(props.view.columns));
  /** The target of a cell: filters for its values, except those of the rest. */
  const hrefOf = (row: Line, column: Line): string | undefined => {
    if (row.value === null && column.value === null) return undefined;
    return props.hrefTo(
      narrow(props.view, {
        ...(row.value !== null && { [props.view.rows]: row.value }),
        ...(column.value !== null && { [props.view.columns]: column.value }),
      }),
    );
  };
  const wordsOf = (count: number, row: Line, column: Line): string =>
    words.cell(
      nameOf(props.view.rows, row),
      nameOf(props.view.columns, column),
      formatShare(count, props.matrix.total),
    );

  return (
    // biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it
    <div class="matrix-scroll" tabindex="0" role="region" aria-label={words.asMatrix(caption())}>
      <table class="matrix">
        <caption class="unseen">{caption()}</caption>
        <thead>
          <tr>
            <th scope="col" class="matrix-corner">
              {techLabel(props.view.rows)}
            </th>
            <For each={props.matrix.columns}>
              {(column) => (
                <th scope="col" class="matrix-column">
                  {head(props.view.columns, column)}
                </th>
              )}
            </For>
            <th scope="col" class="matrix-total">
              {words.all}
            </th>
            <th scope="col" class="matrix-total matrix-share">
              {parts.share}
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.matrix.rows}>
            {(row, rowIndex) => (
              <tr>
                <th scope="row" class="matrix-row">
                  {head(props.view.rows, row)}
                </th>
                <For each={props.matrix.columns}>
                  {(column, index) => {
                    const count = (): number => props.matrix.cells[rowIndex()]?.[index()] ?? 0;
                    return (
                      <td
                        class="matrix-cell"
                        classList={{ "matrix-none": count() === 0 }}
                        style={{ "--shade": `${shadeOf(count(), props.matrix.top)}%` }}
                        title={wordsOf(count(), row, column)}
                      >
                        <Show when={count() > 0} fallback="–">
                          <Show when={hrefOf(row, column)} fallback={formatCount(count())}>
                            {(href) => (
                              <a href={href()} noScroll class="matrix-link" tabindex="-1">
                                {formatCount(count())}
                              </a>
                            )}
                          </Show>
                        </Show>
                      </td>
                    );
                  }}
                </For>
                <td class="matrix-total">{formatCount(row.total)}</td>
                <td class="matrix-total matrix-share">{formatShare(row.total, props.matrix.total)}</td>
              </tr>
            )}
          </For>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" class="matrix-row">
              {words.all}
            </th>
            <For each={props.matrix.columns}>
              {(column) => <td class="matrix-total">{formatCount(column.total)}</td>}
            </For>
            <td class="matrix-total">
              <strong>{formatCount(props.matrix.total)}</strong>
            </td>
            <td />
          </tr>
          <tr>
            <th scope="row" class="matrix-row matrix-share">
              {parts.share}
            </th>
            <For each={props.matrix.columns}>
              {(column) => <td class="matrix-total matrix-share">{formatShare(column.total, props.matrix.total)}</td>}
            </For>
            <td />
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
