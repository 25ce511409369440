// The figures of a page, side by side.
import { createMemo, For, type JSX, Show } from "solid-js";
import { METRICS, type MetricName } from "../../../../workers/domain/events/catalog";
import type { LoadedFor } from "../../data/answer";
import { formatFigure } from "../../data/detail/figure";
import {
  comparedText,
  type FigureAnswers,
  type PageScene,
  toCompared,
  toFigures,
  type PageFigures as Values,
} from "../../data/detail/page";
import { formatCount, formatShare, toChange } from "../../data/format";
import { wholeDayText } from "../../data/periods/names";
import { isFirst } from "../../data/question";
import { Icon } from "../../parts/icon";
import { LoadedBody } from "../../parts/loaded";
import { Bone } from "../../parts/notice";
import { words } from "../../words/detail/page";
import { words as overview } from "../../words/overview";

type Compared = NonNullable<ReturnType<typeof toCompared>>;
type Change = NonNullable<ReturnType<typeof toChange>>;

/** The figures that have a change: each is judged like the metric of this name. Exits are neither good nor bad. */
const JUDGED = {
  visitors: "visitors",
  pageviews: "pageviews",
  entrances: "visits",
  bounce_rate: "bounce_rate",
  time_on_page: "time_on_page",
  scroll_depth: "scroll_depth",
  exits: "visits",
  exit_rate: "bounce_rate",
} as const satisfies Partial<Record<keyof Values, MetricName>>;
type FigureName = keyof typeof JUDGED;
const UNJUDGED: readonly FigureName[] = ["exits", "exit_rate"];

interface Card {
  name: FigureName;
  label: string;
  value: string;
  hint?: string;
}

function changeOf(name: FigureName, { now, before }: Compared): Change | null {
  const change = toChange(JUDGED[name], now[name], before[name]);
  return change && UNJUDGED.includes(name) ? { ...change, better: null } : change;
}

/** In the order of a visit: who came, how they arrived, what they did, how they left. */
function toCards(one: Values): Card[] {
  return [
    { name: "visitors", label: METRICS.visitors.label, value: formatFigure("visitors", one.visitors) },
    {
      name: "pageviews",
      label: METRICS.pageviews.label,
      value: formatFigure("pageviews", one.pageviews),
      hint: words.hints.visits(one.visits, formatCount(one.visits)),
    },
    {
      name: "entrances",
      label: words.entrances,
      value: formatCount(one.entrances),
      ...(one.visits > 0 && { hint: words.hints.entrances(formatShare(one.entrances, one.visits)) }),
    },
    {
      name: "bounce_rate",
      label: METRICS.bounce_rate.label,
      value: formatFigure("bounce_rate", one.bounce_rate),
      hint: words.hints.bounceRate,
    },
    {
      name: "time_on_page",
      label: METRICS.time_on_page.label,
      value: formatFigure("time_on_page", one.time_on_page),
      hint: words.hints.average,
    },
    {
      name: "scroll_depth",
      label: METRICS.scroll_depth.label,
      value: formatFigure("scroll_depth", one.scroll_depth),
      hint: words.hints.average,
    },
    {
      name: "exits",
      label: words.exits,
      value: formatCount(one.exits),
      ...(one.visits > 0 && { hint: words.hints.exits(formatShare(one.exits, one.visits)) }),
    },
    {
      name: "exit_rate",
      label: words.exitRate,
      value: formatFigure("exit_rate", one.exit_rate),
      hint: words.hints.exitRate,
    },
  ];
}

const NO_CARDS = toCards({
  ...{ visitors: 0, visits: 0, pageviews: 0, entrances: 0, exits: 0 },
  ...{ exit_rate: null, bounce_rate: null, time_on_page: null, scroll_depth: null },
});

export function PageFigures(props: {
  figures: LoadedFor<FigureAnswers, PageScene>;
  /** False if the comparison has no data. */
  comparable: boolean;
}): JSX.Element {
  return (
    <section class="sheet-card" aria-label={words.figures}>
      <LoadedBody
        loaded={props.figures}
        failure={words.figuresFailed}
        bones={
          <dl class="page-figures">
            <For each={NO_CARDS}>
              {({ label }) => (
                <div>
                  <dt>{label}</dt>
                  <dd>
                    <Bone class="bone-value" />
                  </dd>
                </div>
              )}
            </For>
          </dl>
        }
      >
        {(value, of) => {
          const compared = createMemo((): Compared | null => (props.comparable ? toCompared(value(), of()) : null));
          /** Today is incomplete, so compared with a whole day every count would look like a drop. */
          const isPart = (name: FigureName): boolean =>
            of().view.period.name === "day" && METRICS[JUDGED[name]].unit === "count";
          const change = (name: FigureName): Change | null => {
            const both = compared();
            return both && !isPart(name) ? changeOf(name, both) : null;
          };
          /** So the whole day stands beside it instead. */
          const whole = (name: FigureName): string | null => {
            const both = compared();
            return both && isPart(name) ? wholeDayText(of(), formatCount(both.before[name] ?? 0)) : null;
          };
          const figures = (): Values => toFigures(value());
          /** What the changes compare, or why there are none yet, is of no use below figures without any. */
          const hasChanges = (): boolean =>
            props.comparable &&
            (isFirst(of()) || Object.keys(JUDGED).some((name) => change(name as FigureName) !== null));
          return (
            <>
              <dl class="page-figures">
                <For each={toCards(figures())}>
                  {({ name, label, value: text, hint }) => (
                    <div>
                      <dt>{label}</dt>
                      <dd>
                        {text}
                        <Show when={change(name)}>
                          {(moved) => (
                            <span
                              class="page-change"
                              classList={{ better: moved().better === true, worse: moved().better === false }}
                            >
                              <Show when={moved().direction !== "flat"}>
                                <Icon name={moved().direction === "up" ? "rise" : "fall"} />
                              </Show>
                              {moved().text}
                              <span class="unseen">
                                {moved().better === null ? "" : moved().better ? overview.better : overview.worse}
                              </span>
                            </span>
                          )}
                        </Show>
                        <Show when={whole(name)}>{(text) => <span class="page-change">{text()}</span>}</Show>
                        <Show when={hint}>
                          <small>{hint}</small>
                        </Show>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
              <Show when={hasChanges() && comparedText(value(), of())}>
                {(text) => <p class="page-compared">{text()}</p>}
              </Show>
              <Show when={figures().pageviews === 0}>
                <p class="page-nothing">{words.nothing}</p>
              </Show>
            </>
          );
        }}
      </LoadedBody>
    </section>
  );
}
