// The technology screen: a matrix of two dimensions, and below it the full combinations.
import { A } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import { createAnswer } from "../../data/answer";
import { formatAgo, formatClock } from "../../data/format";
import { valueName } from "../../data/naming";
import type { Answer } from "../../data/question";
import { useProperty } from "../../frame/property-frame";
import { createScreen, LoadedPanel, type Screen, ScreenHead } from "../../frame/screen";
import { Icon } from "../../parts/icon";
import { Empty } from "../../parts/notice";
import { TechCombinations } from "./combinations";
import { TechMatrix } from "./matrix";
import {
  combinationQuestion,
  crossBy,
  matrixQuestion,
  processedUntil,
  readTech,
  TECH_COLUMNS,
  TECH_METRICS,
  type TechColumn,
  type TechMetric,
  type TechView,
  techDimension,
  techLabel,
  toMatrix,
  widen,
  writeTech,
} from "./tech";
import "./technology.css";
import { words } from "../../words/technology";

const NAMES = ["rows", "columns", "of", "page", ...TECH_COLUMNS];

export function Tech(): JSX.Element {
  const screen = createScreen();
  const view = createMemo(() => readTech(Object.fromEntries(NAMES.map((name) => [name, screen.param(name)]))));
  const hrefTo = (next: TechView): string => screen.hrefWith(writeTech(next));
  const change = (next: TechView): void => screen.change(writeTech({ ...next, page: 1 }));
  const asked = createMemo(() => ({ ...screen.scene(), today: screen.today(), view: view() }));
  const matrix = createAnswer(asked, (now) => matrixQuestion(now, now.view), screen.tick);
  const list = createAnswer(asked, (now) => combinationQuestion(now, now.view), screen.tick);
  const crossed = createMemo(() => toMatrix(matrix.value()?.results ?? []));

  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <Filters screen={screen} view={view()} hrefTo={hrefTo} />
      <LoadedPanel
        title={words.matrix}
        loaded={matrix}
        bones={9}
        end={<Controls view={view()} onChange={change} />}
        class="tech-crossed"
      >
        {(answer, of) => (
          <Show when={crossed().total > 0} fallback={<Nothing answer={answer()} view={of().view} />}>
            <TechMatrix matrix={crossed()} view={of().view} hrefTo={hrefTo} />
            <Processed answer={answer()} view={of().view} />
          </Show>
        )}
      </LoadedPanel>
      <LoadedPanel title={words.combinations} loaded={list} bones={8}>
        {(answer, of) => (
          <Show when={answer().results.length > 0} fallback={<Nothing answer={answer()} view={of().view} />}>
            <TechCombinations answer={answer()} view={of().view} hrefTo={hrefTo} />
          </Show>
        )}
      </LoadedPanel>
    </main>
  );
}

/** Selects rows, columns and the metric. */
function Controls(props: { view: TechView; onChange: (view: TechView) => void }): JSX.Element {
  return (
    <div class="tech-controls">
      <Choice
        label={words.rows}
        value={props.view.rows}
        onPick={(column) => props.onChange(crossBy(props.view, "rows", column))}
      />
      <Choice
        label={words.columns}
        value={props.view.columns}
        onPick={(column) => props.onChange(crossBy(props.view, "columns", column))}
      />
      <label class="tech-choice">
        <span>{words.metric}</span>
        <select
          class="select"
          value={props.view.metric}
          onChange={(event) => props.onChange({ ...props.view, metric: event.currentTarget.value as TechMetric })}
        >
          <For each={TECH_METRICS}>
            {(metric) => (
              <option value={metric} selected={metric === props.view.metric}>
                {METRICS[metric].label}
              </option>
            )}
          </For>
        </select>
      </label>
    </div>
  );
}

const Choice = (props: { label: string; value: TechColumn; onPick: (column: TechColumn) => void }): JSX.Element => (
  <label class="tech-choice">
    <span>{props.label}</span>
    <select
      class="select"
      value={props.value}
      onChange={(event) => props.onPick(event.currentTarget.value as TechColumn)}
    >
      <For each={TECH_COLUMNS}>
        {(column) => (
          <option value={column} selected={column === props.value}>
            {techLabel(column)}
          </option>
        )}
      </For>
    </select>
  </label>
);

/** The active filters, each with a button to remove it. */
function Filters(props: { screen: Screen; view: TechView; hrefTo: (view: TechView) => string }): JSX.Element {
  const chosen = (): TechColumn[] => TECH_COLUMNS.filter((column) => props.view.filters[column] !== undefined);
  const nameOf = (column: TechColumn): string => valueName(techDimension(column), props.view.filters[column] ?? "");
  return (
    <Show when={chosen().length > 0}>
      <ul class="chips" aria-label={words.filters}>
        <For each={chosen()}>
          {(column) => (
            <li>
              <a
                class="chip"
                href={props.hrefTo(widen(props.view, column))}
                noScroll
                aria-label={words.removeFilter(techLabel(column), nameOf(column))}
              >
                <span>
                  {techLabel(column)} <strong>{nameOf(column)}</strong>
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

function Processed(props: { answer: Answer; view: TechView }): JSX.Element {
  const { property } = useProperty();
  const until = (): number => processedUntil(props.answer.meta) ?? 0;
  return (
    <p class="panel-note">
      <Show when={until() > 0}>
        {words.dataUpTo.before}
        <strong title={new Date(until()).toLocaleString()}>
          {Date.now() - until() < 86_400_000 ? formatClock(until()) : formatAgo(until(), Date.now())}
        </strong>
        {words.dataUpTo.after}
        <A href={`/p/${property().site_id}/pipeline`}>{words.dataUpTo.link}</A>
        {words.dataUpTo.end}
      </Show>
      <Show when={props.view.metric === "visitors"}>{words.severalValues}</Show>
    </p>
  );
}

/** The empty state: the pipeline has not run yet, the filters match nothing, or there were no visitors. */
function Nothing(props: { answer: Answer; view: TechView }): JSX.Element {
  const { property } = useProperty();
  const isFiltered = (): boolean => Object.keys(props.view.filters).length > 0;
  return (
    <Show
      when={processedUntil(props.answer.meta) === null}
      fallback={
        <Empty title={isFiltered() ? words.noneFiltered : words.none}>
          {isFiltered() ? words.noneFilteredHint : words.noneHint}
        </Empty>
      }
    >
      <Empty title={words.notProcessed}>
        <A href={`/p/${property().site_id}/pipeline`}>{words.notProcessedHint.link}</A>
        {words.notProcessedHint.after}
      </Empty>
    </Show>
  );
}
