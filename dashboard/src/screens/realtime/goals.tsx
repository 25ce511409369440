// Live conversions: how often each goal was met in the last 30 minutes, the most frequent first.
import { createMemo, For, type JSX, Show } from "solid-js";
import { createLoaded, type Loaded } from "../../data/answer";
import { formatCount, NOTHING } from "../../data/format";
import type { LivePicture } from "../../data/property";
import { Empty } from "../../parts/notice";
import { words } from "../../words/realtime";
import { type LiveGoal, loadLiveGoals } from "./goal-list";
import { LivePanel } from "./panel";

export function LiveGoals(props: { siteId: string; live: Loaded<LivePicture> }): JSX.Element {
  const counts = createMemo(
    () => new Map(props.live.value()?.goals.map(({ id, conversions_30m }) => [id, conversions_30m]) ?? []),
  );
  /** A new goal in the picture triggers a reload of the goals' names. */
  const ids = createMemo(() => [...counts().keys()].sort().join());
  const goals = createLoaded(() => props.siteId, loadLiveGoals, ids);
  /** Memoized by the order, so that a changed count does not render every row again. */
  const rows = createMemo((before: LiveGoal[]): LiveGoal[] => {
    const countOf = ({ id, isLive }: LiveGoal): number => (isLive ? (counts().get(id) ?? 0) : -1);
    const next = [...(goals.value() ?? [])].sort((a, b) => countOf(b) - countOf(a));
    return next.length === before.length && next.every((goal, place) => goal === before[place]) ? before : next;
  }, []);
  return (
    <LivePanel
      id="live-goals"
      title={words.goals}
      note={words.goalsNote}
      label={words.goalsLabel}
      failed={words.goalsFailed}
      live={props.live}
      names={goals}
    >
      <Show when={rows().length > 0} fallback={<Empty title={words.noGoals}>{words.noGoalsHint}</Empty>}>
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">{words.goal}</th>
              <th scope="col" class="number">
                {words.conversions}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(goal) => (
                <GoalRow goal={goal} count={counts().get(goal.id) ?? 0} most={Math.max(1, ...counts().values())} />
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </LivePanel>
  );
}

function GoalRow(props: { goal: LiveGoal; count: number; most: number }): JSX.Element {
  return (
    <tr>
      <th scope="row" class="row-name" style={{ "--share": `${(props.count / props.most) * 100}%` }}>
        <span class="row-text">
          <span class="value" title={props.goal.name}>
            {props.goal.name}
          </span>
        </span>
      </th>
      <td class="number">
        <Show
          when={props.goal.isLive}
          fallback={
            <span class="absent" title={words.notLiveHint}>
              {NOTHING} <span class="unseen">{words.notLive}</span>
            </span>
          }
        >
          {/* Keyed: a changed count renders again, so the change is visible. */}
          <Show when={formatCount(props.count)} keyed>
            {(count) => <span class="live-rule-count">{count}</span>}
          </Show>
        </Show>
      </td>
    </tr>
  );
}
