// What callers may send to save something. Filters are checked apart (check.ts), because they are trees.
import { z } from "zod";
import { isCurrency } from "../../events/currency";
import { heldAgainst } from "../../requests/input";
import { isPlain } from "../../requests/plain";
import { Problem } from "../../requests/problem";
import { isDate } from "../../time/calendar";
import { faultOfPathPattern } from "../ask/path-groups";
import { MOST_PATH_PATTERNS } from "./saved";

const NOT_PLAIN = "must not contain control characters or lone surrogates";

const faultOfName = (name: string): string | null =>
  name === "" ? "must not be empty" : isPlain(name) ? null : NOT_PLAIN;

/** A name that is shown on screens: 1 to 100 characters. */
export const shownName = z.string().trim().max(100).superRefine(heldAgainst(faultOfName));

export const goalInput = z.strictObject({
  name: shownName,
  filter: z.unknown(),
  currency: z.string().refine(isCurrency, "currency must be an ISO 4217 code such as EUR").nullable(),
});
export const newGoal = goalInput.extend({ currency: goalInput.shape.currency.default(null) });

export const segmentInput = z.strictObject({ name: shownName, filter: z.unknown(), shared: z.boolean() });
export const newSegment = segmentInput.extend({ shared: segmentInput.shape.shared.default(true) });

/** The whole list, in order. */
export const pathGroupsInput = z.strictObject({
  patterns: z
    .array(
      z.strictObject({
        pattern: z.string().trim().max(200).superRefine(heldAgainst(faultOfPathPattern)),
        label: shownName,
      }),
    )
    .max(MOST_PATH_PATTERNS)
    .superRefine((patterns, context) => {
      const places = new Map<string, number>();
      for (const [index, { pattern }] of patterns.entries()) {
        const first = places.get(pattern) ?? index;
        places.set(pattern, first);
        if (first !== index)
          context.addIssue({
            code: "custom",
            path: [index, "pattern"],
            params: { fault: `must not repeat patterns[${first}].pattern` },
          });
      }
    }),
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const isInCentury = (text: string): boolean => text >= "1970" && text < "2100";
const isTime = (text: string): boolean =>
  TIME.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

const faultOfDate = (date: string): string | null =>
  isDate(date) && isInCentury(date) ? null : "must be a date such as 2026-11-22, from 1970 to 2099";
const faultOfTime = (time: string): string | null =>
  isTime(time) && isInCentury(time) ? null : "must be a time such as 2026-11-22T10:00:00Z, from 1970 to 2099";
const faultOfNote = (text: string): string | null =>
  text === ""
    ? "must not be empty"
    : isPlain(text.replaceAll("\n", ""))
      ? null
      : "must not contain control characters other than line breaks, or lone surrogates";

export const annotationInput = z.strictObject({
  date: z.string().max(50).superRefine(heldAgainst(faultOfDate)).nullable(),
  time: z.string().max(50).superRefine(heldAgainst(faultOfTime)).nullable(),
  text: z.string().trim().max(500).superRefine(heldAgainst(faultOfNote)),
  shared: z.boolean(),
});
export const newAnnotation = annotationInput.extend({
  date: annotationInput.shape.date.default(null),
  time: annotationInput.shape.time.default(null),
  shared: annotationInput.shape.shared.default(true),
});

/** Exactly one of the two, or neither in a change that leaves the moment as it is. */
export interface Moment {
  date?: string | null | undefined;
  time?: string | null | undefined;
}

/**
 * The moment of an annotation: milliseconds for a time.
 * @throws Problem invalid unless exactly one of date and time is given.
 */
export function toMoment({ date = null, time = null }: Moment): { date: string | null; time: number | null } {
  if ((date === null) === (time === null)) {
    const message = "annotation must have either a date or a time";
    throw new Problem("invalid", message, [{ path: date === null ? "date" : "time", message }]);
  }
  return { date, time: time === null ? null : Date.parse(time) };
}

const date = z.string().superRefine(heldAgainst(faultOfDate)).optional();
/** Local dates, both included; without them there is no bound. */
export const annotationDays = z.strictObject({ from: date, to: date });
