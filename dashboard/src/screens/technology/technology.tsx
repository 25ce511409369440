// The technology screen: a matrix of two dimensions, and below it the full combinations.
import { createMemo, For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import { createAnswer } from "../../data/answer";
import { createScreen, LoadedPanel, ScreenFoot, ScreenHead } from "../../frame/screen";
import { Empty } from "../../parts/notice";
import { TechCombinations } from "./combinations";
import { TechMatrix } from "./matrix";
import {
  combinationQuestion,
  crossBy,
  matrixQuestion,
  readTech,
  TECH_COLUMNS,
  TECH_METRICS,
  type TechColumn,
  type TechMetric,
  type TechView,
  techLabel,
  toMatrix,
  writeTech,
} from "./tech";
import "./technology.css";
import { words } from "../../words/technology";

const NAMES = ["rows", "columns", "of", "page", "f"];

export function Tech(): JSX.Element {
  const screen = createScreen({ canFilter: true });
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
      <LoadedPanel
        title={words.matrix}
        loaded={matrix}
        bones={9}
        end={<Controls view={view()} onChange={change} />}
        class="tech-crossed"
      >
        {(_, of) => (
          <Show when={crossed().total > 0} fallback={<Nothing view={of().view} />}>
            <TechMatrix matrix={crossed()} view={of().view} hrefTo={hrefTo} />
            <Show when={of().view.metric === "visitors"}>
              <p class="panel-note">{words.severalValues}</p>
            </Show>
          </Show>
        )}
      </LoadedPanel>
      <LoadedPanel title={words.combinations} loaded={list} bones={8}>
        {(answer, of) => (
          <Show when={answer().results.length > 0} fallback={<Nothing view={of().view} />}>
            <TechCombinations answer={answer()} view={of().view} hrefTo={hrefTo} />
          </Show>
        )}
      </LoadedPanel>
      <ScreenFoot screen={screen} />
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

/** The empty state: the filters match nothing, or there were no visitors. */
function Nothing(props: { view: TechView }): JSX.Element {
  const isFiltered = (): boolean => props.view.filters.length > 0;
  return (
    <Empty title={isFiltered() ? words.noneFiltered : words.none}>
      {isFiltered() ? words.noneFilteredHint : words.noneHint}
    </Empty>
  );
}
