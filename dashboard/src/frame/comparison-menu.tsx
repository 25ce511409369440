// The menu of the comparison: the period before, the year before, chosen days, or none.
import { For, type JSX, Show } from "solid-js";
import { formatSpan } from "../data/format";
import type { Span } from "../data/period";
import { canMatch } from "../data/periods/comparison";
import { KEYS } from "../data/shortcut";
import { COMPARISONS, type View } from "../data/view";
import { Menu, MenuChoice, MenuSwitch } from "../parts/menu";
import { words } from "../words/frame";

type Name = keyof typeof COMPARISONS;
const NAMES: readonly Exclude<Name, "none">[] = ["previous", "year"];

export function ComparisonMenu(props: {
  view: Pick<View, "period" | "compare" | "matchWeekday">;
  onChange: (part: { compare: Name | Span } | { matchWeekday: boolean }) => void;
  /** Opens the calendar. */
  onAsk: () => void;
}): JSX.Element {
  const face = (): string => {
    const { compare } = props.view;
    return typeof compare === "object" ? words.period.comparedTo(formatSpan(compare)) : COMPARISONS[compare];
  };
  return (
    <Menu label={words.period.comparedWith} align="end" face={face()}>
      {(close) => {
        const Pick = (choice: { name: Name; hint?: string }): JSX.Element => (
          <MenuChoice
            checked={props.view.compare === choice.name}
            hint={choice.hint}
            onPick={() => {
              close();
              props.onChange({ compare: choice.name });
            }}
          >
            {COMPARISONS[choice.name]}
          </MenuChoice>
        );
        return (
          <>
            <For each={NAMES}>{(name) => <Pick name={name} />}</For>
            <MenuChoice
              checked={typeof props.view.compare === "object"}
              onPick={() => {
                close();
                props.onAsk();
              }}
            >
              {words.period.custom}
            </MenuChoice>
            <Pick name="none" hint={KEYS.comparison} />
            <Show when={canMatch(props.view)}>
              <div class="menu-line" role="presentation" />
              <MenuSwitch
                checked={props.view.matchWeekday}
                onPick={() => {
                  close();
                  props.onChange({ matchWeekday: !props.view.matchWeekday });
                }}
              >
                {words.period.matchWeekday}
              </MenuSwitch>
            </Show>
          </>
        );
      }}
    </Menu>
  );
}
