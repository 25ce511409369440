// The picker of the period, with a step to each side, and its comparison.
import { createSignal, For, type JSX, Show } from "solid-js";
import { formatSpan } from "../data/format";
import { PERIOD_GROUPS, PERIODS, type Period, type PeriodName, type Span, spanOf } from "../data/period";
import { nowIn } from "../data/periods/moment";
import { type Direction, stepPeriod } from "../data/periods/step";
import { KEYS, type Shortcut } from "../data/shortcut";
import type { View } from "../data/view";
import { onDemand } from "../panels/on-demand";
import { Icon } from "../parts/icon";
import { Menu, MenuChoice } from "../parts/menu";
import { words } from "../words/frame";
import { ComparisonMenu } from "./comparison-menu";
import { useProperty } from "./property-frame";

const RangeDialog = onDemand(() => import("./calendar/range-dialog").then((calendar) => calendar.RangeDialog));

export type PeriodChange = Partial<Pick<View, "period" | "compare" | "matchWeekday">>;

/** The shortcuts that step through periods. @param step goes one period back or ahead. */
export const stepShortcuts = (step: (direction: Direction) => void): Shortcut[] => [
  { key: KEYS.back, label: words.shortcuts.back, run: () => step(-1) },
  { key: KEYS.ahead, label: words.shortcuts.ahead, run: () => step(1) },
];

export function PeriodPicker(props: {
  /** Undefined until it is known which period the page starts with. */
  period: Period | undefined;
  /** Absent on screens without comparisons. */
  comparison?: Pick<View, "compare" | "matchWeekday">;
  today: string;
  /** Periods that the screen does not support. */
  without?: readonly PeriodName[];
  onChange: (part: PeriodChange) => void;
  /** Controls in front of the period. */
  before?: JSX.Element;
  /** Other controls that select the visitors. */
  more?: JSX.Element;
  /** What there is to know about the comparison. */
  note?: string;
}): JSX.Element {
  const { property } = useProperty();
  /** The range that the calendar is open for. */
  const [asked, setAsked] = createSignal<"period" | "comparison" | null>(null);
  const label = (): string => {
    const { period } = props;
    if (!period) return words.period.label;
    return period.name === "custom" ? formatSpan(period) : PERIODS[period.name].label;
  };
  const groups = (): PeriodName[][] =>
    PERIOD_GROUPS.map((group) => group.filter((name) => !props.without?.includes(name))).filter(
      (group) => group.length > 0,
    );
  const stepped = (direction: Direction): Period | null =>
    props.period ? stepPeriod(props.period, direction, nowIn(property().timezone, Date.now())) : null;
  const given = (): Span | null => {
    const compare = props.comparison?.compare;
    if (asked() === "comparison") return typeof compare === "object" ? compare : null;
    return props.period ? spanOf(props.period, props.today) : null;
  };
  const pick = (span: Span): void => {
    const isOfPeriod = asked() === "period";
    setAsked(null);
    props.onChange(isOfPeriod ? { period: { name: "custom", ...span } } : { compare: span });
  };
  const Step = (step: { direction: Direction }): JSX.Element => (
    <button
      type="button"
      class="button button-step"
      aria-label={step.direction < 0 ? words.period.back : words.period.ahead}
      title={step.direction < 0 ? words.period.back : words.period.ahead}
      aria-disabled={stepped(step.direction) === null}
      onClick={() => {
        const period = stepped(step.direction);
        if (period) props.onChange({ period });
      }}
    >
      <Icon name={step.direction < 0 ? "left" : "right"} />
    </button>
  );
  return (
    <>
      <div class="period">
        {props.before}
        <div class="period-steps">
          <Step direction={-1} />
          <Menu
            label={words.period.label}
            align="end"
            face={
              <>
                <Icon name="calendar" />
                {label()}
              </>
            }
          >
            {(close) => (
              <>
                <For each={groups()}>
                  {(group) => (
                    <>
                      <For each={group}>
                        {(name) => (
                          <MenuChoice
                            checked={props.period?.name === name}
                            hint={PERIODS[name].key}
                            onPick={() => {
                              close();
                              props.onChange({ period: { name } });
                            }}
                          >
                            {PERIODS[name].label}
                          </MenuChoice>
                        )}
                      </For>
                      <div class="menu-line" role="presentation" />
                    </>
                  )}
                </For>
                <MenuChoice
                  checked={props.period?.name === "custom"}
                  onPick={() => {
                    close();
                    setAsked("period");
                  }}
                >
                  {words.period.custom}
                </MenuChoice>
              </>
            )}
          </Menu>
          <Step direction={1} />
        </div>
        <Show when={props.period && props.period.name !== "all" && props.comparison}>
          {(comparison) => (
            <ComparisonMenu
              view={{ ...comparison(), period: props.period! }}
              onChange={props.onChange}
              onAsk={() => setAsked("comparison")}
            />
          )}
        </Show>
        {props.more}
        <Show when={props.note}>
          {(note) => (
            <p class="period-note" role="status">
              {note()}
            </p>
          )}
        </Show>
      </div>
      <Show when={asked()}>
        {(of) => (
          <RangeDialog of={of()} given={given()} today={props.today} onClose={() => setAsked(null)} onPick={pick} />
        )}
      </Show>
    </>
  );
}
