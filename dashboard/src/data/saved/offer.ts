// Goals that a site suggests: what its visitors did in the period, as questions and as drafts of goals. Pure.
import { EVENT_TYPES } from "../../../../workers/domain/events/measurement";
import { words } from "../../words/saved/goals";
import type { DateRange } from "../period";
import type { Question, Row } from "../question";
import { EMPTY_GOAL, type GoalFields, type GoalKind, toGoalFilter } from "./goal-kind";
import type { Goal, GoalDraft } from "./requests";

export interface OfferScene {
  siteId: string;
  today: string;
  range: DateRange;
}

export interface Offer {
  kind: GoalKind;
  draft: GoalDraft;
  visitors: number;
}

const LIMIT = 50;

/** What the offers are made from. */
export function offerQuestions({ siteId, range }: OfferScene) {
  const ask = (dimensions: string[], event?: readonly string[]): Question => ({
    site_id: siteId,
    date_range: range,
    metrics: ["visitors"],
    dimensions,
    order_by: [["visitors", "desc"]],
    pagination: { limit: LIMIT, offset: 0 },
    ...(event && { filters: [["is", "event:name", event]] }),
  });
  return {
    events: ask(["event:name"]),
    forms: ask(["event:props:form"], ["form_submit"]),
    links: ask(["event:name", "event:href"], ["download", "outbound"]),
    pages: ask(["event:page"]),
  };
}
export type OfferAnswers = Record<keyof ReturnType<typeof offerQuestions>, { results: readonly Row[] }>;

/** The name of a goal that has none yet. */
export function nameOf({ kind, name, page, link, depth }: GoalFields): string {
  const named = { event: name, rule: name, form: name, page, download: link, outbound: link } as const;
  return (kind === "scroll" ? words.names.scroll(depth, page) : words.names[kind](named[kind])).slice(0, 100);
}

/** Pages that visitors reach for a purpose say more than the most visited ones, such as the home page. */
const PURPOSES = /thank|success|confirm|checkout|cart|basket|sign-?up|register|pricing|contact|download|order/i;
/** The most offers of one kind, so that no kind hides the others. */
const MOST_OF_KIND: Partial<Record<GoalKind, number>> = { event: 6, page: 3, form: 3, download: 2, outbound: 2 };

const isCustom = (name: string): boolean => !Object.hasOwn(EVENT_TYPES, name);

/** The offers in order: own events first, pages last. Those that are goals already are left out. */
export function toOffers(answers: OfferAnswers, goals: readonly Goal[]): Offer[] {
  const taken = new Set(goals.flatMap(({ name, filter }) => [name, JSON.stringify(filter)]));
  const offer = (row: Row, fields: Partial<GoalFields> & { kind: GoalKind }): Offer => {
    const whole = { ...EMPTY_GOAL, ...fields };
    return {
      kind: whole.kind,
      draft: { name: nameOf(whole), filter: toGoalFilter(whole) },
      visitors: row.metrics[0] ?? 0,
    };
  };
  const valueAt = (row: Row, at = 0): string => row.dimensions[at] ?? "";
  const isReal = (value: string): boolean => value !== "" && !/^\(.*\)$/.test(value);
  const links = (kind: "download" | "outbound"): Offer[] =>
    answers.links.results
      .filter((row) => valueAt(row) === kind && isReal(valueAt(row, 1)))
      .map((row) => offer(row, { kind, link: valueAt(row, 1) }));
  const pages = answers.pages.results
    .filter((row) => isReal(valueAt(row)) && valueAt(row) !== "/")
    .toSorted((one, other) => Number(PURPOSES.test(valueAt(other))) - Number(PURPOSES.test(valueAt(one))));
  const all = [
    ...answers.events.results
      .filter((row) => isCustom(valueAt(row)) && isReal(valueAt(row)))
      .map((row) => offer(row, { kind: "event", name: valueAt(row) })),
    ...answers.forms.results
      .filter((row) => isReal(valueAt(row)))
      .map((row) => offer(row, { kind: "form", name: valueAt(row) })),
    ...links("download"),
    ...links("outbound"),
    ...pages.map((row) => offer(row, { kind: "page", page: valueAt(row) })),
  ].filter(({ draft, visitors }) => visitors > 0 && !taken.has(draft.name) && !taken.has(JSON.stringify(draft.filter)));
  return all.filter(
    ({ kind }, index) => all.slice(0, index).filter((one) => one.kind === kind).length < (MOST_OF_KIND[kind] ?? 1),
  );
}
