// The headline: the page's answer in one sentence, before any figure is read.
import { type Accessor, createMemo, type JSX, Show } from "solid-js";
import { createAnswer, createRetry, isBusy, isOld, type LoadedFor } from "../../data/answer";
import { formatCount, formatRange, toChange } from "../../data/format";
import { isAbsent, valueName } from "../../data/naming";
import { type DimensionName, panelFor } from "../../data/panel";
import { PERIODS } from "../../data/period";
import { changeRow, haveSameVisitors, panelQuestion, periodRow, type Scene, type Summary } from "../../data/question";
import { LoadedContent } from "../../parts/loaded";
import { Bone } from "../../parts/notice";
import { PANEL_ROWS } from "./breakdown-panel";

/** The first named value of a dimension. Where the panel asks the same, it costs no second request. */
function createTop(
  scene: Accessor<Scene>,
  panel: "sources" | "pages",
  dimension: DimensionName,
  props: { summary: LoadedFor<Summary, Scene>; tick: Accessor<unknown> },
): (of: Scene) => string | null {
  const answer = createAnswer(
    scene,
    (now) => panelQuestion(now, panelFor(panel), dimension, PANEL_ROWS + 1),
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

const WHEN: Record<string, string> = {
  day: "today",
  yesterday: "yesterday",
  month: "this month",
  last_month: "last month",
  year: "this year",
  all: "so far",
};

function whenOf({ view: { period } }: Scene): string {
  if (period.name !== "custom") return WHEN[period.name] ?? `in the ${PERIODS[period.name].label.toLowerCase()}`;
  const [from, to] = [period.from, period.to].map((date) => formatRange(date, date));
  return from === to ? `on ${from}` : `from ${from} to ${to}`;
}

function thanOf({ view: { period, compare } }: Scene): string {
  if (compare === "year") return period.name === "day" ? "this whole day a year ago" : "the year before";
  return period.name === "custom" ? "the days before" : PERIODS[period.name].before;
}

/** How the visitors moved, as the end of the sentence: ", 9% fewer than the day before". */
function movedOf(summary: Summary, scene: Scene): string {
  const row = changeRow(summary);
  const now = row?.comparison && toChange("visitors", row.metrics[0] ?? null, row.comparison.metrics[0] ?? null);
  if (!now) return "";
  const than = thanOf(scene);
  // Today is not over, so it is told beside the whole day and not measured by it.
  if (scene.view.period.name === "day")
    return `, ${formatCount(periodRow(summary)?.comparison?.metrics[0] ?? 0)} in ${than}`;
  if (now.direction === "flat") return `, as many as ${than}`;
  return `, ${now.text.slice(1)} ${now.direction === "up" ? "more" : "fewer"} than ${than}`;
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
        failure={props.summary.value() ? "The numbers could not be refreshed." : "The numbers could not be loaded."}
        bones={
          <h1>
            <span class="unseen">Loading the numbers</span>
            <Bone class="bone-headline" />
          </h1>
        }
      >
        {(summary, of) => (
          <h1>
            <Sentence
              visitors={periodRow(summary())?.metrics[0] ?? 0}
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
  when: string;
  moved: string;
  source: string | null;
  page: string | null;
}): JSX.Element {
  const page = createMemo(() => (props.page === "/" ? `${props.source ? "the" : "The"} home page` : props.page));
  return (
    <Show when={props.visitors > 0} fallback={<>Nobody visited {props.when}.</>}>
      <strong>
        {formatCount(props.visitors)} {props.visitors === 1 ? "visitor" : "visitors"}
      </strong>{" "}
      {props.when}
      {props.moved}.{" "}
      <Show when={props.source || page()}>
        <span class="headline-rest">
          <Show when={props.source}>{props.source} was the largest source by name</Show>
          <Show when={props.source && page()}>; </Show>
          <Show when={page()}>
            <span class="headline-page">{page()}</span> was seen most
          </Show>
          .
        </span>
      </Show>
    </Show>
  );
}
