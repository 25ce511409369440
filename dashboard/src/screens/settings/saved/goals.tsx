// Settings: the goals of the property.
import { createSignal, For, type JSX, Show } from "solid-js";
import { localClock } from "../../../data/calendar";
import { toDateRange } from "../../../data/period";
import { announce, createGoals } from "../../../data/saved/changes";
import { toGoalFields } from "../../../data/saved/goal-kind";
import type { OfferScene } from "../../../data/saved/offer";
import { type Goal, goalCalls } from "../../../data/saved/requests";
import { canManage } from "../../../data/saved/rights";
import { STANDARD_PERIOD } from "../../../data/view";
import { useProperty } from "../../../frame/property-frame";
import { onDemand } from "../../../panels/on-demand";
import { DeleteButton } from "../../../panels/saved/delete-button";
import { Icon } from "../../../parts/icon";
import { LoadedBody } from "../../../parts/loaded";
import { Bone, Empty } from "../../../parts/notice";
import { words } from "../../../words/saved/goals";

const GoalDialog = onDemand(async () => (await import("../../../panels/goals/goal-dialog")).GoalDialog);

export function GoalSettings(): JSX.Element {
  const { property } = useProperty();
  const [edited, setEdited] = createSignal<Goal | "new" | null>(null);
  const goals = createGoals(() => property().site_id);
  const mayManage = (): boolean => canManage(property());
  const scene = (): OfferScene => {
    const today = localClock(Date.now(), property().timezone).slice(0, 10);
    return { siteId: property().site_id, today, range: toDateRange({ name: STANDARD_PERIOD }, today) };
  };
  const kindOf = ({ filter }: Goal): string => {
    const fields = toGoalFields(filter);
    return fields ? words.kinds[fields.kind].label : words.settings.custom;
  };
  return (
    <section class="block">
      <p class="block-note">{mayManage() ? words.settings.lead : words.settings.readOnly}</p>
      <LoadedBody loaded={goals} failure={words.loadFailed} bones={<Bone class="w60" />}>
        {(list) => (
          <ul class="keys">
            <For
              each={list()}
              fallback={
                <li>
                  <Empty title={words.none}>{words.noneHint}</Empty>
                </li>
              }
            >
              {(goal) => (
                <li class="key">
                  <span class="key-name">
                    <strong>{goal.name}</strong>
                    <small>{goal.currency ? `${kindOf(goal)} · ${goal.currency}` : kindOf(goal)}</small>
                  </span>
                  <Show when={mayManage()}>
                    <span class="saved-actions">
                      <button
                        type="button"
                        class="button button-small"
                        aria-label={words.settings.editLabel(goal.name)}
                        onClick={() => setEdited(goal)}
                      >
                        {words.settings.edit}
                      </button>
                      <DeleteButton
                        label={words.settings.deleteLabel(goal.name)}
                        onDelete={async () => {
                          await goalCalls.remove(property().site_id, goal.id);
                          announce("goals");
                        }}
                      />
                    </span>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </LoadedBody>
      <Show when={mayManage()}>
        <div>
          <button type="button" class="button button-main" onClick={() => setEdited("new")}>
            <Icon name="plus" />
            {words.newGoal}
          </button>
        </div>
      </Show>
      <Show when={edited()} keyed>
        {(goal) => (
          <GoalDialog
            scene={scene()}
            goal={goal === "new" ? null : goal}
            goals={goals.value() ?? []}
            currency={property().currency}
            onClose={() => setEdited(null)}
          />
        )}
      </Show>
    </section>
  );
}
