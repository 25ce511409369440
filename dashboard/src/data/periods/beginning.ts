// The period that a young property starts with: the one that it has data of. Pure.
import { daysIn } from "../calendar";
import type { Period } from "../period";
import { type Params, STANDARD_PERIOD } from "../view";

/** Days of the standard period. */
const STANDARD_DAYS = 28;

/** True if the URL leaves the period to the page. */
export const isPeriodOpen = ({ period }: Params): boolean => !period;

/**
 * The period to start with: from the first day with data on if that is less than 28 days ago.
 * @param firstDay null without any data, undefined while unknown.
 */
export function firstPeriod(firstDay: string | null | undefined, today: string): Period {
  if (!firstDay || firstDay > today || daysIn(firstDay, today) >= STANDARD_DAYS) return { name: STANDARD_PERIOD };
  return firstDay === today ? { name: "day" } : { name: "custom", from: firstDay, to: today };
}
