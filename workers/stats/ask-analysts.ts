// Asks the Analysts of a property: one for each month of a period, in parallel.
import type { AnalystReply } from "../domain/analysis/analyst";
import { type Ask, type CountedRow, joinRows, unpackRows } from "../domain/analysis/question";
import type { Saved } from "../domain/analysis/saved/known";
import { Problem } from "../domain/requests/problem";
import { addMonths, startOfMonth } from "../domain/time/calendar";
import { addDays } from "../domain/time/zone";

export type AnalystEnv = Pick<Cloudflare.Env, "ANALYST">;

/** The most months of a question: each has an object of its own. */
const MOST_MONTHS = 60;

interface Month {
  month: string;
  from: string;
  to: string;
}

/** The months of some local dates, each with its days. */
export function monthsOf({ from, to }: { from: string; to: string }): Month[] {
  const months: Month[] = [];
  for (let start = startOfMonth(from); start <= to; start = addMonths(start, 1)) {
    const end = addDays(addMonths(start, 1), -1);
    months.push({ month: start.slice(0, 7), from: from > start ? from : start, to: to < end ? to : end });
  }
  return months;
}

/**
 * Answers some asks about the local dates from `from` to `to`, both included.
 * @returns the rows of each ask, and how many events were looked at.
 * @throws Problem invalid for a wrong filter, or for a question that is too large.
 */
export async function askAnalysts(
  { ANALYST }: AnalystEnv,
  siteId: string,
  { from, to }: { from: string; to: string },
  asks: readonly Ask[],
  saved: Saved,
): Promise<{ rows: CountedRow[][]; scanned: number }> {
  const months = monthsOf({ from, to });
  if (months.length > MOST_MONTHS)
    throw new Problem("invalid", `date_range must have at most ${MOST_MONTHS} months for this question`);
  const answers = await Promise.all(
    months.map(async ({ month, ...days }) => {
      const question = JSON.stringify({ ...days, saved, asks });
      const reply = (await ANALYST.getByName(`${siteId}/${month}`).answer(question)) as AnalystReply;
      if ("problem" in reply) throw new Problem(reply.problem.code, reply.problem.message);
      return reply.answer;
    }),
  );
  const rowsOf = (ask: Ask, i: number) =>
    joinRows(
      answers.map(({ rows }) => unpackRows(rows[i]!)),
      ask,
    );
  return { rows: asks.map(rowsOf), scanned: answers.reduce((sum, answer) => sum + answer.scanned, 0) };
}
