// The key of an ask's result: the question, the saved definitions that it uses, and the state of the data that it reads.
// Two questions with the same key have the same result.
import type { AnalystQuestion } from "./analyst";
import type { Ask } from "./question";

/** What a result was read from, as ids of objects, which never change their content. */
export interface DataState {
  /** Tables of the closed days in the question's range. */
  closed: string;
  /** Everything that open days are read from; empty where the range has none. */
  open: string;
}

/**
 * Text that holds all saved definitions an ask may use. It may hold more: then a change of an unused definition costs a
 * scan, never a wrong answer.
 */
function definitionsOf(ask: string, { goals, segments, pathGroups, exchange }: AnalystQuestion["saved"]): string {
  let text = ask;
  // Segments may name goals, and both may name page groups, so each step looks at the text of the steps before.
  if (text.includes('"segment"')) text += `\n${JSON.stringify(segments)}`;
  if (text.includes('"event:goal"')) text += `\n${JSON.stringify(goals)}`;
  if (text.includes('page_group"')) text += `\n${JSON.stringify(pathGroups)}`;
  if (text.includes('"revenue":true')) text += `\n${JSON.stringify(exchange)}`;
  return text;
}

export const resultKey = (
  ask: Ask,
  { from, to, limits, saved }: Pick<AnalystQuestion, "from" | "to" | "limits" | "saved">,
  { closed, open }: DataState,
): string => [from, to, limits.persons, closed, open, definitionsOf(JSON.stringify(ask), saved)].join("\n");
