// The full combinations of browser, system, device and screen, in pages. Each value is a filter link.
import { For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import { formatCount, formatMetric } from "../../data/format";
import { isAbsent, valueName } from "../../data/naming";
import type { Answer } from "../../data/question";
import { words } from "../../words/technology";
import { COMBINATION, COMBINATION_METRICS, narrow, PAGE_ROWS, type TechView, techDimension, techLabel } from "./tech";

export function TechCombinations(props: {
  answer: Answer;
  view: TechView;
  hrefTo: (view: TechView) => string;
}): JSX.Element {
  const total = (): number => props.answer.meta.total_rows ?? props.answer.results.length;
  const first = (): number => (props.view.page - 1) * PAGE_ROWS + 1;
  const last = (): number => first() + props.answer.results.length - 1;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls on a phone, so a keyboard must reach it */}
      <div class="wide-table" tabindex="0" role="region" aria-label={words.combinationsLabel}>
        <table class="figures tech-list">
          <caption class="unseen">{words.combinationsCaption}</caption>
          <thead>
            <tr>
              <For each={COMBINATION}>{(column) => <th scope="col">{techLabel(column)}</th>}</For>
              <For each={COMBINATION_METRICS}>
                {(metric) => (
                  <th scope="col" class="number" aria-sort={metric === props.view.metric ? "descending" : undefined}>
                    {METRICS[metric].label}
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={props.answer.results}>
              {(row) => (
                <tr>
                  <For each={COMBINATION}>
                    {(column, index) => {
                      const value = row.dimensions[index()] ?? "";
                      const name = valueName(techDimension(column), value);
                      return (
                        <td class="tech-value">
                          <a
                            class="row-link value"
                            classList={{ absent: isAbsent(techDimension(column), value) }}
                            href={props.hrefTo(narrow(props.view, { [column]: value }))}
                            noScroll
                            title={words.only(name)}
                          >
                            {name}
                          </a>
                        </td>
                      );
                    }}
                  </For>
                  <For each={COMBINATION_METRICS}>
                    {(metric, index) => <td class="number">{formatMetric(metric, row.metrics[index()], true)}</td>}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={total() > PAGE_ROWS || props.view.page > 1}>
        <nav class="pager" aria-label={words.pager}>
          <Step
            to={props.view.page - 1}
            least={1}
            most={Math.ceil(total() / PAGE_ROWS)}
            label={words.previous}
            {...props}
          />
          <span aria-live="polite">
            {words.range(formatCount(first()), formatCount(Math.max(first(), last())), formatCount(total()))}
          </span>
          <Step
            to={props.view.page + 1}
            least={1}
            most={Math.ceil(total() / PAGE_ROWS)}
            label={words.next}
            {...props}
          />
        </nav>
      </Show>
    </>
  );
}

const Step = (props: {
  to: number;
  least: number;
  most: number;
  label: string;
  view: TechView;
  hrefTo: (view: TechView) => string;
}): JSX.Element => (
  <Show
    when={props.to >= props.least && props.to <= props.most}
    fallback={<span class="button button-small pager-none">{props.label}</span>}
  >
    <a class="button button-small" href={props.hrefTo({ ...props.view, page: props.to })} noScroll>
      {props.label}
    </a>
  </Show>
);
