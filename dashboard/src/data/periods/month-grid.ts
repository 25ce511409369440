// The calendar's months: the weeks of each, the keys that move between days, and the days chosen so far. Pure.
import { addDays, daysIn, monthEnd, monthStart, moveMonths, weekStart } from "../calendar";
import type { Span } from "../period";

/** The weeks of a month, from Monday to Sunday; null for days of other months. */
export function weeksOf(month: string): (string | null)[][] {
  const [first, last] = [monthStart(month), monthEnd(month)];
  const weeks: (string | null)[][] = [];
  for (let monday = weekStart(first); monday <= last; monday = addDays(monday, 7))
    weeks.push(
      Array.from({ length: 7 }, (_, day) => addDays(monday, day)).map((date) =>
        date >= first && date <= last ? date : null,
      ),
    );
  return weeks;
}

/** The day that a key moves to, as in the ARIA pattern of a date grid; null for other keys. */
export function moveDay(date: string, key: string, isYear: boolean): string | null {
  switch (key) {
    case "ArrowLeft":
      return addDays(date, -1);
    case "ArrowRight":
      return addDays(date, 1);
    case "ArrowUp":
      return addDays(date, -7);
    case "ArrowDown":
      return addDays(date, 7);
    case "Home":
      return weekStart(date);
    case "End":
      return addDays(weekStart(date), 6);
    case "PageUp":
      return moveMonths(date, isYear ? -12 : -1);
    case "PageDown":
      return moveMonths(date, isYear ? 12 : 1);
    default:
      return null;
  }
}

/** The first chosen day, and the last one once there is one. */
export interface Choice {
  from: string;
  to: string | null;
}

/** A day begins a choice, or ends the one that has begun. */
export function chooseDay(choice: Choice | null, date: string): Choice {
  if (!choice || choice.to !== null) return { from: date, to: null };
  return choice.from <= date ? { from: choice.from, to: date } : { from: date, to: choice.from };
}

/** The chosen days, or those that a choice would have if it ended at a day. */
export function daysOfChoice(choice: Choice | null, end: string | null): Span | null {
  if (!choice) return null;
  const other = choice.to ?? end ?? choice.from;
  return choice.from <= other ? { from: choice.from, to: other } : { from: other, to: choice.from };
}

/** The API's longest range: ten years. */
const MOST_DAYS = 3653;
export const isTooLong = ({ from, to }: Span): boolean => daysIn(from, to) > MOST_DAYS;
