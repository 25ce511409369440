// One month of the calendar, as an ARIA grid. The keys are those of the dialog around it.
import { createUniqueId, For, type JSX, Show } from "solid-js";
import { formatDate } from "../../../../workers/domain/wording/date";
import { LOCALE } from "../../data/format";
import type { Span } from "../../data/period";
import { weeksOf } from "../../data/periods/month-grid";
import { words } from "../../words/calendar";

export interface MonthProps {
  /** Any of its days. */
  month: string;
  chosen: Span | null;
  /** The day that the Tab key reaches. */
  focused: string;
  today: string;
  onChoose: (date: string) => void;
  /** The day under the pointer. */
  onPoint: (date: string) => void;
}

export function Month(props: MonthProps): JSX.Element {
  const id = createUniqueId();
  const isChosen = (date: string): boolean =>
    props.chosen !== null && date >= props.chosen.from && date <= props.chosen.to;
  return (
    <div class="month">
      <h3 id={id} aria-live="polite">
        {formatDate(props.month, { month: "long", year: "numeric" }, LOCALE)}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the ARIA pattern of a date grid is a table */}
      <table role="grid" aria-labelledby={id} aria-multiselectable="true">
        <thead>
          <tr>
            <For each={words.weekdays}>
              {(day) => (
                <th scope="col" abbr={day}>
                  {day.slice(0, 2)}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={weeksOf(props.month)}>
            {(week) => (
              <tr>
                <For each={week}>
                  {(date) => (
                    <Show when={date} fallback={<td />}>
                      {(day) => (
                        // biome-ignore lint/a11y/useKeyWithClickEvents: the dialog has the keys of all days
                        // biome-ignore lint/a11y/useFocusableInteractive: one day of all has the tabindex 0
                        <td
                          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a grid
                          role="gridcell"
                          class="day"
                          classList={{
                            "day-end": day() === props.chosen?.from || day() === props.chosen?.to,
                            "day-today": day() === props.today,
                          }}
                          data-date={day()}
                          tabindex={day() === props.focused ? 0 : -1}
                          aria-selected={isChosen(day())}
                          aria-disabled={day() > props.today}
                          aria-current={day() === props.today ? "date" : undefined}
                          aria-label={formatDate(
                            day(),
                            { weekday: "long", day: "numeric", month: "long", year: "numeric" },
                            LOCALE,
                          )}
                          onClick={() => props.onChoose(day())}
                          onPointerEnter={() => props.onPoint(day())}
                        >
                          {Number(day().slice(8))}
                        </td>
                      )}
                    </Show>
                  )}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}
