// Rules: the list with their counts, and one of them in detail.
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import type { RuleCounts } from "../../../../workers/domain/counts/insight";
import { createLoaded, isBusy, isOld } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadRuleCounts } from "../../data/insight";
import { loadRules, type Rule } from "../../data/rule";
import { useProperty } from "../../frame/property-frame";
import { createScreen, LoadedPanel, ScreenFoot, ScreenHead } from "../../frame/screen";
import { Icon } from "../../parts/icon";
import { Empty, Failure } from "../../parts/notice";
import { RuleAnalysis } from "./analysis";
import { RuleDialog } from "./form";
import { listedRules } from "./listed";
import { RuleRow } from "./row";
import "./rules.css";
import { words } from "../../words/rules";

/** The counts of a rule missing in the reply: it had no matches and was not seen. */
const none: Omit<RuleCounts, "id"> = { clicks: 0, visitors: 0, last_click_at: null, views: 0, ctr: null };

export function Rules(): JSX.Element {
  const { property } = useProperty();
  const screen = createScreen({ canFilter: true });
  const siteId = property().site_id;
  const rules = createLoaded(() => siteId, loadRules);
  const counts = createLoaded(screen.scene, loadRuleCounts, screen.tick);
  /** The rule in the open dialog; `new` for a new one. */
  const [editing, setEditing] = createSignal<Rule | "new" | null>(null);

  const countsOf = createMemo(() => new Map(counts.value()?.rules.map((rule) => [rule.id, rule])));
  const countsFor = (id: string): RuleCounts | null | undefined => {
    if (!counts.value()) return counts.state() === "error" ? null : undefined;
    return countsOf().get(id) ?? { id, ...none };
  };
  /** Of the counts that are shown, not of the filters in the URL: the list changes with its figures. */
  const filteredCounts = (): readonly RuleCounts[] | null => {
    const shown = counts.shown();
    return shown && (shown.key.filters?.length ?? 0) > 0 ? shown.value.rules : null;
  };
  const chosen = (): Rule | undefined => rules.value()?.find((rule) => rule.id === screen.param("rule"));
  const gone = (id: string): void => {
    if (screen.param("rule") === id) screen.change({ rule: undefined }, true);
    rules.retry();
  };

  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <LoadedPanel
        title={words.title}
        loaded={rules}
        bones={4}
        class="rules-panel"
        end={
          <Show when={rules.value()?.length}>
            <button type="button" class="button button-small" onClick={() => setEditing("new")}>
              <Icon name="plus" />
              {words.new}
            </button>
          </Show>
        }
      >
        {(list) => {
          const rows = createMemo(() => listedRules(list(), filteredCounts(), screen.param("rule")));
          return (
            <Show
              when={list().length > 0}
              fallback={
                <div class="rules-empty">
                  <Empty title={words.none}>
                    {words.noneHint.before}
                    <code>{words.noneHint.first}</code>
                    {words.noneHint.between}
                    <code>{words.noneHint.second}</code>
                    {words.noneHint.after}
                  </Empty>
                  <button type="button" class="button button-main" onClick={() => setEditing("new")}>
                    <Icon name="plus" />
                    {words.new}
                  </button>
                </div>
              }
            >
              <Show when={counts.state() === "error"}>
                <Failure what={words.countsFailed} error={counts.error()} onRetry={counts.retry} />
              </Show>
              <ul class="rule-list" classList={{ stale: isOld(counts) }} aria-busy={isBusy(counts)}>
                <For each={rows().listed}>
                  {(rule) => (
                    <RuleRow
                      siteId={siteId}
                      rule={rule}
                      counts={countsFor(rule.id)}
                      filters={screen.filters!}
                      href={screen.hrefWith({ rule: screen.param("rule") === rule.id ? undefined : rule.id })}
                      chosen={screen.param("rule") === rule.id}
                      onChanged={rules.retry}
                      onEdit={() => setEditing(rule)}
                      onGone={() => gone(rule.id)}
                    />
                  )}
                </For>
              </ul>
              <Show when={rows().without > 0}>
                <p class="panel-note rules-without">{words.without(rows().without, formatCount(rows().without))}</p>
              </Show>
            </Show>
          );
        }}
      </LoadedPanel>
      <Show when={chosen()}>{(rule) => <RuleAnalysis rule={rule()} screen={screen} />}</Show>
      <Show when={editing()} keyed>
        {(rule) => (
          <RuleDialog
            siteId={siteId}
            rule={rule === "new" ? null : rule}
            onClose={() => setEditing(null)}
            onSaved={() => {
              setEditing(null);
              rules.retry();
            }}
          />
        )}
      </Show>
      <ScreenFoot screen={screen} />
    </main>
  );
}
