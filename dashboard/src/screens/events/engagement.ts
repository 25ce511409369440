// Media and forms: funnels built from the details of their events. Pure.
import type { EventInsight, ValueCount } from "../../../../workers/domain/counts/insight";
import { ERROR_PLACE, FORM_FIELD } from "../../../../workers/domain/counts/value";
import { words } from "../../words/events";

export const MEDIA_STEPS = words.mediaSteps;
export type MediaStep = keyof typeof MEDIA_STEPS;
export const MEDIA_STEP_NAMES = Object.keys(MEDIA_STEPS) as MediaStep[];

export const FORM_EVENTS = ["form_start", "form_submit", "form_abandon", "field_focus"] as const;
export type FormEvent = (typeof FORM_EVENTS)[number];

export const valuesOf = (insight: EventInsight, key: string): ValueCount[] =>
  insight.props.find((prop) => prop.key === key)?.values ?? [];

const countsOf = (insight: EventInsight, key: string): Map<string, number> =>
  new Map(valuesOf(insight, key).map(({ value, events }) => [value, events]));

export interface Funnel {
  name: string;
  /** The count of each of MEDIA_STEPS. */
  steps: number[];
}

/** One funnel per medium, the most played first. */
export function toFunnels(details: Record<MediaStep, EventInsight>): Funnel[] {
  const counts = MEDIA_STEP_NAMES.map((step) => countsOf(details[step], "media"));
  const names = new Set(counts.flatMap((count) => [...count.keys()]));
  return [...names]
    .map((name) => ({ name, steps: counts.map((count) => count.get(name) ?? 0) }))
    .sort((a, b) => Math.max(...b.steps) - Math.max(...a.steps));
}

export interface ErrorCount {
  message: string;
  /** `https://…/cart.js:120`, as far as known. Browsers hide it for scripts of other sites. */
  place: string | null;
  events: number;
}

/** Splits the three-part values in the details of errors. */
export const toErrors = (details: EventInsight): ErrorCount[] =>
  valuesOf(details, "message file line").map(({ value, events }) => {
    const [message, file, line] = ERROR_PLACE.split(value);
    return { message, place: file ? (line ? `${file}:${line}` : file) : null, events };
  });

export interface FormFunnel {
  name: string;
  starts: number;
  submissions: number;
  abandoned: number;
  fields: FieldFunnel[];
}
export interface FieldFunnel {
  name: string;
  entered: number;
  /** How often this was the last field before the visitor abandoned the form. */
  last: number;
}

/** One funnel per form, the most started first, with its fields by number of entries. */
export function toForms(details: Record<FormEvent, EventInsight>): FormFunnel[] {
  const [starts, submissions, abandoned] = (["form_start", "form_submit", "form_abandon"] as const).map((name) =>
    countsOf(details[name], "form"),
  ) as [Map<string, number>, Map<string, number>, Map<string, number>];
  const entered = countsOf(details.field_focus, "form field");
  const last = countsOf(details.form_abandon, "form field");
  const fields = Map.groupBy(new Set([...entered.keys(), ...last.keys()]), (pair) => FORM_FIELD.split(pair)[0]);
  const names = new Set([...starts.keys(), ...submissions.keys(), ...abandoned.keys(), ...fields.keys()]);
  return [...names]
    .map((name) => ({
      name,
      starts: starts.get(name) ?? 0,
      submissions: submissions.get(name) ?? 0,
      abandoned: abandoned.get(name) ?? 0,
      fields: (fields.get(name) ?? [])
        .map((pair) => ({
          name: FORM_FIELD.split(pair)[1],
          entered: entered.get(pair) ?? 0,
          last: last.get(pair) ?? 0,
        }))
        .sort((a, b) => b.entered - a.entered || b.last - a.last),
    }))
    .sort((a, b) => b.starts - a.starts || b.submissions - a.submissions);
}
