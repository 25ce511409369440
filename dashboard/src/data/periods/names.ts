// The names of a view's comparison: on the chart, in the cards, in the headline and below the figures. Pure.
import { words } from "../../words/overview";
import { formatRange, formatSpan } from "../format";
import { isOfHours, PERIODS } from "../period";
import { type Answer, isFirst, type Scene, type Summary } from "../question";
import { canMatch, dayComparedWith, isOfMonths } from "./comparison";

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

/** The days of an answer and the days that they are compared with: "1–9 Mar 2026". Null without any, and for hours. */
export function comparedDays(answer: Answer | null, { view }: Scene): { now: string; before: string } | null {
  const before = answer?.meta.comparison_date_range;
  if (!answer || !before || isOfHours(view.period)) return null;
  return { now: daysText(answer.query.date_range), before: daysText(before) };
}

/** The end of an answer's range with the second that answers leave out: "2026-11-25T13:00:00". */
const endOf = (time: string): string => new Date(Date.parse(`${time.slice(0, 19)}Z`) + 1000).toISOString().slice(0, 19);

/** The hours of an answer and the hours that they are compared with: "22 Nov 2026, 10:00–13:00". */
export function comparedHours(answer: Answer): { now: string; before: string } | null {
  const before = answer.meta.comparison_date_range;
  const hoursText = ([from, to]: Days): string => formatSpan({ from, to: endOf(to) });
  return before ? { now: hoursText(answer.query.date_range), before: hoursText(before) } : null;
}

/**
 * What the changes compare while the period is in progress; empty otherwise.
 * @param whole the answer of what is complete.
 */
export function changesText(whole: Answer | null, scene: Scene): string {
  const ofHours = isOfHours(scene.view.period);
  if (isFirst(scene)) return ofHours ? words.foot.firstHour : words.foot.firstDay;
  if (!whole) return "";
  const days = comparedDays(whole, scene);
  return days ? words.foot.wholeDays(days.now, days.before) : words.foot.wholeHours;
}

/**
 * The period of the comparison in the headline: "the previous 28 days". Months differ in length, so the complete days of
 * an unfinished one are compared with dates.
 */
export function comparedText(scene: Scene, summary: Summary): string {
  const { period, compare } = scene.view;
  const { view } = scene;
  if (typeof compare === "object") return formatSpan(compare);
  const whole = isOfMonths(period, scene.today) ? comparedDays(summary.wholeDays, scene) : null;
  if (whole) return view.matchWeekday ? words.headline.matched(whole.before) : whole.before;
  const before = compare === "year" ? words.headline.yearBefore : words.headline.before[period.name];
  return view.matchWeekday && canMatch(view) ? words.headline.matched(before) : before;
}
