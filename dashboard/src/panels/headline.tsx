// The headline: the page's answer in one sentence, before any figure is read.
import { createMemo, type JSX, Show } from "solid-js";
import { createAnswer, type Loaded } from "../data/answer";
import { formatCount, toChange } from "../data/format";
import { isAbsent, valueName } from "../data/naming";
import { type DimensionName, panelFor } from "../data/panel";
import { PERIODS } from "../data/period";
import { type Answer, panelQuestion, type Scene } from "../data/question";
import { Bone, Failure } from "../parts/notice";
import { PANEL_ROWS } from "./breakdown-panel";

/** Where the panel asks the same, it costs no second request. */
function createTop(scene: () => Scene, panel: "sources" | "pages", dimension: DimensionName): () => string | null {
  const answer = createAnswer(() => panelQuestion(scene(), panelFor(panel), dimension, PANEL_ROWS + 1));
  return () => {
    const known = answer.value()?.results.find((row) => !isAbsent(dimension, row.dimensions[0] ?? null));
    return answer.state() === "error" || !known ? null : valueName(dimension, known.dimensions[0] ?? null);
  };
}

const WHEN: Record<string, string> = {
  day: "today",
  yesterday: "yesterday",
  month: "this month",
  last_month: "last month",
  year: "this year",
  all: "so far",
  custom: "in these days",
};

export function Headline(props: {
  scene: Scene;
  summary: Loaded<Answer>;
  /** The whole days of a period that ends today: what its change is told of. */
  wholeDays: Loaded<Answer>;
  comparable: boolean;
}): JSX.Element {
  const source = createTop(() => props.scene, "sources", "visit:source");
  const topPage = createTop(() => props.scene, "pages", "event:page");
  const page = (): string | null => {
    const path = topPage();
    return path === "/" ? `${source() ? "the" : "The"} home page` : path;
  };
  const visitors = createMemo(() => props.summary.value()?.results[0]);

  const when = (): string => {
    const { name } = props.scene.view.period;
    return WHEN[name] ?? (name === "custom" ? "" : `in the ${PERIODS[name].label.toLowerCase()}`);
  };
  const change = createMemo(() => {
    const row = props.wholeDays.value()?.results[0] ?? visitors();
    return row?.comparison && props.comparable
      ? toChange("visitors", row.metrics[0] ?? null, row.comparison.metrics[0] ?? null)
      : null;
  });
  const than = (): string => {
    const { period, compare } = props.scene.view;
    if (compare === "year") return period.name === "day" ? "this whole day a year ago" : "the year before";
    return period.name === "custom" ? "the days before" : PERIODS[period.name].before;
  };
  const moved = (): string => {
    const now = change();
    if (!now) return "";
    // Today is not over, so it is told beside the whole day and not measured by it.
    if (props.scene.view.period.name === "day")
      return `, ${formatCount(visitors()?.comparison?.metrics[0] ?? 0)} in ${than()}`;
    if (now.direction === "flat") return `, as many as ${than()}`;
    return `, ${now.text.slice(1)} ${now.direction === "up" ? "more" : "fewer"} than ${than()}`;
  };

  return (
    <div class="headline" aria-busy={props.summary.state() === "stale"}>
      <Show when={props.summary.state() === "error"}>
        <Failure
          what={visitors() ? "The numbers could not be refreshed." : "The numbers could not be loaded."}
          error={props.summary.error()}
          onRetry={props.summary.retry}
        />
      </Show>
      <Show when={props.summary.state() !== "error" || visitors()}>
        <h1>
          <Show
            when={visitors()}
            fallback={
              <>
                <span class="unseen">Loading the numbers</span>
                <Bone class="bone-headline" />
              </>
            }
          >
            {(row) => (
              <Show when={row().metrics[0]} fallback={<>Nobody visited {when()}.</>}>
                {(count) => (
                  <>
                    <strong>
                      {formatCount(count())} {count() === 1 ? "visitor" : "visitors"}
                    </strong>{" "}
                    {when()}
                    {moved()}.{" "}
                    <Show when={source() || page()}>
                      <span class="headline-rest">
                        <Show when={source()}>{source()} was the largest source by name</Show>
                        <Show when={source() && page()}>; </Show>
                        <Show when={page()}>
                          <span class="headline-page">{page()}</span> was seen most
                        </Show>
                        .
                      </span>
                    </Show>
                  </>
                )}
              </Show>
            )}
          </Show>
        </h1>
      </Show>
    </div>
  );
}
