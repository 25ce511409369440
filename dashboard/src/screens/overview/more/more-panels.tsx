// The panels of the overview's lower part: the map, buttons, weekday and hour, visit duration, scroll depth.
import type { Accessor, JSX } from "solid-js";
import { Show } from "solid-js";
import { DURATION_BUCKETS, SCROLL_BUCKETS } from "../../../../../workers/domain/analysis/ask/buckets";
import { createAnswer } from "../../../data/answer";
import { useFilters } from "../../../data/filters/use-filters";
import { formatRange } from "../../../data/format";
import { isAbsent } from "../../../data/naming";
import type { Row, Scene } from "../../../data/question";
import { LoadedPanel } from "../../../frame/screen";
import { AnswerRows } from "../../../panels/answer-rows";
import { toBuckets } from "../../../panels/histogram/buckets";
import { Histogram } from "../../../panels/histogram/histogram";
import { WeekGrid } from "../../../panels/week-grid/week-grid";
import { WorldMap } from "../../../panels/world-map/world-map";
import { words } from "../../../words/detail/more";
import { words as parts } from "../../../words/parts";
import {
  buttonsQuestion,
  durationQuestion,
  mapQuestion,
  scrollQuestion,
  WEEK_DAYS,
  weekDays,
  weekQuestion,
} from "./questions";
import "./more.css";

const COUNTRY = "visit:country";
const DURATION = "visit:duration_bucket";
const SCROLL = "event:scroll_bucket";

const toCountries = (rows: readonly Row[]): { code: string; value: number }[] =>
  rows.flatMap(({ dimensions: [code = null], metrics: [value] }) =>
    code === null || isAbsent(COUNTRY, code) ? [] : [{ code, value: value ?? 0 }],
  );

export function MorePanels(props: { scene: Scene; tick: Accessor<unknown> }): JSX.Element {
  const filters = useFilters();
  const scene = (): Scene => props.scene;
  const map = createAnswer(scene, mapQuestion, props.tick);
  const buttons = createAnswer(scene, buttonsQuestion, props.tick);
  const week = createAnswer(scene, weekQuestion, props.tick);
  const duration = createAnswer(scene, durationQuestion, props.tick);
  const scroll = createAnswer(scene, scrollQuestion, props.tick);
  /** The value of a dimension that the screen is filtered by, among those shown. */
  const chosenOf = (dimension: string, values: readonly string[]): string | undefined =>
    values.find((value) => filters.isChosen(dimension, value));
  return (
    <div class="more-panels">
      <LoadedPanel title={words.map} loaded={map} bones={9}>
        {(answer) => {
          const values = () => toCountries(answer().results);
          return (
            <WorldMap
              title={words.map}
              metric={parts.visitors}
              values={values()}
              hrefOf={(code) => filters.hrefOf(COUNTRY, code)}
              chosen={chosenOf(
                COUNTRY,
                values().map(({ code }) => code),
              )}
            />
          );
        }}
      </LoadedPanel>
      <LoadedPanel title={words.buttons} loaded={buttons} bones={9}>
        {(answer) => (
          <>
            <AnswerRows
              caption={words.buttons}
              head={words.button}
              dimension="event:button"
              metrics={["events", "visitors", "ctr"]}
              rows={answer().results}
              filters={filters}
              empty={words.buttonsEmpty}
              limit={8}
            />
            <Show when={answer().results.length > 0}>
              <p class="panel-note">{words.buttonsNote}</p>
            </Show>
          </>
        )}
      </LoadedPanel>
      <LoadedPanel title={words.week} loaded={week} bones={7} class="more-week">
        {(answer, of) => (
          <>
            <WeekGrid title={words.week} metric={words.visitors} answer={answer()} />
            <Show when={weekDays(of()).isCut}>
              <p class="panel-note">{words.weekCut(WEEK_DAYS, formatRange(weekDays(of()).from, weekDays(of()).to))}</p>
            </Show>
          </>
        )}
      </LoadedPanel>
      <LoadedPanel title={words.duration} loaded={duration} bones={5}>
        {(answer) => (
          <Histogram
            title={words.durationCaption}
            head={words.duration}
            metric={parts.visits}
            buckets={toBuckets(answer().results, DURATION_BUCKETS)}
            hrefOf={(label) => filters.hrefOf(DURATION, label)}
            chosen={chosenOf(DURATION, DURATION_BUCKETS)}
          />
        )}
      </LoadedPanel>
      <LoadedPanel title={words.scroll} loaded={scroll} bones={5}>
        {(answer) => (
          <Histogram
            title={words.scrollCaption}
            head={words.scroll}
            metric={parts.pageViews}
            buckets={toBuckets(answer().results, SCROLL_BUCKETS)}
            hrefOf={(label) => filters.hrefOf(SCROLL, label)}
            chosen={chosenOf(SCROLL, SCROLL_BUCKETS)}
          />
        )}
      </LoadedPanel>
    </div>
  );
}
