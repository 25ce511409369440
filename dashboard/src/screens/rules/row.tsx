// A rule in the list: its switch, its selector, its counts, and buttons to edit and delete it.
import { createSignal, type JSX, Show } from "solid-js";
import type { RuleCounts } from "../../../../workers/domain/counts/insight";
import { RULE_TRIGGERS } from "../../../../workers/domain/events/rule";
import { createAction } from "../../data/action";
import { RULE } from "../../data/filters/filter";
import type { Filters } from "../../data/filters/use-filters";
import { formatAgo, formatCount, NOTHING } from "../../data/format";
import { changeRule, deleteRule, type Rule } from "../../data/rule";
import { FilterLink } from "../../panels/filter-link";
import { Figure } from "../../parts/figure";
import { Icon } from "../../parts/icon";
import { Bone } from "../../parts/notice";
import { words as parts } from "../../words/parts";
import { words } from "../../words/rules";

export const formatRate = (ctr: number | null): string => (ctr === null ? NOTHING : `${ctr.toFixed(1)}%`);

/** Views out of views are no rate: they would always be 100%. */
export const rateOf = (rule: Rule, ctr: number | null): number | null => (rule.trigger === "visible" ? null : ctr);

/** The name of the rule's matches: not every counted match is a click. */
export const matchName = (rule: Rule): string => words.matches[rule.trigger];

export function RuleRow(props: {
  siteId: string;
  rule: Rule;
  /** Undefined while loading, null if loading failed. */
  counts: RuleCounts | null | undefined;
  filters: Filters;
  /** Opens the details, or closes them. */
  href: string;
  chosen: boolean;
  onChanged: () => void;
  onEdit: () => void;
  onGone: () => void;
}): JSX.Element {
  const [isSure, setSure] = createSignal(false);
  const turn = createAction(async (enabled: boolean) => {
    await changeRule(props.siteId, props.rule.id, { enabled });
    props.onChanged();
  });
  const remove = createAction(async () => {
    await deleteRule(props.siteId, props.rule.id);
    props.onGone();
  });
  const last = (): string => {
    const at = props.counts?.last_click_at;
    if (at) return formatAgo(Date.parse(at), Date.now());
    // Imported history has no last match; only live matches do.
    return props.counts?.clicks ? words.imported : words.never;
  };
  const figure = (text: (counts: RuleCounts) => string): JSX.Element => (
    <Show when={props.counts} fallback={props.counts === null ? NOTHING : <Bone class="bone-figure" />}>
      {(counts) => <>{text(counts())}</>}
    </Show>
  );

  return (
    <li class="rule" classList={{ "rule-off": !props.rule.enabled, "row-chosen": props.chosen }}>
      <label class="switch rule-switch" title={props.rule.enabled ? words.on : words.off}>
        <input
          type="checkbox"
          role="switch"
          aria-checked={props.rule.enabled}
          aria-label={words.switchLabel(props.rule.name)}
          checked={props.rule.enabled}
          onChange={(event) => {
            const input = event.currentTarget;
            // The switch shows the actual state, even if the change was rejected.
            void turn.run(input.checked).finally(() => {
              input.checked = props.rule.enabled;
            });
          }}
        />
      </label>
      <div class="rule-name">
        <div class="rule-title">
          <FilterLink filters={props.filters} dimension={RULE} value={props.rule.id} name={props.rule.name}>
            <span class="value">{props.rule.name}</span>
          </FilterLink>
          <a
            class="rule-more"
            href={props.href}
            noScroll
            aria-label={words.detailsOf(props.rule.name)}
            title={words.details}
            aria-expanded={props.chosen}
          >
            <Icon name={props.chosen ? "down" : "right"} />
          </a>
        </div>
        <p>
          <code>{props.rule.selector}</code> {RULE_TRIGGERS[props.rule.trigger]}
          <Show when={props.rule.page}>
            {words.onPages}
            <code>{props.rule.page}</code>
          </Show>
          <Show when={!props.rule.enabled}>{words.rowOff}</Show>
        </p>
        <Show when={turn.error() ?? remove.error()}>
          <p role="alert" class="submit-error">
            {turn.error() ?? remove.error()}
          </p>
        </Show>
      </div>
      <dl class="tally rule-tally">
        <Figure label={matchName(props.rule)} value={figure(({ clicks }) => formatCount(clicks))} />
        <Figure label={parts.visitors} value={figure(({ visitors }) => formatCount(visitors))} />
        <Figure label={words.ctr} value={figure(({ ctr }) => formatRate(rateOf(props.rule, ctr)))} />
        <Figure label={words.last} value={figure(last)} />
      </dl>
      <div class="rule-actions">
        <button
          type="button"
          class="button button-small"
          aria-label={words.editLabel(props.rule.name)}
          onClick={() => props.onEdit()}
        >
          {words.edit}
        </button>
        <button
          type="button"
          class="button button-small button-danger"
          aria-label={isSure() ? undefined : words.deleteLabel(props.rule.name)}
          onClick={() => (isSure() ? void remove.run() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          <Show when={isSure()} fallback={<Icon name="trash" />}>
            {parts.deleteConfirm}
          </Show>
        </button>
      </div>
    </li>
  );
}
