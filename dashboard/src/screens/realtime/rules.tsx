// Live counters of the rules: the matches since each was created, and the last match.
import { A } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { createLoaded, type Loaded } from "../../data/answer";
import { createTick } from "../../data/clock";
import { formatAgo, formatCount } from "../../data/format";
import type { LivePicture } from "../../data/property";
import { loadRules } from "../../data/rule";
import { Empty } from "../../parts/notice";
import { TableHeads } from "../../parts/table-heads";
import { words } from "../../words/realtime";
import { LivePanel } from "./panel";

/** Times such as "12 sec. ago" are updated at this interval. */
const AGE = 5_000;

export function LiveRules(props: { siteId: string; live: Loaded<LivePicture> }): JSX.Element {
  /** A new rule id in the picture triggers a reload of the rules' names. */
  const ids = createMemo(() =>
    (props.live.value()?.rules ?? [])
      .map((rule) => rule.id)
      .sort()
      .join(),
  );
  const rules = createLoaded(() => props.siteId, loadRules, ids);
  const age = createTick(AGE);
  const counts = createMemo(() => new Map(props.live.value()?.rules.map((rule) => [rule.id, rule]) ?? []));
  const last = (id: string): string => {
    age();
    const at = counts().get(id)?.last_click_at;
    return at ? formatAgo(Date.parse(at), Date.now()) : words.never;
  };
  return (
    <LivePanel
      id="live-rules"
      title={words.rules}
      note={words.rulesNote}
      label={words.rulesLabel}
      failed={words.rulesFailed}
      live={props.live}
      names={rules}
    >
      <Show
        when={rules.value()?.length}
        fallback={
          <Empty title={words.noRules}>
            {words.noRulesHint}
            <A href={`/p/${props.siteId}/rules`}>{words.createRule}</A>
          </Empty>
        }
      >
        <table class="rows">
          <TableHeads names={[words.rule]} figures={[words.matches, words.last]} />
          <tbody>
            <For each={rules.value()}>
              {(rule) => (
                <tr>
                  <th scope="row">
                    <span class="row-text">
                      <span class="value" classList={{ absent: !rule.enabled }} title={rule.selector}>
                        {rule.name}
                        <Show when={!rule.enabled}>{words.off}</Show>
                      </span>
                    </span>
                  </th>
                  <td class="number">
                    {/* Keyed: a changed count renders again, so the change is visible. */}
                    <Show when={formatCount(counts().get(rule.id)?.clicks ?? 0)} keyed>
                      {(count) => <span class="live-rule-count">{count}</span>}
                    </Show>
                  </td>
                  <td class="number">{last(rule.id)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </LivePanel>
  );
}
