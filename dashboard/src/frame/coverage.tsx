// What the figures of a screen include, and what they leave out: a line at its end, and a notice above it where saved counts of
// the property are summed, because it wrote more rows than its budget.
import { A } from "@solidjs/router";
import { createMemo, type JSX, Show } from "solid-js";
import { type RowBudget, shedAdviceFor, shedStateOf } from "../../../workers/domain/runs/row-budget";
import { createAnswers, createLoaded } from "../data/answer";
import { daysIn } from "../data/calendar";
import type { Filter } from "../data/filters/filter";
import { formatCount, formatTime } from "../data/format";
import type { DateRange } from "../data/period";
import { loadRefusals, loadRowBudget } from "../data/property";
import { filtersOf, type Question } from "../data/question";
import { Icon } from "../parts/icon";
import { words } from "../words/frame";
import { useProperty } from "./property-frame";

/** The days of the screen, both included, and its visitors. */
export interface CoverageScene {
  siteId: string;
  today: string;
  from: string;
  to: string;
  filters: readonly Filter[];
  /** The period of the figures, where it is not these days: hours, or all time. */
  range?: DateRange;
}

const MOST_REFUSAL_DAYS = 366;

/** With and without suspected bots, so that their number can be told. */
function questionsOf({
  siteId,
  from,
  to,
  filters,
  range = [from, to],
}: CoverageScene): Record<"all" | "people", Question> {
  const question: Question = {
    site_id: siteId,
    metrics: ["visitors"],
    date_range: range,
    ...filtersOf(filters),
  };
  return {
    all: question,
    people: { ...question, include: { suspected_bots: false } },
  };
}

export function Coverage(props: {
  scene: CoverageScene;
  /** True if suspected bots are left out; undefined where the screen has no choice. */
  withoutBots?: boolean;
  tick: () => unknown;
  /** Other sentences of the screen. */
  children?: JSX.Element;
}): JSX.Element {
  const { property } = useProperty();
  const answers = createAnswers(() => props.scene, questionsOf, props.tick);
  // Refusals are kept by day until today, so a period in the past has no number.
  const refusals = createLoaded(() => {
    const { siteId, from, to, today } = props.scene;
    return to === today ? { siteId, days: Math.min(daysIn(from, today), MOST_REFUSAL_DAYS) } : null;
  }, loadRefusals);
  const bots = createMemo(() => {
    const [all, people] = [answers.value()?.all, answers.value()?.people].map(
      (answer) => answer?.results[0]?.metrics[0] ?? null,
    );
    return all == null || people == null ? 0 : all - people;
  });
  /** Hidden while another period loads: the figures above say then what they are of. */
  const isReady = (): boolean => answers.state() === "ready";
  const fresh = (): string | null | undefined =>
    isReady() ? (answers.value()?.all.meta.fresh_until ?? null) : undefined;
  const refused = (): number => refusals.value()?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const home = (): string => `/p/${property().site_id}/settings/refusals`;
  return (
    <footer class="overview-foot">
      <span class="foot-words">{props.children}</span>{" "}
      <Show when={fresh() !== undefined}>
        {fresh() ? words.coverage.until(formatTime(fresh()!, property().timezone)) : words.coverage.late}{" "}
      </Show>
      <Show when={isReady() && bots() > 0}>
        {(props.withoutBots ? words.coverage.botsOut : words.coverage.botsIn)(formatCount(bots()), bots())}{" "}
      </Show>
      <Show when={refused() > 0} fallback={<A href={home()}>{words.coverage.whatIsOut}</A>}>
        <A href={home()}>{words.coverage.refused(formatCount(refused()), refused())}</A>
      </Show>
    </footer>
  );
}

/** The notice above every screen of a property. Nothing where nothing was shed, or while that is not known. */
export function ShedBanner(props: { siteId: string }): JSX.Element {
  const budget = createLoaded(() => props.siteId, loadRowBudget);
  const shed = (): RowBudget | undefined => (budget.value()?.shed ? budget.value() : undefined);
  return (
    <Show when={shed()}>
      {(told) => (
        <div class="shed-banner">
          <div class="notice notice-failure" role="alert">
            <Icon name="alert" />
            <p>
              <strong>{words.shed}</strong> {shedStateOf(told())} {shedAdviceFor(told())}
            </p>
          </div>
        </div>
      )}
    </Show>
  );
}
