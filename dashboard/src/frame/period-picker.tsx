// The picker of the period and its comparison.
import { createSignal, For, type JSX, Show } from "solid-js";
import { addDays } from "../data/calendar";
import { formatRange } from "../data/format";
import { PERIOD_GROUPS, PERIODS, type Period, type PeriodName, toCustom } from "../data/period";
import { KEYS } from "../data/shortcut";
import { COMPARISONS, type Comparison } from "../data/view";
import { Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { Icon } from "../parts/icon";
import { Menu, MenuChoice } from "../parts/menu";
import { words } from "../words/frame";

export function PeriodPicker(props: {
  period: Period;
  /** Absent on screens without comparisons. */
  compare?: Comparison;
  today: string;
  /** A period that the screen does not support. */
  without?: PeriodName;
  onChange: (part: { period: Period } | { compare: Comparison }) => void;
  /** Other controls that select the visitors. */
  more?: JSX.Element;
}): JSX.Element {
  const [isAsking, setAsking] = createSignal(false);
  const label = (): string => {
    const { period } = props;
    return period.name === "custom" ? formatRange(period.from, period.to) : PERIODS[period.name].label;
  };
  const groups = (): PeriodName[][] =>
    PERIOD_GROUPS.map((group) => group.filter((name) => name !== props.without)).filter((group) => group.length > 0);
  return (
    <div class="period">
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
                        checked={props.period.name === name}
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
              checked={props.period.name === "custom"}
              onPick={() => {
                close();
                setAsking(true);
              }}
            >
              {words.period.custom}
            </MenuChoice>
          </>
        )}
      </Menu>
      <Show when={props.period.name !== "all" && props.compare}>
        {(compare) => (
          <Menu label={words.period.comparedWith} align="end" face={COMPARISONS[compare()]}>
            {(close) => (
              <For each={Object.entries(COMPARISONS) as [Comparison, string][]}>
                {([name, text]) => (
                  <MenuChoice
                    checked={compare() === name}
                    hint={name === "none" ? KEYS.comparison : undefined}
                    onPick={() => {
                      close();
                      props.onChange({ compare: name });
                    }}
                  >
                    {text}
                  </MenuChoice>
                )}
              </For>
            )}
          </Menu>
        )}
      </Show>
      {props.more}
      <Show when={isAsking()}>
        <CustomPeriod
          period={props.period}
          today={props.today}
          onClose={() => setAsking(false)}
          onPick={(period) => {
            setAsking(false);
            props.onChange({ period });
          }}
        />
      </Show>
    </div>
  );
}

function CustomPeriod(props: {
  period: Period;
  today: string;
  onClose: () => void;
  onPick: (period: Period) => void;
}): JSX.Element {
  const given = props.period.name === "custom" ? props.period : { from: addDays(props.today, -6), to: props.today };
  const [from, setFrom] = createSignal(given.from);
  const [to, setTo] = createSignal(given.to);
  return (
    <Dialog title={words.period.customTitle} onClose={props.onClose}>
      <Form
        class="dialog-form"
        onSubmit={() => {
          const period = toCustom(from(), to());
          if (period) props.onPick(period);
        }}
      >
        <div class="pair">
          <TextField
            label={words.period.start}
            type="date"
            required
            max={props.today}
            value={from()}
            onInput={setFrom}
          />
          <TextField label={words.period.end} type="date" required max={props.today} value={to()} onInput={setTo} />
        </div>
        <button type="submit" class="button button-main">
          {words.period.apply}
        </button>
      </Form>
    </Dialog>
  );
}
