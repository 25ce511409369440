// A grid of weekdays and hours: the larger the value, the stronger the colour. It is a table, so screen readers get the
// values; the one under the pointer shows as text.
import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import { formatCount, LOCALE } from "../../data/format";
import type { Answer } from "../../data/question";
import { Empty } from "../../parts/notice";
import { words as panels } from "../../words/panels";
import { stepOf, toWeek, type WeekHour, type WeekMeasure } from "./week";
import "./week-grid.css";

const words = panels.week;

export interface WeekGridProps {
  /** The caption of the table, such as "Visitors by weekday and hour". */
  title: string;
  /** The metric in a sentence, such as "visitors". */
  metric: string;
  /** The answer to a question by `time:hour` with `include.time_labels`. */
  answer: Pick<Answer, "results" | "meta">;
  /** Default: the average per hour, which does not favour weekdays that the period has once more. */
  measure?: WeekMeasure;
  /** The position of the metric in the question; default: the first. */
  column?: number;
  /** Default: a count, of an average with one decimal below ten. */
  format?: (value: number) => string;
}

/** 5 January 2026 was a Monday. */
const weekdayName = (weekday: number, style: "long" | "short"): string =>
  new Intl.DateTimeFormat(LOCALE, { weekday: style, timeZone: "UTC" }).format(Date.UTC(2026, 0, 5 + weekday, 12));

const LABELLED_EVERY = 6;

/** Averages of a quiet site are below one. */
const TENTHS = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

export function WeekGrid(props: WeekGridProps): JSX.Element {
  const [over, setOver] = createSignal<WeekHour | null>(null);
  const measure = (): WeekMeasure => props.measure ?? "mean";
  const week = createMemo(() => toWeek(props.answer, measure(), props.column));
  const most = (): number => week().busiest?.value ?? 0;
  const format = (value: number): string =>
    (props.format ?? ((one) => (measure() === "mean" && one < 10 ? TENTHS.format(one) : formatCount(Math.round(one)))))(
      value,
    );
  const textOf = ({ weekday, hour, value }: WeekHour): string => {
    const when = words.when(weekdayName(weekday, "long"), hour);
    return words.value(when, value === null ? words.notIncluded : format(value), value === null ? "" : props.metric);
  };
  return (
    <Show when={week().busiest} fallback={<Empty>{words.none}</Empty>}>
      {(busiest) => (
        <div class="week">
          <table class="week-grid" onPointerLeave={() => setOver(null)}>
            <caption class="unseen">
              {props.title} ({words[measure()].toLowerCase()})
            </caption>
            <thead>
              <tr>
                <td />
                <For each={week().days[0]}>
                  {({ hour }) => (
                    <th scope="col">
                      <span class={hour % LABELLED_EVERY === 0 ? "week-hour" : "unseen"}>{words.hour(hour)}</span>
                    </th>
                  )}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={week().days}>
                {(day, weekday) => (
                  <tr>
                    <th scope="row">{weekdayName(weekday(), "short")}</th>
                    <For each={day}>
                      {(one) => (
                        <td class={`week-${stepOf(one.value, most())}`} onPointerEnter={() => setOver(one)}>
                          <span class="unseen">{one.value === null ? words.notIncluded : format(one.value)}</span>
                        </td>
                      )}
                    </For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <div class="week-foot">
            <p>
              {over()
                ? textOf(over()!)
                : words.busiest(
                    words.when(weekdayName(busiest().weekday, "long"), busiest().hour),
                    format(busiest().value ?? 0),
                    props.metric,
                  )}
            </p>
            <div class="week-legend" aria-hidden="true">
              <span>{words[measure()]}</span>
              <span class="week-key">
                <span class="week-swatch week-0" />
                {words.zero}
              </span>
              <For each={week().steps}>
                {({ from, to }) => (
                  <span class="week-key">
                    <span class={`week-swatch week-${stepOf(to, most())}`} />
                    {words.range(format(from), format(to))}
                  </span>
                )}
              </For>
            </div>
          </div>
        </div>
      )}
    </Show>
  );
}
