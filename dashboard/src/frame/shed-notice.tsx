// Tells that saved counts of a property are summed under `(other)`, because it wrote more rows than its budget.
import { type JSX, Show } from "solid-js";
import { type RowBudget, shedAdviceFor, shedStateOf } from "../../../workers/domain/counts/row-budget";
import { createLoaded } from "../data/answer";
import { loadRowBudget } from "../data/property";
import { Icon } from "../parts/icon";
import { words } from "../words/frame";

export function ShedNotice(props: { budget: RowBudget }): JSX.Element {
  return (
    <div class="notice notice-failure" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{words.shed}</strong> {shedStateOf(props.budget)} {shedAdviceFor(props.budget)}
      </p>
    </div>
  );
}

/** The notice above every screen of a property. Nothing where nothing was shed, or while that is not known. */
export function ShedBanner(props: { siteId: string }): JSX.Element {
  const budget = createLoaded(() => props.siteId, loadRowBudget);
  return (
    <Show when={budget.value()?.shed}>
      {
        <div class="shed-banner">
          <ShedNotice budget={budget.value()!} />
        </div>
      }
    </Show>
  );
}
