// The dialog that chooses days: two months side by side, one on a phone. Loads when it is opened.
import { createSignal, For, type JSX, onCleanup, onMount } from "solid-js";
import { daysIn, monthStart } from "../../data/calendar";
import { formatRange } from "../../data/format";
import type { Span } from "../../data/period";
import { type Choice, chooseDay, daysOfChoice, isTooLong, moveDay } from "../../data/periods/month-grid";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icon";
import { words } from "../../words/calendar";
import { Month } from "./month";
import "./calendar.css";

export interface RangeDialogProps {
  of: "period" | "comparison";
  /** The days chosen until now. */
  given: Span | null;
  /** The last day that can be chosen. */
  today: string;
  onClose: () => void;
  onPick: (span: Span) => void;
}

export function RangeDialog(props: RangeDialogProps): JSX.Element {
  const narrow = matchMedia("(max-width: 640px)");
  const [count, setCount] = createSignal(narrow.matches ? 1 : 2);
  const onNarrow = (): void => {
    setCount(narrow.matches ? 1 : 2);
  };
  narrow.addEventListener("change", onNarrow);
  onCleanup(() => narrow.removeEventListener("change", onNarrow));

  const [choice, setChoice] = createSignal<Choice | null>(props.given);
  const [pointed, setPointed] = createSignal<string | null>(null);
  const [focused, setFocused] = createSignal(props.given?.to ?? props.today);
  const [first, setFirst] = createSignal(monthStart(focused(), 1 - count()));
  let grids!: HTMLDivElement;

  const months = (): string[] => Array.from({ length: count() }, (_, index) => monthStart(first(), index));
  const days = (): Span | null => daysOfChoice(choice(), pointed());
  const complete = (): Span | null => {
    const now = choice();
    return now?.to ? { from: now.from, to: now.to } : null;
  };
  const isLong = (): boolean => {
    const now = complete();
    return now !== null && isTooLong(now);
  };
  const focusDay = (date: string): void => {
    const day = date > props.today ? props.today : date;
    setFocused(day);
    const shown = months();
    if (day < shown[0]!) setFirst(monthStart(day));
    else if (monthStart(day) > shown.at(-1)!) setFirst(monthStart(day, 1 - count()));
    if (choice()?.to === null) setPointed(day);
    grids.querySelector<HTMLElement>(`[data-date="${day}"]`)?.focus();
  };
  const choose = (date: string): void => {
    if (date > props.today) return;
    setPointed(null);
    setChoice((before) => chooseDay(before, date));
    setFocused(date);
  };
  const turn = (by: number): void => {
    setFirst((month) => monthStart(month, by));
    // The Tab key must reach a day that is visible.
    const [from, to] = [months()[0]!, months().at(-1)!];
    if (focused() < from || monthStart(focused()) > to) setFocused(from);
  };
  const isLast = (): boolean => months().at(-1)! >= monthStart(props.today);
  const apply = (): void => {
    const now = complete();
    if (now && !isLong()) props.onPick(now);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const date = (event.target as HTMLElement).dataset.date;
    if (!date) return;
    const next = moveDay(date, event.key, event.shiftKey);
    if (next) focusDay(next);
    else if (event.key === "Enter" || event.key === " ") choose(date);
    else return;
    event.preventDefault();
  };
  const told = (): string => {
    const now = choice();
    if (!now) return words.chooseStart;
    if (!now.to) return words.chooseEnd(formatRange(now.from, now.from));
    return isLong() ? words.tooLong : words.chosen(formatRange(now.from, now.to), daysIn(now.from, now.to));
  };
  // After the dialog is open: it is mounted later than this, and takes the focus then.
  onMount(() => queueMicrotask(() => focusDay(focused())));

  return (
    <Dialog
      title={props.of === "period" ? words.title : words.compareTitle}
      class="dialog-calendar"
      onClose={props.onClose}
    >
      <div class="calendar">
        <div class="calendar-turn">
          <button type="button" class="button button-icon" aria-label={words.back} onClick={() => turn(-1)}>
            <Icon name="left" />
          </button>
          <button
            type="button"
            class="button button-icon"
            aria-label={words.ahead}
            aria-disabled={isLast()}
            onClick={() => !isLast() && turn(1)}
          >
            <Icon name="right" />
          </button>
        </div>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the days */}
        <div class="months" ref={grids} onKeyDown={onKeyDown} onPointerLeave={() => setPointed(null)}>
          <For each={months()}>
            {(month) => (
              <Month
                month={month}
                chosen={days()}
                focused={focused()}
                today={props.today}
                onChoose={choose}
                onPoint={(date) => setPointed(choice()?.to === null && date <= props.today ? date : null)}
              />
            )}
          </For>
        </div>
        <p class="unseen">{words.keys}</p>
        <footer class="calendar-foot">
          <p role="status">{told()}</p>
          <button type="button" class="button button-main" aria-disabled={!complete() || isLong()} onClick={apply}>
            {words.apply}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}
