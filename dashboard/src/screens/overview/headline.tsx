// The headline: the summary of the page in one sentence, above the figures.
import { type Accessor, createMemo, type JSX, Show } from "solid-js";
import { createAnswer, createRetry, isBusy, isOld, type LoadedFor } from "../../data/answer";
import { isPath } from "../../data/detail/page";
import { hasGoal } from "../../data/filters/filter";
import { formatCount, formatRange, formatTimes, toChange } from "../../data/format";
import { isAbsent, valueName } from "../../data/naming";
import { type DimensionName, panelFor } from "../../data/panel";
import { isOfHours } from "../../data/period";
import { comparedText, wholeDaySentence } from "../../data/periods/names";
import { changeRow, haveSameVisitors, panelQuestion, periodRow, type Scene, type Summary } from "../../data/question";
import { shownDimension } from "../../data/view";
import { HeadlinePage } from "../../panels/page-link";
import { LoadedContent } from "../../parts/loaded";
import { Bone } from "../../parts/notice";
import { words } from "../../words/overview";
import { words as goals } from "../../words/saved/goals";
import { PANEL_ROWS } from "./breakdown-panel";

/** The first named value of a dimension. Shares its request with the panel. */
function createTop(
  scene: Accessor<Scene>,
  panel: "sources" | "pages",
  dimension: DimensionName,
  props: { summary: LoadedFor<Summary, Scene>; tick: Accessor<unknown> },
): (of: Scene) => string | null {
  const answer = createAnswer(
    scene,
    (now) => panelQuestion(now, panelFor(panel), shownDimension(now.view, dimension), PANEL_ROWS + 1),
    () => props.tick(),
  );
  createRetry(answer, props.summary);
  return (of) => {
    const shown = answer.shown();
    if (!shown || !haveSameVisitors(shown.key, of)) return null;
    const known = shown.value.results.find((row) => !isAbsent(dimension, row.dimensions[0] ?? null));
    return known ? valueName(dimension, known.dimensions[0] ?? null) : null;
  };
}

function whenOf({ view: { period } }: Scene): string {
  if (period.name !== "custom") return words.headline.periods[period.name];
  if (isOfHours(period)) return words.headline.onDay(formatTimes(period));
  const [from, to] = [period.from, period.to].map((date) => formatRange(date, date)) as [string, string];
  return from === to ? words.headline.onDay(from) : words.headline.fromTo(from, to);
}

/**
 * The change of the visitors, for the end of the sentence: "down 9% vs. the day before". Empty without a comparison.
 */
function movedOf(summary: Summary, scene: Scene): string {
  const row = changeRow(summary, scene);
  const now = row?.comparison && toChange("visitors", row.metrics[0] ?? null, row.comparison.metrics[0] ?? null);
  if (!now) return "";
  // Today is incomplete, so show the whole day next to it instead of a change.
  if (scene.view.period.name === "day")
    return wholeDaySentence(scene, formatCount(periodRow(summary)?.comparison?.metrics[0] ?? 0));
  const before = comparedText(scene, summary);
  if (now.direction === "flat") return words.headline.unchanged(before);
  return (now.direction === "up" ? words.headline.up : words.headline.down)(now.text.slice(1), before);
}

export function Headline(props: {
  scene: Scene;
  summary: LoadedFor<Summary, Scene>;
  comparable: boolean;
  tick: Accessor<unknown>;
}): JSX.Element {
  const scene = (): Scene => props.scene;
  const source = createTop(scene, "sources", "visit:source", props);
  const page = createTop(scene, "pages", "event:page", props);
  return (
    <div class="headline" classList={{ stale: isOld(props.summary) }} aria-busy={isBusy(props.summary)}>
      <LoadedContent
        loaded={props.summary}
        failure={props.summary.value() ? words.headline.refreshFailed : words.headline.loadFailed}
        bones={
          <h1>
            <span class="unseen">{words.headline.loading}</span>
            <Bone class="bone-headline" />
          </h1>
        }
      >
        {(summary, of) => (
          <h1>
            <Sentence
              visitors={periodRow(summary())?.metrics[0] ?? 0}
              isOfGoal={hasGoal(of().view.filters)}
              when={whenOf(of())}
              moved={props.comparable ? movedOf(summary(), of()) : ""}
              source={source(of())}
              page={page(of())}
            />
          </h1>
        )}
      </LoadedContent>
    </div>
  );
}

function Sentence(props: {
  visitors: number;
  isOfGoal: boolean;
  when: string;
  moved: string;
  source: string | null;
  page: string | null;
}): JSX.Element {
  const page = createMemo(() => (props.page === "/" ? words.headline.homePage : props.page));
  return (
    <Show
      when={props.visitors > 0}
      fallback={(props.isOfGoal ? goals.noConversions : words.headline.nobody)(props.when)}
    >
      <strong>
        {(props.isOfGoal ? goals.conversions : words.headline.visitors)(props.visitors, formatCount(props.visitors))}
      </strong>
      {words.headline.when(props.when, props.moved)}
      <span class="headline-rest">
        <Show when={props.source}>{(source) => <>{words.headline.topSource(source())}</>}</Show>
        <Show when={page()}>
          {(path) => (
            <>
              {words.headline.topPage}
              <Show when={isPath(props.page) && props.page} fallback={path()}>
                {(address) => <HeadlinePage path={address()}>{path()}</HeadlinePage>}
              </Show>
              {words.headline.topPageEnd}
            </>
          )}
        </Show>
      </span>
    </Show>
  );
}
