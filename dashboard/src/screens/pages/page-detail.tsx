// One page in detail: its figures, and panels of everything around them.
import { A, useLocation } from "@solidjs/router";
import { type Accessor, createMemo, type JSX, Show } from "solid-js";
import { SCROLL_BUCKETS } from "../../../../workers/domain/analysis/ask/buckets";
import { createAnswer, createAnswers } from "../../data/answer";
import {
  addressOf,
  figureQuestions,
  goalsQuestion,
  hostQuestion,
  type PageScene,
  scrollQuestion,
  searchOfPage,
  trendQuestion,
  visitorsQuestion,
} from "../../data/detail/page";
import type { Filters } from "../../data/filters/use-filters";
import { beginningQuestion, isComparable } from "../../data/question";
import { toSeries } from "../../data/series";
import { useProperty } from "../../frame/property-frame";
import { LoadedPanel, type Screen, ScreenPicker } from "../../frame/screen";
import { AnswerRows } from "../../panels/answer-rows";
import { toBuckets } from "../../panels/histogram/buckets";
import { Histogram } from "../../panels/histogram/histogram";
import { TimeBars } from "../../panels/time-bars/time-bars";
import { words } from "../../words/detail/page";
import { words as parts } from "../../words/parts";
import { Neighbours } from "./neighbours";
import { PageFigures } from "./page-figures";

export function PageDetail(props: {
  scene: PageScene;
  screen: Screen;
  bots: JSX.Element;
  notes: JSX.Element;
}): JSX.Element {
  const { property } = useProperty();
  const location = useLocation();
  const home = (): string => `/p/${property().site_id}`;
  const scene = (): PageScene => props.scene;
  const { tick } = props.screen;
  const filters = props.screen.filters!;
  const figures = createAnswers(scene, figureQuestions, tick);
  const beginning = createAnswer(() => ({ siteId: props.scene.siteId, today: props.scene.today }), beginningQuestion);
  const comparable = createMemo(() => isComparable(figures.value()?.page, beginning.value()));
  const host = createAnswer(scene, hostQuestion);
  const trend = createAnswer(scene, trendQuestion, tick);
  const goals = createAnswer(scene, goalsQuestion, tick);
  const scroll = createAnswer(scene, scrollQuestion, tick);
  const address = (): string | null =>
    addressOf(props.scene.page, host.value()?.results[0]?.dimensions[0] ?? null, property().streams);
  return (
    <>
      <nav class="trail" aria-label={words.trail}>
        <A href={`${home()}${searchOfPage(location.search, null)}`}>{words.overview}</A>
        <A href={`${home()}/pages${searchOfPage(location.search, null)}`}>{words.title}</A>
      </nav>
      <div class="overview-head">
        <div class="screen-title page-title">
          <h1>{props.scene.page}</h1>
          <div class="page-links">
            <Show when={address()}>
              {(href) => (
                <a class="button button-small" href={href()} target="_blank" rel="noopener">
                  {words.open}
                  <span class="unseen">{words.newTab}</span>
                </a>
              )}
            </Show>
            <A
              class="button button-small"
              href={`${home()}/heatmaps${searchOfPage(location.search, props.scene.page)}`}
            >
              {words.heatmap}
            </A>
          </div>
        </div>
        <ScreenPicker screen={props.screen} more={props.bots} isCompared />
      </div>
      {props.screen.controls?.Chips()}
      {props.notes}
      <PageFigures figures={figures} comparable={comparable()} />
      <div class="insight insight-two page-panels">
        <LoadedPanel title={words.trend} loaded={trend} bones={3} class="page-trend">
          {(answer) => (
            <TimeBars
              title={words.trend}
              metric="pageviews"
              series={toSeries(answer(), "pageviews", props.screen.clock())}
            />
          )}
        </LoadedPanel>
        <Neighbours scene={props.scene} tick={tick} side="previous" />
        <Neighbours scene={props.scene} tick={tick} side="next" />
        <VisitorRows
          scene={props.scene}
          tick={tick}
          filters={filters}
          title={words.sources}
          head={words.source}
          dimension="visit:source"
        />
        <VisitorRows
          scene={props.scene}
          tick={tick}
          filters={filters}
          title={words.countries}
          head={words.country}
          dimension="visit:country"
        />
        <LoadedPanel title={words.scroll} loaded={scroll}>
          {(answer) => (
            <Histogram
              title={words.scrollCaption}
              head={words.scrollHead}
              metric={parts.pageViews}
              buckets={toBuckets(answer().results, SCROLL_BUCKETS)}
            />
          )}
        </LoadedPanel>
        <LoadedPanel title={words.goals} loaded={goals}>
          {(answer) => (
            <AnswerRows
              caption={words.goals}
              head={words.goal}
              dimension="event:goal"
              metrics={["visitors", "events", "conversion_rate"]}
              rows={answer().results}
              filters={filters}
              empty={words.goalsEmpty}
            />
          )}
        </LoadedPanel>
      </div>
    </>
  );
}

function VisitorRows(props: {
  scene: PageScene;
  tick: Accessor<unknown>;
  filters: Filters;
  title: string;
  head: string;
  dimension: "visit:source" | "visit:country";
}): JSX.Element {
  const answer = createAnswer(
    () => props.scene,
    (scene) => visitorsQuestion(scene, props.dimension),
    props.tick,
  );
  return (
    <LoadedPanel title={props.title} loaded={answer}>
      {(value) => (
        <AnswerRows
          caption={props.title}
          head={props.head}
          dimension={props.dimension}
          metrics={["visitors"]}
          rows={value().results}
          filters={props.filters}
          empty={words.nobody}
          limit={6}
        />
      )}
    </LoadedPanel>
  );
}
