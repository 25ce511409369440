// The names of a view's comparison: on the chart, in the cards and in the headline. Pure.
import { formatRange, formatSpan } from "../../../data/format";
import { isOfHours, PERIODS } from "../../../data/period";
import { canMatch, dayComparedWith, isOfMonths } from "../../../data/periods/comparison";
import type { Scene, Summary } from "../../../data/question";
import { words } from "../../../words/overview";

const dayText = (day: string): string => formatRange(day, day);

/** True if today is compared with yesterday, or with this day last year: there are words for these. */
const isUsualDay = ({ view }: Scene): boolean => typeof view.compare === "string" && !view.matchWeekday;

/** The names of the line and its comparison. */
export function lineNames(scene: Scene): { now: string; before: string } {
  const { period, compare } = scene.view;
  const day = dayComparedWith(scene.view, scene.today);
  const before = (): string => {
    if (typeof compare === "object") return formatSpan(compare);
    if (day && !isUsualDay(scene)) return dayText(day);
    if (compare === "year") return words.trend.previousYear;
    return period.name === "day" ? words.trend.yesterday : words.trend.previousPeriod;
  };
  return { now: period.name === "custom" ? words.trend.thisPeriod : PERIODS[period.name].label, before: before() };
}

/** The whole day next to today's value in a card: "165 yesterday". */
export function wholeDayText(scene: Scene, value: string): string {
  const day = dayComparedWith(scene.view, scene.today);
  const { compare } = scene.view;
  if (typeof compare === "object") return words.onDay(value, formatSpan(compare));
  if (day && !isUsualDay(scene)) return words.onDay(value, dayText(day));
  return (compare === "year" ? words.yearAgo : words.yesterday)(value);
}

/** The same at the end of the headline: "165 yesterday in total". */
export function wholeDaySentence(scene: Scene, count: string): string {
  const day = dayComparedWith(scene.view, scene.today);
  const { compare } = scene.view;
  if (typeof compare === "object") return words.headline.wholeOn(count, formatSpan(compare));
  if (day && !isUsualDay(scene)) return words.headline.wholeOn(count, dayText(day));
  return (compare === "year" ? words.headline.wholeYearAgo : words.headline.wholeYesterday)(count);
}

type Days = [string, string];
const daysText = ([from, to]: Days): string => formatRange(from.slice(0, 10), to.slice(0, 10));

/** The complete days of an answer and the days that they are compared with: "1–9 Mar 2026". Null for other answers. */
export function wholeDaysText({ wholeDays }: Summary, { view, hour }: Scene): { now: string; before: string } | null {
  const before = wholeDays?.meta.comparison_date_range;
  if (!wholeDays || !before || hour !== undefined || isOfHours(view.period)) return null;
  return { now: daysText(wholeDays.query.date_range), before: daysText(before) };
}

/**
 * The period of the comparison in the headline: "the previous 28 days". Months differ in length, so the complete days of
 * an unfinished one are compared with dates.
 */
export function comparedText(scene: Scene, summary: Summary): string {
  const { period, compare } = scene.view;
  const { view } = scene;
  if (typeof compare === "object") return formatSpan(compare);
  const whole = isOfMonths(period, scene.today) ? wholeDaysText(summary, scene) : null;
  if (whole) return view.matchWeekday ? words.headline.matched(whole.before) : whole.before;
  const before = compare === "year" ? words.headline.yearBefore : words.headline.before[period.name];
  return view.matchWeekday && canMatch(view) ? words.headline.matched(before) : before;
}
